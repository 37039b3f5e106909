package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	spec "basin/language"

	"github.com/google/go-cmp/cmp"
)

// declare is a section of one function.
type declare struct {
	N, M   int
	F      float64
	S, T   string
	B      bool
	List   []int
	Floats []float64
	Names  []string
	Pair   [2]float64
	Map    map[string]float64
	Texts  map[string]string
	Inner  stop
	Sub    *declare
	Works  []*work
	Kind   spec.Entry[section]
	fields func(d *declare, f *spec.Fields)
}

func (d *declare) Fields(f *spec.Fields) { d.fields(d, f) }

// read reads one section alone.
func read(text string, fields func(*declare, *spec.Fields)) (*declare, error) {
	d := &declare{}
	_, err := spec.Language{New: func() spec.Section { *d = declare{fields: fields}; return d }}.Parse("x.yaml",
		[]byte(text))
	return d, err
}

// all declares a key of every type.
func all(d *declare, f *spec.Fields) {
	f.Int(&d.N, "n", 3, "[1,9]", "a number")
	f.Float(&d.F, "f", 0.5, "(,1]", "a number")
	f.Bool(&d.B, "b", true, "a switch")
	f.String(&d.S, "s", "text", "a text")
	f.Word(&d.T, "t", "one", []string{"one", "two"}, "a word")
	f.Ints(&d.List, "list", "[0,9]", "numbers")
	f.Floats(&d.Floats, "floats", []float64{1, 2}, "(0,)", "numbers")
	f.Strings(&d.Names, "names", []string{"a"}, "texts")
	f.Pair(&d.Pair, "pair", [2]float64{3, 4}, "-1 or [0,9]", "two numbers")
	f.Numbers(&d.Map, "map", map[string]float64{"a": 1}, "numbers by name")
	f.Texts(&d.Texts, "texts", "texts by name")
	f.Section("inner", "a section", &d.Inner)
	spec.One(f, &d.Kind, "kind_of", "sgd", "a kind", optimizers)
}

