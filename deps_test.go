package basin_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed says what each package may import of this module, and why that is all. Data flows one way: spec →
// dataset, model → train → measure → record → store → phase → report. A package that is not listed fails the test,
// so that adding one is a decision.
var allowed = map[string]struct{ imports, why string }{
	"spec":     {"", "plain data that everybody reads"},
	"record":   {"", "plain data that everybody writes"},
	"random":   {"", "streams from a seed; knows nothing of what they are for"},
	"linop":    {"", "wall: operators never reach the engine, so algorithms on them are tested on dense matrices"},
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
	"model":      {"graph param spec", "architectures are programs; they run nowhere here"},
	"objective":  {"dataset engine graph linop model param", "a model on a set, as a function of θ"},
	"train":      {"dataset engine graph model objective random record spec", "finds minimisers"},
	"path":       {"dataset engine graph model objective param random spec train", "walks between them"},
	"measure":    {"dataset engine graph linop model objective param path random record spec spectral", "measures them"},
	"sweep":      {"record", "schedules work it knows by interface only"},
	"store":      {"record sweep", "wall: results are read without the engine; implements sweep's Recorder"},
	"phase":      {"random record spec", "wall: labels come from records alone"},
	"report":     {"phase record", "wall: pictures come from tables alone"},
	"runner": {"checkpoint dataset engine graph measure model param record spec spectral sweep train",
		"the work of a sweep: the one place where training and measuring meet scheduling"},
	"examples": {"", "embedded specs"},

	"cmd/basin": {"dataset engine/cpu examples measure model phase record report runner spec store sweep",
		"flags, wiring, exit codes"},
	"internal/numtest":            {"linop", "oracles for tests"},
	"internal/numtest/enginetest": {"engine engine/reference graph", "one conformance suite for all engines"},
	"phase/phasetest":             {"phase random record spec", "inputs for tests of phase and report"},
	"bench/compare":               {"bench/rows engine/cpu examples record spec store", "compares Basin with peers"},
	"bench/rows": {"dataset engine engine/cpu engine/cpu/kernel graph model objective spec train",
		"the work that is compared, by the packages that runs use"},
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

// SQLite is known to the store alone, drawing to the report alone.
func TestLibrariesStayBehindTheirPackage(t *testing.T) {
	homes := map[string][]string{
		"modernc.org/sqlite":                {"store"},
		"gonum.org/v1/plot":                 {"report"},
		"github.com/parquet-go/parquet-go":  {"report"},
		"github.com/alecthomas/kong":        {"cmd/basin", "bench/compare"},
		"github.com/goccy/go-yaml":          {"spec"},
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
