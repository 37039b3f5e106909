package numtest

import "basin/linop"

// Counter counts the products that its operator forms.
type Counter struct {
	linop.Operator
	Products int // vectors multiplied
	Calls    int // of Apply and ApplyBlock
}

func (c *Counter) Apply(dst, src []float64) error {
	c.Products++
	c.Calls++
	return c.Operator.Apply(dst, src)
}

func (c *Counter) ApplyBlock(dst, src []float64, k int) error {
	c.Products += k
	c.Calls++
	return c.Operator.ApplyBlock(dst, src, k)
}
