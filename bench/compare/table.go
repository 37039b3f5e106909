package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
)

// table collects pairs of times by row, and prints their ratios.
type table struct {
	Machine machine
	Unit    string
	Rows    []*row
}

// row is one kind of work, done in each pair by both.
type row struct {
	Name  string
	Basin []float64
	Peer  []float64
}

// add adds one pair. Rows appear in the order of their first pair.
func (t *table) add(name string, basin, peer float64) {
	i := slices.IndexFunc(t.Rows, func(r *row) bool { return r.Name == name })
	if i < 0 {
		i = len(t.Rows)
		t.Rows = append(t.Rows, &row{Name: name})
	}
	t.Rows[i].Basin = append(t.Rows[i].Basin, basin)
	t.Rows[i].Peer = append(t.Rows[i].Peer, peer)
}

// ratios of the pairs, peer over Basin.
func (r *row) ratios() []float64 {
	out := make([]float64, len(r.Basin))
	for i := range out {
		out[i] = r.Peer[i] / r.Basin[i]
	}
	return out
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// print writes the table: medians of the times, the median of the pairs' ratios, and the ratios' range.
func (t *table) print(w io.Writer) error {
	fmt.Fprintln(w, t.Machine)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(tw, "\tBasin %s\tPyTorch %[1]s\tratio\tfrom\tto\t\n", t.Unit)
	for _, r := range t.Rows {
		q := r.ratios()
		fmt.Fprintf(tw, "%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n",
			r.Name, median(r.Basin), median(r.Peer), median(q), slices.Min(q), slices.Max(q))
	}
	return tw.Flush()
}

// finish prints, and writes JSON if asked to.
func (t *table) finish(path string) error {
	if err := t.print(os.Stdout); err != nil || path == "" {
		return err
	}
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
