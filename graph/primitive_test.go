package graph_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

const (
	// A central difference with step h errs by h²/6·f‴ + 2⁻⁵³·f/h, about 1e-10 at h = 1e-5 for functions of about
	// 1; the steepest cases, 1/x and x⁻² at 0.15, have third derivatives of 1e4 relative to the first.
	step           = 1e-5
	differenceTol  = 1e-6
	exactTol       = 1e-12 // two float64 programs for the same number: a few hundred roundings
	exactTolSingle = 1e-5  // the same where a value passes through float32
)

// subject is a case at a random point.
type subject struct {
	t      *testing.T
	c      enginetest.Case
	rng    *rand.Rand
	in     []engine.Array
	floats []int // the operands that have derivatives
	out    graph.Type
}

func newSubject(t *testing.T, c enginetest.Case) *subject {
	s := &subject{t: t, c: c, rng: rand.New(rand.NewPCG(1, 2))}
	s.in = c.Arrays(s.rng, graph.Float64)
	for i, a := range s.in {
		if a.Type.DType.IsFloat() {
			s.floats = append(s.floats, i)
		}
	}
	s.out = s.value(s.in).Type
	return s
}

func (s *subject) differentiable() bool { return len(s.floats) > 0 && s.out.DType.IsFloat() }

func (s *subject) value(in []engine.Array) engine.Array {
	return enginetest.Call(s.t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
		return []*graph.Value{s.c.Build(in)}
	}, in...)[0]
}

// transform evaluates f of the case's result y, of its floating-point operands xs and of further arrays.
func (s *subject) transform(
	f func(y *graph.Value, xs, extra []*graph.Value) []*graph.Value, extra ...engine.Array,
) []engine.Array {
	return s.transformAt(s.in, f, extra...)
}

func (s *subject) transformAt(
	at []engine.Array, f func(y *graph.Value, xs, extra []*graph.Value) []*graph.Value, extra ...engine.Array,
) []engine.Array {
	return enginetest.Call(s.t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
		in, more := in[:len(s.in)], in[len(s.in):]
		return f(s.c.Build(in), pick(in, s.floats), more)
	}, slices.Concat(at, extra)...)
}

// moved is the point at + h·v.
func (s *subject) moved(v []engine.Array, h float64) []engine.Array {
	at := slices.Clone(s.in)
	for k, i := range s.floats {
		x := enginetest.Elements(at[i])
		for e := range x {
			x[e] += h * v[k].At(e)
		}
		at[i] = enginetest.Fill(at[i].Type, x)
	}
	return at
}

// vectors draws one array for each floating-point operand.
func (s *subject) vectors() []engine.Array {
	v := make([]engine.Array, len(s.floats))
	for k, i := range s.floats {
		v[k] = s.gaussian(s.in[i].Type)
	}
	return v
}

func (s *subject) gaussian(t graph.Type) engine.Array {
	return enginetest.Fill(t, enginetest.Real(s.rng, t.Size()))
}

// difference is the central difference of f along v.
func (s *subject) difference(f func(at []engine.Array) []engine.Array, v []engine.Array) []engine.Array {
	up, down := f(s.moved(v, step)), f(s.moved(v, -step))
	d := make([]engine.Array, len(up))
	for k := range up {
		x := enginetest.Elements(up[k])
		for e := range x {
			x[e] = (x[e] - down[k].At(e)) / (2 * step)
		}
		d[k] = enginetest.Fill(up[k].Type, x)
	}
	return d
}

// near compares within tol of the largest element.
func near(t testing.TB, what string, got, want []engine.Array, tol float64) {
	t.Helper()
	for k := range want {
		if !got[k].Type.Equal(want[k].Type) {
			t.Errorf("%s: %v, want %v", what, got[k].Type, want[k].Type)
			return
		}
		scale := 1.0
		for _, w := range enginetest.Elements(want[k]) {
			scale = max(scale, math.Abs(w))
		}
		for e := range want[k].Len() {
			if g, w := got[k].At(e), want[k].At(e); !(math.Abs(g-w) <= tol*scale) {
				t.Errorf("%s: result %d, element %d is %v, want %v within %v", what, k, e, g, w, tol*scale)
				return
			}
		}
	}
}

func inner(a, b []engine.Array) (sum float64) {
	for k := range a {
		for e := range a[k].Len() {
			sum += a[k].At(e) * b[k].At(e)
		}
	}
	return sum
}

func pick(all []*graph.Value, which []int) []*graph.Value {
	some := make([]*graph.Value, len(which))
	for k, i := range which {
		some[k] = all[i]
	}
	return some
}

// forEachCase runs f on the cases that can be differentiated.
func forEachCase(t *testing.T, f func(t *testing.T, s *subject)) {
	for _, c := range enginetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if s := newSubject(t, c); s.differentiable() {
				f(t, s)
			}
		})
	}
}

// innerProduct is ⟨a, b⟩ as a program.
func innerProduct(as, bs []*graph.Value) *graph.Value {
	sum := graph.Const(as[0].DType(), 0)
	for i := range as {
		sum = graph.Add(sum, graph.ReduceSum(graph.Mul(as[i], bs[i])))
	}
	return sum
}

