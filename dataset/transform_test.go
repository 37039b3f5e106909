package dataset

import (
	"math"
	"slices"
	"strings"
	"testing"

	"basin/spec"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// fiveSigma is how far an estimate may be from its expectation, in standard errors: with a fixed seed the test
// is deterministic, and a right program passes for all but one seed in a million.
const fiveSigma = 5

// synthetic is a set of n flat samples of `size` values; sample i has label i mod classes.
func synthetic(n, size, classes int) *Set {
	var x []float32
	var y []int32
	for i := range n {
		for f := range size {
			x = append(x, float32(i*size+f))
		}
		y = append(y, int32(i%classes))
	}
	return NewSet("synthetic", []int{size}, x, y, classes)
}

// wrong counts labels that are no longer those of synthetic.
func wrong(s *Set) int {
	n := 0
	for i, y := range s.Y().I32 {
		if int(y) != i%s.Classes {
			n++
		}
	}
	return n
}

func TestLabelNoise(t *testing.T) {
	const n, classes = 20000, 10
	for _, p := range []float64{0, 0.1, 0.5, 1} {
		s := synthetic(n, 1, classes)
		labelNoise(s.Y().I32, classes, p, 7)
		q := p * (1 - 1.0/classes) // the true class can recur
		if got := float64(wrong(s)) / n; !near(got, q, fiveSigma*math.Sqrt(q*(1-q)/n)) {
			t.Errorf("p = %g: share %g of wrong labels, want about %g", p, got, q)
		}
		for _, y := range s.Y().I32 {
			if y < 0 || y >= classes {
				t.Fatalf("label %d", y)
			}
		}
	}
	small, large, short := synthetic(n, 1, classes), synthetic(n, 1, classes), synthetic(n/2, 1, classes)
	labelNoise(small.Y().I32, classes, 0.1, 7)
	labelNoise(large.Y().I32, classes, 0.3, 7)
	labelNoise(short.Y().I32, classes, 0.1, 7)
	for i, y := range small.Y().I32 {
		if int(y) != i%classes && large.Y().I32[i] != y {
			t.Fatalf("label %d: %d at p = 0.1, %d at 0.3", i, y, large.Y().I32[i])
		}
	}
	if !slices.Equal(short.Y().I32, small.Y().I32[:n/2]) {
		t.Error("half the set has other noise")
	}
	other := synthetic(n, 1, classes)
	labelNoise(other.Y().I32, classes, 0.1, 8)
	if slices.Equal(other.Y().I32, small.Y().I32) {
		t.Error("another seed gives the same noise")
	}
}

func TestExactLabelNoise(t *testing.T) {
	for _, classes := range []int{2, 10} {
		for _, p := range []float64{0, 0.1, 0.123, 0.5, 1} {
			s := synthetic(999, 1, classes)
			exactLabelNoise(s.Y().I32, classes, p, 7)
			if got, want := wrong(s), int(math.Round(p*999)); got != want {
				t.Errorf("p = %g, %d classes: %d wrong labels, want %d", p, classes, got, want)
			}
		}
	}
	const n, classes = 30000, 4 // the three wrong classes are equally likely
	s, counts := synthetic(n, 1, classes), make([]int, classes)
	exactLabelNoise(s.Y().I32, classes, 1, 7)
	for i, y := range s.Y().I32 {
		counts[(int(y)-i%classes+classes)%classes]++
	}
	for d, got := range counts[1:] {
		if !near(float64(got), n/3.0, fiveSigma*math.Sqrt(n*2.0/9)) {
			t.Errorf("offset %d: %d of %d", d+1, got, n)
		}
	}
}

func TestPixelNoise(t *testing.T) {
	const n, sigma = 40000, 0.3
	s := synthetic(n, 1, 2)
	clear(s.X().F32)
	if err := addPixelNoise(s, sigma, 3); err != nil {
		t.Fatal(err)
	}
	var sum, squares float64
	for _, x := range s.X().F32 {
		sum += float64(x)
		squares += float64(x) * float64(x)
	}
	if mean := sum / n; !near(mean, 0, fiveSigma*sigma/math.Sqrt(n)) {
		t.Errorf("mean %g", mean)
	}
	if variance := squares / n; !near(variance, sigma*sigma, fiveSigma*sigma*sigma*math.Sqrt(2.0/n)) {
		t.Errorf("variance %g, want %g", variance, sigma*sigma)
	}
}

// TestScale compares with means and deviations worked out by hand.
func TestScale(t *testing.T) {
	const rounding = 1e-15
	images := NewSet("", []int{2, 1, 2}, []float32{1, 3, 10, 10, 5, 7, 10, 10}, []int32{0, 1}, 2).X()
	c := measureScaling(images, false)
	// Channel 0 holds 1 3 5 7: mean 4, variance 5. Channel 1 is constant.
	if !near(c.Mean[0], 4, rounding) || !near(c.Deviation[0], math.Sqrt(5), rounding) || c.Mean[1] != 10 ||
		c.Deviation[1] != 1 {
		t.Errorf("channels: %+v", c)
	}
	c = measureScaling(images, true)
	if !slices.Equal(c.Mean, []float64{3, 5, 10, 10}) || !slices.Equal(c.Deviation, []float64{2, 2, 1, 1}) {
		t.Errorf("features: %+v", c)
	}
	c.Apply(images)
	if !slices.Equal(images.F32, []float32{-1, -1, 0, 0, 1, 1, 0, 0}) {
		t.Errorf("normalised: %v", images.F32)
	}
	// a flat sample's features are its channels
	if c := measureScaling(synthetic(2, 3, 2).X(), false); len(c.Mean) != 3 {
		t.Errorf("flat: %+v", c)
	}
	constant := Array{Shape: []int{1001, 1}, F32: slices.Repeat([]float32{0.1}, 1001)}
	if c := measureScaling(constant, true); c.Deviation[0] != 1 {
		t.Errorf("constant 0.1 has deviation %g", c.Deviation[0])
	}
}

func TestLoadNormalizes(t *testing.T) {
	const rounding = 1e-6 // of float32 values around 1, and of their mean over the set
	for _, kind := range []string{"", "channel", "feature"} {
		s, err := Load(spec.Data{Set: "digits", Normalize: kind}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := measureScaling(s.Train.X(), kind == "feature")
		for g := range c.Mean {
			if !near(c.Mean[g], 0, rounding) || !near(c.Deviation[g], 1, rounding) {
				t.Errorf("%q: group %d has mean %g, deviation %g", kind, g, c.Mean[g], c.Deviation[g])
			}
		}
		plain := raw(t, "digits", Options{})
		if plain.Scaling != nil {
			t.Error("a scaling of inputs that are as they were read")
		}
		c = measureScaling(plain.Train.X(), kind == "feature")
		for i, x := range plain.Test.X().F32 { // the test set is scaled by the training set's numbers
			g := 0
			if kind == "feature" {
				g = i % 64
			}
			if want := (float64(x) - c.Mean[g]) / c.Deviation[g]; !near(float64(s.Test.X().F32[i]), want,
				rounding*max(1, math.Abs(want))) {
				t.Fatalf("%q: value %d of the test set is %g, want %g", kind, i, s.Test.X().F32[i], want)
			}
		}
		s.Scaling.Apply(plain.Train.X())
		if !slices.Equal(plain.Train.X().F32, s.Train.X().F32) {
			t.Errorf("%q: the scaling is not what was done to the training set", kind)
		}
	}
}

// TestLoadIsAFunctionOfSpecAndSeed checks what may change which samples and labels a training sees.
func TestLoadIsAFunctionOfSpecAndSeed(t *testing.T) {
	load := func(d spec.Data, seed uint64) *Split {
		d.Set, d.Normalize = "digits", "none"
		s, err := Load(d, Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	noisy := spec.Data{LabelNoise: 0.2, PixelNoise: 0.1}
	base, again, other := load(noisy, 1), load(noisy, 1), load(noisy, 2)
	if !slices.Equal(base.Train.X().F32, again.Train.X().F32) ||
		!slices.Equal(base.Train.Y().I32, again.Train.Y().I32) {
		t.Error("the same seed gives other data")
	}
	if slices.Equal(base.Train.Y().I32, other.Train.Y().I32) || slices.Equal(base.Test.X().F32, other.Test.X().F32) {
		t.Error("another seed gives the same data")
	}
	clean := load(spec.Data{}, 1)
	if !slices.Equal(base.Test.X().F32, clean.Test.X().F32) || !slices.Equal(base.Test.Y().I32, clean.Test.Y().I32) {
		t.Error("noise reached the test set")
	}
	noisy.Fraction = 0.25
	part := load(noisy, 1)
	n := part.Train.Len()
	if n != 359 || !slices.Equal(part.Train.X().F32, base.Train.X().F32[:n*64]) ||
		!slices.Equal(part.Train.Y().I32, base.Train.Y().I32[:n]) || part.Test.Len() != 360 {
		t.Errorf("fraction 0.25 gives %d samples, or others than the first 359", n)
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		n    int
		f    float64
		want int
	}{{100, 0.29, 29}, {1437, 0.1, 143}, {50000, 0.7, 35000}, {10, 1, 10}, {10, 0.09, 0}, {3, 1.0 / 3, 1}} {
		if got := share(c.n, c.f); got != c.want {
			t.Errorf("share(%d, %g) = %d, want %d", c.n, c.f, got, c.want)
		}
	}
}

func TestBadData(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		d    spec.Data
		want string
	}{
		{spec.Data{}, `data: set: "" is not known; use one of digits, mnist,`},
		{spec.Data{Set: "digits", LabelNoise: 1.4}, "data: label_noise: 1.4 is outside [0,1]"},
		{spec.Data{Set: "digits", LabelNoise: nan}, "data: label_noise: NaN"},
		{spec.Data{Set: "digits", LabelNoiseKind: "some"}, "data: label_noise_kind: \"some\""},
		{spec.Data{Set: "digits", Fraction: -0.1}, "data: fraction: -0.1"},
		{spec.Data{Set: "digits", Fraction: 2}, "data: fraction: 2"},
		{spec.Data{Set: "digits", Fraction: nan}, "data: fraction: NaN"},
		{spec.Data{Set: "digits", Fraction: 1e-5}, "leaves none"},
		{spec.Data{Set: "digits", PixelNoise: -1}, "data: pixel_noise: -1"},
		{spec.Data{Set: "digits", PixelNoise: math.Inf(1)}, "data: pixel_noise: +Inf"},
		{spec.Data{Set: "digits", Normalize: "pixel"}, "data: normalize: \"pixel\""},
		{spec.Data{Set: "digits", Train: -1}, "data: train: -1"},
		{spec.Data{Set: "digits", Train: 1797}, "choose 1 to 1796"},
	} {
		if _, err := Load(c.d, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.d, err, c.want)
		}
	}
}
