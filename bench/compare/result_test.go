package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"basin/bench/rows"
)

// TestQuartiles: by linear interpolation, as NumPy's default.
func TestQuartiles(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want spread
	}{
		{[]float64{5}, spread{5, 5, 5}},
		{[]float64{4, 1, 3, 2, 5}, spread{2, 3, 4}},
		{[]float64{4, 1, 3, 2}, spread{1.75, 2.5, 3.25}},
	} {
		if got := quartiles(c.x); got != c.want {
			t.Errorf("%v: %v, want %v", c.x, got, c.want)
		}
	}
	if !math.IsNaN(quartiles(nil).Median) {
		t.Error("an empty list has a median")
	}
}

func step(best, eager float64, variants ...*comparison) *result {
	bar := map[string]float64{"best": best, "eager": eager}
	return &result{Row: rows.Row{Name: "step/mlp-64-32-32-10/32", Kind: "step mlp", Bar: bar}, Unit: "ms",
		Variants: variants}
}

// TestBestIsThePeersFastestVariant: by the ratios of its pairs; JAX's variants and those that failed do not
// count.
func TestBestIsThePeersFastestVariant(t *testing.T) {
	r := step(4, 15,
		&comparison{Variant: "eager", Basin: []float64{1, 1, 1}, Peer: []float64{20, 30, 40}},
		&comparison{Variant: "compiled", Basin: []float64{1, 2, 1}, Peer: []float64{5, 8, 6}, Prepared: 1.5},
		&comparison{Variant: "tuned", Error: "no compiler"},
		&comparison{Variant: "jax, scanned", Basin: []float64{1, 1, 1}, Peer: []float64{2, 2, 2}},
	)
	if b := r.best(); b == nil || b.Variant != "compiled" || b.ratio() != (spread{4.5, 5, 5.5}) {
		t.Fatalf("best is %+v", b)
	}
	if got := r.basin(); got != 1 {
		t.Errorf("Basin's median %v", got)
	}
	if words, met := r.bars(); !met || !slices.Equal(words, []string{"best ≥ 4", "eager ≥ 15"}) {
		t.Errorf("bars %q, met %v", words, met)
	}
	if got := r.cells(); got[3] != "eager 30, compiled 6 (1.5 s to compile), tuned failed, jax, scanned 2" {
		t.Errorf("peers %q", got[3])
	}
}

// TestBars: each bar can make a row fall short, and a bar that was not measured is not met.
func TestBars(t *testing.T) {
	eager := &comparison{Variant: "eager", Basin: []float64{1}, Peer: []float64{20}}
	compiled := &comparison{Variant: "compiled", Basin: []float64{1}, Peer: []float64{5}}
	for _, c := range []struct {
		r    *result
		want string
	}{
		{step(4, 15, eager, compiled), "met"},
		{step(5, 20, eager, compiled), "met"}, // exactly at the bar
		{step(6, 15, eager, compiled), "short"},
		{step(4, 21, eager, compiled), "short"},
		{step(4, 15, compiled), "short"},
		{&result{Row: rows.Row{Kind: "step mlp"}, Variants: []*comparison{eager}}, ""},
		{&result{Row: rows.Row{Kind: "compile resnet", Limit: 5}, Basin: []float64{4, 9, 3}}, "met"},
		{&result{Row: rows.Row{Kind: "compile resnet", Limit: 5}, Basin: []float64{6, 9, 3}}, "short"},
		{&result{Row: rows.Row{Kind: "threads", Bar: map[string]float64{"one thread": 1.8}}, Variants: []*comparison{
			{Variant: "one thread", Basin: []float64{5}, Peer: []float64{10}},
			{Variant: "eager", Basin: []float64{5}, Peer: []float64{1}}}}, "met"},
	} {
		if got := c.r.verdict(); got != c.want {
			words, _ := c.r.bars()
			t.Errorf("%s: %q, want %q", words, got, c.want)
		}
	}
}

