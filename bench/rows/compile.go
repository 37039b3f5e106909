package rows

import (
	"time"

	"basin/engine"
	"basin/graph"
)

// noop is an engine whose programs are compiled and bound, but do nothing when they run.
type noop struct{ engine.Engine }

func (u noop) Compile(p *graph.Program, o engine.Options) (engine.Executable, error) {
	x, err := u.Engine.Compile(p, o)
	return still{x}, err
}

type still struct{ engine.Executable }

func (s still) Bind(in, out []engine.Array) (engine.Run, error) {
	_, err := s.Executable.Bind(in, out)
	return func() error { return nil }, err
}

// CompileMilliseconds is the cost of a first run before it runs: tracing, derivatives, planning, memory and
// binding. The work of later runs besides running, drawing vectors and parameters, is subtracted.
func (r Row) CompileMilliseconds(e Engine) (float64, error) {
	of := r.Base()
	m, set, err := of.subject()
	if err != nil {
		return 0, err
	}
	once := func() bool { return false }
	start := time.Now()
	run, err := of.network(m, set, noop{e})
	if err != nil {
		return 0, err
	}
	if err := run(once); err != nil {
		return 0, err
	}
	first := time.Since(start)
	start = time.Now()
	if err := run(once); err != nil {
		return 0, err
	}
	return 1e3 * (first - time.Since(start)).Seconds(), nil
}

// Thrice does the work of a row of memory three times, in a process whose peak memory is then read.
func (r Row) Thrice(e Engine) error {
	run, err := r.Base().runner(e)
	if err != nil {
		return err
	}
	left := 3
	return run(func() bool { left--; return left > 0 })
}
