package param

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// Errors of float64 sums of up to a few thousand terms, and of one rounding to float32, relative to the result.
const (
	sumRounding = 1e-13
	rounding32  = 1.0 / (1 << 24)
)

func layout() Layout {
	var l Layout
	l.Add("conv.weight", 4, 3, 2, 2)
	l.Add("conv.bias", 4)
	l.Add("empty", 0, 7)
	l.Add("scale")
	l.Add("fc.weight", 5, 9)
	return l
}

func gaussian[T Float](rng *rand.Rand, n int) []T {
	v := make([]T, n)
	for i := range v {
		v[i] = T(rng.NormFloat64())
	}
	return v
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(math.Abs(want), 1e-300)) {
		t.Errorf("%s = %v, want %v within %v", what, got, want, tol)
	}
}

func TestLayout(t *testing.T) {
	l := layout()
	if l.Size() != 48+4+0+1+45 {
		t.Errorf("size %d", l.Size())
	}
	v := make([]float32, l.Size())
	for k, s := range l.Segments {
		for i := range View(v, s) {
			View(v, s)[i] += float32(k + 1)
		}
	}
	if slices.Contains(v, 0) || v[47] != 1 || v[48] != 2 || v[52] != 4 || v[53] != 5 {
		t.Errorf("segments do not tile the vector: %v", v)
	}
	s, ok := l.Find("fc.weight")
	if !ok || s.Offset != 53 || s.Size != 45 || s.Rows() != 5 {
		t.Errorf("fc.weight is %+v", s)
	}
	if s, ok := l.Find("conv.weight"); !ok || s.Offset != 0 {
		t.Errorf("conv.weight is %+v, found: %v", s, ok)
	}
	if _, ok := l.Find("fc.bias"); ok {
		t.Error("found a segment that is not there")
	}
	if (Layout{}).Size() != 0 {
		t.Error("an empty layout has a size")
	}
	grown := append(View(v, l.Segments[0]), 99)
	if grown[48] != 99 || v[48] != 2 {
		t.Error("appending to a view wrote into the next segment")
	}
}