// TestTypes: each type of key has its standard, and what is given; what is empty differs from what is absent.
func TestTypes(t *testing.T) {
	want := &declare{
		N: 3, F: 0.5, B: true, S: "text", T: "one", Floats: []float64{1, 2}, Names: []string{"a"}, Pair: [2]float64{3, 4},
		Map: map[string]float64{"a": 1}, Kind: spec.Entry[section]{Kind: "sgd", Settings: &sgd{LR: 0.01}},
	}
	same := func(got *declare) {
		t.Helper()
		if d := cmp.Diff(want, got,
			cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "fields" || p.String() == "Sub" },
				cmp.Ignore())); d != "" {
			t.Error(d)
		}
	}
	got, err := read("{}", all)
	if err != nil {
		t.Fatal(err)
	}
	same(got)
	same(spec.Default(&declare{fields: all}))
	got, err = read("n: 9\nf: -1e3\nb: false\ns: ''\nt: two\nlist: [0, 9]\nfloats: []\n"+
		"names: []\npair: [-1, 9]\nmap: {}\n"+
		"texts: {'a b': c}\ninner: {rule_b: true}\nkind_of: {kind: adam, lr: 2}", all)
	if err != nil {
		t.Fatal(err)
	}
	want = &declare{
		N: 9, F: -1000, T: "two", List: []int{0, 9}, Pair: [2]float64{-1, 9}, Texts: map[string]string{"a b": "c"},
		Inner: stop{RuleB: true},
		Kind:  spec.Entry[section]{Kind: "adam", Settings: &adam{LR: 2, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}},
	}
	same(got)
	spec.CheckSection(t, got)
	const text = "n: 9\nf: -1000\nb: false\ns: \"\"\nt: two\nlist: [0, 9]\nfloats: []\nnames: []\npair: [-1, 9]\n" +
		"map: {}\ntexts: {\"a b\": c}\n" +
		"inner:\n  rule_b: true\n  target_loss: 0\n" +
		"kind_of:\n  kind: adam\n  lr: 2\n  betas: [0.9, 0.999]\n  eps: 1e-08\n  weight_decay: 0\n"
	if got := string(spec.Marshal(got)); got != text {
		t.Errorf("written as\n%s\nwant\n%s", got, text)
	}
	for text, want := range map[string]string{
		"f: 2":              "x.yaml:1:4: f: 2 is not allowed: it must be at most 1",
		"t: ''":             `t: unknown value ""; it may be one, two`,
		"pair: [1]":         "pair: expected a list of two numbers, found 1",
		"pair: [1, -2]":     "x.yaml:1:11: pair: -2 is not allowed: it must be -1 or [0, 9]",
		"map: {a: b}":       `x.yaml:1:10: map.a: expected a number, found "b"`,
		"texts: [a]":        "texts: expected a map of strings, found a list",
		"floats: [1, 0]":    "x.yaml:1:13: floats: 0 is not allowed: it must be above 0",
		"inner: 3":          `inner: expected a map of keys, found "3"`,
		"kind_of: {kind: }": "kind_of.kind: expected a string, found nothing",
		"kind_of: {}":       "",
		"kind_of:":          "",
	} {
		_, err := read(text, all)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// TestDefaultKeepsKinds: an entry made in Go keeps its kind, and gets the settings that it lacks.
func TestDefaultKeepsKinds(t *testing.T) {
	tr := spec.Default(&train{Optimizer: spec.Entry[section]{Kind: "adam"},
		Schedule: spec.Entry[section]{Kind: "step", Settings: &steps{Factor: 7}}})
	if o, ok := tr.Optimizer.Settings.(*adam); !ok || o.LR != 0.01 {
		t.Errorf("%+v", tr.Optimizer)
	}
	if tr.Schedule.Settings.(*steps).Factor != 7 || tr.Batch != 128 || tr.Penalty.Kind != "none" {
		t.Errorf("%+v", tr)
	}
}

// TestWhen: keys without effect have their standards, are refused with the reason, and are in no identity.
func TestWhen(t *testing.T) {
	fields := func(d *declare, f *spec.Fields) {
		f.Bool(&d.B, "b", false, "a switch")
		on := f.When(d.B, "b is off")
		on.Int(&d.N, "n", 3, "[1,9]", "a number")
		on.Section("inner", "a section", &d.Inner)
		spec.One(on, &d.Kind, "kind_of", "sgd", "a kind", optimizers)
		on.Unkeyed().String(&d.S, "s", "", "a text")
		f.When(d.B, "").Int(&d.M, "m", 4, "", "ignored")
		on.Keyed("extra", 5)
		on.Check(false, "n", "never checked")
	}
	for text, want := range map[string]string{
		"n: 3":                          "",
		"n: 4":                          "x.yaml:1:4: n: it has no effect: b is off; remove it, or set it to 3",
		"s: x":                          "s: it has no effect: b is off; remove it",
		"m: 9":                          "",
		"m: x":                          "",
		"inner: {target_loss: 0}":       "",
		"inner: {target_loss: 1}":       "inner.target_loss: it has no effect: b is off; remove it, or set it to 0",
		"inner: {target: 1}":            "inner.target: unknown key",
		"kind_of: adam":                 "kind_of: it has no effect: b is off; remove it, or set it to sgd",
		"kind_of: sgd":                  "",
		"kind_of: {kind: sgd, lr: 0.5}": "kind_of.lr: it has no effect: b is off; remove it, or set it to 0.01",
		"n: x":                          "n: it has no effect: b is off",
		"{b: true, n: 10}":              "n: 10 is outside [1, 9]",
	} {
		d, err := read(text, fields)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(),
			want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
		if err == nil && (d.N != 3 || d.M != 4 || d.Kind.Settings.(*sgd).LR != 0.01) {
			t.Errorf("%s: %+v", text, d)
		}
	}
	var h spec.Hasher
	off := &declare{N: 7, M: 8, S: "x", fields: fields}
	if h.Sum(off) != h.Sum(&declare{fields: fields}) || string(spec.Marshal(off)) != "b: false\n" {
		t.Errorf("keys without effect count: %s", spec.Marshal(off))
	}
	on := spec.Default(&declare{fields: func(d *declare, f *spec.Fields) { fields(d, f); d.B = true }})
	on.fields = fields
	if h.Sum(on) != sha("b=true\nextra=5\nkind_of.kind=sgd\nkind_of.lr=0.01\nm=4\nn=3\n") {
		t.Error("keys with effect do not count")
	}
}

// TestWhenInGrid: a key may stand in the text when some cell uses it.
func TestWhenInGrid(t *testing.T) {
	s := parse(t, "model: {depth: 5}\ngrid: {shape: {model.widths: [[], [4]]}, width: {model.width: [3]}}")
	if a, b := root(s, 0).Model.Settings.(*mlp),
		root(s, 1).Model.Settings.(*mlp); a.Depth != 5 || a.Width != 3 || b.Depth != 2 || b.Width != 0 {
		t.Errorf("%+v, %+v", a, b)
	}
	checkRoundTrip(t, s)
}

// TestChecks: relations wait for the keys of their section, and say in which cell they fail unless all do.
func TestChecks(t *testing.T) {
	fields := func(d *declare, f *spec.Fields) {
		f.Section("inner", "a section", &d.Inner)
		f.Numbers(&d.Map, "map", nil, "numbers by name")
		f.Check(false, "n", "n is wrong")
		f.Check(false, "inner.target_loss", "the loss is wrong")
		f.Check(false, "map.a.b", "a.b is wrong")
		f.Check(false, "", "all is wrong")
		f.Int(&d.N, "n", 3, "[1,9]", "a number")
	}
	_, err := read("map: {a.b: 1}\ninner:\n  target_loss: 1\nn: 4", fields)
	const want = "x.yaml: all is wrong\nx.yaml:1:12: map.a.b: a.b is wrong\n" +
		"x.yaml:3:16: inner.target_loss: the loss is wrong\nx.yaml:4:4: n: n is wrong"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	for text, want := range map[string]string{
		"n: 10":                    "x.yaml:1:4: n: 10 is outside [1, 9]",
		"inner: {target_loss: -1}": "x.yaml:1:22: inner.target_loss: -1 is not allowed: it must be at least 0",
		"inner: {loss: 1}":         "x.yaml:1:9: inner.loss: unknown key; it may be rule_b, target_loss",
	} {
		if _, err := read(text, fields); err == nil || err.Error() != want {
			t.Errorf("%s: got\n%v\nwant\n%s", text, err, want)
		}
	}
	const warm = "train.schedule.warmup: "
	const steep = "model: {width: 4}\ntrain: {epochs: 5, schedule: {warmup: 7}}\n"
	for text, want := range map[string]string{
		"grid: {b: {train.batch: [1, 2]}}": "bad.yaml:2:39: " + warm + "7 epochs of warm-up leave nothing of 5 epochs",
		"grid: {e: {train.epochs: [9, 6]}}": "bad.yaml:2:39: " + warm +
			"7 epochs of warm-up leave nothing of 6 epochs (in the cell e=6)",
		"grid: {w: {train.schedule.warmup: [0, 6]}}": "bad.yaml:3:39: grid.w." + warm +
			"6 epochs of warm-up leave nothing of 5 epochs " +
			"(in the cell w=6)",
		"grid: {w: {train.schedule: [cosine, {warmup: 5}]}, b: {train.batch: [1, 2]}}": "",
	} {
		text = steep + text
		if want == "" {
			text = strings.Replace(text, ", schedule: {warmup: 7}", "", 1)
			want = "bad.yaml:3:46: grid.w." + warm +
				"5 epochs of warm-up leave nothing of 5 epochs (in the cell w={warmup: 5} b=1)"
		}
		if _, err := language.Parse("bad.yaml", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got\n%v\nwant\n%s", text, err, want)
		}
	}
}

// TestCheckAny: what need hold in one cell alone is reported where it holds in none.
func TestCheckAny(t *testing.T) {
	l := spec.Language{Sweep: []string{"n"}, New: func() spec.Section {
		return &declare{fields: func(d *declare, f *spec.Fields) {
			f.Int(&d.N, "n", 1, "", "a number")
			f.Int(&d.M, "m", 1, "", "a number")
			f.CheckAny(d.N == d.M, "m", "n is nowhere %d", d.M)
		}}
	}}
	for text, want := range map[string]string{
		"m: 2":                                 "x.yaml:1:4: m: n is nowhere 2",
		"m: 2\ngrid: {a: {n: [1, 2]}}":         "",
		"m: 3\ngrid: {a: {n: [1, 2]}}":         "x.yaml:1:4: m: n is nowhere 3",
		"{m: 2, grid: {a: {n: [1, x]}}}":       `x.yaml:1:26: grid.a.n: expected an integer, found "x"`,
		"{m: 2, k: 1, grid: {a: {n: [1, 2]}}}": "x.yaml:1:8: k: unknown key; it may be n, m, grid",
	} {
		if _, err := l.Parse("x.yaml", []byte(text)); fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Errorf("%s: got\n%v\nwant\n%s", text, err, want)
		}
	}
}

