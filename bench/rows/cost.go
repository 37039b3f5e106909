package rows

import (
	"strings"
)

// Flops is the necessary arithmetic of the row's work, for one vector: the additions and multiplications of its
// products and convolutions, with nothing computed twice. Taps of a convolution that fall on padding do not
// count. 0: not a row of arithmetic.
//
// A network's passes, with F the products of a forward pass and F₁ those of its first layer, whose input needs
// no derivative:
//
//	forward F; gradients of weights F; of inputs F − F₁
//	a tangent of the forward pass    F₁ + 2(F − F₁)   ẋW + xẆ
//	a tangent of the weights' part   F₁ + 2(F − F₁)   ẋᵀδ + xᵀδ̇
//	a tangent of the inputs' part        2(F − F₁)    δ̇Wᵀ + δẆᵀ
//
// A Hessian-vector product needs the primal forward pass and the gradients of inputs, not those of weights.
func (r Row) Flops() float64 {
	switch r.Work() {
	case "gemm":
		m, n, k, _ := r.product()
		return 2 * float64(m) * float64(n) * float64(k)
	case "conv":
		s := integers(r.part(1), "x")
		once := convolutionFlops(s[0], s[1], s[1], 3, s[2], 1) // square maps
		if r.part(2) == "forward" {
			return once
		}
		return 3 * once
	case "step", "threads":
		first, rest := r.forward()
		return 2*first + 3*rest
	case "hvp", "hvps":
		first, rest := r.forward()
		return (first+2*rest)/float64(r.Vectors()) + 2*first + 6*rest
	}
	return 0
}

// forward is the arithmetic of a forward pass: of the first layer, and of the others.
func (r Row) forward() (first, rest float64) {
	m, err := r.model()
	if err != nil {
		panic(err) // rows.json: a bug
	}
	n := r.batch()
	for i, s := range m.Params.Segments {
		var flops float64
		switch len(s.Shape) {
		case 2:
			flops = 2 * float64(n) * float64(s.Size)
		case 4:
			size, stride := place(s.Name)
			flops = convolutionFlops(n, s.Shape[1], s.Shape[0], s.Shape[2], size, stride)
		}
		if i == 0 {
			first = flops
		} else {
			rest += flops
		}
	}
	return first, rest
}

// place is the size of the maps that a residual network's convolution reads, and its stride: stages after the
// first halve the maps in their first block.
func place(name string) (size, stride int) {
	stage, ok := strings.CutPrefix(name, "layer")
	if !ok || stage[0] == '1' {
		return 32, 1
	}
	s := int(stage[0] - '1')
	if strings.HasPrefix(stage[1:], ".0.conv1") || strings.HasPrefix(stage[1:], ".0.shortcut") {
		return 32 >> (s - 1), 2
	}
	return 32 >> s, 1
}

// convolutionFlops of a square kernel on square maps, padded by half of it.
func convolutionFlops(n, in, out, kernel, size, stride int) float64 {
	taps := 0 // along one axis, over all positions of the output, without those on padding
	for y := 0; y < size; y += stride {
		for k := range kernel {
			if at := y + k - kernel/2; at >= 0 && at < size {
				taps++
			}
		}
	}
	return 2 * float64(n) * float64(in) * float64(out) * float64(taps) * float64(taps)
}

// Bytes is the least that the row's work must move: the operands and the result of a matrix product, once each.
// 0: arithmetic binds.
func (r Row) Bytes() float64 {
	if r.Work() != "gemm" {
		return 0
	}
	m, n, k, _ := r.product()
	return 4 * (float64(m)*float64(k) + float64(k)*float64(n) + float64(m)*float64(n))
}
