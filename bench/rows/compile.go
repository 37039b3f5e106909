package rows

import "time"

// CompileMilliseconds is what the first run costs more than a later one: tracing, derivatives, planning and binding.
func (r Row) CompileMilliseconds(e Engine) (float64, error) {
	of := r.Of()
	m, set, err := of.subject()
	if err != nil {
		return 0, err
	}
	once := func() bool { return false }
	start := time.Now()
	run, err := of.network(m, set, e)
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
