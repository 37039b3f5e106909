package dataset

import (
	"math"
	"slices"
	"strings"
	"testing"

	"basin/random"

	"gonum.org/v1/gonum/stat/distuv"
)

// epoch returns the batches of an epoch, copied.
func epoch(t *testing.T, b *Batches, e int) [][]int32 {
	t.Helper()
	var all [][]int32
	for i, idx := range b.Epoch(e) {
		if i != len(all) {
			t.Fatalf("batch %d came as number %d", i, len(all))
		}
		all = append(all, slices.Clone(idx))
	}
	return all
}

func TestBatchesCoverTheSetEachEpoch(t *testing.T) {
	for _, c := range []struct {
		n, size int
		drop    bool
		lengths []int
	}{
		{10, 4, false, []int{4, 4, 2}},
		{10, 4, true, []int{4, 4}},
		{10, 5, false, []int{5, 5}},
		{10, 5, true, []int{5, 5}},
		{3, 3, true, []int{3}},
		{1, 1, false, []int{1}},
		{3, 1, true, []int{1, 1, 1}},
	} {
		b, err := NewBatches(c.n, c.size, c.drop, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		var lengths []int
		seen := map[int32]int{}
		for _, idx := range epoch(t, b, 3) {
			lengths = append(lengths, len(idx))
			for _, i := range idx {
				seen[i]++
				if i < 0 || int(i) >= c.n || seen[i] > 1 {
					t.Errorf("%+v: index %d, seen %d times", c, i, seen[i])
				}
			}
		}
		if !slices.Equal(lengths, c.lengths) || b.Len() != len(c.lengths) {
			t.Errorf("%+v: lengths %v, Len %d", c, lengths, b.Len())
		}
	}
}

func TestBatchesResume(t *testing.T) {
	make := func(seed uint64, replica int) *Batches {
		b, err := NewBatches(100, 8, false, seed, replica)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := make(1, 2)
	var run [][][]int32
	for e := range 4 {
		run = append(run, epoch(t, b, e))
	}
	fresh := make(1, 2)
	fresh.Start(3) // straight to epoch 3, batch 5
	if !slices.Equal(fresh.At(5), run[3][5]) {
		t.Errorf("resumed at %v, want %v", fresh.At(5), run[3][5])
	}
	for name, other := range map[string][]int32{"epoch": run[1][0], "replica": epoch(t, make(1, 3), 0)[0],
		"seed": epoch(t, make(2, 2), 0)[0]} {
		if slices.Equal(run[0][0], other) {
			t.Errorf("another %s has the same first batch", name)
		}
	}
}

func TestBadBatch(t *testing.T) {
	for size, want := range map[int]string{0: "at least 1", -1: "at least 1",
		11: "train: batch: 11 is larger than the training set of 10 samples"} {
		if _, err := NewBatches(10, size, false, 1, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("batch %d: error %v", size, err)
		}
	}
}

func TestShuffleIsUniform(t *testing.T) {
	const draws, permutations = 24000, 24
	counts := map[[4]int32]int{}
	stream := random.Stream(1, "test", 0)
	for range draws {
		counts[[4]int32(permutation(4, stream))]++
	}
	chi := 0.0
	for _, n := range counts {
		d := float64(n) - draws/permutations
		chi += d * d / (draws / permutations)
	}
	if limit := (distuv.ChiSquared{K: permutations - 1}).Quantile(1 - 1e-6); len(counts) != permutations ||
		chi > limit {
		t.Errorf("%d permutations, χ² = %g > %g", len(counts), chi, limit)
	}
}

func TestSubset(t *testing.T) {
	s := synthetic(50, 2, 5)
	all, some := Subset(s, -1, 1), Subset(s, 20, 1)
	if all.Len() != 50 || some.Len() != 20 || Subset(s, 99, 1).Len() != 50 {
		t.Fatalf("%d, %d samples", all.Len(), some.Len())
	}
	if !slices.Equal(some.X().F32, all.X().F32[:40]) || !slices.Equal(some.Y().I32, all.Y().I32[:20]) {
		t.Error("a smaller subset is no prefix of a larger")
	}
	if slices.Equal(some.X().F32, Subset(s, 20, 2).X().F32) || slices.Equal(some.X().F32, s.X().F32[:40]) {
		t.Error("the subset is not seeded")
	}
	for i := range all.Len() { // values show which sample they belong to
		row, class := all.X().Row(i).F32, all.Y().I32[i]
		if k := int(row[0]) / 2; int(class) != k%5 || row[1] != row[0]+1 {
			t.Errorf("sample %d: %v labelled %d", i, row, class)
		}
	}
}

// TestBeta16 compares with gonum's Beta(16, 16) by Kolmogorov and Smirnov.
func TestBeta16(t *testing.T) {
	const n, limit = 4000, 1.95 // the distance·√n is above 1.95 once in a thousand seeds
	stream, law, distance := random.Stream(1, "test", 0), distuv.Beta{Alpha: 16, Beta: 16}, 0.0
	x := make([]float64, n)
	for i := range x {
		x[i] = beta16(stream)
	}
	slices.Sort(x)
	for i, v := range x {
		distance = max(distance, math.Abs(law.CDF(v)-float64(i)/n), math.Abs(law.CDF(v)-float64(i+1)/n))
	}
	if distance*math.Sqrt(n) > limit {
		t.Errorf("Kolmogorov–Smirnov distance %g", distance)
	}
}

// TestMixupMixesTwoSamples checks that every input lies between two different samples, with one λ for all its
// values.
func TestMixupMixesTwoSamples(t *testing.T) {
	const rounding = 1e-5
	s := NewSet("", []int{2}, []float32{0, 0, 1, 0, 0, 1}, make([]int32, 3), 2) // corners of a triangle
	edges := map[string]int{}
	m := Mixup(s, 300, random.Stream(1, "mixup", 0))
	if m.Len() != 300 || m.Y().Shape != nil || !slices.Equal(m.X().F32,
		Mixup(s, 300, random.Stream(1, "mixup", 0)).X().F32) {
		t.Error("not 300 unlabelled inputs that the stream determines")
	}
	for i := range m.Len() {
		a, b := float64(m.X().F32[2*i]), float64(m.X().F32[2*i+1])
		switch { // inside an edge, as Beta(16,16) stays far from its ends
		case a > 0 && near(b, 0, rounding):
			edges["01"]++
		case b > 0 && near(a, 0, rounding):
			edges["02"]++
		case near(a+b, 1, rounding):
			edges["12"]++
		default:
			t.Fatalf("input %v lies on no edge", m.X().Row(i).F32)
		}
	}
	for _, e := range []string{"01", "02", "12"} { // a third each
		if !near(float64(edges[e]), 100, fiveSigma*math.Sqrt(300*2.0/9)) {
			t.Errorf("edges: %v", edges)
		}
	}
	one := Mixup(NewSet("", []int{1}, []float32{2}, []int32{0}, 1), 3, random.Stream(1, "mixup", 0))
	if !near(float64(one.X().F32[2]), 2, rounding) {
		t.Errorf("a set of one sample mixes to %v", one.X().F32)
	}
}