func TestMistakesPanic(t *testing.T) {
	l := layout()
	for name, f := range map[string]func(){
		"name twice":      func() { l.Add("scale", 2) },
		"negative axis":   func() { l.Add("new", 2, -1) },
		"unequal lengths": func() { Dot(make([]float64, 2), make([]float64, 3)) },
		"wrong layout": func() {
			GaussianDirection(make([]float64, 3), make([]float64, 3), l, LeaveOut, rand.New(rand.NewPCG(1, 1)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestSums(t *testing.T) {
	t.Run("float32", testSums[float32])
	t.Run("float64", testSums[float64])
}

// testSums compares with exact rational arithmetic.
func testSums[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 1001} {
		a, b := gaussian[T](rng, n), gaussian[T](rng, n)
		var ab, aa, bb, dd, abs big.Rat
		for i := range a {
			x, y := new(big.Rat).SetFloat64(float64(a[i])), new(big.Rat).SetFloat64(float64(b[i]))
			d := new(big.Rat).Sub(x, y)
			ab.Add(&ab, new(big.Rat).Mul(x, y))
			aa.Add(&aa, new(big.Rat).Mul(x, x))
			bb.Add(&bb, new(big.Rat).Mul(y, y))
			dd.Add(&dd, new(big.Rat).Mul(d, d))
			abs.Add(&abs, x.Abs(x))
		}
		f := func(r *big.Rat) float64 { x, _ := r.Float64(); return x }
		na, nb := math.Sqrt(f(&aa)), math.Sqrt(f(&bb))
		if got := Dot(a, b); !(math.Abs(got-f(&ab)) <= sumRounding*na*nb) {
			t.Errorf("n=%d: dot %v, want %v", n, got, f(&ab))
		}
		near(t, "norm", Norm(a), na, sumRounding)
		near(t, "norm1", Norm1(a), f(&abs), sumRounding)
		near(t, "distance", Distance(a, b), math.Sqrt(f(&dd)), sumRounding)
		near(t, "normalised distance", NormalizedDistance(a, b), math.Sqrt(f(&dd)/(na*nb)), sumRounding)
		if got := Cosine(a, b); !(math.Abs(got-f(&ab)/(na*nb)) <= sumRounding) {
			t.Errorf("n=%d: cosine %v", n, got)
		}
	}
}

func TestDegenerate(t *testing.T) {
	zero, v := make([]float64, 3), []float64{1, -2, 2}
	if !math.IsNaN(Cosine(zero, v)) {
		t.Error("a zero vector has a cosine")
	}
	if !math.IsNaN(NormalizedDistance(zero, zero)) || !math.IsInf(NormalizedDistance(zero, v), 1) {
		t.Error("zero vectors have a finite normalised distance")
	}
	if Norm(v) != 3 || Distance(v, v) != 0 || NormalizedDistance(v, v) != 0 || Norm1(v) != 5 {
		t.Error("a norm or distance of [1 -2 2] is wrong")
	}
	third := []float64{1.0 / 3, 1.0 / 7, 0.1}
	opposite := []float64{-1.0 / 3, -1.0 / 7, -0.1}
	if Cosine(third, third) > 1 || Cosine(third, opposite) < -1 {
		t.Error("cosine leaves [-1, 1]")
	}
}

func TestAxpyLerp(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a, b := gaussian[float32](rng, 50), gaussian[float32](rng, 50)
	c := slices.Clone(a)
	Axpy(c, 0.1, b)
	for i := range c {
		want := float64(a[i]) + 0.1*float64(b[i])
		if math.Abs(float64(c[i])-want) > rounding32*math.Abs(want) {
			t.Fatalf("axpy: %v, want %v", c[i], want)
		}
	}
	d := make([]float32, 50)
	if Lerp(d, a, b, 0); !slices.Equal(d, a) {
		t.Error("lerp at 0 is not a")
	}
	if Lerp(d, a, b, 1); !slices.Equal(d, b) {
		t.Error("lerp at 1 is not b")
	}
	Lerp(d, a, b, 0.25)
	for i := range d {
		want := 0.75*float64(a[i]) + 0.25*float64(b[i])
		if math.Abs(float64(d[i])-want) > rounding32*math.Abs(want) {
			t.Fatalf("lerp: %v, want %v", d[i], want)
		}
	}
	inPlace := slices.Clone(a)
	if Lerp(inPlace, inPlace, b, 0.25); !slices.Equal(inPlace, d) {
		t.Error("lerp in place differs")
	}
}

func TestGaussianDirection(t *testing.T) {
	l := layout()
	rng := rand.New(rand.NewPCG(5, 6))
	theta := gaussian[float64](rng, l.Size())
	fc, _ := l.Find("fc.weight")
	clear(View(theta, fc)[9:18]) // a dead unit
	direction := func(biases Biases) []float64 {
		d := make([]float64, l.Size())
		GaussianDirection(d, theta, l, biases, rand.New(rand.NewPCG(8, 9)))
		return d
	}
	left, like := direction(LeaveOut), direction(LikeWeights)
	for _, s := range l.Segments {
		n := 0
		if s.Size > 0 {
			n = s.Size / s.Rows()
		}
		for r := range s.Rows() * min(1, s.Size) {
			row := func(v []float64) []float64 { return View(v, s)[r*n : (r+1)*n] }
			want := Norm(row(theta))
			near(t, s.Name+" like weights", Norm(row(like)), want, sumRounding)
			if len(s.Shape) < 2 {
				want = 0
			}
			near(t, s.Name+" left out", Norm(row(left)), want, sumRounding)
		}
		if len(s.Shape) >= 2 && !slices.Equal(View(left, s), View(like, s)) {
			t.Errorf("%s depends on how biases are drawn", s.Name)
		}
	}

	zero := make([]float64, l.Size())
	for _, s := range l.Segments {
		ScaleRows(zero, theta, s)
	}
	if Norm(zero) != 0 {
		t.Errorf("scaled rows of zeros have norm %v", Norm(zero))
	}

	// Within a row the direction is isotropic: over many draws, E d_i² = ‖θ_r‖²/n for each element.
	const draws = 4000
	var one Layout
	one.Add("w", 1, 4)
	unit := []float64{2, 0, 0, 0} // ‖θ_r‖²/n = 1
	var square, mean [4]float64
	d := make([]float64, 4)
	for range draws {
		GaussianDirection(d, unit, one, LeaveOut, rng)
		for i, x := range d {
			square[i] += x * x / draws
			mean[i] += x / draws
		}
	}
	const sigmas = 5 // d² lies in [0, 4], so its deviation is below 2; that of d is 1
	for i := range square {
		if math.Abs(square[i]-1) > sigmas*2/math.Sqrt(draws) || math.Abs(mean[i]) > sigmas/math.Sqrt(draws) {
			t.Errorf("element %d: mean %v, mean square %v", i, mean[i], square[i])
		}
	}
}

func BenchmarkDot(b *testing.B) {
	v := gaussian[float32](rand.New(rand.NewPCG(1, 1)), 100_000)
	for b.Loop() {
		Dot(v, v)
	}
}