// TestPairsAlternate: every variant has Basin's time beside its own, the first side alternates, and a variant
// that fails does not affect the others.
func TestPairsAlternate(t *testing.T) {
	var order []string
	c := &session{engineCommand: &engineCommand{}}
	r := rows.Row{Name: "conv/64x32x16x16/forward", Kind: "conv"}
	found, err := c.alternate(r, "ms", 2, func() (float64, error) {
		order = append(order, "basin")
		return float64(len(order)), nil
	}, func(variant string) (answer, error) {
		order = append(order, variant)
		if variant == "eager" && len(order) > 2 {
			return answer{Error: "out of memory"}, nil
		}
		return answer{MS: 10}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"eager", "channels last", "basin", "eager", "basin", "channels last", "channels last", "basin"}
	if !slices.Equal(order, want) {
		t.Errorf("order %q, want %q", order, want)
	}
	if e := found.Variants[0]; e.Error == "" || len(e.Peer) > 0 {
		t.Errorf("a variant that failed: %+v", e)
	}
	if l := found.Variants[1]; !slices.Equal(l.Basin, []float64{5, 8}) || len(l.Peer) != 2 {
		t.Errorf("pairs %+v", l)
	}
}

// TestWorstProduct is the matrix product of the least ratio; rows of other work do not count.
func TestWorstProduct(t *testing.T) {
	product := func(name string, peer float64) *result {
		return &result{Row: rows.Row{Name: name, Kind: "gemm"},
			Variants: []*comparison{{Variant: "numpy", Basin: []float64{1}, Peer: []float64{peer}}}}
	}
	all := []*result{product("gemm/8x8x8/NN", 30), product("gemm/1x4096x4096/NN", 0.7),
		step(4, 15, &comparison{Variant: "eager", Basin: []float64{1}, Peer: []float64{0.1}})}
	if w := worst(all); w == nil || w.Row.Name != "gemm/1x4096x4096/NN" {
		t.Errorf("worst is %+v", w)
	}
	if worst(all[2:]) != nil {
		t.Error("no product, yet a worst one")
	}
}

// TestInsert replaces the text between the markers, repeatedly; missing markers are an error.
func TestInsert(t *testing.T) {
	document := []byte("# A\n" + begin + "\nold\n" + end + "\nafter\n")
	for _, text := range []string{"one\n", "two\n"} {
		var err error
		if document, err = insert(document, text); err != nil {
			t.Fatal(err)
		}
		if want := "# A\n" + begin + "\n\n" + text + "\n" + end + "\nafter\n"; string(document) != want {
			t.Errorf("%q, want %q", document, want)
		}
	}
	for _, bad := range []string{"nothing", begin, end + begin} {
		if _, err := insert([]byte(bad), ""); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// TestDocumentHasMarkers: the document that --write changes has the table's markers.
func TestDocumentHasMarkers(t *testing.T) {
	text, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := insert(text, ""); err != nil {
		t.Error(err)
	}
}

// TestMergeKeepsOtherRows: newly measured rows replace earlier ones, in the order of the list; rows that no
// longer exist are dropped.
func TestMergeKeepsOtherRows(t *testing.T) {
	first, second := rows.All()[0], rows.All()[1]
	at := func(r rows.Row, ms float64) *result { return &result{Row: r, Unit: "ms", Basin: []float64{ms}} }
	path := filepath.Join(t.TempDir(), "rows.json")
	before := &comparisons{Results: []*result{at(second, 2), at(rows.Row{Name: "gone"}, 3), at(first, 1)}}
	if err := before.save(path); err != nil {
		t.Fatal(err)
	}
	now := &comparisons{Results: []*result{at(second, 9)}}
	if err := now.merge(path); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range now.Results {
		text, err := json.Marshal(r.Basin)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Row.Name+string(text))
	}
	if want := []string{first.Name + "[1]", second.Name + "[9]"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := now.merge(filepath.Join(t.TempDir(), "none.json")); err != nil {
		t.Error(err)
	}
}

// TestTableIsMarkdown: each line of it has as many cells as the header.
func TestTableIsMarkdown(t *testing.T) {
	c := &comparisons{Results: []*result{step(18, 15,
		&comparison{Variant: "eager", Basin: []float64{1, 2}, Peer: []float64{20, 30}})}}
	text := c.markdown()
	n := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") {
			n++
			if got := strings.Count(line, "|"); got != len(header)+1 {
				t.Errorf("%d bars in %q", got, line)
			}
		}
	}
	if n != 3 || !strings.Contains(text, "Short of their bars: step/mlp-64-32-32-10/32.") {
		t.Errorf("table:\n%s", text)
	}
}

// TestServersEnvironment: OpenBLAS chooses its kernels without hints from the environment.
func TestServersEnvironment(t *testing.T) {
	env := libraries([]string{"OPENBLAS_CORETYPE=Prescott", "PATH=/bin", "OPENBLAS_L2_SIZE=1"})
	if !slices.Contains(env, "PATH=/bin") || slices.ContainsFunc(env, func(v string) bool {
		return strings.Contains(v, "CORETYPE") || strings.Contains(v, "L2_SIZE")
	}) {
		t.Errorf("environment %q", env)
	}
}
