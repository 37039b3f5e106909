package graph

import "fmt"

// JVP pushes tangents forward: for each output y it gives ẏ = Σᵢ ∂y/∂xᵢ · ẋᵢ, as new values. The xs may be any
// values that the ys depend on, not only inputs.
func JVP(ys, xs, tangents []*Value) []*Value {
	checkPairs("JVP", xs, tangents)
	t := make(map[*Value]*Value, len(xs))
	for i, x := range xs {
		t[x] = tangents[i]
	}
	for _, v := range topological(ys) {
		if t[v] != nil || len(v.in) == 0 || !v.typ.DType.IsFloat() {
			continue
		}
		dot, any := make([]*Value, len(v.in)), false
		for i, o := range v.in {
			dot[i] = t[o]
			any = any || dot[i] != nil
		}
		if any {
			if tv := rules[v.op].jvp(v, dot); tv != nil {
				t[v] = tv
			}
		}
	}
	out := make([]*Value, len(ys))
	for i, y := range ys {
		if out[i] = t[y]; out[i] == nil {
			out[i] = like(y, 0)
		}
	}
	return out
}

// VJP pulls cotangents back: for each x it gives x̄ = Σⱼ ȳⱼ · ∂yⱼ/∂x.
func VJP(ys, xs, cotangents []*Value) []*Value {
	checkPairs("VJP", ys, cotangents)
	order := topological(ys)
	dep := dependents(order, xs)
	bar := map[*Value]*Value{}
	accumulate := func(v, c *Value) {
		if c == nil {
			return
		}
		if bar[v] != nil {
			c = Add(bar[v], c)
		}
		bar[v] = c
	}
	for i, y := range ys {
		accumulate(y, cotangents[i])
	}
	isPoint := map[*Value]bool{}
	for _, x := range xs {
		isPoint[x] = true
	}
	for i := len(order) - 1; i >= 0; i-- {
		v := order[i]
		if bar[v] == nil || !dep[v] || isPoint[v] || len(v.in) == 0 {
			continue
		}
		need := make([]bool, len(v.in))
		for j, o := range v.in {
			need[j] = dep[o] && o.typ.DType.IsFloat()
		}
		for j, c := range rules[v.op].vjp(v, bar[v], need) {
			if need[j] {
				accumulate(v.in[j], c)
			}
		}
	}
	out := make([]*Value, len(xs))
	for i, x := range xs {
		if out[i] = bar[x]; out[i] == nil {
			out[i] = like(x, 0)
		}
	}
	return out
}

func checkPairs(what string, vs, ts []*Value) {
	if len(vs) != len(ts) {
		panic(&ShapeError{Reason: fmt.Sprintf("%s of %d values with %d vectors", what, len(vs), len(ts))})
	}
	for i := range vs {
		if !vs[i].typ.Equal(ts[i].typ) {
			panic(&ShapeError{Op: vs[i].op, Operands: []Type{vs[i].typ, ts[i].typ},
				Reason: what + ": a vector must have the type of its value"})
		}
	}
}

// Grad is the gradient of the scalar y.
func Grad(y *Value, xs ...*Value) []*Value {
	if y.typ.Rank() != 0 {
		fail(y.op, []*Value{y}, "only a scalar has a gradient")
	}
	return VJP([]*Value{y}, xs, []*Value{like(y, 1)})
}

// HVP is the product of the Hessian of the scalar y with the vector made of vs: the JVP of the gradient, forward
// over reverse (Pearlmutter 1994).
func HVP(y *Value, xs, vs []*Value) []*Value { return JVP(Grad(y, xs...), xs, vs) }

// Jacobian is the array of all ∂y/∂x, of shape y.shape + x.shape: a Vmap of JVP or of VJP, whichever needs fewer
// passes.
func Jacobian(y, x *Value) *Value {
	n, m := y.typ.Size(), x.typ.Size()
	if m < n {
		cols := Vmap(func(t []*Value) []*Value { return JVP([]*Value{y}, []*Value{x}, t) }, basis(x.typ))[0] // [m, y…]
		r := y.typ.Rank()
		perm := append(span(1, r+1), 0)
		return Reshape(Transpose(cols, perm...), concat(y.typ.Shape, x.typ.Shape)...)
	}
	rows := Vmap(func(c []*Value) []*Value { return VJP([]*Value{y}, []*Value{x}, c) }, basis(y.typ))[0] // [n, x…]
	return Reshape(rows, concat(y.typ.Shape, x.typ.Shape)...)
}

// Laplacian is Σᵢ ∂²y/∂xᵢ² for x of shape [d] and y of any shape: forward over forward along each axis; all share
// the pass of y.
func Laplacian(y, x *Value) *Value {
	second := Vmap(func(t []*Value) []*Value {
		first := JVP([]*Value{y}, []*Value{x}, t)
		return JVP(first, []*Value{x}, t)
	}, basis(x.typ))[0]
	return ReduceSum(second, 0)
}

// basis is the array of unit vectors of type t, one a row: [size, t.shape…].
func basis(t Type) *Value {
	n := t.Size()
	i := Type{t.DType, []int{n, n}}
	return Reshape(Compare(EQ, Iota(i, 0), Iota(i, 1)), concat([]int{n}, t.Shape)...)
}
