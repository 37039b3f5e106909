package enginetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"

	"pgregory.net/rapid"
)

const (
	programTerms = 1000 // roundings of an element of a random program: some fifteen steps, sums of up to most terms
	most         = 400  // elements of a value of a random program
)

// testRandomPrograms grows programs of random primitives, some mapped by Vmap, some differentiated, and compares
// with the reference. Steps keep values at about 1, and only smooth steps are differentiated, so results differ
// only by rounding.
func testRandomPrograms(t *testing.T, e engine.Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		d := precision(rt)
		lead := []int{}
		if rapid.Bool().Draw(rt, "mapped") {
			lead = []int{rapid.IntRange(1, 3).Draw(rt, "batch")}
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		shape := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 3)
		first := shape.Draw(rt, "shape")
		var in []engine.Array
		for _, s := range [][]int{first, first, shape.Draw(rt, "other shape")} {
			typ := graph.T(d, append(slices.Clone(lead), s...)...)
			in = append(in, Fill(typ, Real(rng, typ.Size())))
		}
		derive := rapid.Bool().Draw(rt, "differentiated")
		f := func(xs []*graph.Value) []*graph.Value {
			ys := (&growth{rt: rt, smooth: derive, values: slices.Clone(xs)}).outputs()
			if derive {
				loss := graph.Const(d, 0)
				for _, y := range ys {
					loss = graph.Add(loss, graph.ReduceSum(graph.Tanh(y)))
				}
				ys = append(ys, graph.Grad(loss, xs...)...)
			}
			return ys
		}
		g := f
		if len(lead) > 0 {
			g = func(in []*graph.Value) []*graph.Value { return graph.Vmap(f, in...) }
		}
		p := Trace(rt, g, in...)
		want, err := engine.Evaluate(reference.Engine{}, p, in...)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := engine.Evaluate(e, p, in...)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range want {
			Close(rt, fmt.Sprintf("output %d, %v", i, p.Outputs[i]), got[i], want[i], programTerms, magnitude(want[i]))
		}
	})
}

// growth adds random steps to a program.
type growth struct {
	rt     *rapid.T
	smooth bool
	exact  bool // results are compared bit for bit, so steps may be discontinuous
	room   int  // elements of the largest value; most if 0
	values []*graph.Value
}

func (g *growth) outputs() []*graph.Value {
	room := g.room
	if room == 0 {
		room = most
	}
	for range g.draw("steps", 1, 15) {
		if y := g.step(g.any()); y != nil && y.Type().Size() <= room && y.Type().Rank() <= 5 {
			g.values = append(g.values, y)
		}
	}
	out := []*graph.Value{g.values[len(g.values)-1]}
	for range g.draw("more outputs", 0, 2) {
		out = append(out, g.any())
	}
	return out
}

func (g *growth) draw(what string, low, high int) int {
	return rapid.IntRange(low, high).Draw(g.rt, what)
}

func (g *growth) any() *graph.Value { return g.values[g.draw("value", 0, len(g.values)-1)] }

// like is a second operand for an elementwise primitive of x.
func (g *growth) like(x *graph.Value) *graph.Value {
	y := g.any()
	if y.DType() == x.DType() && (y.Type().Rank() == 0 || slices.Equal(y.Shape(), x.Shape())) {
		return y
	}
	return x
}

func (g *growth) step(x *graph.Value) *graph.Value {
	steps := []func(*graph.Value) *graph.Value{g.function, g.arithmetic, g.fused, g.sum, g.broadcast, g.transpose,
		g.reshape, g.slice, g.pad, g.concatenate, g.dot, g.rows}
	if !g.smooth {
		steps = append(steps, g.kinked)
	}
	if g.exact {
		steps = append(steps, g.convolution, g.convolution, g.convolution, g.norm, g.norm, g.mixed)
	}
	return steps[g.draw("step", 0, len(steps)-1)](x)
}

