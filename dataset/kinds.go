package dataset

import "strings"

// Kind is an entry in the list of sources: a set with a name, or all files with an ending.
type Kind struct {
	Name            string // "*.npz" stands for the files that end so
	About           string
	Source, Licence string
	Shape           []int // of one sample; nil for files
	Classes         int
	Train, Test     int // published numbers of samples; Test is 0 for a set that is split by seed

	New    func(set string, t Transform) Source // set is the name, or the path
	locate func(Options) location               // nil: the user says where they are
}

// Kinds is every source, digits, the default, first.
var Kinds = []Kind{
	digits,
	mnist, fashionMNIST,
	cifar10, cifar100,
	npzFiles,
}

// Ending is that of the files that k reads, with its dot; "" if k is a set with a name.
func (k Kind) Ending() string {
	ending, found := strings.CutPrefix(k.Name, "*")
	if !found {
		return ""
	}
	return ending
}

// Find returns the kind that reads a set: the one of that name, whatever lies in the working folder, or the one
// of a path's ending.
func Find(set string) (Kind, bool) {
	for _, k := range Kinds {
		ending := k.Ending()
		if k.Name == set || ending != "" && len(set) >= len(ending) &&
			strings.EqualFold(set[len(set)-len(ending):], ending) {
			return k, true
		}
	}
	return Kind{}, false
}

// Info is what a user may know of a set with a name before it is read.
type Info struct {
	Kind
	Embedded bool
	Folder   string   // where its files are; "" for an absent set and an embedded one
	Missing  []string // files that Folder lacks; nil for a set that can be loaded
	Looked   []string // folders that were searched, in order
}

// Present reports whether the set can be loaded.
func (i Info) Present() bool { return len(i.Missing) == 0 }

// Known lists the sets that can be named, with where they were looked for and whether they are there.
func Known(o Options) []Info {
	var list []Info
	for _, k := range Kinds {
		if k.locate != nil {
			at := k.locate(o)
			list = append(list, Info{Kind: k, Embedded: len(at.looked) == 0, Folder: at.folder, Missing: at.missing,
				Looked: at.looked})
		}
	}
	return list
}
