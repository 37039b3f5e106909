package reference

import "basin/graph"

func constant(y array, a *graph.Attr) {
	for i := range y.data {
		if len(a.Data) == 1 {
			y.data[i] = a.Data[0]
		} else {
			y.data[i] = a.Data[i]
		}
	}
}

func count(y array, axis int) {
	inner := strides(y.typ.Shape)[axis]
	for i := range y.data {
		y.data[i] = float64(i / inner % y.typ.Shape[axis])
	}
}

// transpose: axis i of y is axis perm[i] of x.
func transpose(y, x array, perm []int) {
	for i, at := range x.along(perm) {
		y.data[i] = x.data[at]
	}
}

// broadcast: axis i of x is axis axes[i] of y; along the others x repeats.
func broadcast(y, x array, axes []int) {
	stride := make([]int, len(y.typ.Shape))
	for i, s := range strides(x.typ.Shape) {
		stride[axes[i]] = s
	}
	for i, at := range offsets(y.typ.Shape, stride) {
		y.data[i] = x.data[at]
	}
}

// stepped lists the offsets low + i·step of a box of the given shape inside an array of strides s.
func stepped(shape, low, step, s []int) []int {
	first, stride := 0, make([]int, len(s))
	for i := range s {
		first += low[i] * s[i]
		stride[i] = step[i] * s[i]
	}
	list := offsets(shape, stride)
	for i := range list {
		list[i] += first
	}
	return list
}

func slice(y, x array, a *graph.Attr) {
	for i, at := range stepped(y.typ.Shape, a.Low, a.Step, strides(x.typ.Shape)) {
		y.data[i] = x.data[at]
	}
}

func pad(y, x array, a *graph.Attr) {
	for i, at := range stepped(x.typ.Shape, a.Low, a.Step, strides(y.typ.Shape)) {
		y.data[at] = x.data[i]
	}
}

func concatenate(y array, in []array, axis int) {
	s := strides(y.typ.Shape)
	first := 0
	for _, x := range in {
		for i, at := range offsets(x.typ.Shape, s) {
			y.data[first+at] = x.data[i]
		}
		first += x.typ.Shape[axis] * s[axis]
	}
}
