package main

import (
	"fmt"
	"strings"

	"basin/fault"
	"basin/report"
	"basin/results"
	"basin/store"
)

type reportCommand struct {
	Dir string `arg:"" type:"path" help:"Run folder."`
	Out string `placeholder:"DIR" type:"path" help:"Where to (default: DIR/report)."`
}

func (reportCommand) Help() string {
	var b strings.Builder
	b.WriteString("It writes index.html, and as SVG and PNG:\n\n")
	for _, p := range report.Pictures {
		fmt.Fprintf(&b, "  %-9s %s\n", p.Name, p.Doc)
	}
	return b.String()
}

func (c reportCommand) Run(s streams) error {
	run, err := results.Open(c.Dir)
	if err != nil {
		return fault.Input(err)
	}
	defer run.Close()
	out := c.Out
	if out == "" {
		out = store.Folder(c.Dir).Report()
	}
	paths, err := report.Write(out, run)
	for _, p := range paths {
		fmt.Fprintln(s.out, p)
	}
	return err
}