func (g *growth) function(x *graph.Value) *graph.Value {
	switch g.draw("function", 0, 10) {
	case 0:
		return graph.Tanh(x)
	case 1:
		return graph.Sin(x)
	case 2:
		return graph.Cos(x)
	case 3:
		return graph.Logistic(x)
	case 4:
		return graph.Neg(x)
	case 5:
		return graph.Exp(graph.Tanh(x))
	case 6:
		return graph.Sqrt(graph.Shift(graph.Square(x), 1))
	case 7:
		return graph.Rsqrt(graph.Shift(graph.Square(x), 1))
	case 8:
		return graph.Log1p(graph.Square(x))
	case 9:
		return graph.StopGradient(x)
	}
	return graph.Erf(x)
}

func (g *growth) arithmetic(x *graph.Value) *graph.Value {
	y := g.like(x)
	switch g.draw("arithmetic", 0, 4) {
	case 0:
		return graph.Scale(graph.Add(x, y), 0.5)
	case 1:
		return graph.Scale(graph.Sub(y, x), 0.5)
	case 2:
		return graph.Mul(x, graph.Tanh(y))
	case 3:
		return graph.Div(x, graph.Shift(graph.Square(y), 1))
	}
	return graph.Pow(graph.Shift(graph.Square(graph.Tanh(x)), 1), graph.Tanh(y))
}

// fused is a chain of elementwise work that ends in a reduction, or begins with a broadcast.
func (g *growth) fused(x *graph.Value) *graph.Value {
	r := x.Type().Rank()
	if r == 0 {
		return graph.Tanh(graph.Scale(x, 3))
	}
	axis := g.draw("axis", 0, r-1)
	mean := graph.Scale(graph.ReduceSum(x, axis), 1/float64(max(1, x.Shape()[axis])))
	if g.draw("fused", 0, 1) == 0 {
		return graph.Tanh(graph.Mul(mean, mean))
	}
	var others []int
	for a := range r {
		if a != axis {
			others = append(others, a)
		}
	}
	return graph.Sin(graph.Sub(x, graph.Broadcast(mean, x.Shape(), others...)))
}

func (g *growth) sum(x *graph.Value) *graph.Value {
	var axes []int
	terms := 1
	for a, n := range x.Shape() {
		if g.draw("summed", 0, 1) == 1 {
			axes, terms = append(axes, a), terms*n
		}
	}
	if axes == nil {
		terms = x.Type().Size()
	}
	return graph.Scale(graph.ReduceSum(x, axes...), 1/float64(max(1, terms)))
}

func (g *growth) broadcast(x *graph.Value) *graph.Value {
	at := g.draw("new axis", 0, x.Type().Rank())
	shape := slices.Insert(slices.Clone(x.Shape()), at, g.draw("size", 0, 4))
	var axes []int
	for a := range x.Type().Rank() {
		if a >= at {
			a++
		}
		axes = append(axes, a)
	}
	return graph.Broadcast(x, shape, axes...)
}

func (g *growth) transpose(x *graph.Value) *graph.Value {
	return graph.Transpose(x, permutation(g.rt, "axes", x.Type().Rank())...)
}

func (g *growth) reshape(x *graph.Value) *graph.Value {
	switch s := x.Shape(); {
	case g.draw("flat", 0, 1) == 0:
		return graph.Reshape(x, x.Type().Size())
	case len(s) >= 2:
		return graph.Reshape(x, append([]int{s[0] * s[1]}, s[2:]...)...)
	default:
		return graph.Reshape(x, append([]int{1}, s...)...)
	}
}

func (g *growth) slice(x *graph.Value) *graph.Value {
	var start, limit, stride []int
	for _, n := range x.Shape() {
		a := g.draw("start", 0, n)
		start, limit, stride = append(start, a), append(limit, g.draw("limit", a, n)), append(stride, g.draw("stride", 1, 3))
	}
	return graph.Slice(x, start, limit, stride)
}

func (g *growth) pad(x *graph.Value) *graph.Value {
	var low, high, step []int
	for range x.Shape() {
		low, high, step = append(low, g.draw("low", 0, 2)), append(high, g.draw("high", 0, 2)),
			append(step, g.draw("step", 1, 2))
	}
	return graph.Pad(x, low, high, step)
}

