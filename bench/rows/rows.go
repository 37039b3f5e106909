// Package rows lists the work by which an engine is judged: named pieces of work, the peers' variants of them,
// and the bars that Basin's speed must reach. rows.json is the list for Basin's side, which is here, and for
// the peers', which is bench/peers/serve.py. Names describe the work: gemm/MxNxK/NT, step/mlp-64-32-32-10/32 (a
// training step on a batch of 32), hvp/… (the primal pass and one Hessian–vector product), hvps/…/16 (one
// primal pass and a block of 16, by the vector), conv/NxCxHxW/forward.
package rows

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed rows.json
var list []byte

// SeparateProcess are the kinds of work that need separate processes on both sides.
var SeparateProcess = []string{"memory", "sweep", "training"}

// OneThread is the variant in which Basin is compared with itself.
const OneThread = "one thread"

// Row is one piece of work.
type Row struct {
	Name  string
	Kind  string             // rows of one kind have the same variants: "step mlp"
	Bar   map[string]float64 // by variant, or "best": the least ratio of the peer's time to Basin's
	Limit float64            // milliseconds that Basin's time must stay under; 0: none
}

// All returns the rows in the order of the table.
func All() []Row { return lists().Rows }

// Variants of a kind of row, the plainest first.
func Variants(kind string) []string { return lists().Variants[kind] }

type file struct {
	Variants map[string][]string
	Rows     []Row
}

func lists() (f file) {
	if err := json.Unmarshal(list, &f); err != nil {
		panic(fmt.Sprintf("rows.json: %v", err)) // embedded: a bug
	}
	return f
}

// Work is the row's kind without the family of its networks: gemm, step, hvp, hvps, conv, threads, memory,
// compile, sweep, training.
func (r Row) Work() string {
	work, _, _ := strings.Cut(r.Kind, " ")
	return work
}

// Base is the row whose memory or compilation a row measures: that of memory/step/… is step/….
func (r Row) Base() Row {
	_, name, _ := strings.Cut(r.Name, "/")
	work, rest, _ := strings.Cut(name, "/")
	family := "resnet"
	if strings.HasPrefix(rest, "mlp") {
		family = "mlp"
	}
	return Row{Name: name, Kind: work + " " + family}
}

// Vectors is the number of vectors that a piece of work multiplies: times are for one vector.
func (r Row) Vectors() int {
	if r.Work() != "hvps" {
		return 1
	}
	return r.number(3)
}

// batch is the number of samples.
func (r Row) batch() int { return r.number(2) }

// architecture is the second part of the name: its kind and its numbers, widths of layers or base channels.
func (r Row) architecture() (kind string, sizes []int) {
	kind, numbers, _ := strings.Cut(r.part(1), "-")
	return kind, integers(numbers, "-")
}

func (r Row) part(i int) string { return strings.Split(r.Name, "/")[i] }

func (r Row) number(i int) int { return integers(r.part(i), "/")[0] }

func integers(s, separator string) (out []int) {
	for _, field := range strings.Split(s, separator) {
		n, err := strconv.Atoi(field)
		if err != nil {
			panic(fmt.Sprintf("rows.json: %v", err))
		}
		out = append(out, n)
	}
	return out
}
