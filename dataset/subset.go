package dataset

import (
	"math/rand/v2"
	"slices"

	"basin/random"
)

// Subset returns the first n samples of a seeded permutation of s: the fixed samples that Hessian-type measures
// use, the same for all replicas. A smaller n gives a prefix of a larger. n < 0, or more than s has, means all,
// in the permutation's order.
func Subset(s *Set, n int, seed uint64) *Set {
	perm := permutation(s.Len(), random.Stream(seed, "subset", 0))
	if n >= 0 && n < len(perm) {
		perm = perm[:n]
	}
	return s.Select(perm)
}

// Mixup returns n inputs λx + (1−λ)x′ without labels (H. Zhang et al. 2018, mixup), λ ~ Beta(16, 16) drawn for
// each as by Y. Yang et al. (2021, Taxonomizing local versus global structure in neural network loss
// landscapes). x runs through a permutation of s (again and again, if n is larger than s), x′ is drawn from the
// other samples. The inputs of s are float32.
func Mixup(s *Set, n int, stream *rand.Rand) *Set {
	total, size := s.Len(), s.Size()
	out := NewSet(s.Name, s.Input(), make([]float32, n*size), nil, s.Classes)
	perm := permutation(total, stream)
	for k := range n {
		i := int(perm[k%total])
		j := i
		if total > 1 {
			j = (i + 1 + stream.IntN(total-1)) % total
		}
		lambda := beta16(stream)
		a, b, row := s.X().Row(i).F32, s.X().Row(j).F32, out.X().Row(k).F32
		for f := range row {
			row[f] = float32(float64(lambda*float64(a[f])) + float64((1-lambda)*float64(b[f])))
		}
	}
	return out
}

// beta16 draws from Beta(16, 16): the law of the middle one of 31 uniform numbers, as the kth smallest of n has
// Beta(k, n+1−k). Unlike the ratio of gamma variates it takes no logarithms, so it gives the same bits on every
// machine.
func beta16(stream *rand.Rand) float64 {
	var u [31]float64
	for i := range u {
		u[i] = stream.Float64()
	}
	slices.Sort(u[:])
	return u[15]
}
