package objective_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"basin/engine"
	"basin/engine/cpu"
	"basin/engine/reference"
	"basin/graph"
	"basin/objective"
	"basin/param"
)

// memory is a frame of several members with a slot of each kind, and values that are known.
type memory struct {
	objective.Frame
	layout             param.Layout
	a, b, x, rate, sum objective.Slot
	arrays             struct{ a, b, x, rate, sum engine.Array }
}

func newMemory(members int, rng *rand.Rand) *memory {
	m := &memory{Frame: objective.Frame{Members: members}}
	m.layout.Add("matrix", 2, 3)
	m.layout.Add("bias", 2)
	for _, p := range []*engine.Array{&m.arrays.a, &m.arrays.b} {
		*p = engine.NewArray(graph.T(graph.Float64, members*m.layout.Size()))
	}
	m.arrays.x = engine.NewArray(graph.T(graph.Float64, members, 3))
	m.arrays.rate = engine.NewArray(graph.T(graph.Float64))
	m.arrays.sum = engine.NewArray(graph.T(graph.Float64, members))
	for _, a := range []engine.Array{m.arrays.a, m.arrays.b, m.arrays.x, m.arrays.rate} {
		for i := range a.F64 {
			a.F64[i] = rng.NormFloat64()
		}
	}
	m.a, m.b = m.Vector(m.layout, m.arrays.a), m.Vector(m.layout, m.arrays.b)
	m.x, m.rate, m.sum = m.Own(m.arrays.x), m.Shared(m.arrays.rate), m.Own(m.arrays.sum)
	return m
}

// program moves a by the rate times a bilinear function of b and x, b to what a was, and writes a sum; plain is
// the same in Go.
func (m *memory) program(b *objective.Body) {
	before, other, x := b.Get(m.a), b.Get(m.b), b.One(m.x)
	product := graph.Add(graph.Reshape(graph.Linear(graph.Reshape(x, 1, 3), other[0]), 2), other[1])
	next := []*graph.Value{
		graph.Add(before[0], graph.Mul(b.One(m.rate), graph.Mul(other[0], graph.Broadcast(x, []int{2, 3}, 1)))),
		graph.Add(before[1], graph.Mul(b.One(m.rate), product)),
	}
	b.Set(m.b, before...)
	b.Set(m.a, next...)
	b.Set(m.sum, graph.ReduceSum(product))
}

func plain(a, b, x []float64, rate float64) (nextA, nextB []float64, sum float64) {
	nextA, nextB = slices.Clone(a), slices.Clone(a)
	for i := range 2 {
		product := b[6+i]
		for j := range 3 {
			nextA[3*i+j] += rate * b[3*i+j] * x[j]
			product += b[3*i+j] * x[j]
		}
		nextA[6+i] += rate * product
		sum += product
	}
	return nextA, nextB, sum
}

// TestProgramsInFrames: whatever the number of members, each has what the program gives it alone, in place of what
// it had.
func TestProgramsInFrames(t *testing.T) {
	fast, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		members, seed := rapid.IntRange(1, 4).Draw(t, "members"), rapid.Uint64().Draw(t, "seed")
		for _, e := range []engine.Engine{reference.Engine{}, fast} {
			m := newMemory(members, rand.New(rand.NewPCG(seed, 1)))
			p, err := m.Compile(e, m.program)
			if err != nil {
				t.Fatal(err)
			}
			other := newMemory(members, rand.New(rand.NewPCG(seed, 2))) // the program serves it as well
			for _, in := range []*memory{m, other} {
				run, err := p.Bind(&in.Frame)
				if err != nil {
					t.Fatal(err)
				}
				type state struct{ a, b, x []float64 }
				var before []state
				for i := range members {
					before = append(before, state{in.Load(in.a, i), in.Load(in.b, i), in.Load(in.x, i)})
				}
				if err := run(); err != nil {
					t.Fatal(err)
				}
				for i, s := range before {
					a, b, sum := plain(s.a, s.b, s.x, in.arrays.rate.At(0))
					check(t, fmt.Sprint("a of member ", i), in.Load(in.a, i), a)
					check(t, fmt.Sprint("b of member ", i), in.Load(in.b, i), b)
					check(t, fmt.Sprint("sum of member ", i), in.Load(in.sum, i), []float64{sum})
				}
			}
		}
	})
}

