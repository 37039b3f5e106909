package main

import "github.com/mmcloughlin/avo/operand"

// functions are written for every machine. Polynomials are minimax, by the Remez algorithm in 60 digits; error
// bounds in comments are those of polynomials, while the errors of the functions are in the documentation of Ops
// and in a test.
var functions = []struct {
	stem    string
	formula func(m formulas, x operand.Op) operand.Op
	bounded bool // up to farthest
}{
	{"exp", formulas.exp, false},
	{"expm1", formulas.expm1, false},
	{"log", formulas.log, false},
	{"log1p", formulas.log1p, false},
	{"tanh", formulas.tanh, false},
	{"logistic", formulas.logistic, false},
	{"erf", formulas.erf, false},
	{"sin", formulas.sin, true},
	{"cos", formulas.cos, true},
}

func transcendental(g *generator) {
	for _, g.elem = range []int{4, 8} {
		for _, f := range functions {
			limit := 0.0
			if f.bounded {
				limit = farthest(vectors{g})
			}
			g.transcendentalLoop(f.stem, limit, func(g *generator, x []operand.Op) operand.Op {
				return f.formula(formulas{vectors{g}}, x[0])
			})
		}
	}
}
