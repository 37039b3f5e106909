package sweep

import (
	"sync"
	"time"
)

// Kind says what an Event tells.
type Kind string

const (
	Started       Kind = "started"        // the sweep begins; Progress holds what was there before
	NetworkReady  Kind = "network-ready"  // a replica was trained and committed
	MeasureReady  Kind = "measure-ready"  // a measure on a group was committed
	CellDone      Kind = "cell-done"      // nothing is left to do on the cell
	CellFailed    Kind = "cell-failed"    // Text is the reason; told once for each piece of work that failed
	Note          Kind = "note"           // Text is something the user should know
	SweepFinished Kind = "sweep-finished" // the last event, however the sweep ended
)

// Event is one step of a sweep, told to Options.Observe.
type Event struct {
	Kind     Kind
	Cell     Cell   // zero for Started and SweepFinished
	Replicas []int  // whose, for NetworkReady and MeasureReady
	Measure  string // which, for MeasureReady
	Text     string
	Progress Progress
}

// Progress is how far a sweep is. Counts are of the whole run, earlier sessions included.
type Progress struct {
	Cells       int
	CellsDone   int
	CellsFailed int // also those that failed in an earlier session and were not retried
	Networks    int
	Trained     int
	Elapsed     time.Duration // of this session
	Remaining   time.Duration // estimated from the share of the estimated cost done in this session; 0 until Known
	Known       bool
}

// meter keeps the counts and the estimate, and tells events one at a time.
type meter struct {
	mu      sync.Mutex
	p       Progress
	now     func() time.Time
	start   time.Time
	todo    float64 // estimated cost of what is left
	done    float64 // estimated cost of what was done in this session
	failed  map[string]bool
	before  int // cells that had failed in earlier sessions
	observe func(Event)
}

func newMeter(cells []Cell, standing []Standing, now func() time.Time, observe func(Event)) *meter {
	m := &meter{now: now, start: now(), failed: map[string]bool{}, observe: observe}
	m.p.Cells = len(cells)
	for i, c := range cells {
		m.p.Networks += c.Replicas
		m.p.Trained += min(standing[i].Trained, c.Replicas)
		switch standing[i].State {
		case Done:
			m.p.CellsDone++
		case Failed:
			m.p.CellsFailed++
			m.before++
		default:
			m.todo += c.cost()
		}
	}
	return m
}

// skip takes work out of the estimate that will not be done in this session: it was done in an earlier one, or cannot be done.
func (m *meter) skip(cost float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.todo = max(0, m.todo-cost)
}

// work moves cost from what is left to what is done, counts newly trained networks, and tells the event.
func (m *meter) work(cost float64, trained int, e Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += cost
	m.todo = max(0, m.todo-cost)
	m.p.Trained += trained
	m.tell(e)
}

// finish counts a cell that is done.
func (m *meter) finish(e Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.p.CellsDone++
	m.tell(e)
}

// fail counts a failed cell, once, and returns how many cells have failed in this session.
func (m *meter) fail(e Event) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.failed[e.Cell.ID] {
		m.failed[e.Cell.ID] = true
		m.p.CellsFailed++
	}
	m.tell(e)
	return m.p.CellsFailed - m.before
}

func (m *meter) note(e Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tell(e)
}

// snapshot is the progress as of now.
func (m *meter) snapshot() Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.progress()
}

func (m *meter) progress() Progress {
	p := m.p
	p.Elapsed = m.now().Sub(m.start)
	if m.done > 0 {
		p.Known = true
		p.Remaining = time.Duration(float64(p.Elapsed) * m.todo / m.done)
	}
	return p
}

func (m *meter) tell(e Event) {
	if m.observe != nil {
		e.Progress = m.progress()
		m.observe(e)
	}
}
