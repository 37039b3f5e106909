package spec_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	spec "basin/language"

	"pgregory.net/rapid"
)

// key is a row of the reference: a path, what may stand there, and the kind that has it, as an override.
type key struct{ path, values, kind string }

// keys are all keys, read from the reference.
func keys() (out []key) {
	kind := ""
	for line := range strings.Lines(language.Reference()) {
		if m := regexp.MustCompile("^### `(.*): (.*)`").FindStringSubmatch(line); m != nil {
			kind = m[1] + "=" + m[2]
		}
		cells := strings.Split(line, " | ")
		m := regexp.MustCompile("^\\| `([^`]*)`$").FindStringSubmatch(cells[0])
		if m != nil && !strings.Contains(line, "path of a file") {
			out = append(out, key{m[1], cells[1], kind})
		}
	}
	return out
}

// inEntry gives the entries of stages and measures the names of their kinds.
func (k key) inEntry() key {
	_, name, _ := strings.Cut(k.kind, "=")
	if name == "" || !strings.HasSuffix(k.kind, "NAME.kind="+name) {
		name = "code"
		if strings.HasPrefix(k.path, "measure") {
			name = "hessian"
		}
	} else {
		k.kind = ""
	}
	k.path = strings.Replace(k.path, "NAME", name, 1)
	return k
}

func TestRoundTripExamples(t *testing.T) {
	checkRoundTrip(t, parse(t, sample))
	checkRoundTrip(t, parse(t, "grid: {load: {model.width: [1, 2]}}")) // The swept key has no standard and is not given.
	checkRoundTrip(t, parse(t, "model: {widths: [3, 4]}"))
	checkRoundTrip(t, parse(t, "model: {kind: resnet18, width: 4, batch_norm: true}\n"+
		"train: {optimizer: {kind: adam}}\ndata: {set: mnist}"))
}

// TestRoundTripRandom freezes random specs: any keys, with random values that most of them allow, some of them
// swept.
func TestRoundTripRandom(t *testing.T) {
	all := keys()
	var swept []key
	for _, k := range all {
		for _, top := range language.Sweep {
			if strings.HasPrefix(k.path, top+".") {
				swept = append(swept, k)
			}
		}
	}
	if len(all) < 80 || len(swept) < 40 {
		t.Fatalf("%d keys, %d of them to sweep", len(all), len(swept))
	}
	valid, grids := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var sets []string
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(all), 0, 5).Draw(t, "keys") {
			k = k.inEntry()
			if k.kind != "" {
				sets = append(sets, k.kind)
			}
			sets = append(sets, k.path+"="+randomValue(t, k))
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "axes") {
			n := rapid.IntRange(1, 4).Draw(t, "values")
			var paths []string
			for range rapid.IntRange(1, 2).Draw(t, "paths") {
				path, values := randomSections(t, n)
				if rapid.Bool().Draw(t, "scalars") {
					k := rapid.SampledFrom(swept).Draw(t, "swept").inEntry()
					if k.kind != "" {
						sets = append(sets, k.kind)
					}
					path = k.path
					for j := range values {
						values[j] = randomValue(t, k)
					}
				}
				paths = append(paths, path+": ["+strings.Join(values, ", ")+"]")
			}
			sets = append(sets, fmt.Sprintf("grid.axis%d={%s}", i, strings.Join(paths, ", ")))
		}
		s, err := language.Parse("random.yaml", []byte("model: {width: 4}"), sets...)
		if err != nil {
			return // The values do not go together, which other tests look at.
		}
		valid++
		if len(s.Axes) > 0 {
			grids++
		}
		checkRoundTrip(t, s)
	})
	t.Logf("%d valid, %d with grids", valid, grids)
	if valid < 5 || grids < 2 { // of 100; random ones mostly do not go together
		t.Errorf("only %d random specs were valid, %d with a grid: the test tests little", valid, grids)
	}
}

// randomSections are a path of a section and values for it.
func randomSections(t *rapid.T, n int) (path string, values []string) {
	sections := map[string]string{
		"model":            "{width: 3}|{widths: [3, 4], activation: tanh}|{kind: cnn, width: 2}|{depth: 7, width: 1}",
		"data":             "{set: digits}|{set: mnist}|{set: poisson, dimension: 3}|{label_noise: 0.5}|{train: 9}",
		"task":             "ritz|galerkin|{kind: ritz, boundary: hard}|{loss: squared-error}",
		"train.optimizer":  "sgd|adam|{lr: 0.5}|{kind: adam, eps: 0.5, lr: 0.25}|{momentum: 0.5, nesterov: true}",
		"train.schedule":   "constant|{kind: step, at: [3]}|{kind: step, at: [3], factor: 2}|{kind: cosine, warmup: 3}",
		"train.penalty":    "none|l1|{kind: l1, weight: 0.5}|compressibility|{kind: compressibility, levels: 3}",
		"train.stop":       "{}|{rule_b: true}|{target_loss: 0.5}",
		"stages.threshold": "false|{}|{sparsity: 0.25}|{at: [initial]}",
		"stages":           "{}|{code: {}}|{threshold: {sparsity: 0.75}, code: {}}|{code: {}, threshold: {}}",
	}
	path = rapid.SampledFrom(slices.Sorted(maps.Keys(sections))).Draw(t, "section")
	return path, rapid.SliceOfN(rapid.SampledFrom(strings.Split(sections[path], "|")), n, n).Draw(t, "sections")
}

