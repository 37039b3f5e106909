package linop

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// Sum returns A + B + …, added in that order. It keeps a buffer, so it serves one goroutine at a time.
func Sum(first Operator, rest ...Operator) Operator {
	for _, a := range rest {
		if a.Dim() != first.Dim() {
			panic(fmt.Sprintf("linop: sum of operators of dimension %d and %d", first.Dim(), a.Dim()))
		}
	}
	return &sum{first: first, rest: rest}
}

type sum struct {
	first  Operator
	rest   []Operator
	buffer []float64
}

func (s *sum) Dim() int { return s.first.Dim() }

func (s *sum) Apply(dst, src []float64) error {
	return s.add(dst, func(a Operator, dst []float64) error { return a.Apply(dst, src) })
}

func (s *sum) ApplyBlock(dst, src []float64, k int) error {
	return s.add(dst, func(a Operator, dst []float64) error { return a.ApplyBlock(dst, src, k) })
}

func (s *sum) add(dst []float64, product func(Operator, []float64) error) error {
	if err := product(s.first, dst); err != nil {
		return err
	}
	if cap(s.buffer) < len(dst) {
		s.buffer = make([]float64, len(dst))
	}
	buffer := s.buffer[:len(dst)]
	for _, a := range s.rest {
		if err := product(a, buffer); err != nil {
			return err
		}
		floats.Add(dst, buffer)
	}
	return nil
}
