package report

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"basin/record"
	"basin/results"
)

// invented is a run of a measure that does not exist: a main quantity with a curve beside its value, one that
// is a surface alone, and an aside.
func invented() results.Source {
	s := results.Source{
		Name: "invented",
		Axes: []results.Axis{{Name: "knob", Path: "model.knob", Label: "knob", Values: []string{"1", "2", "3"},
			Numbers: []float64{1, 2, 3}}},
		Quantities: []record.Quantity{
			{Name: "wobble", Title: "Wobble of the ψ_{0}", Symbol: "ψ_{0}", Unit: "mm", Format: "%.2f",
				Better: record.Lower, Main: true,
				Doc: "how much it wobbles"},
			{Name: "relief", Title: "Relief", Symbol: "relief", Array: true, Scale: record.Log},
			{Name: "aside", Title: "An aside", Symbol: "aside"},
		},
	}
	for i := range 3 {
		c := results.SourceCell{ID: fmt.Sprint("cell", i), At: []int{i}, State: results.Done, Replicas: 2,
			Training: map[int]record.Status{}}
		for r := range 2 {
			c.Training[r] = record.OK
			of := record.Points(r)
			wave := record.Curve("phase angle", []float64{0, 1, 2}, record.Column{Name: "height",
				Data: []float64{1, float64(i), 3}})
			wave.Axes[0].Unit = "rad"
			relief := &record.Array{Axes: []record.Axis{{Name: "depth", At: []float64{1, 2}},
				{Name: "layer", Names: []string{"in", "mid", "out"}}},
				Columns: []record.Column{{Name: "mass", Data: []float64{1, 10, 100, 1000, 1e4, math.NaN()}}}}
			c.Records = append(c.Records,
				record.Record{Measure: "wobbler", Quantity: "wobble", Of: of, Value: 1.25 + float64(i), StdErr: math.NaN(),
					Status: record.OK, Array: wave},
				record.Record{Measure: "wobbler", Quantity: "relief", Of: of, Value: math.NaN(), StdErr: math.NaN(),
					Status: record.OK, Array: relief},
				record.Record{Measure: "wobbler", Quantity: "aside", Of: of, Value: 7, StdErr: math.NaN(), Status: record.OK})
		}
		s.Cells = append(s.Cells, c)
	}
	return s
}

// An invented quantity appears in pictures, on the terminal, in exports and on the page, without a line of code
// that knows it.
func TestInventedQuantitiesAppearEverywhere(t *testing.T) {
	run := build(t, invented())
	shown := func(where, text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				t.Errorf("%s has no %q:\n%.2000s", where, p, text)
			}
		}
	}
	var b bytes.Buffer
	for _, name := range []string{"taxonomy", "wobble"} {
		b.Reset()
		if err := figureNamed(t, run, name).WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		shown(name, b.String(), "Wobble\u00a0of\u00a0the\u00a0ψ", "mm", "knob")
	}
	shown("wobble", b.String(), "2.25")
	b.Reset()
	if err := Table(&b, run); err != nil {
		t.Fatal(err)
	}
	shown("the terminal", b.String(), "knob", "ψ_0 mm", "2.25")
	if strings.Contains(b.String(), "aside") || strings.Contains(b.String(), "phase") {
		t.Errorf("the terminal shows what is not main, or phases:\n%s", &b)
	}
	b.Reset()
	if err := Summary(&b, run); err != nil {
		t.Fatal(err)
	}
	if _, list, ok := strings.Cut(b.String(), "Best and worst cells by ψ_0 mm:"); !ok ||
		strings.Index(list, "1.25") > strings.Index(list, "3.25") {
		t.Errorf("less wobble is better:\n%s", &b)
	}
	for e, parts := range map[*Export][]string{
		&cellTable:   {"knob", "wobble_se", "aside_n", "2.25", "cell2"},
		&recordTable: {"wobbler,wobble,1,train", "2.25", "relief"},
		&arrayTable:  {"phase angle", "layer", "height", "mass", "10000"},
	} {
		b.Reset()
		if err := e.Write(&b, CSV, run); err != nil {
			t.Fatal(err)
		}
		shown(e.Name, b.String(), parts...)
	}
	b.Reset()
	if err := Page(&b, run); err != nil {
		t.Fatal(err)
	}
	data := readPage(t, b.String())
	if q := data.Quantities; len(q) != 2 || q[0].Doc != "how much it wobbles" ||
		q[0].Heading != "Wobble of the ψ_{0} (mm)" || !q[0].Main ||
		q[1].Name != "aside" || q[1].Main {
		t.Errorf("the page has the quantities %+v", q)
	}
	if p := data.Plots; len(p) != 2 || p[0].Title != "Relief" || p[0].X != "layer" || p[0].Y != "depth" ||
		p[1].Title != "Wobble of the ψ_{0} (mm)" ||
		p[1].X != "phase angle (rad)" {
		t.Errorf("the page has the plots %+v", p)
	}
	if a := data.Cells[1].A; len(a) != 4 || len(a[0].M) != 6 || a[0].M[5] != -1 || len(a[2].D) != 3 {
		t.Errorf("the page's cell has the arrays %+v", a)
	}
	if h := data.Highlights; len(h) != 2 || h[0].Cell != 0 || h[0].Why[0] != "Wobble of the ψ0: best" ||
		h[1].Cell != 2 {
		t.Errorf("highlights: %+v", h)
	}
}

