package phasetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"basin/random"
	"basin/record"
	"basin/results"
)

// Size of a synthetic grid.
type Size struct {
	Rows, Cols, Replicas int
	Sheets               int  // maps, along a third axis; default 1, and no third axis
	Pairs                bool // all pairs for every global measure; else one
	Arrays               bool // curves and spectra
	Holes                bool // a cell without records, one that diverged, one that failed
}

// Synthetic invents a grid that looks like the published ones: loss falls with load, curves connect with load and
// with cold, similarity comes last, and the hot corner of small models is dead. Every number is made up.
func Synthetic(s Size) results.Source {
	in := results.Source{Name: "synthetic", Axes: []results.Axis{load(), temperature()}, Rule: Rule(),
		Quantities: record.Quantities,
		Costs:      []results.Cost{{Measure: "hessian", Seconds: 2.5}, {Measure: "train", Seconds: 10}}}
	for c := range s.Cols {
		add(&in.Axes[0], value([]float64{1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64}, c, s.Cols))
	}
	for r := range s.Rows {
		add(&in.Axes[1], value([]float64{8, 16, 32, 64, 128, 256, 512}, r, s.Rows))
	}
	if s.Sheets > 1 {
		in.Axes = append(in.Axes, results.Axis{Name: "rate", Path: "train.optimizer.lr", Label: "learning rate"})
		for k := range s.Sheets {
			add(&in.Axes[2], 0.1/float64(int(1)<<k))
		}
	}
	for k := range max(1, s.Sheets) {
		for r := range s.Rows {
			for c := range s.Cols {
				cell := cell(s, k, r, c)
				cell.At = []int{c, r, k}[:len(in.Axes)]
				in.Cells = append(in.Cells, cell)
			}
		}
	}
	if s.Holes {
		n := len(in.Cells)
		in.Cells[n-1].Records, in.Cells[n-1].State = nil, results.Pending
		in.Cells[n-2].Records, in.Cells[n-2].Training = nil, map[int]record.Status{}
		for i := range s.Replicas {
			in.Cells[n-2].Training[i] = record.Diverged
		}
		in.Cells[n-3].Failures, in.Cells[n-3].State = []results.Failure{{Work: "hessian", Reason: "out of memory"}},
			results.Failed
	}
	return in
}

func add(a *results.Axis, value float64) {
	a.Values, a.Numbers = append(a.Values, strconv.FormatFloat(value, 'g', -1, 64)), append(a.Numbers, value)
}

// value is the i-th of n on an axis: from the list while it lasts, else geometric between its ends.
func value(list []float64, i, n int) float64 {
	if n <= len(list) {
		return list[i]
	}
	lo, hi := list[0], list[len(list)-1]
	return math.Round(1000*lo*math.Pow(hi/lo, float64(i)/float64(n-1))) / 1000
}