func (g *growth) concatenate(x *graph.Value) *graph.Value {
	r := x.Type().Rank()
	if r == 0 {
		return nil
	}
	y := g.like(x)
	if y.Type().Rank() != r || !slices.Equal(y.Shape(), x.Shape()) {
		y = x
	}
	return graph.Concatenate(g.draw("axis", 0, r-1), x, y, x)
}

// dot contracts some axes that x shares with another value, and carries others as batch axes.
func (g *growth) dot(x *graph.Value) *graph.Value {
	y := g.any()
	var ax graph.DotAxes
	terms := 1
	for i, n := range x.Shape() {
		for j, m := range y.Shape() {
			if n != m || slices.Contains(ax.RightBatch, j) || slices.Contains(ax.RightContract, j) {
				continue
			}
			if use := g.draw("use", 0, 2); use == 1 {
				ax.LeftBatch, ax.RightBatch = append(ax.LeftBatch, i), append(ax.RightBatch, j)
				break
			} else if use == 2 {
				ax.LeftContract, ax.RightContract, terms = append(ax.LeftContract, i), append(ax.RightContract, j), terms*n
				break
			}
		}
	}
	if x.Type().Size()*y.Type().Size() > 40*max(most, g.room) {
		return nil
	}
	return graph.Scale(graph.Dot(graph.Tanh(x), y, ax), 1/float64(max(1, terms)))
}

// rows gathers rows of x, or scatters them and adds.
func (g *growth) rows(x *graph.Value) *graph.Value {
	if x.Type().Rank() == 0 || x.Shape()[0] == 0 {
		return nil
	}
	n := x.Shape()[0]
	index := func(count, below int) *graph.Value {
		data := make([]float64, count)
		for i := range data {
			data[i] = float64(g.draw("row", 0, below-1))
		}
		return graph.Literal(graph.T(graph.Int32, count), data)
	}
	if g.draw("scattered", 0, 1) == 1 {
		rows := g.draw("rows", 1, 4)
		return graph.Scale(graph.ScatterAdd(x, index(n, rows), rows), 1/float64(n))
	}
	return graph.Gather(x, index(g.draw("count", 0, 4), n))
}

// kinked steps have points without a derivative. Comparisons are only of inputs, which are equal on all engines.
func (g *growth) kinked(x *graph.Value) *graph.Value {
	y := g.like(x)
	switch r := x.Type().Rank(); g.draw("kinked", 0, 4) {
	case 0:
		return graph.Max(x, y)
	case 1:
		return graph.Min(x, y)
	case 2:
		return graph.ReLU(x)
	case 3:
		if r == 0 || slices.Contains(x.Shape(), 0) {
			return nil
		}
		return graph.ReduceMax(x, g.draw("axis", 0, r-1))
	}
	o := graph.Order(g.draw("order", int(graph.EQ), int(graph.GE)))
	if g.exact {
		return graph.Select(graph.Compare(o, x, y), y, graph.Sin(x))
	}
	return graph.Select(graph.Compare(o, g.values[0], g.values[1]), g.values[0], graph.Sin(g.values[1]))
}

