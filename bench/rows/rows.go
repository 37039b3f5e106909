// Package rows is what an engine is judged by: pieces of work with names, the ways in which peers do them, and the bars that Basin's
// speed must reach. rows.json lists them for Basin's side, which is here, and for the peers', which is bench/peers/serve.py.
//
// Names say the work: gemm/MxNxK/NT, step/mlp-64-32-32-10/32 (a training step on a batch of 32), hvp/… (the primal pass and one
// Hessian–vector product), hvps/…/16 (one primal pass and a block of 16, by the vector), conv/NxCxHxW/forward.
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

// OwnProcess are the kinds of work that take processes of their own on both sides.
var OwnProcess = []string{"memory", "sweep", "training"}

// OneThread is the way in which Basin is compared with itself.
const OneThread = "one thread"

// Row is one piece of work.
type Row struct {
	Name  string
	Kind  string             // of the same ways: "step mlp"
	Bar   map[string]float64 // by way, or "best" of them: the least ratio of the peer's time to Basin's
	Limit float64            // milliseconds that Basin's own time must stay under; 0: none
}

// All are the rows in the order in which they are shown.
func All() []Row { return lists().Rows }

// Ways of a kind of row, the plainest first.
func Ways(kind string) []string { return lists().Ways[kind] }

type file struct {
	Ways map[string][]string
	Rows []Row
}

func lists() (f file) {
	if err := json.Unmarshal(list, &f); err != nil {
		panic(fmt.Sprintf("rows.json: %v", err)) // embedded: a bug
	}
	return f
}

// Work is the row's kind without the family of its networks: gemm, step, hvp, hvps, conv, threads, memory, compile, sweep, training.
func (r Row) Work() string {
	work, _, _ := strings.Cut(r.Kind, " ")
	return work
}

// Of is the row that a row of memory or compilation is about: memory/step/… is about step/….
func (r Row) Of() Row {
	_, name, _ := strings.Cut(r.Name, "/")
	work, rest, _ := strings.Cut(name, "/")
	family := "resnet"
	if strings.HasPrefix(rest, "mlp") {
		family = "mlp"
	}
	return Row{Name: name, Kind: work + " " + family}
}

// Vectors is how many vectors a piece of work multiplies: times are by the vector.
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
