package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

// worker takes cells one after another. Its Runner is made when first needed and dropped after a panic.
type worker struct {
	rec       Recorder
	newRunner func() (Runner, error)
	runner    Runner
	meter     *meter
	options   Options
	stop      context.CancelCauseFunc // ends the whole sweep
	now       func() time.Time
	broken    error // the Recorder's, which ends the sweep even if a Job hides it
}

func (w *worker) run(ctx context.Context, next <-chan Cell) {
	for c := range next {
		if ctx.Err() != nil {
			return
		}
		if err := w.cell(ctx, c); err != nil {
			w.stop(err)
			return
		}
	}
}

// cell does what is left of one cell. Its error ends the sweep; a failure of the cell alone is recorded and is no error.
func (w *worker) cell(ctx context.Context, c Cell) error {
	kept, err := w.rec.Load(c.ID)
	if err != nil {
		return err
	}
	work, err := w.outline(c, kept)
	if err != nil {
		return err
	}
	w.meter.skip(c.cost() - work.cost)
	ok := true
	if !work.empty() {
		if w.runner == nil {
			if w.runner, err = w.newRunner(); err != nil {
				return err
			}
		}
		if ok, err = w.job(ctx, work); err != nil {
			return err
		}
	}
	if !ok {
		w.meter.skip(work.cost)
		return nil
	}
	if err := w.rec.SaveDone(c.ID); err != nil {
		return err
	}
	w.meter.finish(Event{Kind: CellDone, Cell: c})
	return nil
}

// job opens the cell's Job, trains and measures. ok tells whether everything was done.
func (w *worker) job(ctx context.Context, work *work) (ok bool, err error) {
	var job Job
	ok, err = w.attempt(ctx, work.cell, "open", func() (err error) {
		job, err = w.runner.Open(ctx, work.cell)
		return err
	})
	if !ok {
		return false, err
	}
	defer func() {
		switch {
		case w.runner == nil: // It panicked: nothing of it can be trusted.
		case err != nil: // The sweep ends: its first error is the one to tell.
			w.guard(work.cell, "close", job.Close)
		default:
			var closed bool
			closed, err = w.attempt(ctx, work.cell, "close", job.Close)
			ok = ok && closed
		}
	}()
	if ok, err = w.train(ctx, job, work); !ok {
		return false, err
	}
	all := true
	for _, m := range work.cell.Measures {
		if ctx.Err() != nil || w.runner == nil { // Cancelled, or a panic: the rest waits.
			return false, nil
		}
		ok, err := w.measure(ctx, job, work, m)
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

// attempt runs a piece of a cell's work. An error or a panic is recorded as the cell's failure, unless the sweep is being cancelled
// (which fails nothing) or the error is the machine's (which is returned, to end the sweep).
func (w *worker) attempt(ctx context.Context, c Cell, what string, f func() error) (ok bool, err error) {
	err = w.guard(c, what, f)
	switch {
	case w.broken != nil:
		return false, w.broken
	case err == nil:
		return true, nil
	case pointless(err):
		return false, fmt.Errorf("%s: %s: %w; free some space or make the folder writable, then run again: what was saved is kept", c.Label, what, err)
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return false, nil
	}
	if err := w.rec.SaveFailure(c.ID, what, err.Error()); err != nil {
		return false, err
	}
	failures := w.meter.fail(Event{Kind: CellFailed, Cell: c, Text: what + ": " + err.Error()})
	if most := w.options.MaxFailures; most > 0 && failures >= most {
		return false, fmt.Errorf("%w: %d (the limit is %d)", ErrTooManyFailures, failures, most)
	}
	return false, nil
}

// guard turns a panic into an error, keeps its stack in the panic log, and drops the Runner, whose state is unknown.
func (w *worker) guard(c Cell, what string, f func() error) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		w.runner = nil
		err = fmt.Errorf("panic: %v", p)
		if w.options.PanicLog == "" {
			return
		}
		text := fmt.Sprintf("%s cell %s (%s): %s: panic: %v\n%s\n", w.now().Format(time.RFC3339), c.ID, c.Label, what, p, debug.Stack())
		if logErr := appendFile(w.options.PanicLog, text); logErr != nil {
			err = fmt.Errorf("%w (its stack could not be kept: %v)", err, logErr)
		} else {
			err = fmt.Errorf("%w (stack: %s)", err, w.options.PanicLog)
		}
	}()
	return f()
}

func appendFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