// convolution pairs x with any value of a suitable shape, as weight or as the other image.
func (g *growth) convolution(x *graph.Value) *graph.Value {
	var images, weights []*graph.Value
	for _, v := range g.values {
		if r := v.Type().Rank(); r >= 3 && r <= 4 && v.DType() == g.values[0].DType() {
			images, weights = append(images, v), append(weights, v)
		}
	}
	if len(images) == 0 {
		return nil
	}
	x = images[g.draw("image", 0, len(images)-1)]
	weights = slices.DeleteFunc(weights, func(w *graph.Value) bool {
		return w.Type().Rank() != x.Type().Rank() || w.Shape()[1] == 0 || x.Shape()[1]%w.Shape()[1] != 0 ||
			w.Shape()[0]%max(1, x.Shape()[1]/w.Shape()[1]) != 0 ||
			slices.Contains(w.Shape()[2:], 0) || slices.Max(w.Shape()[2:]) > 5
	})
	if len(weights) == 0 {
		return nil
	}
	w := weights[g.draw("weight", 0, len(weights)-1)]
	s, k := x.Shape(), w.Shape()
	geometry := &graph.Geometry{Batch: s[0], In: s[1], Out: k[0], Groups: s[1] / k[1], Size: s[2:], Kernel: k[2:]}
	if geometry.Groups == 0 {
		return nil
	}
	same := g.draw("same size", 0, 2) > 0
	for _, n := range k[2:] {
		low, high, stride, dilation := n/2, n-1-n/2, 1, 1
		if !same {
			low, high, stride, dilation = g.draw("low", 0, 2), g.draw("high", 0, 2), g.draw("stride", 1, 2),
				g.draw("dilation", 1, 2)
		}
		geometry.Low, geometry.High = append(geometry.Low, low), append(geometry.High, high)
		geometry.Stride, geometry.Dilation = append(geometry.Stride, stride), append(geometry.Dilation, dilation)
	}
	y := graph.Conv(x, w, geometry)
	if y.Type().Size() > max(most, g.room) {
		return nil
	}
	switch g.draw("convolution", 0, 5) {
	case 0:
		return graph.Scale(graph.ConvInput(y, w, geometry), 0.05)
	case 1:
		return graph.Scale(graph.ConvWeight(x, y, geometry), 0.05)
	case 2:
		return graph.Add(y, graph.Conv(graph.Sin(x), w, geometry))
	}
	return graph.Scale(y, 0.25)
}

// norm centres and scales x by batch statistics, and perhaps by a vector.
func (g *growth) norm(x *graph.Value) *graph.Value {
	r := x.Type().Rank()
	if r < 2 {
		return nil
	}
	channel := g.draw("channel", 0, 1)
	var axes []int
	count := 1
	for a := range r {
		if a != channel {
			axes, count = append(axes, a), count*x.Shape()[a]
		}
	}
	spread := func(v *graph.Value) *graph.Value { return graph.Broadcast(v, x.Shape(), channel) }
	n := 1 / float64(max(1, count))
	centred := graph.Sub(x, spread(graph.Scale(graph.ReduceSum(x, axes...), n)))
	factor := graph.Rsqrt(graph.Shift(graph.Scale(graph.ReduceSum(graph.Square(centred), axes...), n), 0.1))
	for _, v := range g.values {
		if v.Type().Equal(factor.Type()) && g.draw("scaled", 0, 1) == 1 {
			factor = graph.Mul(factor, v)
			break
		}
	}
	y := graph.Mul(centred, spread(factor))
	if g.draw("rectified", 0, 1) == 1 {
		y = graph.ReLU(y)
	}
	return y
}

// mixed converts to another dtype and back.
func (g *growth) mixed(x *graph.Value) *graph.Value {
	d := x.DType()
	other := graph.Float32 + graph.Float64 - d
	switch g.draw("mixed", 0, 4) {
	case 0:
		return graph.Convert(graph.Tanh(graph.Convert(x, other)), d)
	case 1:
		return graph.Convert(graph.Add(graph.Convert(graph.Scale(x, 3), graph.Int32),
			graph.Convert(graph.Tanh(graph.Scale(x, 2)), graph.Int32)), d)
	case 2:
		if x.Type().Rank() == 0 {
			return nil
		}
		s := graph.ReduceSum(graph.Convert(graph.Scale(x, 3), graph.Int32), g.draw("axis", 0, x.Type().Rank()-1))
		return graph.Tanh(graph.Convert(s, d))
	case 3:
		return graph.Scale(graph.Convert(graph.ReduceSum(graph.Convert(x, other)), d), 1/float64(max(1, x.Type().Size())))
	}
	if x.Type().Rank() == 0 || slices.Contains(x.Shape(), 0) {
		return nil
	}
	return graph.Convert(graph.ArgMax(x, g.draw("axis", 0, x.Type().Rank()-1)), d)
}