// randomValue writes a random value of a key as YAML; most are allowed.
func randomValue(t *rapid.T, k key) string {
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
	some := func(item *rapid.Generator[string]) string {
		return "[" + strings.Join(rapid.SliceOfN(item, 0, 3).Draw(t, k.path), ", ") + "]"
	}
	switch typ, _, _ := strings.Cut(k.values, ","); typ {
	case "integer", "integer ≥ 0":
		return integer.Draw(t, k.path)
	case "number":
		return float.Draw(t, k.path)
	case "boolean":
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, k.path)
	case "list of integers":
		return some(integer)
	case "list of strings":
		return some(text)
	case "list of two numbers":
		return "[" + float.Draw(t, k.path) + ", " + float.Draw(t, k.path) + "]"
	case "map of numbers":
		name := rapid.SampledFrom([]string{"train_loss", "mc", "cka"}).Draw(t, k.path)
		return "{" + name + ": " + float.Draw(t, "threshold") + "}"
	case "map of strings":
		return "{" + text.Draw(t, "theirs") + ": " + text.Draw(t, "ours") + "}"
	case "string":
		return text.Draw(t, k.path)
	}
	words := strings.Split(k.values, ", ")
	return rapid.SampledFrom(words).Draw(t, k.path)
}

// FuzzParse: no text makes Parse panic or takes long, its errors say something, and what it accepts survives being
// frozen.
func FuzzParse(f *testing.F) {
	f.Add(sample, "replicas=3")
	f.Add(sample, "grid.load={data.label_noise: [0, 0.1]}")
	for _, text := range designs {
		f.Add(text, "grid.more={stages.threshold: [false, {}]}")
	}
	f.Add("model: &m {width: 1, widths: [1, 2]}\ncheckpoint: {rename: {\"\\x00\": 'a''b', ? c}}",
		"measure={hessian: {trace: }}")
	f.Add("- a\n- {b: [}\n", "=")
	f.Add("<<: *a\n", "grid.load.model.width=[1]")
	f.Add("name: |\n  x\n", "phases.poor.mc=")
	f.Add("model: {width: 1}\n"+
		"grid: {a: {train.penalty: [none, l1, {kind: l1, weight: 2}], data.set: [digits, mnist, x.csv]}}",
		"grid.a.model=[{}]")
	f.Fuzz(func(t *testing.T, text, set string) {
		var sets []string
		if set != "" {
			sets = []string{set}
		}
		start := time.Now()
		s, err := language.Parse("fuzz.yaml", []byte(text), sets...)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%v", d)
		}
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		if len(s.Cells) < 1000 {
			checkRoundTrip(t, s)
		}
	})
}

// TestHostileTexts: texts that nest, repeat or grow are refused in time.
func TestHostileTexts(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "%", fmt.Sprint(i)))
		}
		return b.String()
	}
	axes := "grid: {a: {train.batch: [" + many(100, "1%0,") + "]}, b: {train.epochs: [" + many(100, "1%0,") + "]}}\n"
	for _, tt := range []struct{ name, text, want string }{
		{"[", strings.Repeat("[", 1<<18), "nested more than"},
		{"{a: ", strings.Repeat("{a: ", 1<<16), "nested more than"},
		{"- ", strings.Repeat("- ", 1<<17), "nested more than"},
		{"&a ", strings.Repeat("&a ", 1<<17), "nested more than"},
		{"? ", strings.Repeat("? ", 1<<17), "nested more than"},
		{"length", string(make([]byte, 1<<21+1)), "2097153 bytes"},
		{"lines", strings.Repeat("a: 1\n", 1<<18), "262144 lines"},
		{"aliases of aliases", "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + many(30, "b%: &b% [*a0,*a0,*a0]\n") +
			"c0: &c [*b1,*b2,*b3,*b4]\n" + many(12, "d%: &c [*c,*c,*c,*c,*c,*c]\n"), "aliases stand for more than"},
		{"unknown keys", "model: {width: 1}\ntrain: {" + many(30000, "k%: 1,") + "}\n" + axes,
			"cells of that many keys are too many"},
		{"more unknown keys", "model: {width: 1}\ntrain: {" + many(100000, "k%: 1,") + "}\n", "more problems"},
		{"long lists", "model: {width: 1}\ntrain: {schedule: {kind: step, at: [" + many(30000, "1%,") + "]}}\n" + axes,
			"30000 items are more than"},
		{"long texts", "model: {width: 1}\ntrain: {keep: " + strings.Repeat("x", 1<<20) + "}\n",
			"1048576 bytes of text are more than"},
		{"entries", "model: {width: 1}\nstages: {" + many(9000, "s%: {kind: code},") + "}\n", "9000 entries are more than"},
		{"wrong items", "model: {widths: [" + many(400, "-%, x, ") + "]}\n" + axes, "more problems"},
		{"long keys", "model: {width: 1}\n" + strings.Repeat("k", 1<<20) + ": 1\n", "unknown key"},
		{"wrong entries", "model: {width: 1}\nmeasure: {" + many(900, "s%: {kind: %},") + "}\n" + axes, "more problems"},
	} {
		start := time.Now()
		_, err := language.Parse("hostile.yaml", []byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 30_000 {
			t.Errorf("%s: %.300v, want %s", tt.name, err, tt.want)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: took %v", tt.name, d)
		}
	}
}

var _ spec.Section
