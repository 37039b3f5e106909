// Package dataset reads sets, splits and transforms them by seed, and gives their samples in batches.
//
// Data flows: raw set → split (the published one, or a seeded permutation) → fraction → label noise →
// normalisation → pixel noise. All of it depends on the settings and the seed alone, never on the replica: the
// replicas of a cell see the same samples with the same labels, and only the order of their batches differs. A
// prefix stays a prefix: the samples of fraction 0.1, with their noisy labels and the noise added to their
// pixels, are the first ones of fraction 0.5; the normalisation alone is computed from each training set anew.
//
// A source is one file and one line in Kinds.
package dataset

// Split is a set divided into what is trained on and what is tested on, with where it came from.
type Split struct {
	Train, Test *Set     // Test is nil if there is none
	Labels      []string // the names of the classes; nil: they are their numbers
	Scaling     *Scaling // what normalised X, and must be applied to other inputs of a network; nil: nothing did
	Digest      string   // SHA-256 of what was read: the identity of the set; "" if samples are drawn
	Source      string   // where the set comes from
	Licence     string
	Path        string // the folder or file that was read; "" for an embedded set

	// Fresh draws the training samples of an epoch; nil: Train stays as it is.
	Fresh func(seed uint64, epoch, replica int) *Set
}

// Source is the settings of one kind of data.
type Source interface {
	// Load reads or draws the samples. The errors name the key of the spec or the file, and say what to do.
	Load(Options) (*Split, error)
}

// Options says where to look and which seed decides. The zero value looks in the default places with seed 0.
type Options struct {
	Dir  string // data folder; "": $BASIN_DATA, else basin/data in the user's cache folder
	Seed uint64 // decides split, label noise and pixel noise
}
