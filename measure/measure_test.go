package measure_test

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/graph"
	"basin/measure"
	"basin/model"
	"basin/network"
	"basin/objective"
	"basin/random"
	"basin/record"
	"basin/spec"
	"basin/task"
	"basin/train"
)

func newSetup(t *testing.T, d graph.DType) *objective.Setup {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	data := spec.Data{Set: "digits", Train: 1437, Fraction: 0.1, Normalize: "channel"}
	split, err := dataset.Load(data, dataset.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	a := &model.MLP{Width: 6, Depth: 1, Activation: "relu"}
	m, err := model.New(a, split.Train.Input(), split.Train.Classes)
	if err != nil {
		t.Fatal(err)
	}
	return &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"}, Data: split,
		Seed: 1, DType: d}
}

// trained are a few replicas after a short training.
func trained(t *testing.T, c *objective.Setup, n int) []network.Network {
	t.Helper()
	tr, err := train.New(c, train.Recipe{Optimizer: &train.SGD{LR: 0.05, Momentum: 0.9},
		Batch: 16, Epochs: 8})
	if err != nil {
		t.Fatal(err)
	}
	var nets []network.Network
	for i := range n {
		r, err := tr.Run(context.Background(), train.Member{Replica: i})
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, network.Network{Point: record.Point{Replica: i}, Theta: r[0].Theta, State: r[0].State,
			Status: r[0].Status})
	}
	return nets
}

// dead is a network whose ReLUs never fire.
func dead(c *objective.Setup, replica int) network.Network {
	theta := c.Model.Init(random.Stream(7, "init", replica))
	bias, _ := c.Model.Params.Find("fc1.bias")
	for i := range bias.Size {
		theta[bias.Offset+i] = -1e3
	}
	return network.Network{Point: record.Point{Replica: replica}, Theta: theta, Status: record.OK}
}

func find(t *testing.T, records []record.Record, quantity string) record.Record {
	t.Helper()
	for _, r := range records {
		if r.Quantity == quantity {
			return r
		}
	}
	t.Fatalf("no record of %s", quantity)
	return record.Record{}
}

func run(t *testing.T, c *objective.Setup, settings measure.After, group ...network.Network) []record.Record {
	t.Helper()
	m, err := settings.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var replicas []int
	for _, n := range group {
		replicas = append(replicas, n.Replica)
	}
	began := time.Now()
	found := measure.NewFindings(record.Points(replicas...))
	if err := m.Measure(context.Background(), group, found); err != nil {
		t.Fatal(err)
	}
	most, seconds := time.Since(began).Seconds(), 0.0
	for _, r := range found.Records {
		if seconds += r.Seconds; r.Seconds <= 0 || seconds > most {
			t.Errorf("%s took %g of %g s", r.Quantity, r.Seconds, most)
		}
		if r.Provenance.DType == "" || r.Provenance.CPU == "" || r.Provenance.Version == "" || len(r.Of) != len(group) {
			t.Errorf("%s lacks provenance: %+v", r.Quantity, r)
		}
	}
	return found.Records
}

func allSettings() map[string]measure.After {
	return map[string]measure.After{
		"performance": &measure.Performance{},
		"hessian": &measure.Hessian{Samples: 50, Mode: "eval", Eigenvalues: 3, Tolerance: 1e-3, Steps: 60,
			Trace: measure.Trace{Probes: 20, RelativeError: 0.05}, Density: measure.Density{Probes: 2, Steps: 10}},
		"connectivity": &measure.Connectivity{Curve: "bezier", Epochs: 2, LR: 0.01, Momentum: 0.9, WeightDecay: 5e-4,
			Batch:  32,
			Points: 5, Start: "midpoint"},
		"similarity": &measure.Similarity{Samples: 64, Inputs: "mixup", Set: "train"},
		"distance":   &measure.Distance{},
	}
}

func groupOf(name string, nets []network.Network) []network.Network {
	if name == "performance" || name == "hessian" {
		return nets[:1]
	}
	return nets[:2]
}

// TestDeadNetworks have statuses, not numbers to be believed: two of them must not read CKA 1.
func TestDeadNetworks(t *testing.T) {
	c := newSetup(t, graph.Float32)
	nets := []network.Network{dead(c, 0), dead(c, 1)}
	for name, s := range allSettings() {
		if name == "distance" {
			continue // a distance is between parameters, whatever they compute
		}
		for _, r := range run(t, c, s, groupOf(name, nets)...) {
			if r.Status != record.Constant || r.Reason == "" {
				t.Errorf("%s: %s has status %q (%s), want %q", name, r.Quantity, r.Status, r.Reason, record.Constant)
			}
		}
	}
}

func TestDivergedNetworksHaveNoValues(t *testing.T) {
	c := newSetup(t, graph.Float32)
	nets := trained(t, c, 2)
	nets[0].Status, nets[0].Reason, nets[0].Theta = record.Diverged, "the loss left the finite numbers", nil
	for name, s := range allSettings() {
		for _, r := range run(t, c, s, groupOf(name, nets)...) {
			if r.Status.Usable() || !math.IsNaN(r.Value) {
				t.Errorf("%s: %s = %v with status %q", name, r.Quantity, r.Value, r.Status)
			}
		}
	}
}

