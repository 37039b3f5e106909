package measure_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"basin/checkpoint"
	"basin/dataset"
	"basin/graph"
	"basin/measure"
	"basin/model"
	"basin/network"
	"basin/objective"
	"basin/record"
)

// digitsMLP is what PyTorch and PyHessian say of a network that PyTorch trained, bench/fixtures/digits.py.
type digitsMLP struct {
	TrainAccuracy float64 `json:"train_accuracy"` // shares, of the first 1437 digits and of the others
	TestAccuracy  float64 `json:"test_accuracy"`
	TrainLoss     float64 `json:"train_loss"`
	TestLoss      float64 `json:"test_loss"`
	Dense         struct {
		Loss, Trace float64
		Eigenvalues []float64
	}
	PyHessian struct {
		Eigenvalues []float64
		Trace       float64
		StdErr      float64 `json:"trace_stderr"`
	}
}

// peer is PyTorch's network, as float64 has it, with the samples of its Hessian as sets.
func peer(t *testing.T) (c *objective.Setup, net network.Network, f digitsMLP) {
	t.Helper()
	text, err := os.ReadFile("testdata/digits_mlp.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	set, err := dataset.ReadNPZ("testdata/digits_mlp.npz")
	if err != nil {
		t.Fatal(err)
	}
	c = newSetup(t, graph.Float64)
	c.Data = &dataset.Split{Train: set, Test: set}
	if c.Model, err = model.New(&model.MLP{Width: 16, Depth: 2, Activation: "relu"}, set.Input(),
		set.Classes); err != nil {
		t.Fatal(err)
	}
	file, err := checkpoint.Read("testdata/digits_mlp.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	var want []checkpoint.Want
	for _, s := range c.Model.Params.Segments {
		want = append(want, checkpoint.Want{Name: s.Name, Shape: s.Shape})
	}
	mapping, err := checkpoint.Match(want, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	var theta []float64
	for _, p := range mapping.Pairs {
		theta = append(theta, p.Tensor.Float()...)
	}
	return c, network.Network{Theta: theta, Status: record.OK}, f
}

// TestHessianAgainstPyTorch measures PyTorch's checkpoint on its samples: the dense Hessian's numbers.
func TestHessianAgainstPyTorch(t *testing.T) {
	c, net, f := peer(t)
	top := slices.Clone(f.Dense.Eigenvalues)
	slices.Reverse(top)
	// Ritz values converge with the square of their residuals.
	for dtype, tolerance := range map[graph.DType]float64{graph.Float64: 1e-6, graph.Float32: 1e-3} {
		s := &measure.Hessian{Samples: -1, Mode: "eval", Eigenvalues: 5, Tolerance: 1e-4, Steps: 200, DType: dtype,
			Trace: measure.Trace{Probes: 100, RelativeError: 0.02}, Density: measure.Density{Probes: 4, Steps: 80}}
		records := run(t, c, s, net)
		for i := range 5 {
			if r := find(t, records, eigenvalue(i)); math.Abs(r.Value-top[i]) > tolerance*top[0] {
				t.Errorf("%v: %s = %v, dense %v", dtype, r.Quantity, r.Value, top[i])
			}
		}
		if r := find(t, records, record.EigenvalueMin); math.Abs(r.Value-f.Dense.Eigenvalues[0]) > tolerance*top[0] {
			t.Errorf("%v: smallest %v, dense %v", dtype, r.Value, f.Dense.Eigenvalues[0])
		}
		// PyHessian's own are a factor 1−2e-6 low, since it normalises by ‖v‖+1e-6.
		for i, v := range f.PyHessian.Eigenvalues {
			if math.Abs(find(t, records, eigenvalue(i)).Value-v) > (tolerance+3e-6)*top[0] {
				t.Errorf("%v: eigenvalue %d is not PyHessian's %v", dtype, i+1, v)
			}
		}
		r := find(t, records, record.Trace)
		if math.Abs(r.Value-f.PyHessian.Trace) > 4*math.Hypot(r.StdErr, f.PyHessian.StdErr) {
			t.Errorf("%v: trace %v ± %v, PyHessian %v ± %v", dtype, r.Value, r.StdErr, f.PyHessian.Trace,
				f.PyHessian.StdErr)
		}
		// Four standard errors: one seed in 16,000 is outside.
		if r := find(t, records, record.Trace); math.Abs(r.Value-f.Dense.Trace) > 4*r.StdErr {
			t.Errorf("%v: trace %v ± %v, dense %v", dtype, r.Value, r.StdErr, f.Dense.Trace)
		}
		if r := find(t, records, record.Density); math.Abs(r.Value-f.Dense.Trace/float64(len(net.Theta))) > 5*r.StdErr {
			t.Errorf("%v: mean of the density %v ± %v, dense %v", dtype, r.Value, r.StdErr,
				f.Dense.Trace/float64(len(net.Theta)))
		}
	}
	exact := agreement * math.Abs(f.Dense.Trace)
	// As many probes as parameters make the trace exact.
	s := &measure.Hessian{Samples: -1, Mode: "eval", Eigenvalues: 1, Tolerance: 0.1, Steps: 20, DType: graph.Float64,
		Trace: measure.Trace{Probes: len(net.Theta), RelativeError: 1e-9}, Density: measure.Density{Probes: -1}}
	if r := find(t, run(t, c, s, net), record.Trace); math.Abs(r.Value-f.Dense.Trace) > exact {
		t.Errorf("trace by %s = %v, dense %v", r.Provenance.Estimator, r.Value, f.Dense.Trace)
	}
	loss := find(t, run(t, c, &measure.Performance{}, net), record.TrainLoss)
	if math.Abs(loss.Value-f.Dense.Loss) > agreement {
		t.Errorf("loss %v, PyTorch has %v", loss.Value, f.Dense.Loss)
	}
}

// agreement of two float64 computations of a mean over a thousand samples.
const agreement = 1e-10

func eigenvalue(i int) string {
	if i == 0 {
		return record.EigenvalueMax
	}
	return fmt.Sprintf("eigenvalue_%d", i+1)
}

// TestPerformanceAgainstPyTorch on all digits, in scikit-learn's order: the first 1437 are trained on.
func TestPerformanceAgainstPyTorch(t *testing.T) {
	c, net, f := peer(t)
	all := rawDigits(t)
	const n = 1437
	c.Data = &dataset.Split{Train: all.Select(indices(0, n)), Test: all.Select(indices(n, all.Len()))}
	records := run(t, c, &measure.Performance{}, net)
	for quantity, want := range map[string]float64{
		record.TrainLoss: f.TrainLoss, record.TestLoss: f.TestLoss,
		record.TrainAccuracy: 100 * f.TrainAccuracy, record.TestAccuracy: 100 * f.TestAccuracy,
		record.Gap: 100 * (f.TrainAccuracy - f.TestAccuracy),
	} {
		if r := find(t, records, quantity); r.Status != record.OK || math.Abs(r.Value-want) > agreement*100 {
			t.Errorf("%s = %v with status %q, PyTorch has %v", quantity, r.Value, r.Status, want)
		}
	}
	train, test := find(t, records, record.TrainLoss), find(t, records, record.TestLoss)
	if train.N != n || test.N != all.Len()-n {
		t.Errorf("means over %d and %d samples, want %d and %d", train.N, test.N, n, all.Len()-n)
	}
}

// rawDigits reads scikit-learn's file as it is: 64 pixels of 0 to 16 and the label a line.
func rawDigits(t *testing.T) *dataset.Set {
	t.Helper()
	file, err := os.Open("../dataset/digits/digits.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	gz, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(gz).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var x []float32
	var y []int32
	for _, line := range lines {
		for i, field := range line {
			v, err := strconv.ParseFloat(field, 32)
			if err != nil {
				t.Fatal(err)
			}
			if i < 64 {
				x = append(x, float32(v)/16)
			} else {
				y = append(y, int32(v))
			}
		}
	}
	return dataset.NewSet("digits", []int{64}, x, y, 10)
}

func indices(from, to int) (list []int32) {
	for i := from; i < to; i++ {
		list = append(list, int32(i))
	}
	return list
}