// TestEveryPrimitiveHasACase: each primitive has a case, and the case's program contains it.
func TestEveryPrimitiveHasACase(t *testing.T) {
	covered := map[graph.Op]bool{}
	for _, c := range enginetest.Cases() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			p, err := graph.Trace(func(in []*graph.Value) []*graph.Value { return []*graph.Value{c.Build(in)} }, c.Types(d)...)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			if !slices.ContainsFunc(p.Values(), func(v *graph.Value) bool { return v.Op() == c.Op }) {
				t.Errorf("%s: no %v in its program", c.Name, c.Op)
			}
		}
		covered[c.Op] = true
	}
	for op := graph.Op(0); int(op) < graph.NumOps; op++ {
		if !covered[op] {
			t.Errorf("primitive %v has no case in enginetest", op)
		}
	}
}

// TestJVP compares the tangent with a central difference.
func TestJVP(t *testing.T) {
	forEachCase(t, func(t *testing.T, s *subject) {
		if s.c.Rough {
			return
		}
		v := s.vectors()
		got := s.transform(func(y *graph.Value, xs, v []*graph.Value) []*graph.Value {
			return graph.JVP([]*graph.Value{y}, xs, v)
		}, v...)
		want := s.difference(func(at []engine.Array) []engine.Array { return []engine.Array{s.value(at)} }, v)
		near(t, "JVP", got, want, differenceTol)
	})
}

// TestAdjoint: ⟨Jv, u⟩ = ⟨v, Jᵀu⟩.
func TestAdjoint(t *testing.T) {
	forEachCase(t, func(t *testing.T, s *subject) {
		v, u := s.vectors(), []engine.Array{s.gaussian(s.out)}
		jv := s.transform(func(y *graph.Value, xs, v []*graph.Value) []*graph.Value {
			return graph.JVP([]*graph.Value{y}, xs, v)
		}, v...)
		ju := s.transform(func(y *graph.Value, xs, u []*graph.Value) []*graph.Value {
			return graph.VJP([]*graph.Value{y}, xs, u)
		}, u...)
		for k, i := range s.floats {
			if !ju[k].Type.Equal(s.in[i].Type) {
				t.Fatalf("cotangent %d is %v for an operand of %v", k, ju[k].Type, s.in[i].Type)
			}
		}
		left, right := inner(jv, u), inner(v, ju)
		tol := exactTol
		if s.out.DType == graph.Float32 {
			tol = exactTolSingle
		}
		if bound := tol * (1 + math.Sqrt(inner(jv, jv)*inner(u, u))); !(math.Abs(left-right) <= bound) {
			t.Errorf("⟨Jv,u⟩ = %v, ⟨v,Jᵀu⟩ = %v", left, right)
		}
	})
}

// TestSecondOrder computes the Hessian-vector product of φ(x) = ⟨f(x), u⟩ in every order of forward and reverse,
// and one of them by a difference of gradients; and the JVP of a JVP by a difference of JVPs.
func TestSecondOrder(t *testing.T) {
	forEachCase(t, func(t *testing.T, s *subject) {
		if s.c.Rough {
			return
		}
		v, w, u := s.vectors(), s.vectors(), []engine.Array{s.gaussian(s.out)}
		n := len(v)

		gradient := func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			return graph.VJP([]*graph.Value{y}, xs, e[n:])
		}
		args := slices.Concat(v, u)
		forwardReverse := s.transform(func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			return graph.JVP(gradient(y, xs, e), xs, e[:n])
		}, args...)
		reverseReverse := s.transform(func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			return graph.Grad(innerProduct(gradient(y, xs, e), e[:n]), xs...)
		}, args...)
		reverseForward := s.transform(func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			jv := graph.JVP([]*graph.Value{y}, xs, e[:n])
			return graph.VJP(jv, xs, e[n:])
		}, args...)
		hvp := s.transform(func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			return graph.HVP(innerProduct([]*graph.Value{y}, e[n:]), xs, e[:n])
		}, args...)
		want := s.difference(func(at []engine.Array) []engine.Array { return s.transformAt(at, gradient, args...) }, v)
		near(t, "forward over reverse", forwardReverse, want, differenceTol)
		near(t, "reverse over reverse", reverseReverse, forwardReverse, exactTol)
		near(t, "reverse over forward", reverseForward, forwardReverse, exactTol)
		near(t, "HVP", hvp, forwardReverse, exactTol)

		first := func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			return graph.JVP([]*graph.Value{y}, xs, e[:n])
		}
		second := s.transform(func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			return graph.JVP(first(y, xs, e), xs, e[n:])
		}, slices.Concat(v, w)...)
		want = s.difference(func(at []engine.Array) []engine.Array {
			return s.transformAt(at, first, slices.Concat(v, w)...)
		}, w)
		near(t, "forward over forward", second, want, differenceTol)

		// The transpose of the transpose: VJP is linear in its cotangent, and its derivative in that is the JVP.
		again := s.transform(func(y *graph.Value, xs, e []*graph.Value) []*graph.Value {
			return graph.VJP(gradient(y, xs, e), e[n:], e[:n])
		}, args...)
		near(t, "VJP of VJP in the cotangent", again, s.transform(first, v...), exactTol)
	})
}
