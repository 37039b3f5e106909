// Command compare runs Basin and PyTorch on the same work in one run, in alternation, and prints ratios: a peer's seconds over
// Basin's, so that above 1 Basin is faster.
//
//	bench/peers/setup.sh                       # once: the peers' Python
//	go run ./bench/compare digits --fraction 0.1
//	go run ./bench/compare steps
//
// Run it on a machine that does nothing else. Ratios are medians over pairs; times are not to be compared between machines.
package main

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/alecthomas/kong"
)

type flags struct {
	Python string `help:"Python with bench/peers/requirements.txt (default: that of bench/peers/setup.sh)." env:"BASIN_PEERS_PYTHON"`
	JSON   string `help:"Also write the table to this file."`

	Digits digitsCommand `cmd:"" help:"The digits sweep, all measures: seconds per stage and in all."`
	Steps  stepsCommand  `cmd:"" help:"One training step and one Hessian-vector product of fully connected nets, one thread."`
}

func main() {
	var f flags
	k := kong.Parse(&f, kong.Name("compare"), kong.Description("Basin against PyTorch on the same work; ratios above 1: Basin is faster."))
	if f.Python == "" {
		f.Python = defaultPython()
	}
	k.FatalIfErrorf(k.Run(&f))
}

// defaultPython is where bench/peers/setup.sh puts it.
func defaultPython() string {
	venv := os.Getenv("BASIN_PEERS")
	if venv == "" {
		home, _ := os.UserHomeDir()
		venv = filepath.Join(home, ".cache", "basin", "peers")
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(venv, "Scripts", "python.exe")
	}
	return filepath.Join(venv, "bin", "python")
}