// TestGiven: a section may ask whether a key is written, or swept.
func TestGiven(t *testing.T) {
	var given []bool
	fields := func(d *declare, f *spec.Fields) {
		f.Int(&d.N, "n", 3, "", "a number")
		given = append(given, f.Given("n"))
	}
	for _, text := range []string{"{}", "n: 3"} {
		if _, err := read(text, fields); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]bool{false, true}, given); d != "" {
		t.Error(d)
	}
}

// TestErrorf: problems that are found later stand where the path was written.
func TestErrorf(t *testing.T) {
	s := parse(t, "model: {width: 4}\ntrain: {epochs: 3}\nmeasure: {hessian: {}}\ngrid: {b: {train.batch: [8, 16]}}",
		"seed=3")
	for _, tt := range []struct {
		cell       int
		path, want string
	}{
		{-1, "train.epochs", "test.yaml:2:17: train.epochs: no 7"},
		{1, "train.epochs", "test.yaml:2:17: train.epochs: no 7 (in the cell b=16)"},
		{1, "train.batch", "test.yaml:4:29: grid.b.train.batch: no 7 (in the cell b=16)"},
		{-1, "train.keep", "test.yaml:2:8: train.keep: no 7"},
		{-1, "measure.hessian.samples", "test.yaml:3:20: measure.hessian.samples: no 7"},
		{-1, "trajectory.at", "test.yaml: trajectory.at: no 7"},
		{-1, "seed", "--set seed=3: seed: no 7"},
	} {
		if err := s.Errorf(tt.cell, tt.path, "no %d", 7); err.Error() != tt.want {
			t.Errorf("%s: got  %v\nwant %s", tt.path, err, tt.want)
		}
	}
}

