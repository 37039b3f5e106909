// Package enginetest holds what tests of programs and engines share: one table of primitive cases, small networks,
// and the conformance suite that every engine passes. Only tests import it.
package enginetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"basin/engine"
	"basin/graph"
)

// Case is one primitive applied to operands of certain shapes. The derivative tests of graph and the conformance
// suite of engines run all cases, so a new primitive is tested everywhere once it has a case here.
type Case struct {
	Name     string
	Op       graph.Op // the primitive that the case is about
	Operands []Operand
	Build    func(in []*graph.Value) *graph.Value
	Terms    int  // products or summands of one element of the result; 0 means 1
	Rough    bool // rounds in between, so finite differences are useless
}

// Operand is the shape of an operand and a source of suitable values. Its dtype is the one under test, unless Int.
type Operand struct {
	Shape  []int
	Domain Domain
	Int    bool
}

// Type is the operand's type when the dtype under test is d.
func (o Operand) Type(d graph.DType) graph.Type {
	if o.Int {
		d = graph.Int32
	}
	return graph.T(d, o.Shape...)
}

// Types lists the operands' types.
func (c Case) Types(d graph.DType) []graph.Type {
	t := make([]graph.Type, len(c.Operands))
	for i, o := range c.Operands {
		t[i] = o.Type(d)
	}
	return t
}

// Arrays draws operands. The same rng state gives the same values.
func (c Case) Arrays(rng *rand.Rand, d graph.DType) []engine.Array {
	in := make([]engine.Array, len(c.Operands))
	for i, o := range c.Operands {
		in[i] = Fill(o.Type(d), o.Domain(rng, o.Type(d).Size()))
	}
	return in
}

// Fill makes an array of the given elements.
func Fill(t graph.Type, x []float64) engine.Array {
	a := engine.NewArray(t)
	for i, e := range x {
		a.Set(i, e)
	}
	return a
}

// Domain draws n elements.
type Domain func(rng *rand.Rand, n int) []float64

func each(f func(rng *rand.Rand) float64) Domain {
	return func(rng *rand.Rand, n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = f(rng)
		}
		return x
	}
}

// Real draws standard normal elements, Positive ones of about 1, Integers small whole ones.
var (
	Real     = each((*rand.Rand).NormFloat64)
	Positive = each(func(rng *rand.Rand) float64 { return 0.2 + math.Exp(rng.NormFloat64()/2) })
	Integers = each(func(rng *rand.Rand) float64 { return float64(rng.IntN(9) - 4) })
)

// Above draws elements that exceed bound by about 1.
func Above(bound float64) Domain {
	return each(func(rng *rand.Rand) float64 { return bound + 0.2 + math.Exp(rng.NormFloat64()/2) })
}

// Lattice draws elements near k/2 + offset for whole k: those of Lattice(0) and of Lattice(0.25) are never within
// 0.05 of each other, and those of Lattice(0.25) are never within 0.15 of 0.
func Lattice(offset float64) Domain {
	return each(func(rng *rand.Rand) float64 {
		return float64(rng.IntN(7)-3)/2 + offset + 0.1*(2*rng.Float64()-1)
	})
}

// Distinct draws elements at least 0.1 apart.
func Distinct(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i, k := range rng.Perm(n) {
		x[i] = 0.2*(float64(k)-float64(n)/2) + 0.1*rng.Float64()
	}
	return x
}

// Below draws whole numbers from 0 to rows−1.
func Below(rows int) Domain {
	return each(func(rng *rand.Rand) float64 { return float64(rng.IntN(rows)) })
}

// Cases lists the cases of all primitives.
func Cases() []Case {
	all := slices.Concat(leafCases(), unaryCases(), binaryCases(), moveCases(), reduceCases(), rowCases(),
		dotCases(), convolutionCases())
	for i := range all {
		c := &all[i]
		c.Name = fmt.Sprintf("%03d-%v", i, c.Op)
		for _, o := range c.Operands {
			c.Name += fmt.Sprint(o.Shape)
		}
	}
	return all
}

func operand(d Domain, shape ...int) Operand { return Operand{Shape: shape, Domain: d} }

func integers(d Domain, shape ...int) Operand { return Operand{Shape: shape, Domain: d, Int: true} }