// Quantities whose names are those of other files have files too.
func TestFileNamesDoNotCollide(t *testing.T) {
	s := invented()
	s.Quantities = nil
	for _, name := range []string{"taxonomy", "a b", "a/b", "A-B"} {
		s.Quantities = append(s.Quantities, record.Quantity{Name: name, Title: name, Symbol: name, Main: true})
		for i := range s.Cells {
			s.Cells[i].Records = append(s.Cells[i].Records, record.Record{Measure: "m", Quantity: name,
				Of: record.Points(0), Value: 1, Status: record.OK})
		}
	}
	dir := t.TempDir()
	if _, err := Write(dir, build(t, s)); err != nil {
		t.Fatal(err)
	}
	want := "A-B_3.png A-B_3.svg a-b.png a-b.svg a-b_2.png a-b_2.svg index.html taxonomy.png taxonomy.svg " +
		"taxonomy_2.png taxonomy_2.svg"
	if got := listed(t, dir); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// No file that shows results knows a quantity by name: not as a constant of record, and not as a text.
// (results/open.go reads today's run folders, which do not say what they hold.)
func TestNoQuantityIsKnownByName(t *testing.T) {
	names := map[string]bool{}
	for _, q := range record.Quantities {
		names[q.Name] = true
	}
	constants := map[string]bool{}
	file, err := parser.ParseFile(token.NewFileSet(), "../record/quantities.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, s := range d.Specs {
				constants[s.(*ast.ValueSpec).Names[0].Name] = true
			}
		}
	}
	if len(constants) < 20 || !constants["TrainLoss"] {
		t.Fatalf("record's constants: %v", constants)
	}
	constants["Quantities"], constants["Describe"] = true, true
	var files []string
	for _, pattern := range []string{"../results/*.go", "../phase/*.go", "*.go", "../cmd/basin/status.go",
		"../cmd/basin/report.go", "../cmd/basin/export.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") || path == filepath.Join("..", "results", "open.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && names[s] {
					t.Errorf("%s knows %q", path, s)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "record" && constants[n.Sel.Name] {
					t.Errorf("%s knows record.%s", path, n.Sel.Name)
				}
			}
			return true
		})
	}
	pages, err := filepath.Glob("page/*")
	if err != nil || len(pages) < 5 {
		t.Fatal(pages, err)
	}
	for _, path := range pages {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name := range names {
			for _, quote := range []string{`"`, "'", "`"} {
				if strings.Contains(string(text), quote+name+quote) {
					t.Errorf("%s knows %s", path, name)
				}
			}
		}
	}
}