// TestCheckSection: the sections of the test language are sound, and each kind of fault is found.
func TestCheckSection(t *testing.T) {
	spec.CheckSection(t, complete())
	all := [][]spec.Kind[section]{sources, tasks, models, optimizers, schedules, penalties, stages, measures}
	for _, kinds := range all {
		for _, k := range kinds {
			if k.New == nil || strings.HasPrefix(k.Name, "*") {
				continue
			}
			s := spec.Default(k.New())
			switch s := s.(type) {
			case *mlp:
				s.Width = 3
			case *cnn:
				s.Width = 3
			case *resnet:
				s.Width = 3
			case *residual:
				s.Width = 3
			case *steps:
				s.At = []int{4}
			}
			spec.CheckSection(t, s)
		}
	}
	for name, fields := range map[string]func(d *declare, f *spec.Fields){
		"n: the key is declared twice": func(d *declare, f *spec.Fields) {
			f.Int(&d.N, "n", 1, "", "a number")
			f.Int(&d.M, "n", 1, "", "a number")
		},
		"n: the key is not described": func(d *declare, f *spec.Fields) { f.Int(&d.N, "n", 1, "", "") },
		"floats: the standard: 3 is outside [0, 1]": func(d *declare, f *spec.Fields) {
			f.Floats(&d.Floats, "floats", []float64{3}, "[0,1]", "numbers")
		},
		`t: the standard: unknown value "tow"`: func(d *declare,
			f *spec.Fields) {
			f.Word(&d.T, "t", "tow", []string{"one", "two"}, "a word")
		},
		"t: the words are not distinct": func(d *declare,
			f *spec.Fields) {
			f.Word(&d.T, "t", "one", []string{"one", "one"}, "a word")
		},
		"n is part of the identity twice": func(d *declare, f *spec.Fields) {
			f.Int(&d.N, "n", 1, "", "a number")
			f.Keyed("n", 4)
		},
		"it is missing": func(d *declare, f *spec.Fields) { f.Int(&d.N, "n", 0, "[1,2]", "a number") },
		"writing and hashing change": func(d *declare, f *spec.Fields) {
			f.Int(&d.N, "n", 1, "", "a number")
			d.N++
		},
		"reads back as": func(d *declare, f *spec.Fields) {
			f.Int(&d.N, "n", 1, "", "a number")
			if f.Given("n") {
				d.N = 9
			}
		},
		"cannot be read": func(d *declare, f *spec.Fields) { // n looks at a key that comes after it
			f.When(d.M == 0, "m is not 0").Int(&d.N, "n", 1, "", "a number")
			f.Int(&d.M, "m", 4, "", "a number")
			f.Unkeyed().Bool(&d.B, "b", false, "a switch")
		},
		"the key of sgd is also one of the section": func(d *declare, f *spec.Fields) {
			spec.Flat(f, &d.Kind, "kind", "sgd", "a kind", optimizers)
			f.Float(&d.F, "lr", 1, "", "a rate")
		},
		"*.x does not declare it as a File": func(d *declare, f *spec.Fields) {
			spec.Flat(f, &d.Kind, "set", "*.x", "a kind",
				[]spec.Kind[section]{{Name: "*.x", Doc: "a file", New: optimizers[0].New}})
		},
	} {
		var got faults
		s := spec.Default(&declare{fields: fields})
		if name == "cannot be read" {
			s.M, s.N = 0, 7
		}
		spec.CheckSection(&got, s)
		if !strings.Contains(string(got), name) {
			t.Errorf("found %q, want %s", got, name)
		}
	}
}

