package train_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"basin/train"
)

// TestSnapshotFile gives back what was written, for its recipe alone, and not once a file of an observer is
// another.
func TestSnapshotFile(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "a", "partial.safetensors"), filepath.Join(dir, "b", "sums")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("whole"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := &train.Snapshot{Steps: 17, Sum: 0.25, Count: 48, Losses: []float64{2, 1}, Theta: []float64{1, 2, 3},
		State:  []float64{4},
		Memory: [][]float64{{5, 6, 7}, {8, 9, 10}}, BestTheta: []float64{1, 2, 4}, BestState: []float64{5},
		Observers: map[string]train.Observed{
			"layers": {Values: map[string][]float64{"sum": {1}, "": {}}, Files: []string{file}},
			"empty":  {Values: map[string][]float64{}},
		}}
	for _, s := range []*train.Snapshot{want, {Losses: []float64{}, Theta: []float64{1}, State: []float64{}}} {
		if err := s.Write(path, "recipe"); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, train.ReadSnapshot(path, "recipe")); d != "" {
			t.Errorf("other than what was written:\n%s", d)
		}
		if s := train.ReadSnapshot(path, "another"); s != nil {
			t.Error("a snapshot of another recipe was taken")
		}
	}
	if err := want.Write(path, "recipe"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s := train.ReadSnapshot(path, "recipe"); s != nil {
		t.Error("a snapshot was taken whose observer's file has changed since")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if s := train.ReadSnapshot(path, "recipe"); s != nil {
		t.Error("a snapshot was taken whose observer's file is missing")
	}
}
