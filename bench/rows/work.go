package rows

import (
	"iter"
	"slices"
	"time"

	"basin/engine/cpu"
	"basin/engine/cpu/kernel"
)

// runner repeats the work, calling tick after each piece, until tick returns false.
type runner func(tick func() bool) error

// Engine is what rows run on.
type Engine struct {
	*cpu.Engine
	Kernels *kernel.Kernels
}

// New is the engine of a sweep's worker: for this machine's best instruction set, with one thread.
func New() (Engine, error) {
	level, err := kernel.Detect()
	if err != nil {
		return Engine{}, err
	}
	return Engine{cpu.At(level), kernel.For(level)}, nil
}

// Threads is the engine with n threads.
func (e Engine) Threads(n int) Engine {
	e.Engine = e.Engine.WithThreads(n)
	return e
}

// Work is a row that is ready to run. It must be closed.
type Work struct {
	next    func() (time.Duration, bool)
	Close   func()
	repeat  int // pieces in a sample
	vectors int
	err     error
}

// least is the shortest duration of a sample: shorter work is repeated.
const least = time.Millisecond

// Start compiles the row and does it twice.
func (r Row) Start(e Engine) (*Work, error) {
	run, err := r.runner(e)
	if err != nil {
		return nil, err
	}
	w := start(run, r.Vectors())
	return w, w.warm()
}

// start makes a coroutine, so that work with callbacks (a training calls its observer) can pause between
// samples.
func start(run runner, vectors int) *Work {
	w := &Work{repeat: 1, vectors: vectors}
	w.next, w.Close = iter.Pull(func(yield func(time.Duration) bool) {
		left, start := w.repeat, time.Now()
		w.err = run(func() bool {
			if left--; left > 0 {
				return true
			}
			more := yield(time.Since(start))
			left, start = w.repeat, time.Now()
			return more
		})
	})
	return w
}

// warm does one piece to warm up, and one to find the number of pieces in a sample.
func (w *Work) warm() error {
	for range 2 {
		d, ok := w.next()
		if !ok {
			return w.err
		}
		w.repeat = max(1, int(least*time.Duration(w.repeat)/max(1, d)))
	}
	return nil
}

// Milliseconds is the median of samples taken for the budgeted time: of a single piece, or of one vector of a
// block. It takes at least 3 samples of short work and 1 of long, as bench/peers/variants.py does.
func (w *Work) Milliseconds(budget time.Duration) (float64, error) {
	const long = 200 * time.Millisecond
	var times []time.Duration
	end := time.Now().Add(budget)
	for len(times) == 0 || time.Now().Before(end) || len(times) < 3 && times[len(times)-1] < long {
		d, ok := w.next()
		if !ok {
			return 0, w.err
		}
		times = append(times, d)
	}
	slices.Sort(times)
	return 1e3 * times[len(times)/2].Seconds() / float64(w.repeat*w.vectors), nil
}