// faults collects what a check reports.
type faults string

func (f *faults) Helper()                           {}
func (f *faults) Errorf(format string, args ...any) { *f += faults(fmt.Sprintf(format+"\n", args...)) }

// TestValidate: kinds that a grid may sweep agree on the standards of the keys that they share.
func TestValidate(t *testing.T) {
	if err := language.Validate(); err != nil {
		t.Error(err)
	}
	kinds := []spec.Kind[section]{
		{Name: "a", Doc: "one", New: func() section {
			return &declare{fields: func(d *declare, f *spec.Fields) { f.Int(&d.N, "n", 1, "", "n") }}
		}},
		{Name: "b", Doc: "other", New: func() section {
			return &declare{fields: func(d *declare, f *spec.Fields) { f.Int(&d.N, "n", 2, "", "n") }}
		}},
	}
	l := spec.Language{Sweep: []string{"k", "missing"}, New: func() spec.Section {
		return &declare{fields: func(d *declare, f *spec.Fields) {
			spec.One(f, &d.Kind, "k", "a", "a kind", kinds)
			f.Int(&d.N, "grid", 1, "", "n")
		}}
	}}
	want := "missing is swept, and is no key\n" +
		"k.n: kinds have the standards \"1\" and \"2\"\ngrid is a key of the language"
	if err := l.Validate(); err == nil || strings.Join(sorted(err.Error()), "\n") != strings.Join(sorted(want), "\n") {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestHasherFiles: a file that changes has another sum; one that is gone is an error of its path.
func TestHasherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "start")
	if err := os.WriteFile(path, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	var h spec.Hasher
	s := &train{Start: path}
	sums := map[string]bool{h.Sum(s): true, h.Sum(s): true}
	if err := os.WriteFile(path, []byte("ab"), 0o644); err != nil {
		t.Fatal(err)
	}
	if sums[h.Sum(s)] || len(sums) != 1 {
		t.Error("sums of a file do not follow its content")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err, ok := recover().(*spec.FileError); !ok || err.Path != path {
			t.Errorf("panics with %v", err)
		}
	}()
	h.Sum(s)
}

// TestConcurrency: a hasher, and what was parsed, may be used by many goroutines.
func TestConcurrency(t *testing.T) {
	s := parse(t, sample)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			parse(t, sample)
			for i, c := range s.Cells {
				if identity(c.Root) != c.ID {
					t.Error("another identity")
				}
				_ = s.Errorf(i, "model.width", "x")
			}
			s.Freeze()
		})
	}
	group.Wait()
}

func sorted(lines string) []string { return slices.Sorted(strings.SplitSeq(lines, "\n")) }

