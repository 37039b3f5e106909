package sweep_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"basin/random"
	"basin/record"
	"basin/store"
	"basin/sweep"
)

// fake trains "networks" of eight random numbers. What it finds depends on cell and replica alone, as a true Runner's must; how long it
// takes depends on nothing. Its hooks let a test break it.
type fake struct {
	bits    uint64        // what a new CPU level would change; 0 normally
	pause   time.Duration // most time a piece of work takes
	opened  func(sweep.Cell) error
	train   func(sweep.Cell, int) error
	measure func(sweep.Cell, string, []int) error
	closed  func(sweep.Cell) error

	mu       sync.Mutex
	trained  []string // "cell/replica", in order
	measured []string // "cell/measure/group"
	runners  int
}

func (f *fake) runner() (sweep.Runner, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runners++
	return runner{f}, nil
}

type runner struct{ *fake }

func (r runner) Open(_ context.Context, c sweep.Cell) (sweep.Job, error) {
	if r.opened != nil {
		if err := r.opened(c); err != nil {
			return nil, err
		}
	}
	return job{r.fake, c}, nil
}

type job struct {
	*fake
	cell sweep.Cell
}

func (j job) Close() error {
	if j.closed != nil {
		return j.closed(j.cell)
	}
	return nil
}

func (j job) wait() {
	if j.pause > 0 {
		time.Sleep(rand.N(j.pause))
	}
}

// parameters are a network's, by cell and replica alone. Replica 1 of every cell whose index is 3 modulo 4 diverges.
func (j job) parameters(replica int) ([]float64, bool) {
	h := fnv.New64a()
	h.Write([]byte(j.cell.ID))
	stream := random.Stream(h.Sum64()^j.bits, "init", replica)
	theta := make([]float64, 8)
	for i := range theta {
		theta[i] = stream.NormFloat64()
	}
	return theta, j.cell.Index%4 == 3 && replica == 1
}

func (j job) Train(ctx context.Context, todo []sweep.Replica, save func(sweep.Replica, []record.Record) error) error {
	for _, r := range todo {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("training replica %d: %w", r.Index, err)
		}
		j.wait()
		if j.train != nil {
			if err := j.train(j.cell, r.Index); err != nil {
				return err
			}
		}
		theta, diverged := j.parameters(r.Index)
		r.Status = record.OK
		if diverged {
			r.Status, r.Reason, r.Checkpoint = record.Diverged, "loss is NaN in epoch 3", ""
		} else if err := os.WriteFile(r.Checkpoint, encode(theta), 0o644); err != nil {
			return err
		}
		j.mu.Lock()
		j.trained = append(j.trained, fmt.Sprintf("%s/%d", j.cell.ID, r.Index))
		j.mu.Unlock()
		if err := save(r, []record.Record{{Quantity: "epochs", Of: record.Points(r.Index), Value: 60, StdErr: math.NaN(), Status: r.Status}}); err != nil {
			return err
		}
	}
	return nil
}

// Measure gives the sum of the group's parameters, read from the checkpoints.
func (j job) Measure(ctx context.Context, m sweep.Measure, todo [][]sweep.Replica, save func([]sweep.Replica, []record.Record) error) error {
	for _, group := range todo {
		if err := ctx.Err(); err != nil {
			return err
		}
		j.wait()
		var replicas []int
		for _, r := range group {
			replicas = append(replicas, r.Index)
		}
		if j.measure != nil {
			if err := j.measure(j.cell, m.Name, replicas); err != nil {
				return err
			}
		}
		rec := record.Record{Quantity: "sum", Of: record.Points(replicas...), StdErr: math.NaN(), Status: record.OK, Seconds: rand.Float64()}
		var all []float64
		for _, r := range group {
			if r.Status == record.Diverged {
				rec.Status, rec.Reason, rec.Value = record.Undefined, r.Reason, math.NaN()
				continue
			}
			theta, err := os.ReadFile(r.Checkpoint)
			if err != nil {
				return err
			}
			for x := range slices.Chunk(theta, 8) {
				rec.Value += math.Float64frombits(binary.LittleEndian.Uint64(x))
			}
			all = append(all, rec.Value)
		}
		rec.Array = record.Curve("partial", all)
		j.mu.Lock()
		j.measured = append(j.measured, j.cell.ID+"/"+m.Name+"/"+sweep.Group(replicas))
		j.mu.Unlock()
		if err := save(group, []record.Record{rec}); err != nil {
			return err
		}
	}
	return nil
}

func encode(theta []float64) []byte {
	var out []byte
	for _, x := range theta {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
	}
	return out
}

// grid is n cells of so many replicas, with a measure of replicas and one of pairs.
func grid(n, replicas int) []sweep.Cell {
	cells := make([]sweep.Cell, n)
	for i := range cells {
		cells[i] = sweep.Cell{Index: i, ID: fmt.Sprintf("cell%02d", i), Label: fmt.Sprintf("width=%d", i), TrainCost: float64(1 + i%3), Replicas: replicas,
			Measures: []sweep.Measure{
				{Name: "loss", Key: "k1", Groups: sweep.Each(replicas), Cost: 0.5},
				{Name: "distance", Key: "k2", Groups: sweep.Pairs(replicas, -1), Cost: 0.25},
			}}
	}
	return cells
}

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// run runs the sweep, fails the test on an error, and returns the progress.
func run(t *testing.T, s *store.Store, o sweep.Options, cells []sweep.Cell, f *fake) sweep.Progress {
	t.Helper()
	p, err := sweep.Run(context.Background(), o, cells, s, f.runner)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func fingerprint(t *testing.T, s *store.Store) string {
	t.Helper()
	text, err := s.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// undisturbed is the fingerprint of the cells run by one worker without trouble.
func undisturbed(t *testing.T, cells []sweep.Cell) string {
	t.Helper()
	s := open(t, t.TempDir())
	p := run(t, s, sweep.Options{Workers: 1}, cells, &fake{})
	if p.CellsDone != len(cells) {
		t.Fatalf("the undisturbed run did %d of %d cells", p.CellsDone, len(cells))
	}
	return fingerprint(t, s)
}

var errBroken = errors.New("broken on purpose")
