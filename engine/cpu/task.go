package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// task is a step that is ready to run: units of work for any worker in any order, between functions that must run
// before and after them. Which worker runs which unit changes no bit of the result.
type task struct {
	before []func()
	units  int
	run    []func(from, to int) // one a worker, each with its scratch memory
	after  []func()
	work   float64 // of all units, in nanoseconds, about
}

// Rough costs, to decide what is worth sharing between threads.
const (
	elementwiseTime = 0.1   // nanoseconds an element and operation
	flopTime        = 0.012 // nanoseconds a floating-point operation of a product
)

// serial is a task of one unit.
func serial(f func()) *task {
	return &task{units: 1, run: []func(from, to int){func(int, int) { f() }}}
}

// workers is how many workers may share t.
func (x *executable) workers(t *task) int {
	if t.work < limits.share {
		return 1
	}
	return max(1, min(x.threads, t.units))
}

// sequence runs tasks one after the other.
func sequence(tasks []*task, threads int) func() {
	var steps []func()
	shared := false
	helpers := &pool{helpers: threads - 1}
	for _, t := range tasks {
		steps = append(steps, t.before...)
		switch {
		case len(t.run) > 1:
			shared = true
			steps = append(steps, func() { helpers.share(t) })
		case t.units > 0:
			run, units := t.run[0], t.units
			steps = append(steps, func() { run(0, units) })
		}
		steps = append(steps, t.after...)
	}
	all := func() {
		for _, s := range steps {
			s()
		}
	}
	if !shared {
		return all
	}
	return func() {
		helpers.start()
		defer helpers.stop()
		all()
	}
}

// pool is the workers of one run besides the caller. They start and end with the run, and wait for tasks without
// sleeping, since tasks follow each other within microseconds.
type pool struct {
	helpers int
	task    *task
	round   atomic.Int64 // number of tasks so far; −1 ends the run
	next    atomic.Int64 // the first unit that is not taken
	busy    atomic.Int64 // helpers at work
	done    sync.WaitGroup
}

func (p *pool) start() {
	p.round.Store(0)
	p.done.Add(p.helpers)
	for i := range p.helpers {
		go p.help(i + 1)
	}
}

func (p *pool) stop() {
	p.round.Store(-1)
	p.done.Wait()
}

func (p *pool) help(worker int) {
	defer p.done.Done()
	for seen := int64(0); ; seen++ {
		for spins := 0; p.round.Load() == seen; spins++ {
			if spins%64 == 63 {
				runtime.Gosched()
			}
		}
		if p.round.Load() < 0 {
			return
		}
		p.work(worker)
		p.busy.Add(-1)
	}
}

// share runs t on all workers, the caller included.
func (p *pool) share(t *task) {
	p.task = t
	p.next.Store(0)
	p.busy.Store(int64(p.helpers))
	p.round.Add(1)
	p.work(0)
	for spins := 0; p.busy.Load() > 0; spins++ {
		if spins%64 == 63 {
			runtime.Gosched()
		}
	}
}

// pieces is the number of parts of a worker's share, so that a worker that is delayed does not delay the others
// for long.
const pieces = 8

func (p *pool) work(worker int) {
	t := p.task
	if worker >= len(t.run) {
		return
	}
	grain := max(1, t.units/(len(t.run)*pieces))
	for {
		from := int(p.next.Add(int64(grain))) - grain
		if from >= t.units {
			return
		}
		t.run[worker](from, min(from+grain, t.units))
	}
}