// TestKindsApart: kinds may give one key different types and limits, and cells of both read it from one text.
func TestKindsApart(t *testing.T) {
	kind := func(name string, fields func(d *declare, f *spec.Fields)) spec.Kind[section] {
		return spec.Kind[section]{Name: name, Doc: name, New: func() section { return &declare{fields: fields} }}
	}
	loss := func(d *declare, f *spec.Fields) { f.Int(&d.N, "target_loss", 7, "", "a number") }
	kinds := []spec.Kind[section]{
		kind("a", func(d *declare, f *spec.Fields) {
			f.Ints(&d.List, "list", "[0,9]", "numbers")
			f.Section("inner", "a section", &d.Inner)
			f.Int(&d.N, "n", 1, "", "a standard of a")
		}),
		kind("b", func(d *declare, f *spec.Fields) {
			f.Floats(&d.Floats, "list", nil, "[0,99]", "numbers")
			if d.Sub == nil {
				d.Sub = &declare{fields: loss}
			}
			f.Section("inner", "a section", d.Sub)
			f.Int(&d.N, "n", 2, "", "a standard of b")
		}),
	}
	l := spec.Language{Sweep: []string{"k"}, New: func() spec.Section {
		return &declare{fields: func(d *declare, f *spec.Fields) { spec.One(f, &d.Kind, "k", "a", "a kind", kinds) }}
	}}
	s, err := l.Parse("x.yaml", []byte("k: {list: [1, 2], inner: {target_loss: 3}}\ngrid: {kind: {k.kind: [a, b]}}"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.Cells[0].Root.(*declare).Kind.Settings.(*declare), s.Cells[1].Root.(*declare).Kind.Settings.(*declare)
	if len(a.List) != 2 || len(b.Floats) != 2 || a.Inner.TargetLoss != 3 || b.Sub.N != 3 {
		t.Errorf("%+v, %+v", a, b)
	}
	frozen := string(s.Freeze())
	if strings.Contains(frozen, "n:") {
		t.Errorf("standards that differ are written: %s", frozen)
	}
	back, err := l.Parse("y.yaml", []byte(frozen))
	if err != nil || string(back.Freeze()) != frozen || back.Cells[1].Root.(*declare).Kind.Settings.(*declare).N != 2 {
		t.Errorf("%v in\n%s", err, frozen)
	}
	_, err = l.Parse("x.yaml", []byte("k: {list: [1, 20]}\ngrid: {kind: {k.kind: [b, a]}}"))
	if err == nil || err.Error() != "x.yaml:1:15: k.list: 20 is outside [0, 9]" {
		t.Error(err)
	}
}

// TestSweptMaps: a map of values is swept as a whole, since no text could say the rest of it.
func TestSweptMaps(t *testing.T) {
	inner := func(d *declare, f *spec.Fields) {
		f.Numbers(&d.Map, "map", map[string]float64{"a": 1}, "numbers by name")
		f.Int(&d.N, "n", 1, "", "a number")
	}
	l := spec.Language{Sweep: []string{"s"}, ID: hasher.Sum, New: func() spec.Section {
		return &declare{Sub: &declare{fields: inner}, fields: func(d *declare, f *spec.Fields) {
			f.Section("s", "a section", d.Sub)
			spec.Many(f, &d.Works, "works", "nothing is there yet", func(name string) *work { return &work{Name: name} })
		}}
	}}
	s, err := l.Parse("x.yaml", []byte("grid: {m: {s.map: [{a: 2, b.c: 3}, {}]}, n: {s.n: [1, 2]}}"))
	if err != nil {
		t.Fatal(err)
	}
	if m := s.Cells[0].Root.(*declare).Sub.Map; len(m) != 2 || m["b.c"] != 3 {
		t.Error(m)
	}
	if d := cmp.Diff([]string{"m: {a: 2, b.c: 3} | {}", "n: 1 | 2"}, labels(s)); d != "" {
		t.Error(d)
	}
	back, err := l.Parse("y.yaml", s.Freeze())
	if err != nil || back.Cells[0].ID != s.Cells[0].ID || back.Cells[3].ID != s.Cells[3].ID {
		t.Errorf("%v in\n%s", err, s.Freeze())
	}
	for text, want := range map[string]string{
		"grid: {m: {s.map.a: [1, 2]}}": "x.yaml:1:12: grid.m.s.map.a: it cannot be swept alone; sweep s.map as a whole",
		"works: {code: {}}":            "x.yaml:1:9: works.code: there is no code; there are no kinds to choose from",
		"works: {code: {kind: x}}":     `x.yaml:1:22: works.code.kind: unknown value "x"; there is none to choose from`,
	} {
		if _, err := l.Parse("x.yaml", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got\n%v\nwant\n%s", text, err, want)
		}
	}
	if len(l.Schema()) == 0 || len(l.Reference()) == 0 {
		t.Error("no schema")
	}
}
