package dataset

// Info is what a user may know of a set before it is read.
type Info struct {
	Name, About     string
	Shape           []int // of one sample
	Classes         int
	Train, Test     int // published numbers of samples; Test is 0 for a set that is split by seed
	Source, Licence string
	Embedded        bool
	Folder          string   // where its files are; "" for an absent set and an embedded one
	Missing         []string // files that Folder lacks; nil for a set that can be loaded
	Looked          []string // folders that were searched, in order
}

// Present reports whether the set can be loaded.
func (i Info) Present() bool { return len(i.Missing) == 0 }

// Known lists the sets that can be named, with where they were looked for and whether they are there.
func Known(o Options) []Info {
	var list []Info
	for _, k := range knownSets() {
		at := k.locate(o)
		list = append(list, Info{Name: k.name, About: k.about, Shape: k.shape, Classes: k.classes, Train: k.train, Test: k.test,
			Source: k.source, Licence: k.licence, Embedded: len(k.files) == 0, Folder: at.folder, Missing: at.missing, Looked: at.looked})
	}
	return list
}
