package report

import "basin/record"

// thin keeps as many points of an array as can be seen. The ends stay; of a curve, so does every peak of its last
// column: of each stretch the largest value is kept.
func thin(a *record.Array) *record.Array {
	picked := make([][]int, len(a.Axes))
	for k := range a.Axes {
		n := a.Axes[k].Len()
		if len(a.Axes) == 1 && len(a.Columns) > 0 {
			picked[k] = peaks(a.Columns[len(a.Columns)-1].Data, linePoints)
		} else {
			picked[k] = evenly(n, surfacePoints)
		}
	}
	out := &record.Array{}
	for k, x := range a.Axes {
		y := record.Axis{Name: x.Name, Unit: x.Unit, Scale: x.Scale}
		for _, i := range picked[k] {
			if len(x.Names) > 0 {
				y.Names = append(y.Names, x.Names[i])
			} else {
				y.At = append(y.At, x.At[i])
			}
		}
		out.Axes = append(out.Axes, y)
	}
	for _, c := range a.Columns {
		data := []float64{}
		each(picked, a.Axes, func(i int) { data = append(data, c.Data[i]) })
		out.Columns = append(out.Columns, record.Column{Name: c.Name, Data: data})
	}
	return out
}

// each calls f with the index of every picked number of a row-major array.
func each(picked [][]int, axes []record.Axis, f func(int)) {
	var walk func(k, base int)
	walk = func(k, base int) {
		if k == len(axes) {
			f(base)
			return
		}
		for _, i := range picked[k] {
			walk(k+1, base*axes[k].Len()+i)
		}
	}
	walk(0, 0)
}

func evenly(n, most int) []int {
	m := min(n, most)
	out := make([]int, m)
	for k := range out {
		if out[k] = k; m < n {
			out[k] = k * (n - 1) / (m - 1)
		}
	}
	return out
}

// peaks cuts a curve into stretches and picks the place of the largest value of each, and the ends.
func peaks(y []float64, most int) []int {
	n := len(y)
	m := min(n, most)
	var out []int
	for k := range m {
		lo, hi := k*n/m, (k+1)*n/m
		best := lo
		switch {
		case k == 0:
		case k == m-1:
			best = n - 1
		default:
			for i := lo; i < hi; i++ {
				if y[i] > y[best] {
					best = i
				}
			}
		}
		out = append(out, best)
	}
	return out
}
