// Command basin maps the loss landscapes of neural networks: it trains many networks over a grid, measures each landscape, and draws
// the phase diagram.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"basin/fault"
	"basin/spec"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1 // some cells, or the machine
	exitBadInput    = 2
	exitBug         = 3
	exitInterrupted = 130
)

// version is set when a release is built.
var version = "development"

// commands is the command line. Each command is a file of its own.
type commands struct {
	Run      runCommand      `cmd:"" help:"Train and measure all networks of a spec, or go on where a run folder stands."`
	Plan     planCommand     `cmd:"" help:"Show what a spec asks for, and train nothing."`
	Status   statusCommand   `cmd:"" help:"Show a run folder as a table: progress, phases, measures, failures."`
	Retry    retryCommand    `cmd:"" help:"Run the failed cells of a run folder again."`
	Report   reportCommand   `cmd:"" help:"Draw a run folder: heat maps and phase diagram (SVG, PNG) and one interactive page (HTML)."`
	Export   exportCommand   `cmd:"" help:"Write a run folder's results as CSV or Parquet."`
	Measure  measureCommand  `cmd:"" help:"Measure a single checkpoint, written by Basin or PyTorch."`
	Data     dataCommand     `cmd:"" help:"List the known data sets, and where they were looked for."`
	Examples examplesCommand `cmd:"" help:"List the embedded example specs, or print or save one."`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON Schema of specs, for editors."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// streams are where a command reads and writes.
type streams struct {
	out, err io.Writer
}

func main() { os.Exit(run(os.Args[1:], streams{os.Stdout, os.Stderr})) }

// failedCells reports that a sweep ended with cells that failed.
type failedCells struct{ n int }

func (f failedCells) Error() string { return fmt.Sprintf("%d cells failed", f.n) }

func run(args []string, s streams) (code int) {
	in := watchInterrupts(s.err)
	defer in.close()
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(s.err, "basin: this is a bug in basin: %v\n%s", p, debug.Stack())
			code = exitBug
		}
	}()
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("basin"), kong.Writers(s.out, s.err), kong.Exit(func(code int) { exited = code }),
		kong.Description("Basin maps the loss landscapes of neural networks.\n\nTry it in an empty folder:\n\n  basin run digits\n  basin report runs/digits"),
		kong.UsageOnError(), kong.Vars{"tables": exportTables()}, kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}), kong.Bind(s, in))
	if err != nil {
		panic(err) // the command line's own description is wrong
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(s.err, "basin:", err)
		fmt.Fprintln(s.err, "See basin --help.")
		return exitBadInput
	}
	return exitCode(parsed.Run(), s)
}

func exitCode(err error, s streams) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(s.err, "basin: interrupted; all finished work is saved, and the same command continues")
		return exitInterrupted
	}
	fmt.Fprintln(s.err, "basin:", err)
	if fault.IsInput(err) {
		return exitBadInput
	}
	return exitFailed
}

type versionCommand struct{}

func (versionCommand) Run(s streams) error {
	fmt.Fprintf(s.out, "basin %s (numerical version %s)\n", version, spec.NumericalVersion)
	return nil
}

type schemaCommand struct{}

func (schemaCommand) Run(s streams) error {
	_, err := s.out.Write(append(spec.Schema(), '\n'))
	return err
}
