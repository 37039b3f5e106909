package sweep

import (
	"testing"
	"time"
)

// The estimate is elapsed × cost left ⁄ cost done, of this session alone.
func TestEstimate(t *testing.T) {
	clock := time.Unix(0, 0)
	cells := []Cell{
		{ID: "a", TrainCost: 10, Replicas: 2, Measures: []Measure{{Name: "m", Groups: Each(2), Cost: 5}}}, // 30
		{ID: "b", Replicas: 2}, // 2
		{ID: "c", TrainCost: 10, Replicas: 1},
		{ID: "d", TrainCost: 10, Replicas: 1},
	}
	standing := []Standing{{State: Pending, Trained: 1}, {State: Pending}, {State: Done, Trained: 1}, {State: Failed}}
	var last Event
	m := newMeter(cells, standing, func() time.Time { return clock }, func(e Event) { last = e })
	at := func(seconds int, f func(), want Progress) {
		t.Helper()
		clock = time.Unix(int64(seconds), 0)
		f()
		want.Cells, want.Networks = 4, 6
		want.Elapsed = time.Duration(seconds) * time.Second
		if got := m.snapshot(); got != want {
			t.Errorf("after %d s: %+v, want %+v", seconds, got, want)
		}
		if last.Kind != "" && last.Progress != want {
			t.Errorf("after %d s the observer was told %+v, want %+v", seconds, last.Progress, want)
		}
		last = Event{}
	}
	at(0, func() {}, Progress{CellsDone: 1, CellsFailed: 1, Trained: 2})
	at(1, func() { m.skip(10) }, Progress{CellsDone: 1, CellsFailed: 1, Trained: 2}) // a's first replica was there: 22 are left
	at(10, func() { m.work(10, 1, Event{Kind: NetworkReady}) }, Progress{CellsDone: 1, CellsFailed: 1, Trained: 3, Known: true, Remaining: 12 * time.Second})
	at(20, func() { m.work(10, 0, Event{Kind: MeasureReady}) }, Progress{CellsDone: 1, CellsFailed: 1, Trained: 3, Known: true, Remaining: 2 * time.Second})
	at(20, func() { m.finish(Event{Kind: CellDone, Cell: cells[0]}) }, Progress{CellsDone: 2, CellsFailed: 1, Trained: 3, Known: true, Remaining: 2 * time.Second})
	at(20, func() { m.skip(2); m.fail(Event{Kind: CellFailed, Cell: cells[1]}) }, Progress{CellsDone: 2, CellsFailed: 2, Trained: 3, Known: true})
	at(20, func() { m.fail(Event{Kind: CellFailed, Cell: cells[1]}) }, Progress{CellsDone: 2, CellsFailed: 2, Trained: 3, Known: true}) // the same cell again
}
