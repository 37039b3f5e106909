package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"basin/fault"
	"basin/report"
	"basin/results"
)

type exportCommand struct {
	Dir    string `arg:"" type:"path" help:"Run folder."`
	Table  string `enum:"${tables}" default:"cells" help:"One of ${tables}; see below."`
	Format string `enum:"csv,parquet" default:"csv" help:"csv or parquet."`
	Out    string `placeholder:"FILE" type:"path" help:"Where to (default: standard output)."`
}

// exportTables names the tables for the command line's help.
func exportTables() string {
	var names []string
	for _, e := range report.Exports {
		names = append(names, e.Name)
	}
	return strings.Join(names, ",")
}

func (exportCommand) Help() string {
	var b strings.Builder
	b.WriteString("Tables:\n\n")
	for _, e := range report.Exports {
		fmt.Fprintf(&b, "  %-8s %s\n", e.Name, e.Doc)
	}
	b.WriteString(`
Examples:

  basin export runs/digits > cells.csv
  basin export runs/digits --table records --format parquet --out records.parquet`)
	return b.String()
}

func (c exportCommand) Run(s streams) error {
	run, err := results.Open(c.Dir)
	if err != nil {
		return fault.Input(err)
	}
	defer run.Close()
	write := func(w io.Writer) error {
		for _, e := range report.Exports {
			if e.Name == c.Table {
				return e.Write(w, report.Format(c.Format), run)
			}
		}
		return fmt.Errorf("there is no table %q", c.Table)
	}
	if c.Out == "" {
		return write(s.out)
	}
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o755); err != nil {
		return err
	}
	return report.Save(c.Out, write)
}
