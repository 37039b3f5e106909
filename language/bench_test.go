package spec_test

import (
	"fmt"
	"strings"
	"testing"
)

// manyCells is a grid of n × n cells of the sample.
func manyCells(n int) string {
	var widths, rates []string
	for i := range n {
		widths = append(widths, fmt.Sprint(i+1))
		rates = append(rates, fmt.Sprint(0.001*float64(i+1)))
	}
	text, rest, _ := strings.Cut(sample, "grid:\n")
	_, rest, _ = strings.Cut(rest, "measure:")
	return text + fmt.Sprintf("grid:\n  width: {model.width: [%s]}\n  lr: {train.optimizer.lr: [%s]}\nmeasure:",
		strings.Join(widths, ", "), strings.Join(rates, ", ")) + rest
}

// BenchmarkParse reads 10,000 cells and identifies them.
func BenchmarkParse(b *testing.B) {
	text := manyCells(100)
	b.ReportAllocs()
	for b.Loop() {
		if s := parse(b, text); len(s.Cells) != 10_000 {
			b.Fatal(len(s.Cells))
		}
	}
}

// BenchmarkSections reads 10,000 cells of sections, whose labels need what is frozen.
func BenchmarkSections(b *testing.B) {
	text := strings.Replace(manyCells(100), "{train.optimizer.lr: [", "{train.optimizer: [", 1)
	_, values, _ := strings.Cut(text, "{train.optimizer: [")
	values, _, _ = strings.Cut(values, "]")
	sections := strings.ReplaceAll("{lr: "+values+"}", ", ", "}, {lr: ")
	text = strings.Replace(text, values, sections, 1)
	text = strings.Replace(text, "  optimizer: {kind: sgd, lr: 0.05, momentum: 0.9, weight_decay: 5e-4}\n", "", 1)
	b.ReportAllocs()
	for b.Loop() {
		if s := parse(b, text); len(s.Cells) != 10_000 || len(s.Freeze()) == 0 {
			b.Fatal(len(s.Cells))
		}
	}
}
