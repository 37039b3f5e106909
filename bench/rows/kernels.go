package rows

import (
	"math/rand/v2"

	"basin/engine"
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// product returns a matrix product's sizes, and which operands are stored transposed.
func (r Row) product() (m, n, k int, transposed [2]bool) {
	s, layout := integers(r.part(1), "x"), r.part(2)
	return s[0], s[1], s[2], [2]bool{layout[0] == 'T', layout[1] == 'T'}
}

func (r Row) gemm(k *kernel.Kernels) runner {
	rng := rand.New(rand.NewPCG(1, 2))
	operand := func(rows, cols int, transposed bool) kernel.Strided[float32] {
		s := kernel.Strided[float32]{Data: normal(rng, rows*cols), Row: cols, Col: 1}
		if transposed {
			s.Row, s.Col = 1, rows
		}
		return s
	}
	m, n, inner, transposed := r.product()
	a, b := operand(m, inner, transposed[0]), operand(inner, n, transposed[1])
	c, scratch := make([]float32, m*n), make([]float32, k.F32.GemmScratch(m, n, inner, a, b))
	return func(tick func() bool) error {
		for {
			k.F32.Gemm(c, n, a, b, m, n, inner, false, scratch)
			if !tick() {
				return nil
			}
		}
	}
}

// geometry is a 3×3 convolution with equal numbers of input and output channels, padded by 1.
func (r Row) geometry() *graph.Geometry {
	s, one := integers(r.part(1), "x"), []int{1, 1}
	return &graph.Geometry{Batch: s[0], In: s[1], Out: s[1], Groups: 1, Size: s[2:], Kernel: []int{3, 3},
		Stride: one, Low: one, High: one, Dilation: one}
}

// convolution is a program of the convolution, or of the convolution and both its derivatives.
func (r Row) convolution(e Engine) (runner, error) {
	g := r.geometry()
	input, weight := graph.T(graph.Float32, g.InputShape()...), graph.T(graph.Float32, g.WeightShape()...)
	output := graph.T(graph.Float32, g.OutputShape()...)
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		y := graph.Conv(in[0], in[1], g)
		if r.part(2) == "forward" {
			return []*graph.Value{y}
		}
		return append([]*graph.Value{y}, graph.VJP([]*graph.Value{y}, in[:2], in[2:])...)
	}, input, weight, output)
	if err != nil {
		return nil, err
	}
	exe, err := e.Compile(p, engine.Options{})
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var in, out []engine.Array
	for _, v := range p.Inputs {
		in = append(in, engine.Float32s(normal(rng, v.Type().Size()), v.Shape()...))
	}
	for _, v := range p.Outputs {
		out = append(out, engine.NewArray(v.Type()))
	}
	run, err := exe.Bind(in, out)
	return func(tick func() bool) error {
		for {
			if err := run(); err != nil || !tick() {
				return err
			}
		}
	}, err
}

func normal(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}