func check(t *rapid.T, what string, got, want []float64) {
	const rounding = 1e-13
	if d := param.Distance(got, want); !(d <= rounding*(1+param.Norm(want))) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

// TestStoreTouchesOneMember: what is stored is loaded again, and all else stays.
func TestStoreTouchesOneMember(t *testing.T) {
	for members := 1; members < 4; members++ {
		m := newMemory(members, rand.New(rand.NewPCG(1, 1)))
		for i := range members {
			x, others := make([]float64, m.layout.Size()), [][]float64{}
			for j := range x {
				x[j] = float64(100*i + j)
			}
			for k := range members {
				others = append(others, m.Load(m.a, k))
			}
			m.Store(m.a, i, x)
			others[i] = x
			for k, want := range others {
				if got := m.Load(m.a, k); !slices.Equal(got, want) {
					t.Errorf("%d members: member %d has %v after a store to member %d, want %v", members, k, got, i, want)
				}
			}
			if !m.Finite(m.a, i) {
				t.Errorf("%v is said not to be finite", x)
			}
			m.Clear(m.a, i)
			if got := m.Load(m.a, i); !slices.Equal(got, make([]float64, len(x))) {
				t.Errorf("cleared to %v", got)
			}
			x[len(x)-1] = math.Inf(1)
			m.Store(m.a, i, x)
			for k := range members {
				if got := m.Finite(m.a, k); got != (k > i) {
					t.Errorf("member %d is said to be finite: %v, after infinity went to members up to %d", k, got, i)
				}
			}
		}
	}
}

// TestSplitPrograms: the rest alone follows what comes late, and the early part what comes early.
func TestSplitPrograms(t *testing.T) {
	m := newMemory(1, rand.New(rand.NewPCG(1, 1)))
	square := func(b *objective.Body) { // Σᵢ exp(Σⱼ a²ᵢⱼ) · Σⱼ bᵢⱼ
		early := graph.Exp(graph.ReduceSum(graph.Square(b.Get(m.a)[0]), 1))
		b.Set(m.sum, graph.ReduceSum(graph.Mul(early, graph.ReduceSum(b.Get(m.b)[0], 1))))
	}
	s, err := m.CompileSplit(reference.Engine{}, []objective.Slot{m.b}, square)
	if err != nil {
		t.Fatal(err)
	}
	var crossing []engine.Array
	for _, typ := range s.Crossing {
		crossing = append(crossing, engine.NewArray(typ))
	}
	early, rest, err := s.Bind(&m.Frame, crossing)
	if err != nil {
		t.Fatal(err)
	}
	value := func(a, b []float64) (sum float64) {
		for i := range 2 {
			squares := a[3*i]*a[3*i] + a[3*i+1]*a[3*i+1] + a[3*i+2]*a[3*i+2]
			sum += math.Exp(squares) * (b[3*i] + b[3*i+1] + b[3*i+2])
		}
		return sum
	}
	run := func(what string, want float64, parts ...engine.Run) {
		t.Helper()
		for _, r := range parts {
			if err := r(); err != nil {
				t.Fatal(err)
			}
		}
		if got := m.Load(m.sum, 0)[0]; math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	a, b := m.Load(m.a, 0), m.Load(m.b, 0)
	run("at first", value(a, b), early, rest)
	late := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	m.Store(m.b, 0, late)
	run("what is late moved", value(a, late), rest)
	m.Store(m.a, 0, b)
	run("what is early moved, but its part did not run", value(a, late), rest)
	run("both parts", value(b, late), early, rest)
}

// TestFramesRefuse what cannot run, with an error.
func TestFramesRefuse(t *testing.T) {
	m := newMemory(2, rand.New(rand.NewPCG(1, 1)))
	for want, build := range map[string]func(b *objective.Body){
		"shared by several": func(b *objective.Body) { b.Set(m.rate, b.One(m.rate)) },
		"set twice":         func(b *objective.Body) { b.Set(m.sum, b.One(m.sum)); b.Set(m.sum, b.One(m.sum)) },
		"another type":      func(b *objective.Body) { b.Set(m.x, b.One(m.sum)) },
		"2 segments, not 1": func(b *objective.Body) { b.Set(m.a, b.One(m.sum)) },
	} {
		if _, err := m.Compile(reference.Engine{}, build); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	p, err := m.Compile(reference.Engine{}, m.program)
	if err != nil {
		t.Fatal(err)
	}
	short := &objective.Frame{Members: 2}
	short.Vector(m.layout, m.arrays.a)
	longer := newMemory(3, rand.New(rand.NewPCG(1, 1)))
	for what, f := range map[string]*objective.Frame{"fewer slots": short, "more members": &longer.Frame} {
		if _, err := p.Bind(f); err == nil {
			t.Errorf("a frame of %s was taken", what)
		}
	}
	one, err := m.Compile(reference.Engine{}, func(b *objective.Body) { b.Set(m.a, b.Get(m.a)...) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Bind(short); err != nil {
		t.Errorf("a frame that has all that the program needs: %v", err)
	}
}
