package dataset

import "math/rand/v2"

// permutation returns a uniform permutation of 0…n−1.
func permutation(n int, stream *rand.Rand) []int32 {
	p := make([]int32, n)
	shuffle(p, stream)
	return p
}

// shuffle fills p with a uniform permutation of its indices, whatever it held before.
func shuffle(p []int32, stream *rand.Rand) {
	for i := range p {
		p[i] = int32(i)
	}
	stream.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
}

// identity is 0…n−1.
func identity(n int) []int32 {
	p := make([]int32, n)
	for i := range p {
		p[i] = int32(i)
	}
	return p
}
