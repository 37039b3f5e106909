package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/examples"
	"basin/fault"
	"basin/measure"
	"basin/model"
	"basin/network"
	"basin/objective"
	"basin/record"
	"basin/runner"
	"basin/spec"
)

type measureCommand struct {
	What       string   `arg:"" enum:"hessian,performance" help:"hessian or performance."`
	Spec       string   `required:"" placeholder:"SPEC" help:"The spec of the architecture and, without --data, of the data."`
	Checkpoint string   `required:"" placeholder:"FILE" type:"path" help:"A safetensors file that Basin or PyTorch wrote."`
	Data       string   `placeholder:"FILE.npz" type:"path" help:"Measure on these samples (arrays x, y, as they are) instead of the spec's."`
	DataDir    string   `placeholder:"DIR" type:"path" help:"Folder of data sets."`
	DType      string   `name:"dtype" enum:"float32,float64" default:"float32" help:"Precision: float32 or float64."`
	JSON       bool     `name:"json" help:"Print JSON."`
	Set        []string `placeholder:"PATH=VALUE" sep:"none" help:"Set a key of the spec: --set measure.hessian.eigenvalues=10."`
}

func (measureCommand) Help() string {
	return `Examples:

  basin measure hessian --spec digits --checkpoint runs/digits/checkpoints/CELL/0.safetensors --set model.width=16
  basin measure hessian --spec my.yaml --checkpoint pytorch.safetensors --data samples.npz --dtype float64 --json

The spec says what the network is. A file whose tensors are named otherwise is matched by shape in file order where that is
unambiguous, and the mapping is printed; else name them in the spec: checkpoint: {rename: {theirs: ours}}.`
}

func (c measureCommand) Run(s streams) error {
	sp, err := spec.Load(c.Spec, examples.FS(), c.Set...)
	if err != nil {
		return fault.Input(err)
	}
	e, err := cpu.New()
	if err != nil {
		return err
	}
	split, err := c.samples(sp)
	if err != nil {
		return fault.Input(err)
	}
	a, err := runner.Architecture(sp.Model)
	if err != nil {
		return fault.Input(err)
	}
	task := runner.Task(sp.Train)
	width, err := task.Width(split.Train)
	if err != nil {
		return err
	}
	m, err := model.New(a, split.Train.Input(), width)
	if err != nil {
		return err
	}
	net, mapping, err := network.Read(c.Checkpoint, m, sp.Checkpoint.Rename)
	if err != nil {
		return fault.Input(err)
	}
	if !mapping.ByName() {
		fmt.Fprint(s.err, mapping)
	}
	setup := &objective.Setup{Engine: e, Model: m, Task: task, Data: split, Seed: sp.Seed,
		DType: runner.DType(c.DType)}
	made, err := c.measure(setup, sp)
	if err != nil {
		return err
	}
	found := measure.NewFindings(record.Points(0))
	if err := made.Measure(context.Background(), []network.Network{net}, found); err != nil {
		return err
	}
	records := found.Records
	for i := range records {
		records[i].Measure = c.What
	}
	return c.print(s, records)
}

// samples are the spec's sets, or a file's samples as they are, which then are both.
func (c measureCommand) samples(sp *spec.Spec) (*dataset.Split, error) {
	if c.Data == "" {
		return dataset.Load(sp.Data, dataset.Options{Dir: c.DataDir, Seed: sp.Seed})
	}
	set, err := dataset.ReadNPZ(c.Data)
	if err != nil {
		return nil, err
	}
	return &dataset.Split{Train: set, Test: set}, nil
}

func (c measureCommand) measure(s *objective.Setup, sp *spec.Spec) (measure.Measure, error) {
	if c.What == "performance" {
		return (&measure.Performance{}).New(s)
	}
	h := sp.Measure.Hessian
	if h == nil {
		return nil, fault.Inputf("measure: the spec has no hessian settings; add measure: {hessian: {}}, or --set measure.hessian={}")
	}
	settings := runner.Hessian(h)
	settings.DType = s.DType
	if c.Data != "" {
		return settings.On(s, s.Data.Train, c.Data)
	}
	return settings.New(s)
}

func (c measureCommand) print(s streams, records []record.Record) error {
	if c.JSON {
		type plain struct {
			record.Record
			Value  *float64 `json:"value"` // null where there is none
			StdErr *float64 `json:"stderr"`
		}
		var out []plain
		for _, r := range records {
			out = append(out, plain{r, finite(r.Value), finite(r.StdErr)})
		}
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	for _, r := range records {
		if r.Array != nil {
			continue
		}
		line := fmt.Sprintf("%-16s %.6g", r.Quantity, r.Value)
		if !math.IsNaN(r.StdErr) {
			line += fmt.Sprintf(" ± %.2g", r.StdErr)
		}
		if r.Status != record.OK {
			line += fmt.Sprintf("  (%s: %s)", r.Status, r.Reason)
		}
		fmt.Fprintf(s.out, "%-40s n=%d, %s, %s\n", line, r.N, r.Provenance.Estimator, r.Provenance.Set)
	}
	return nil
}

func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
