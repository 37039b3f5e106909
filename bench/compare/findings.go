package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// findings are both sides' means over the cells. Seeds and splits differ, so they agree only as well as two
// runs of one program would. They are printed to show that both sides did the same work.
type findings struct{ basin, peer map[string]float64 }

func (f findings) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "mean over cells\tBasin\tPyTorch\t\n")
	for _, name := range slices.Sorted(maps.Keys(f.peer)) {
		if ours, ok := f.basin[name]; ok {
			fmt.Fprintf(tw, "%s\t%.4g\t%.4g\t\n", name, ours, f.peer[name])
		}
	}
	tw.Flush()
}
