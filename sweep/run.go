package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Options of a sweep. The zero value is a worker for each CPU that goes on whatever fails.
type Options struct {
	Workers     int         // default: as many as Go may use CPUs
	MaxFailures int         // end the sweep once this many cells have failed in this session; 0: never. Fail-fast is 1
	Observe     func(Event) // told every step, one call at a time; it must return soon
	PanicLog    string      // file to which the stack of a panic is appended; empty: stacks are dropped
}

// ErrTooManyFailures is returned when MaxFailures is reached.
var ErrTooManyFailures = errors.New("too many failed cells")

// Run does all work of the cells that is not committed yet, and returns how far it came. newRunner makes each worker's Runner.
//
// The error is nil when every cell is done or failed (see Progress.CellsFailed), the context's when it was cancelled, wraps
// ErrTooManyFailures, or says what made going on pointless. In each case committed work stays, and another Run takes up the rest.
func Run(ctx context.Context, o Options, cells []Cell, rec Recorder, newRunner func() (Runner, error)) (Progress, error) {
	return run(ctx, o, cells, rec, newRunner, time.Now)
}

func run(ctx context.Context, o Options, cells []Cell, rec Recorder, newRunner func() (Runner, error), now func() time.Time) (Progress, error) {
	if err := check(cells); err != nil {
		return Progress{}, err
	}
	standing, err := rec.Declare(cells)
	if err != nil {
		return Progress{}, err
	}
	meter := newMeter(cells, standing, now, o.Observe)
	queue := pending(cells, standing)
	meter.note(Event{Kind: Started})
	defer meter.note(Event{Kind: SweepFinished})

	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan Cell)
	go func() {
		defer close(next)
		for _, c := range queue {
			select {
			case next <- c:
			case <-inner.Done():
				return
			}
		}
	}()
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var wg sync.WaitGroup
	for range min(workers, len(queue)) {
		w := &worker{rec: rec, newRunner: newRunner, meter: meter, options: o, stop: stop, now: now}
		wg.Go(func() { w.run(inner, next) })
	}
	wg.Wait()
	if err := context.Cause(inner); err != nil {
		return meter.snapshot(), err
	}
	return meter.snapshot(), nil
}

// pending is the cells to work on, the most expensive first.
func pending(cells []Cell, standing []Standing) []Cell {
	var queue []Cell
	for i, c := range cells {
		if standing[i].State == Pending {
			queue = append(queue, c)
		}
	}
	slices.SortStableFunc(queue, func(a, b Cell) int { return cmp.Compare(b.cost(), a.cost()) })
	return queue
}

// check finds plans that could not be recorded.
func check(cells []Cell) error {
	seen := map[string]bool{}
	for _, c := range cells {
		if c.ID == "" || seen[c.ID] {
			return fmt.Errorf("cell %d (%s): its ID %q is empty or another cell's too", c.Index, c.Label, c.ID)
		}
		seen[c.ID] = true
		for _, m := range c.Measures {
			if m.Name == "" || m.Name == TrainMeasure {
				return fmt.Errorf("cell %s: %q cannot be a measure's name", c.Label, m.Name)
			}
			for _, group := range m.Groups {
				for _, r := range group {
					if r < 0 || r >= c.Replicas {
						return fmt.Errorf("cell %s: measure %s wants replica %d, but there are %d", c.Label, m.Name, r, c.Replicas)
					}
				}
			}
		}
	}
	return nil
}

// pointless tells errors of the machine, which every other cell would meet too, from those of one cell.
func pointless(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
