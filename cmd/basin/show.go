package main

import (
	"fmt"
	"os"
	"strings"

	"basin/dataset"
	"basin/examples"
	"basin/fault"
	"basin/runner"
)

type planCommand struct {
	specArgument
	Cells bool `help:"List every cell."`
}

func (c planCommand) Run(s streams) error {
	sp, err := c.load()
	if err != nil {
		return err
	}
	plan, err := runner.NewPlan(sp, c.Data)
	if err != nil {
		return fault.Input(err)
	}
	fmt.Fprintf(s.out, "%s: %d cells × %d replicas = %d networks\n", sp.Name, len(plan.Cells), sp.Replicas, sp.Networks())
	split, err := plan.Data.Load(plan.Cells[0].Data)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "data: %s, %d training and %d test samples of shape %v, %d classes\n",
		split.Train.Name, split.Train.Len(), split.Test.Len(), split.Train.Input(), split.Train.Classes)
	for _, axis := range []struct {
		name string
		path string
		vals []any
	}{{"load", sp.Grid.Load.Path, sp.Grid.Load.Values}, {"temperature", sp.Grid.Temperature.Path, sp.Grid.Temperature.Values}} {
		if axis.path != "" {
			fmt.Fprintf(s.out, "%s: %s %v\n", axis.name, axis.path, axis.vals)
		}
	}
	for _, w := range sp.Measure.List() {
		fmt.Fprintf(s.out, "measure: %s\n", w.Name)
	}
	if c.Cells {
		for _, cell := range plan.Cells {
			fmt.Fprintf(s.out, "%s  %s\n", cell.ID, cell.Label)
		}
	}
	return nil
}

type dataCommand struct {
	Data string `placeholder:"DIR" type:"path" help:"Folder of data sets (default: $BASIN_DATA, then the user's cache)."`
}

func (c dataCommand) Run(s streams) error {
	for _, i := range dataset.Known(dataset.Options{Dir: c.Data}) {
		where := "embedded"
		switch {
		case !i.Embedded && i.Present():
			where = i.Folder
		case !i.Present():
			where = "absent"
		}
		fmt.Fprintf(s.out, "%-14s %s\n%15s%d training, %d test samples of shape %v, %d classes; %s; %s\n%15s%s\n",
			i.Name, i.About, "", i.Train, i.Test, i.Shape, i.Classes, i.Source, i.Licence, "", where)
		if !i.Present() {
			fmt.Fprintf(s.out, "%15sput %s into one of\n", "", strings.Join(i.Missing, ", "))
			for _, d := range i.Looked {
				fmt.Fprintf(s.out, "%17s%s\n", "", d)
			}
		}
	}
	for _, k := range dataset.Kinds {
		if k.Ending() != "" {
			fmt.Fprintf(s.out, "Your own data: data: {set: FILE%s} with %s.\n", k.Ending(), k.About)
		}
	}
	return nil
}

type examplesCommand struct {
	Name  string `arg:"" optional:"" help:"Print this one."`
	Write bool   `help:"Save it as NAME.yaml in this folder instead of printing it."`
}

func (c examplesCommand) Run(s streams) error {
	if c.Name == "" {
		for _, n := range examples.Names() {
			fmt.Fprintln(s.out, n)
		}
		return nil
	}
	text, err := examples.Read(c.Name)
	if err != nil {
		return fault.Inputf("%s: no such example; there are %s", c.Name, strings.Join(examples.Names(), ", "))
	}
	if !c.Write {
		_, err := s.out.Write(text)
		return err
	}
	f, err := os.OpenFile(c.Name+".yaml", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fault.Inputf("the example is not written: %w", err)
	}
	_, err = f.Write(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		fmt.Fprintln(s.out, c.Name+".yaml")
	}
	return err
}
