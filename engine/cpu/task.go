package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// task is a step made ready to run: units of work that may be done in any order and by any worker, between what must come before and
// after them. Which worker does what changes no bit of the result.
type task struct {
	before []func()
	units  int
	run    []func(from, to int) // one a worker, each with scratch memory of its own
	after  []func()
	work   float64 // of all units, in nanoseconds, about
}

// Rough costs, to tell what is worth sharing between threads.
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
	crew := &crew{helpers: threads - 1}
	for _, t := range tasks {
		steps = append(steps, t.before...)
		switch {
		case len(t.run) > 1:
			shared = true
			steps = append(steps, func() { crew.share(t) })
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
		crew.start()
		defer crew.stop()
		all()
	}
}

// crew is the workers of one run beside the caller. They start with it and end with it, and wait for tasks in between without sleeping,
// since tasks follow each other within microseconds.
type crew struct {
	helpers int
	task    *task
	round   atomic.Int64 // counts the tasks handed out; −1 ends the run
	next    atomic.Int64 // the first unit that nobody has taken
	busy    atomic.Int64 // helpers at work
	done    sync.WaitGroup
}

func (c *crew) start() {
	c.round.Store(0)
	c.done.Add(c.helpers)
	for i := range c.helpers {
		go c.help(i + 1)
	}
}

func (c *crew) stop() {
	c.round.Store(-1)
	c.done.Wait()
}

func (c *crew) help(worker int) {
	defer c.done.Done()
	for seen := int64(0); ; seen++ {
		for spins := 0; c.round.Load() == seen; spins++ {
			if spins%64 == 63 {
				runtime.Gosched()
			}
		}
		if c.round.Load() < 0 {
			return
		}
		c.work(worker)
		c.busy.Add(-1)
	}
}

// share hands t out and takes part in it.
func (c *crew) share(t *task) {
	c.task = t
	c.next.Store(0)
	c.busy.Store(int64(c.helpers))
	c.round.Add(1)
	c.work(0)
	for spins := 0; c.busy.Load() > 0; spins++ {
		if spins%64 == 63 {
			runtime.Gosched()
		}
	}
}

// pieces is into how many parts a worker's share is cut, so that one who is held up holds up nobody else for long.
const pieces = 8

func (c *crew) work(worker int) {
	t := c.task
	if worker >= len(t.run) {
		return
	}
	grain := max(1, t.units/(len(t.run)*pieces))
	for {
		from := int(c.next.Add(int64(grain))) - grain
		if from >= t.units {
			return
		}
		t.run[worker](from, min(from+grain, t.units))
	}
}
