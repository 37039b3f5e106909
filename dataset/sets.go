package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// known is a set that can be asked for by name.
type known struct {
	name, about     string
	source, licence string
	shape           []int
	classes         int
	train, test     int      // samples; 0 test samples: no split of its own
	files           []string // none: embedded
	folders         []string // where in a data folder the files may lie; the first is what we advise
	debian          string   // package that holds the files
	read            func(paths []string) (train, test *samples, err error)
}

var idxFiles = []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}

// knownSets lists every set, digits, the default, first.
func knownSets() []known {
	return []known{{
		name: "digits", about: "handwritten digits of UCI, as scikit-learn ships them",
		source:  "https://archive.ics.uci.edu/dataset/80 (E. Alpaydin and C. Kaynak, 1998), scikit-learn's copy",
		licence: "CC BY 4.0 (UCI); scikit-learn's copy BSD-3-Clause",
		shape:   []int{1, 8, 8}, classes: 10, train: 1797, read: readDigits,
	}, {
		name: "mnist", about: "handwritten digits",
		source:  "http://yann.lecun.com/exdb/mnist (Y. LeCun, C. Cortes and C. J. C. Burges)",
		licence: "CC BY-SA 3.0, as commonly stated",
		shape:   []int{1, 28, 28}, classes: 10, train: 60000, test: 10000,
		files: idxFiles, folders: []string{"mnist", "MNIST/raw"}, read: readIDX,
	}, {
		name: "fashion-mnist", about: "pictures of clothes",
		source:  "https://github.com/zalandoresearch/fashion-mnist (Zalando SE, 2017)",
		licence: "MIT",
		shape:   []int{1, 28, 28}, classes: 10, train: 60000, test: 10000,
		files: idxFiles, folders: []string{"fashion-mnist", "FashionMNIST/raw"}, debian: "dataset-fashion-mnist", read: readIDX,
	}, {
		name: "cifar10", about: "coloured pictures of 10 kinds of things, binary version",
		source:  "https://www.cs.toronto.edu/~kriz/cifar.html (A. Krizhevsky, 2009)",
		licence: "none stated; its author asks for a citation",
		shape:   []int{3, 32, 32}, classes: 10, train: 50000, test: 10000,
		files:   []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"},
		folders: []string{"cifar-10-batches-bin", "cifar10", "cifar10/cifar-10-batches-bin", "."}, read: readCIFAR10,
	}, {
		name: "cifar100", about: "coloured pictures of 100 kinds of things, binary version, fine labels",
		source:  "https://www.cs.toronto.edu/~kriz/cifar.html (A. Krizhevsky, 2009)",
		licence: "none stated; its author asks for a citation",
		shape:   []int{3, 32, 32}, classes: 100, train: 50000, test: 10000,
		files:   []string{"train.bin", "test.bin"},
		folders: []string{"cifar-100-binary", "cifar100", "cifar100/cifar-100-binary", "."}, read: readCIFAR100,
	}}
}

func names() string {
	var list []string
	for _, k := range knownSets() {
		list = append(list, k.name)
	}
	return strings.Join(list, ", ")
}

// read reads the set called name, or the .npz file at that path, as it is.
func read(name string, o Options) (*division, error) {
	for _, k := range knownSets() {
		if k.name == name {
			return k.load(o)
		}
	}
	if !strings.EqualFold(filepath.Ext(name), ".npz") {
		return nil, fmt.Errorf("data: set: %q is not known; use one of %s, or the path of an .npz file", name, names())
	}
	train, test, err := readNPZ(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("data: set: %s does not exist; give the path of an .npz file with the arrays x and y", name)
	}
	if err != nil {
		return nil, err
	}
	s := &division{Train: train, Test: test, Source: name, Licence: "the user's own", Path: name}
	s.name(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)))
	return s, nil
}

func (k known) load(o Options) (*division, error) {
	at := k.locate(o)
	if len(at.missing) > 0 {
		return nil, k.absent(at)
	}
	train, test, err := k.read(at.paths)
	if err != nil {
		return nil, err
	}
	s := &division{Train: train, Test: test, Source: k.source, Licence: k.licence, Path: at.folder}
	s.name(k.name)
	for _, set := range []*samples{train, test} {
		if set != nil {
			set.Classes = k.classes
		}
	}
	return s, nil
}

func (s *division) name(name string) {
	s.Train.Name = name
	if s.Test != nil {
		s.Test.Name = name
	}
}

// location is where a set's files were found.
type location struct {
	looked  []string // folders, in order
	folder  string   // the one with most of the files
	paths   []string
	missing []string
}

// systemFolder is where Debian's dataset packages put their sets, each in a folder of its own.
const systemFolder = "/usr/share/datasets"

// dataFolder is where a user's sets are: the option, else $BASIN_DATA, else basin/data in the user's cache folder; "" if there is none.
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
func (k known) locate(o Options) location {
	best := location{missing: k.files}
	var looked []string
	for _, root := range []string{o.dataFolder(), systemFolder} {
		for _, sub := range k.folders {
			if root == "" {
				continue
			}
			at := location{folder: filepath.Join(root, sub)}
			looked = append(looked, at.folder)
			for _, name := range k.files {
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

// findFile returns the path of a file in folder, gzip or not; "" if there is none. Some copies of the IDX sets have a dot for the hyphen
// before "idx".
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
func (k known) absent(at location) error {
	var b strings.Builder
	folder := at.folder
	if folder != "" {
		fmt.Fprintf(&b, "data: set: %s is not complete: %s lacks\n", k.name, folder)
	} else {
		folder = at.looked[0]
		fmt.Fprintf(&b, "data: set: %s was not found. Put into %s the files\n", k.name, folder)
	}
	for _, name := range at.missing {
		fmt.Fprintf(&b, "  %s (or %s.gz)\n", name, name)
	}
	fmt.Fprintf(&b, "from %s, or set BASIN_DATA to the folder that holds %s.", k.source, filepath.ToSlash(k.folders[0]))
	if k.debian != "" {
		fmt.Fprintf(&b, " On Debian and Ubuntu: apt install %s.", k.debian)
	}
	fmt.Fprintf(&b, " Looked in: %s", strings.Join(at.looked, ", "))
	return errors.New(b.String())
}
