package basin_test

import (
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowed says what each package may import of this module, and why that is all. Data flows one way: spec → dataset →
// task, model → train → measure → record → store → results → phase → report. A package that is not listed fails the
// test, so that adding one is a decision.
var allowed = map[string]struct{ imports, why string }{
	"spec":     {"", "plain data that everybody reads"},
	"language": {"", "the language of specs knows no key; sections declare their keys to it"},
	"record":   {"", "plain data that everybody writes"},
	"fault":    {"", "marks errors of the user's input"},
	"random":   {"", "streams from a seed; knows nothing of what they are for"},
	"linop": {"",
		"wall: operators never reach the engine, so algorithms on them are tested on dense matrices"},
	"param":    {"", "arithmetic of flat vectors"},
	"graph":    {"", "programs know nothing of who runs them"},
	"spectral": {"linop", "wall: sees operators only"},

	"engine":                 {"graph", "the interface, in terms of programs"},
	"engine/reference":       {"engine graph", "the oracle stands alone"},
	"engine/cpu":             {"engine engine/cpu/convolution engine/cpu/kernel graph", "the fast engine"},
	"engine/cpu/kernel":      {"", "inner loops over slices"},
	"engine/cpu/convolution": {"engine/cpu/kernel graph", "implicit matrix products on images"},
	"engine/cpu/kernel/gen":  {"", "makes assembly; not in the binary"},

	"dataset":    {"random spec", "reads and transforms data; no model"},
	"checkpoint": {"", "files of tensors; matching by name and shape"},
	"model":      {"graph param", "architectures are programs; they run nowhere here"},
	"task":       {"dataset graph record", "what outputs are compared with; no model"},
	"objective": {"dataset engine graph linop model param task",
		"a model, a task and a set, as a function of θ"},
	"train":   {"checkpoint dataset engine graph model objective param random record", "finds minimisers"},
	"network": {"checkpoint graph model param record", "parameters at a point, and their files"},
	"path":    {"dataset engine graph objective param random task train", "walks between them"},
	"measure": {"dataset graph linop model network objective param path random record spec spectral task train",
		"measures them"},
	"sweep": {"record", "schedules work it knows by interface only"},
	"store": {"record sweep", "wall: results are read without the engine; implements sweep's Recorder"},
	"results": {"record spec store",
		"wall: a run folder becomes tables without the engine; open.go alone knows spec and store"},
	"phase":  {"random results", "wall: labels come from tables alone"},
	"report": {"phase record results", "wall: pictures come from tables alone"},
	"runner": {"dataset engine graph measure model network objective record spec spectral sweep task train",
		"the work of a sweep: the one place where training and measuring meet scheduling"},
	"examples": {"", "embedded specs"},

	"cmd/basin": {"dataset engine/cpu examples fault measure model network objective record report" +
		" results runner spec store sweep",
		"flags, wiring, exit codes"},
	"internal/numtest":            {"linop", "oracles for tests"},
	"internal/numtest/enginetest": {"engine engine/reference graph", "one conformance suite for all engines"},
	"phase/phasetest":             {"random record results", "inputs for tests of phase and report"},
	"bench/compare": {"bench/rows engine/cpu examples record spec store",
		"compares with peers; in no binary"},
	"bench/rows": {"dataset engine engine/cpu engine/cpu/kernel graph model objective task train",
		"the work that is compared, by the packages that runs go through"},
}

func TestImportsFollowTheLayout(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], "basin/")
		if name == "basin" {
			continue
		}
		seen[name] = true
		rule, ok := allowed[name]
		if !ok {
			t.Errorf("%s is not in the table of allowed imports: say there what it may import, and why", name)
			continue
		}
		may := strings.Fields(rule.imports)
		for _, path := range fields[1:] {
			if dep, ours := strings.CutPrefix(path, "basin/"); ours && !slices.Contains(may, dep) {
				t.Errorf("%s imports %s, which it may not (%s)", name, dep, rule.why)
			}
			if path == "C" {
				t.Errorf("%s uses cgo", name)
			}
		}
	}
	for name := range allowed {
		if !seen[name] {
			t.Errorf("%s is in the table, but not in the module", name)
		}
	}
}

// What a run folder looks like is known to one file of results.
func TestOneFileOpensRunFolders(t *testing.T) {
	files, err := filepath.Glob("results/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == filepath.Join("results", "open.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if i.Path.Value == `"basin/spec"` || i.Path.Value == `"basin/store"` {
				t.Errorf("%s imports %s; only open.go may", name, i.Path.Value)
			}
		}
	}
}

// SQLite is known to the store alone, drawing to the report alone.
func TestLibrariesStayBehindTheirPackage(t *testing.T) {
	homes := map[string][]string{
		"modernc.org/sqlite":                {"store"},
		"gonum.org/v1/plot":                 {"report"},
		"github.com/parquet-go/parquet-go":  {"report"},
		"github.com/alecthomas/kong":        {"cmd/basin", "bench/compare"},
		"github.com/goccy/go-yaml":          {"language", "spec"},
		"github.com/mmcloughlin/avo":        {"engine/cpu/kernel/gen"},
		"github.com/schollz/progressbar/v3": {"cmd/basin"},
		"github.com/chromedp/chromedp":      {},
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], "basin/")
		for _, path := range fields[1:] {
			for library, home := range homes {
				if (path == library || strings.HasPrefix(path, library+"/")) && !slices.Contains(home, name) {
					t.Errorf("%s imports %s; only %v may", name, library, home)
				}
			}
		}
	}
}
