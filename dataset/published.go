package dataset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// published is a set that others publish: as files, which a user puts into a data folder, or embedded.
type published struct {
	Kind
	files []string // none: embedded
	// where in a data folder the files may lie; the first is what we advise
	folders []string
	debian  string                                             // package that holds the files
	read    func(paths []string) (train, test *Set, err error) // given the files in their order
}

// kind makes the entry of the list.
func (p published) kind() Kind {
	k := p.Kind
	k.locate = p.locateFiles
	k.New = func(_ string, t Transform) Source { return publishedSource{p, t} }
	return k
}

type publishedSource struct {
	published
	Transform
}

func (p publishedSource) Load(o Options) (*Split, error) {
	at := p.locateFiles(o)
	if len(at.missing) > 0 {
		return nil, p.absent(at)
	}
	train, test, err := p.read(at.paths)
	if err != nil {
		return nil, err
	}
	for _, s := range []*Set{train, test} {
		if s != nil {
			s.Name, s.Classes = p.Name, p.Classes
		}
	}
	return p.Apply(&Split{Train: train, Test: test, Source: p.Source, Licence: p.Licence, Path: at.folder}, o.Seed)
}

// location is where a set's files were found.
type location struct {
	looked  []string // folders, in order
	folder  string   // the one with most of the files
	paths   []string
	missing []string
}

// systemFolder is where Debian's dataset packages put their sets, each in a separate folder.
const systemFolder = "/usr/share/datasets"

// dataFolder is where a user's sets are: the option, else $BASIN_DATA, else basin/data in the user's cache
// folder; "" if there is none.
func (o Options) dataFolder() string {
	if o.Dir != "" {
		return o.Dir
	}
	if dir := os.Getenv("BASIN_DATA"); dir != "" {
		return dir
	}
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "basin", "data")
	}
	return ""
}

// locate finds the first folder that holds all of the set's files, or else the one that holds most.
func (p published) locateFiles(o Options) location {
	best := location{missing: p.files}
	var looked []string
	for _, root := range []string{o.dataFolder(), systemFolder} {
		for _, sub := range p.folders {
			if root == "" {
				continue
			}
			at := location{folder: filepath.Join(root, sub)}
			looked = append(looked, at.folder)
			for _, name := range p.files {
				if path := findFile(at.folder, name); path != "" {
					at.paths = append(at.paths, path)
				} else {
					at.missing = append(at.missing, name)
				}
			}
			if len(at.missing) < len(best.missing) {
				best = at
			}
		}
	}
	best.looked = looked
	return best
}

// findFile returns the path of a file in folder, gzip or not; "" if there is none. Some copies of the IDX sets
// have a dot for the hyphen before "idx".
func findFile(folder, name string) string {
	for _, n := range []string{name, strings.Replace(name, "-idx", ".idx", 1)} {
		for _, ext := range []string{"", ".gz"} {
			path := filepath.Join(folder, n+ext)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
	}
	return ""
}

// absent says which files to put where.
func (p published) absent(at location) error {
	var b strings.Builder
	folder := at.folder
	if folder != "" {
		fmt.Fprintf(&b, "data: set: %s is not complete: %s lacks\n", p.Name, folder)
	} else {
		folder = at.looked[0]
		fmt.Fprintf(&b, "data: set: %s was not found. Put into %s the files\n", p.Name, folder)
	}
	for _, name := range at.missing {
		fmt.Fprintf(&b, "  %s (or %s.gz)\n", name, name)
	}
	fmt.Fprintf(&b, "from %s, or set BASIN_DATA to the folder that holds %s.", p.Source,
		filepath.ToSlash(p.folders[0]))
	if p.debian != "" {
		fmt.Fprintf(&b, " On Debian and Ubuntu: apt install %s.", p.debian)
	}
	fmt.Fprintf(&b, " Looked in: %s", strings.Join(at.looked, ", "))
	return errors.New(b.String())
}
