// Package phasetest holds grids to test on: the one that the taxonomy's authors published, and synthetic ones of
// any size.
package phasetest

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"

	"basin/record"
	"basin/results"
)

// The published grid: ResNet-18, width × batch size, CIFAR-10, schedule A, means over five seeds (mc from seeds 0
// and 1). See testdata/README.md for its source.
//
//go:embed testdata/yang2021_resnet18_cifar10.csv
var published []byte

// Published returns the grid. With selected, only the 169 cells whose phases the tests count: width ≥ 2, batch
// sizes other than 19 and 27, a test accuracy. Each published mean stands as one value of seed 0, or of the pair
// (0, 1).
func Published(selected bool) results.Source {
	rows, err := csv.NewReader(bytes.NewReader(published)).ReadAll()
	if err != nil {
		panic(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	in := results.Source{
		Name:       "ResNet-18 on CIFAR-10 (Yang et al. 2021)",
		Axes:       []results.Axis{load(), temperature()},
		Rule:       Rule(),
		Quantities: record.Quantities,
	}
	widths, batches := map[int]int{}, map[int]int{}
	for _, row := range rows[1:] {
		get := func(name string) float64 {
			x, err := strconv.ParseFloat(row[column[name]], 64)
			if err != nil {
				return math.NaN()
			}
			return x
		}
		width, batch := int(get("width")), int(get("batch_size"))
		if selected && (width < 2 || batch == 19 || batch == 27 || math.IsNaN(get("test_accuracy_pct"))) {
			continue
		}
		c := results.SourceCell{ID: fmt.Sprintf("w%d-b%d", width, batch), State: results.Done, Replicas: 5,
			At: []int{index(&in.Axes[0], widths, width), index(&in.Axes[1], batches, batch)}}
		add := func(measure, quantity string, value float64, replicas ...int) {
			if !math.IsNaN(value) {
				c.Records = append(c.Records, record.Record{Measure: measure, Quantity: quantity,
					Of: record.Points(replicas...), Value: value, StdErr: math.NaN(), N: 1, Status: record.OK})
			}
		}
		add(record.Performance, record.TestAccuracy, get("test_accuracy_pct"), 0)
		add(record.Performance, record.TrainAccuracy, get("train_accuracy_pct"), 0)
		add(record.Performance, record.TrainLoss, get("train_loss"), 0)
		add(record.Hessian, record.EigenvalueMax, get("hessian_top_eigenvalue"), 0)
		add(record.Hessian, record.Trace, get("hessian_trace"), 0)
		add(record.Connectivity, record.MC, get("mode_connectivity_err_pct"), 0, 1)
		add(record.Similarity, record.CKA, get("cka_softmax"), 0, 1)
		add(record.Similarity, record.CKALogits, get("cka_logits"), 0, 1)
		add(record.Distance, record.L2, get("l2_distance"), 0, 1)
		var errors []float64
		for _, t := range []string{"000", "025", "050", "075", "100"} {
			errors = append(errors, get("curve_train_err_pct_t"+t))
		}
		c.Records = append(c.Records, record.Record{Measure: record.Connectivity, Quantity: record.CurveBezier,
			Of: record.Points(0, 1), Value: math.NaN(), StdErr: math.NaN(), Status: record.OK,
			Array: record.Curve("t", []float64{0, .25, .5, .75, 1}, record.Column{Name: "error", Data: errors})})
		in.Cells = append(in.Cells, c)
	}
	return in
}

// index of a value on an axis; a new one is appended.
func index(a *results.Axis, known map[int]int, value int) int {
	i, ok := known[value]
	if !ok {
		i = len(a.Values)
		known[value] = i
		a.Values, a.Numbers = append(a.Values, strconv.Itoa(value)), append(a.Numbers, float64(value))
	}
	return i
}

func load() results.Axis { return results.Axis{Name: "load", Path: "model.width", Label: "width"} }

func temperature() results.Axis {
	return results.Axis{Name: results.Temperature, Path: "train.batch", Label: "batch size", Colder: true}
}

// Rule has the thresholds of Yang et al. (2021), the training loss in place of the Hessian.
func Rule() results.Rule {
	return results.Rule{
		Sharp:   []results.Threshold{{Quantity: record.TrainLoss, Value: 0.05}},
		Poor:    []results.Threshold{{Quantity: record.MC, Value: -1}},
		Similar: []results.Threshold{{Quantity: record.CKA, Value: 0.7}},
	}
}
