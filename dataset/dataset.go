// Package dataset reads labelled sets, splits and transforms them by seed, and deals them out in batches.
//
// The way of the data: raw set → split (its own, or a seeded permutation) → fraction → label noise → normalisation → pixel noise. All of
// it depends on the spec's data and seed alone, never on the replica: the replicas of a cell see the same samples with the same labels,
// and only the order of their batches differs. A prefix stays a prefix: the samples of fraction 0.1, with their noisy labels and the noise
// added to their pixels, are the first ones of fraction 0.5; the normalisation alone is computed from each training set anew.
package dataset

import (
	"fmt"

	"basin/random"
	"basin/spec"
)

// samples holds labelled samples.
type samples struct {
	Name    string
	X       []float32 // Len() × the product of Shape, sample by sample
	Shape   []int     // of one sample: [features] or [channels, height, width]
	Y       []int32   // labels in [0, Classes); nil where samples have none (Mixup)
	Classes int
}

// Size is the number of values in a sample.
func (s *samples) Size() int {
	size := 1
	for _, d := range s.Shape {
		size *= d
	}
	return size
}

// Len is the number of samples.
func (s *samples) Len() int { return len(s.X) / s.Size() }

// Row is sample i, sharing memory with the set.
func (s *samples) Row(i int) []float32 {
	size := s.Size()
	return s.X[i*size : (i+1)*size : (i+1)*size]
}

// Gather copies the samples idx into x [len(idx) × Size()] and their labels into y [len(idx)].
func (s *samples) Gather(x []float32, y []int32, idx []int32) {
	size := s.Size()
	if len(x) != len(idx)*size || len(y) != len(idx) {
		panic(fmt.Sprintf("dataset: Gather of %d samples of size %d into x [%d], y [%d]", len(idx), size, len(x), len(y)))
	}
	for k, i := range idx {
		copy(x[k*size:(k+1)*size], s.Row(int(i)))
		y[k] = s.Y[i]
	}
}

// Select returns a copy of the samples idx, in that order.
func (s *samples) Select(idx []int32) *samples {
	out := &samples{Name: s.Name, Shape: s.Shape, Classes: s.Classes,
		X: make([]float32, len(idx)*s.Size()), Y: make([]int32, len(idx))}
	s.Gather(out.X, out.Y, idx)
	return out
}

// head returns the first n samples, sharing memory.
func (s *samples) head(n int) *samples {
	out := *s
	out.X, out.Y = s.X[:n*s.Size()], s.Y[:n]
	return &out
}

// division is a set divided into what is trained on and what is tested on, with where it came from.
type division struct {
	Train, Test *samples
	Source      string // where the set comes from
	Licence     string
	Path        string // the folder or file that was read; "" for an embedded set
}

// Options says where to look and which seed decides. The zero value looks in the default places with seed 0.
type Options struct {
	Dir  string // data folder; "": $BASIN_DATA, else basin/data in the user's cache folder
	Seed uint64 // decides split, label noise and pixel noise
}

// load reads the set that d names, splits and transforms it. Zero fields of d take their documented defaults. The errors name the key
// of the spec or the file, and say what to do.
func load(d spec.Data, o Options) (*division, error) {
	if err := Validate(d); err != nil {
		return nil, err
	}
	s, err := read(d.Set, o)
	if err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := s.divide(d.Train, o.Seed); err != nil {
		return nil, err
	}
	return s.transform(d, o.Seed)
}

// divide splits a set that has no split of its own: a seeded permutation, of which the first train samples (0: 80 %) are trained on. A
// set with a split of its own keeps it.
func (s *division) divide(train int, seed uint64) error {
	n := s.Train.Len()
	if s.Test != nil {
		if train != 0 && train != n {
			return fmt.Errorf("data: train: %d, but %s has a split of its own with %d training samples; leave train out, and use fraction to train on fewer", train, s.Train.Name, n)
		}
		return nil
	}
	if train == 0 {
		train = n * 4 / 5
	}
	if train < 1 || train >= n {
		return fmt.Errorf("data: train: %d of %s's %d samples leaves nothing to train or to test on; choose 1 to %d", train, s.Train.Name, n, n-1)
	}
	all, perm := s.Train, permutation(n, random.Stream(seed, "split", 0))
	s.Train, s.Test = all.Select(perm[:train]), all.Select(perm[train:])
	return nil
}