func cell(s Size, k, r, c int) results.SourceCell {
	x := float64(c) / math.Max(1, float64(s.Cols-1))   // load
	y := 1 - float64(r)/math.Max(1, float64(s.Rows-1)) // heat: small batches come first
	rng := random.Stream(1, "phasetest", (k*s.Rows+r)*s.Cols+c)
	out := results.SourceCell{ID: fmt.Sprintf("%03d-%03d-%03d", k, r, c), State: results.Done, Replicas: s.Replicas,
		Training: map[int]record.Status{}}
	dead := y > 0.85 && x < 0.35
	sharp := 1 / (1 + math.Exp(14*(x-0.36-0.25*math.Abs(y-0.5))))
	poor := 1 / (1 + math.Exp(12*(x-0.25-0.65*y*y-0.2*y)))
	noise := func(size float64) float64 { return size * rng.NormFloat64() }
	for i := range s.Replicas {
		out.Training[i] = record.OK
		add := func(measure, quantity string, value, se float64) {
			status := record.OK
			if dead && i*2 < s.Replicas+2 {
				status = record.Constant
			}
			out.Records = append(out.Records, record.Record{Measure: measure, Quantity: quantity, Of: record.Points(i),
				Value: value, StdErr: se, N: 1, Status: status})
		}
		loss := 0.002 + 1.6*sharp*sharp*math.Exp(noise(0.12)) + 0.03*y
		test := 97 - 45*sharp*sharp - 6*poor + noise(0.6)
		train := min(100, 100-42*sharp*sharp+noise(0.3))
		lambda := 2 * math.Exp(5*sharp+noise(0.2)+y)
		add(record.Performance, record.TrainLoss, loss, math.NaN())
		add(record.Performance, record.TrainAccuracy, train, math.NaN())
		add(record.Performance, record.TestAccuracy, test, math.NaN())
		add(record.Performance, record.TestLoss, loss+0.1, math.NaN())
		add(record.Performance, record.Gap, train-test, math.NaN())
		add(record.Hessian, record.EigenvalueMax, lambda, 1e-4*lambda)
		add(record.Hessian, record.EigenvalueMin, -0.05*lambda, 1e-4*lambda)
		add(record.Hessian, record.Trace, 4.5*lambda*math.Exp(noise(0.1)), 0.2*lambda)
		if s.Arrays && !dead {
			out.Records = append(out.Records, spectrum(rng, i, lambda), epochs(i, loss))
		}
	}
	for a := range s.Replicas {
		for b := range a {
			if !s.Pairs && a > 1 {
				continue
			}
			add := func(measure, quantity string, value float64) {
				status := record.OK
				if dead {
					status, value = record.Undefined, math.NaN()
				}
				out.Records = append(out.Records, record.Record{Measure: measure, Quantity: quantity, Of: record.Points(b, a),
					Value: value, StdErr: math.NaN(), N: 640, Status: status})
			}
			mc := 2.5*sharp*(1-poor) - 14*poor*poor + 0.3 + noise(0.5)
			add(record.Connectivity, record.MC, mc)
			add(record.Connectivity, record.MCLine, mc-20-noise(2))
			add(record.Similarity, record.CKA, 0.15+0.8*(1-sharp)*(1-0.75*poor)*(0.75+0.25*x)+noise(0.015))
			add(record.Distance, record.L2, 8+22*x-6*(1-y)+noise(0.3))
			if s.Arrays && !dead {
				out.Records = append(out.Records, curve(record.CurveBezier, b, a, 4*sharp, mc),
					curve(record.CurveLine, b, a, 4*sharp, mc-20))
			}
		}
	}
	return out
}

func curve(quantity string, a, b int, end, mc float64) record.Record {
	const points = 21
	var ts, errors, losses []float64
	for i := range points {
		t := float64(i) / (points - 1)
		e := math.Max(0, end-mc*math.Pow(4*t*(1-t), 2))
		ts, errors, losses = append(ts, t), append(errors, e), append(losses, 0.01+e/25)
	}
	return record.Record{Measure: record.Connectivity, Quantity: quantity, Of: record.Points(a, b),
		Value: math.NaN(), StdErr: math.NaN(),
		N: points, Status: record.OK,
		Array: record.Curve("t", ts, record.Column{Name: "error", Data: errors},
			record.Column{Name: "loss", Data: losses})}
}

// epochs fall from 2.3 to the final loss.
func epochs(replica int, last float64) record.Record {
	const n = 60
	var at, losses []float64
	for i := range n {
		at, losses = append(at, float64(i+1)), append(losses, last+(2.3-last)*math.Exp(-float64(i)/8))
	}
	return record.Record{Measure: "train", Quantity: record.EpochLoss, Of: record.Points(replica),
		Value: losses[n-1], StdErr: math.NaN(),
		N: n, Status: record.OK, Array: record.Curve("epoch", at, record.Column{Name: "loss", Data: losses})}
}

// spectrum is a bulk at zero with a few outliers, as Hessians have.
func spectrum(rng *rand.Rand, replica int, top float64) record.Record {
	const points = 300
	var at, density []float64
	outliers := []float64{top, 0.7 * top, 0.45*top + rng.Float64()*0.1*top, 0.3 * top}
	for i := range points {
		l := top * (-0.15 + 1.25*float64(i)/(points-1))
		d := 30 / top * math.Exp(-math.Abs(l)/(0.02*top))
		for _, o := range outliers {
			d += 0.05 / top * math.Exp(-math.Pow((l-o)/(0.012*top), 2))
		}
		at, density = append(at, l), append(density, d+1e-7/top)
	}
	return record.Record{Measure: record.Hessian, Quantity: record.Density, Of: record.Points(replica),
		Value: math.NaN(), StdErr: math.NaN(),
		N: 4, Status: record.OK, Array: record.Curve("lambda", at, record.Column{Name: "density", Data: density})}
}