// TestMeasuresForgetWhatCameBefore: a group's records do not depend on which were measured earlier, nor on shared
// programs.
func TestMeasuresForgetWhatCameBefore(t *testing.T) {
	c := newSetup(t, graph.Float32)
	nets := trained(t, c, 3)
	for name, s := range allSettings() {
		m, err := s.New(c)
		if err != nil {
			t.Fatal(err)
		}
		group := groupOf(name, nets)
		other := groupOf(name, nets[1:])
		measureOnce := func(m measure.Measure, g []network.Network) []record.Record {
			found := measure.NewFindings(nil)
			err := m.Measure(context.Background(), g, found)
			r := found.Records
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		measureOnce(m, other)
		var strangers []network.Network // other networks of the same indices: another cell's
		for i, n := range nets[1:] {
			n.Replica = i
			strangers = append(strangers, n)
		}
		measureOnce(m, groupOf(name, strangers))
		later := measureOnce(m, group)
		fresh := run(t, newSetup(t, graph.Float32), s, group...)
		for i := range fresh {
			a, b := later[i], fresh[i]
			if math.Float64bits(a.Value) != math.Float64bits(b.Value) ||
				math.Float64bits(a.StdErr) != math.Float64bits(b.StdErr) || !reflect.DeepEqual(a.Array, b.Array) {
				t.Errorf("%s: %s is %v after another group, %v alone", name, a.Quantity, a.Value, b.Value)
			}
		}
	}
}

// TestNetworksOfNaNsHaveNoValues: parameters that left the finite numbers unnoticed give statuses, never numbers
// to be believed.
func TestNetworksOfNaNsHaveNoValues(t *testing.T) {
	c := newSetup(t, graph.Float32)
	nets := trained(t, c, 2)
	nets[0].Theta = slices.Clone(nets[0].Theta)
	for i := range nets[0].Theta {
		nets[0].Theta[i] = math.NaN()
	}
	for name, s := range allSettings() {
		for _, r := range run(t, c, s, groupOf(name, nets)...) {
			if r.Status.Usable() || r.Reason == "" || !math.IsNaN(r.Value) {
				t.Errorf("%s: %s = %v with status %q (%s)", name, r.Quantity, r.Value, r.Status, r.Reason)
			}
		}
	}
}

// TestDivergingCurves are a finding: the straight line between the networks keeps its values.
func TestDivergingCurves(t *testing.T) {
	c := newSetup(t, graph.Float32)
	s := *allSettings()["connectivity"].(*measure.Connectivity)
	s.LR, s.Epochs = 1e30, 20
	records := run(t, c, &s, trained(t, c, 2)...)
	for _, q := range []string{record.MC, record.MCLoss, record.CurveBezier} {
		if r := find(t, records, q); r.Status != record.Diverged || r.Reason == "" || !math.IsNaN(r.Value) {
			t.Errorf("%s = %v with status %q (%s)", q, r.Value, r.Status, r.Reason)
		}
	}
	for _, q := range []string{record.MCLine, record.MCLineLoss, record.CurveLine} {
		if r := find(t, records, q); r.Status != record.OK || math.IsNaN(r.Value) {
			t.Errorf("%s = %v with status %q", q, r.Value, r.Status)
		}
	}
}

// TestSimilarityOfANetworkToItself is 1, to another less, and the same in either order.
func TestSimilarityOfANetworkToItself(t *testing.T) {
	c := newSetup(t, graph.Float32)
	nets := trained(t, c, 2)
	for _, inputs := range []string{"mixup", "plain"} {
		s := &measure.Similarity{Samples: 64, Inputs: inputs, Set: "test"}
		for _, q := range []string{record.CKA, record.CKALogits} {
			self, other := find(t, run(t, c, s, nets[0], nets[0]), q), find(t, run(t, c, s, nets...), q)
			back := find(t, run(t, c, s, nets[1], nets[0]), q)
			const rounding = 1e-12
			if math.Abs(self.Value-1) > rounding || !(other.Value > 0 && other.Value < 1-1e-3) ||
				math.Abs(other.Value-back.Value) > rounding {
				t.Errorf("%s %s: to itself %v, to another %v, back %v", inputs, q, self.Value, other.Value, back.Value)
			}
			if other.N != 64 {
				t.Errorf("%s %s: n = %d, want 64", inputs, q, other.N)
			}
		}
	}
}

// TestDistance on vectors whose distances are known.
func TestDistance(t *testing.T) {
	c := newSetup(t, graph.Float32)
	a, b := make([]float64, c.Model.Params.Size()), make([]float64, c.Model.Params.Size())
	a[0], b[1] = 3, 4
	records := run(t, c, &measure.Distance{}, network.Network{Theta: a},
		network.Network{Point: record.Point{Replica: 1}, Theta: b})
	for quantity, want := range map[string]float64{
		record.L2: 5, record.L2Normalised: 5 / math.Sqrt(12), record.Cosine: 0,
	} {
		if r := find(t, records, quantity); math.Abs(r.Value-want) > 1e-15 {
			t.Errorf("%s = %v, want %v", quantity, r.Value, want)
		}
	}
}
