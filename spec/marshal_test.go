package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"basin/examples"
	"basin/spec"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// checkRoundTrip: a frozen spec is the same spec, of the same cells, and freezing it again gives the same text.
func checkRoundTrip(t interface {
	Helper()
	Errorf(string, ...any)
}, s *spec.Spec) {
	t.Helper()
	text := spec.Marshal(s)
	back, err := spec.Parse("spec.yaml", text)
	if err != nil {
		t.Errorf("%v\nin\n%s", err, text)
		return
	}
	if d := cmp.Diff(s, back); d != "" {
		t.Errorf("%s\nin\n%s", d, text)
	}
	if again := spec.Marshal(back); string(again) != string(text) {
		t.Errorf("frozen again:\n%s\nwas\n%s", again, text)
	}
	if s.Networks()/s.Replicas > 100 {
		return
	}
	if d := cmp.Diff(s.Cells(), back.Cells()); d != "" {
		t.Errorf("other cells: %s", d)
	}
	if e, err := spec.Compare(s, back); err != nil || !e.Empty() {
		t.Errorf("Compare: %+v, %v", e, err)
	}
}

func TestRoundTripExamples(t *testing.T) {
	checkRoundTrip(t, complete())
	checkRoundTrip(t, parse(t, "grid: {load: {model.width: [1, 2]}}")) // The swept key has no default and is not given.
	checkRoundTrip(t, parse(t, "model: {widths: [3, 4]}"))
	checkRoundTrip(t, parse(t, "model: {kind: resnet18, width: 4, batch_norm: true}\ntrain: {optimizer: {kind: adam}}\ndata: {set: mnist}"))
	for _, name := range examples.Names() {
		s, err := spec.Load(name, examples.FS())
		if err != nil {
			t.Fatal(err)
		}
		checkRoundTrip(t, s)
	}
}

// TestRoundTripRandom freezes random specs: any subset of fields, with random values that each field allows.
func TestRoundTripRandom(t *testing.T) {
	var leaves []spec.Field
	for _, f := range spec.Fields() {
		if f.Type != "section" && f.Type != "axis" {
			leaves = append(leaves, f)
		}
	}
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		var sets []string
		for _, f := range rapid.SliceOfN(rapid.SampledFrom(leaves), 0, 8).Draw(t, "fields") {
			sets = append(sets, f.Path+"="+randomValue(t, f))
		}
		var swept []spec.Field
		for _, f := range leaves {
			if f.Sweep {
				swept = append(swept, f)
			}
		}
		for _, axis := range []string{"load", "temperature"} {
			if f := rapid.SampledFrom(swept).Draw(t, axis); rapid.Bool().Draw(t, "sweep") {
				values := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return randomValue(t, f) }), 1, 4).Draw(t, "values")
				sets = append(sets, fmt.Sprintf("grid.%s={%s: [%s]}", axis, f.Path, strings.Join(values, ", ")))
			}
		}
		s, err := spec.Parse("random.yaml", []byte("model: {width: 4}"), sets...)
		if err != nil {
			return // The values do not go together, which other tests look at.
		}
		valid++
		checkRoundTrip(t, s)
	})
	if valid < 5 { // of 100; random ones mostly do not go together
		t.Errorf("only %d random specs were valid: the test tests little", valid)
	}
}

// randomValue writes a random value of a field as YAML; most are allowed.
func randomValue(t *rapid.T, f spec.Field) string {
	integer := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.IntRange(-1, 300).Draw(t, "int")) })
	float := rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "unit") {
			return fmt.Sprint(rapid.Float64Range(0, 1).Draw(t, "float"))
		}
		return fmt.Sprint(rapid.Float64Min(0).Draw(t, "large float"))
	})
	// In flow style, so that any character may stand in it.
	text := rapid.Custom(func(t *rapid.T) string {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-~#:&*!|>%@{}\[\], "'\\a-z0-9.\n\t]{0,8}`)).Draw(t, "text")
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		return `"` + b.String() + `"`
	})
	switch f.Type {
	case "integer", "integer ≥ 0":
		return integer.Draw(t, f.Path)
	case "number":
		return float.Draw(t, f.Path)
	case "boolean":
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, f.Path)
	case "list of integers":
		return "[" + strings.Join(rapid.SliceOfN(integer, 0, 3).Draw(t, f.Path), ", ") + "]"
	case "list of two numbers":
		return "[" + float.Draw(t, f.Path) + ", " + float.Draw(t, f.Path) + "]"
	case "map of numbers":
		return "{" + rapid.SampledFrom(f.Keys).Draw(t, f.Path) + ": " + float.Draw(t, "threshold") + "}"
	case "map of strings":
		return "{" + text.Draw(t, "theirs") + ": " + text.Draw(t, "ours") + "}"
	}
	if len(f.OneOf) > 0 {
		return strings.ReplaceAll(rapid.SampledFrom(f.OneOf).Draw(t, f.Path), "*", "some/path to/a")
	}
	return text.Draw(t, f.Path)
}

// FuzzParse: no text makes Parse panic, its errors say something, and what it accepts survives being frozen.
func FuzzParse(f *testing.F) {
	f.Add(sample, "replicas=3")
	f.Add(sample, "grid.load={data.label_noise: [0, 0.1]}")
	f.Add("model: &m {width: 1, widths: [1, 2]}\ncheckpoint: {rename: {\"\\x00\": 'a''b', ? c}}", "measure={hessian: {trace: }}")
	f.Add("- a\n- {b: [}\n", "=")
	f.Add("<<: *a\n", "grid.load.model.width=[1]")
	f.Add("name: |\n  x\n", "phases.poor.mc=")
	f.Fuzz(func(t *testing.T, text, set string) {
		var sets []string
		if set != "" {
			sets = []string{set}
		}
		s, err := spec.Parse("fuzz.yaml", []byte(text), sets...)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		checkRoundTrip(t, s)
	})
}

// TestDeepNesting: the YAML parser is recursive; a text that only nests must not exhaust the stack.
func TestDeepNesting(t *testing.T) {
	for _, unit := range []string{"[", "{a: ", "- ", "&a ", "? "} {
		_, err := spec.Parse("deep.yaml", []byte(strings.Repeat(unit, (1<<19-16)/len(unit))))
		if err == nil || !strings.Contains(err.Error(), "nested more than") {
			t.Errorf("%q nested deeply: %.100v", unit, err)
		}
	}
	if _, err := spec.Parse("long.yaml", make([]byte, 1<<19+1)); err == nil || !strings.Contains(err.Error(), "524289 bytes") {
		t.Errorf("a text too long: %v", err)
	}
}
