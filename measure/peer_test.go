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
	"basin/record"
	"basin/spec"
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
func peer(t *testing.T) (c *measure.Context, net measure.Network, f digitsMLP) {
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
	c = newContext(t, graph.Float64)
	c.Split = &dataset.Split{Train: set, Test: set}
	if c.Model, err = model.New(spec.Model{Kind: "mlp", Width: 16, Depth: 2}, set.Input(), set.Classes); err != nil {
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
	return c, measure.Network{Theta: theta, Status: record.OK}, f
}

// TestHessianAgainstPyTorch measures PyTorch's checkpoint on its samples: the dense Hessian's numbers.
func TestHessianAgainstPyTorch(t *testing.T) {
	c, net, f := peer(t)
	top := slices.Clone(f.Dense.Eigenvalues)
	slices.Reverse(top)
	for dtype, tolerance := range map[string]float64{"float64": 1e-6, "float32": 1e-3} { // Ritz values converge with the square of their residuals
		s := &spec.Hessian{Samples: -1, Eigenvalues: 5, Tolerance: 1e-4, Steps: 200, DType: dtype, Trace: spec.Trace{Probes: 100, RelativeError: 0.02}, Density: spec.Density{Probes: 4, Steps: 80}}
		records := run(t, c, s, net)
		for i := range 5 {
			if r := find(t, records, eigenvalue(i)); math.Abs(r.Value-top[i]) > tolerance*top[0] {
				t.Errorf("%s: %s = %v, dense %v", dtype, r.Quantity, r.Value, top[i])
			}
		}
		if r := find(t, records, record.EigenvalueMin); math.Abs(r.Value-f.Dense.Eigenvalues[0]) > tolerance*top[0] {
			t.Errorf("%s: smallest %v, dense %v", dtype, r.Value, f.Dense.Eigenvalues[0])
		}
		// PyHessian's own are a factor 1−2e-6 low, since it normalises by ‖v‖+1e-6.
		for i, v := range f.PyHessian.Eigenvalues {
			if math.Abs(find(t, records, eigenvalue(i)).Value-v) > (tolerance+3e-6)*top[0] {
				t.Errorf("%s: eigenvalue %d is not PyHessian's %v", dtype, i+1, v)
			}
		}
		if r := find(t, records, record.Trace); math.Abs(r.Value-f.PyHessian.Trace) > 4*math.Hypot(r.StdErr, f.PyHessian.StdErr) {
			t.Errorf("%s: trace %v ± %v, PyHessian %v ± %v", dtype, r.Value, r.StdErr, f.PyHessian.Trace, f.PyHessian.StdErr)
		}
		// Four standard errors: one seed in 16,000 is outside.
		if r := find(t, records, record.Trace); math.Abs(r.Value-f.Dense.Trace) > 4*r.StdErr {
			t.Errorf("%s: trace %v ± %v, dense %v", dtype, r.Value, r.StdErr, f.Dense.Trace)
		}
		if r := find(t, records, record.Density); math.Abs(r.Value-f.Dense.Trace/float64(len(net.Theta))) > 5*r.StdErr {
			t.Errorf("%s: mean of the density %v ± %v, dense %v", dtype, r.Value, r.StdErr, f.Dense.Trace/float64(len(net.Theta)))
		}
	}
	// As many probes as parameters make the trace exact.
	s := &spec.Hessian{Samples: -1, Eigenvalues: 1, Tolerance: 0.1, Steps: 20, DType: "float64", Trace: spec.Trace{Probes: len(net.Theta), RelativeError: 1e-9}, Density: spec.Density{Probes: -1}}
	if r := find(t, run(t, c, s, net), record.Trace); math.Abs(r.Value-f.Dense.Trace) > agreement*math.Abs(f.Dense.Trace) {
		t.Errorf("trace by %s = %v, dense %v", r.Provenance.Estimator, r.Value, f.Dense.Trace)
	}
	loss := find(t, run(t, c, &spec.Performance{}, net), record.TrainLoss)
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
	x, y := rawDigits(t)
	const n = 1437
	c.Split = &dataset.Split{
		Train: dataset.NewSet("digits", []int{64}, x[:n*64], y[:n], 10),
		Test:  dataset.NewSet("digits", []int{64}, x[n*64:], y[n:], 10),
	}
	records := run(t, c, &spec.Performance{}, net)
	for quantity, want := range map[string]float64{
		record.TrainLoss: f.TrainLoss, record.TestLoss: f.TestLoss, record.TrainAccuracy: 100 * f.TrainAccuracy, record.TestAccuracy: 100 * f.TestAccuracy,
		record.Gap: 100 * (f.TrainAccuracy - f.TestAccuracy),
	} {
		if r := find(t, records, quantity); r.Status != record.OK || math.Abs(r.Value-want) > agreement*100 {
			t.Errorf("%s = %v with status %q, PyTorch has %v", quantity, r.Value, r.Status, want)
		}
	}
	if train, test := find(t, records, record.TrainLoss), find(t, records, record.TestLoss); train.N != n || test.N != len(y)-n {
		t.Errorf("means over %d and %d samples, want %d and %d", train.N, test.N, n, len(y)-n)
	}
}

// rawDigits reads scikit-learn's file as it is: 64 pixels of 0 to 16 and the label a line.
func rawDigits(t *testing.T) (x []float32, y []int32) {
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
	return x, y
}
