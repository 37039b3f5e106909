package dataset

import (
	"fmt"
	"iter"
	"strconv"

	"basin/random"
)

// Batches splits the indices of a training set into batches, shuffled anew for each epoch. The order of epoch e
// depends on (seed, e, replica) alone, so a training resumes at any epoch and batch without replaying what came
// before:
//
//	for e := from; e < epochs; e++ {
//		for i, idx := range b.Epoch(e) { … }
//	}
type Batches struct {
	seed    uint64
	replica int
	size    int
	n       int // samples used in an epoch
	order   []int32
}

// NewBatches makes batches of size out of n samples. A last batch that is short is kept, or left out (other
// samples each epoch) by dropLast.
func NewBatches(n, size int, dropLast bool, seed uint64, replica int) (*Batches, error) {
	switch {
	case size < 1:
		return nil, fmt.Errorf("train: batch: %d; give at least 1", size)
	case size > n:
		return nil, fmt.Errorf("train: batch: %d is larger than the training set of %d samples; choose at most %d",
			size, n, n)
	}
	b := &Batches{seed: seed, replica: replica, size: size, n: n, order: make([]int32, n)}
	if dropLast {
		b.n -= n % size
	}
	b.Start(0)
	return b, nil
}

// Len is the number of batches in an epoch.
func (b *Batches) Len() int { return (b.n + b.size - 1) / b.size }

// Start shuffles for the given epoch, counted from 0.
func (b *Batches) Start(epoch int) {
	shuffle(b.order, random.Stream(b.seed, "shuffle/"+strconv.Itoa(epoch), b.replica))
}

// At is batch i of the epoch that was last started, 0 ≤ i < Len(). It is valid until the next Start.
func (b *Batches) At(i int) []int32 {
	from, to := i*b.size, min((i+1)*b.size, b.n)
	return b.order[from:to:to]
}

// Epoch starts the given epoch and yields its batches with their positions.
func (b *Batches) Epoch(epoch int) iter.Seq2[int, []int32] {
	return func(yield func(int, []int32) bool) {
		b.Start(epoch)
		for i := range b.Len() {
			if !yield(i, b.At(i)) {
				return
			}
		}
	}
}
