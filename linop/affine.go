package linop

import "gonum.org/v1/gonum/floats"

// Scale returns c·A.
func Scale(c float64, a Operator) Operator { return affine{a, c, 0} }

// Shift returns A + s·I.
func Shift(a Operator, s float64) Operator { return affine{a, 1, s} }

// affine is scale·A + shift·I.
type affine struct {
	a            Operator
	scale, shift float64
}

func (o affine) Dim() int { return o.a.Dim() }

func (o affine) Apply(dst, src []float64) error {
	if err := o.a.Apply(dst, src); err != nil {
		return err
	}
	o.finish(dst, src)
	return nil
}

func (o affine) ApplyBlock(dst, src []float64, k int) error {
	if err := o.a.ApplyBlock(dst, src, k); err != nil {
		return err
	}
	o.finish(dst, src)
	return nil
}

func (o affine) finish(dst, src []float64) {
	if o.scale != 1 {
		floats.Scale(o.scale, dst)
	}
	if o.shift != 0 {
		floats.AddScaled(dst, o.shift, src)
	}
}
