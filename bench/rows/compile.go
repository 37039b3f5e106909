package rows

import (
	"time"

	"basin/engine"
	"basin/graph"
)

// unmoved is an engine whose programs are compiled and bound, but do nothing when they run.
type unmoved struct{ engine.Engine }

func (u unmoved) Compile(p *graph.Program, o engine.Options) (engine.Executable, error) {
	x, err := u.Engine.Compile(p, o)
	return still{x}, err
}

type still struct{ engine.Executable }

func (s still) Bind(in, out []engine.Array) (engine.Run, error) {
	_, err := s.Executable.Bind(in, out)
	return func() error { return nil }, err
}

// CompileMilliseconds is what a first run costs before it runs: tracing, derivatives, planning, memory and binding. What a later run
// does besides running is taken off: the drawing of vectors and parameters.
func (r Row) CompileMilliseconds(e Engine) (float64, error) {
	of := r.Of()
	m, set, err := of.subject()
	if err != nil {
		return 0, err
	}
	once := func() bool { return false }
	start := time.Now()
	run, err := of.network(m, set, unmoved{e})
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

// Thrice does the work of a row of memory three times, for a process whose peak is then looked at.
func (r Row) Thrice(e Engine) error {
	run, err := r.Of().runner(e)
	if err != nil {
		return err
	}
	left := 3
	return run(func() bool { left--; return left > 0 })
}
