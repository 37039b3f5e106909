package dataset

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"basin/spec"
)

// TestDigitsAreScikitLearns compares the embedded set with sums and samples that testdata/make.py took from
// sklearn.datasets.load_digits.
func TestDigitsAreScikitLearns(t *testing.T) {
	var want struct {
		Samples         int
		PixelSums       []int `json:"pixel_sums"`
		WeightedRowSums []int `json:"weighted_row_sums"`
		ClassCounts     []int `json:"class_counts"`
		First, Last     []int
		Labels          string
	}
	b, err := os.ReadFile("testdata/digits.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	s, _, err := readDigits(nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != want.Samples || s.Len() != 1797 {
		t.Fatalf("%d samples, want %d", s.Len(), want.Samples)
	}
	pixel := func(i, f int) int { return int(s.X().Row(i).F32[f] * 16) }
	sums, counts := make([]int, 64), make([]int, 10)
	var rows []int
	for i := range s.Len() {
		row := 0
		for f := range 64 {
			if s.X().Row(i).F32[f] != float32(pixel(i, f))/16 {
				t.Fatalf("sample %d pixel %d is %v, no sixteenth", i, f, s.X().Row(i).F32[f])
			}
			sums[f] += pixel(i, f)
			row += (f + 1) * pixel(i, f)
		}
		if i%50 == 0 {
			rows = append(rows, row)
		}
		counts[s.Y().I32[i]]++
		if int32(want.Labels[i]-'0') != s.Y().I32[i] {
			t.Fatalf("label of sample %d is %d, want %c", i, s.Y().I32[i], want.Labels[i])
		}
	}
	if !slices.Equal(sums, want.PixelSums) || !slices.Equal(rows, want.WeightedRowSums) ||
		!slices.Equal(counts, want.ClassCounts) {
		t.Errorf("sums differ:\n%v\n%v\n%v", sums, rows, counts)
	}
	for f := range 64 {
		if pixel(0, f) != want.First[f] || pixel(1796, f) != want.Last[f] {
			t.Fatalf("pixel %d of the first or last sample differs", f)
		}
	}
}

func TestDigitsDefaultSplit(t *testing.T) {
	s, err := Load(spec.Data{Set: "digits"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 1437 || s.Test.Len() != 360 || s.Train.Classes != 10 ||
		!slices.Equal(s.Train.Input(), []int{1, 8, 8}) {
		t.Errorf("split %d/%d, %d classes, shape %v", s.Train.Len(), s.Test.Len(), s.Train.Classes, s.Train.Input())
	}
	if s.Licence == "" || s.Source == "" {
		t.Error("no licence or source")
	}
}
