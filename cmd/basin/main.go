// Command basin maps the loss landscapes of neural networks: it trains many networks over a grid, measures each landscape, and draws
// the phase diagram.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"basin/spec"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailedCells = 1
	exitBadInput    = 2
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

func run(args []string, s streams) int {
	ctx, stop := interruptible()
	defer stop()
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("basin"), kong.Writers(s.out, s.err), kong.Exit(func(code int) { exited = code }),
		kong.Description("Basin maps the loss landscapes of neural networks.\n\nTry it in an empty folder:\n\n  basin run digits\n  basin report runs/digits"),
		kong.UsageOnError(), kong.Vars{"tables": exportTables()}, kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil {
		fmt.Fprintln(s.err, "basin:", err)
		return exitBadInput
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
	var failed failedCells
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(s.err, "basin: interrupted; all finished work is saved, and the same command goes on")
		return exitInterrupted
	case errors.As(err, &failed):
		fmt.Fprintln(s.err, "basin:", err)
		return exitFailedCells
	}
	fmt.Fprintln(s.err, "basin:", err)
	return exitBadInput
}

// interruptible is a context that ends at the first Ctrl-C or SIGTERM. A second one ends the program at once.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		fmt.Fprintln(os.Stderr, "\nbasin: stopping after what is under way is saved; interrupt again to stop at once")
		cancel()
		if _, ok := <-signals; ok {
			os.Exit(exitInterrupted)
		}
	}()
	return ctx, func() { signal.Stop(signals); close(signals); cancel() }
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
