// Command compare runs Basin and PyTorch on the same work, in alternation, and prints ratios: a peer's seconds
// over Basin's, so that above 1 Basin is faster.
//
//	go run ./bench/compare engine     # all rows of docs/performance.md; makes the peers' Python if it is missing
//	go run ./bench/compare digits --fraction 0.1
//
// Run it on an otherwise unused machine. Ratios are medians over pairs; times cannot be compared between
// machines.
package main

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/alecthomas/kong"
)

type flags struct {
	Python string `env:"BASIN_PEERS_PYTHON" help:"Python with the peers (default: that of bench/peers/setup.sh)."`
	JSON   string `help:"Also write the table to this file."`

	Digits digitsCommand `cmd:"" help:"The digits sweep, all measures: seconds per stage and in all."`
	Engine engineCommand `cmd:"" help:"Every row by which the engine is judged: times, ratios, bars."`
	Peak   peakCommand   `cmd:"" hidden:"" help:"The peak memory of a process that does a row's work."`
}

func main() {
	var f flags
	k := kong.Parse(&f, kong.Name("compare"),
		kong.Description("Basin against PyTorch on the same work; ratios above 1: Basin is faster."))
	if f.Python == "" {
		f.Python = defaultPython()
	}
	k.FatalIfErrorf(k.Run(&f))
}

// defaultPython is the Python of bench/peers/setup.sh.
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
