package spectral

import "math"

// smooth fills the grid and the density on it.
func (d *Density) smooth(o DensityOptions) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, q := range d.Quadratures {
		low, high = min(low, q.Nodes[0]), max(high, q.Nodes[len(q.Nodes)-1])
	}
	d.Variance = o.Variance
	if d.Variance == 0 {
		width := high - low
		if size := max(math.Abs(low), math.Abs(high)); width <= 1e-12*size {
			// A single eigenvalue has no width: its size is the scale, or 1.
			if width = size; size == 0 {
				width = 1
			}
		}
		d.Variance = 1e-5 * width * width
	}
	const tail = 6 // standard deviations; 2e-9 of a Gaussian's mass lies beyond
	sigma := math.Sqrt(d.Variance)
	low, high = low-tail*sigma, high+tail*sigma
	cell := (high - low) / float64(o.Points)
	edge := func(j int) float64 { return low + float64(float64(j)*cell) }

	cells := make([]mean, o.Points)
	mass := make([]float64, o.Points)
	for _, q := range d.Quadratures {
		clear(mass)
		for i, x := range q.Nodes {
			from := max(0, int((x-tail*sigma-low)/cell))
			before := 0.0 // the first cell takes all mass below it
			for j := from; j < o.Points; j++ {
				after := 1.0
				if right := edge(j + 1); right < x+tail*sigma && j+1 < o.Points {
					after = 0.5 * math.Erfc((x-right)/(sigma*math.Sqrt2))
				}
				mass[j] += float64(q.Weights[i] * (after - before))
				if before = after; after == 1 {
					break
				}
			}
		}
		for j := range cells {
			cells[j].add(mass[j] / cell)
		}
	}
	d.Grid, d.Values, d.StdErr = make([]float64, o.Points), make([]float64, o.Points), make([]float64, o.Points)
	for j, m := range cells {
		d.Grid[j] = low + float64((float64(j)+0.5)*cell)
		d.Values[j], d.StdErr[j] = m.value, m.stdErr()
	}
}
