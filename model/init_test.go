package model_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"basin/model"
	"basin/param"
	"basin/random"
)

// TestInitIsPyTorchs: weights and biases are uniform within ±1/√fan_in, which PyTorch's kaiming_uniform(a=√5)
// comes to; batch norm starts as the identity.
func TestInitIsPyTorchs(t *testing.T) {
	mlp, err := model.New(&model.MLP{Width: 60, Depth: 2, Activation: "relu", BatchNorm: true}, []int{64}, 10)
	if err != nil {
		t.Fatal(err)
	}
	resnet := image(t, &model.ResNet18{Width: 8, Activation: "relu"})
	for kind, m := range map[string]*model.Model{"mlp": mlp, "resnet18": resnet} {
		theta := m.Init(random.Stream(1, "init", 0))
		fanIn := 0
		for _, s := range m.Params.Segments {
			v := param.View(theta, s)
			if len(s.Shape) > 1 {
				fanIn = s.Size / s.Shape[0]
			} else if strings.Contains(s.Name, "bn") || strings.HasSuffix(s.Name, "shortcut.1.weight") ||
				strings.HasSuffix(s.Name, "shortcut.1.bias") {
				want := 0.0
				if strings.HasSuffix(s.Name, ".weight") {
					want = 1
				}
				if slices.ContainsFunc(v, func(x float64) bool { return x != want }) {
					t.Errorf("%s: %s is not %v", kind, s.Name, want)
				}
				continue
			}
			checkUniform(t, kind+": "+s.Name, v, 1/math.Sqrt(float64(fanIn)))
		}
		if again := m.Init(random.Stream(1, "init", 0)); !slices.Equal(theta, again) {
			t.Errorf("%s: one seed gave two networks", kind)
		}
		if other := m.Init(random.Stream(1, "init", 1)); slices.Equal(theta, other) {
			t.Errorf("%s: two replicas are one", kind)
		}
	}
}

// checkUniform compares range, mean and variance with those of the uniform distribution on ±bound: 0 and bound²/3,
// whose estimates from n values have standard errors bound/√(3n) and bound²·√(4/45n).
func checkUniform(t *testing.T, name string, v []float64, bound float64) {
	t.Helper()
	const errors = 4.5 // standard errors: one in 150,000 lies outside
	n := float64(len(v))
	mean, square := 0.0, 0.0
	for _, x := range v {
		if math.Abs(x) > bound*(1+1e-7) || x != float64(float32(x)) { // a bound may round up to float32
			t.Fatalf("%s holds %v: not a float32 within %v", name, x, bound)
		}
		mean += x / n
		square += x * x / n
	}
	if len(v) < 30 {
		return // too few for normal errors
	}
	if e := errors * bound / math.Sqrt(3*n); math.Abs(mean) > e {
		t.Errorf("%s has mean %v, more than %v", name, mean, e)
	}
	if e := errors * bound * bound * math.Sqrt(4/(45*n)); math.Abs(square-bound*bound/3) > e {
		t.Errorf("%s has mean square %v, want %v within %v", name, square, bound*bound/3, e)
	}
}

func TestInitStateIsOfAStandardNormal(t *testing.T) {
	m := image(t, &model.ResNet18{Width: 2, Activation: "relu"})
	state := m.InitState()
	for _, s := range m.State.Segments {
		want := 0.0
		if strings.HasSuffix(s.Name, ".running_var") {
			want = 1
		}
		if slices.ContainsFunc(param.View(state, s), func(x float64) bool { return x != want }) {
			t.Errorf("%s does not start at %v", s.Name, want)
		}
	}
}
