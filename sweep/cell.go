package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"basin/record"
)

// work is what is left to do on a cell.
type work struct {
	cell     Cell
	replicas []Replica // all of them, those to be trained too
	todo     []Replica // to be trained
	kept     Kept
	cost     float64 // estimated cost of what is left; falls as it is done
}

func (w *work) empty() bool {
	if len(w.todo) > 0 {
		return false
	}
	for _, m := range w.cell.Measures {
		if len(w.groups(m)) > 0 {
			return false
		}
	}
	return true
}

// groups is the groups on which a measure is still to be made.
func (w *work) groups(m Measure) [][]Replica {
	var groups [][]Replica
	for _, g := range m.Groups {
		if w.kept.Measured[Unit{m.Name, m.Key, Group(g)}] {
			continue
		}
		group := make([]Replica, len(g))
		for i, r := range g {
			group[i] = w.replicas[r]
		}
		groups = append(groups, group)
	}
	return groups
}

// outline finds what is left to do. A checkpoint is verified only if a measure still needs it.
func (w *worker) outline(c Cell, kept Kept) (*work, error) {
	out := &work{cell: c, kept: kept, replicas: make([]Replica, c.Replicas)}
	for i := range out.replicas {
		path, err := w.rec.CheckpointPath(c.ID, i)
		if err != nil {
			return nil, err
		}
		out.replicas[i] = Replica{Index: i, Checkpoint: path}
		if t, ok := kept.Replicas[i]; ok {
			out.replicas[i].Status, out.replicas[i].Reason = t.Status, t.Reason
			if t.Checksum == "" {
				out.replicas[i].Checkpoint = ""
			}
		}
	}
	needed := make([]bool, c.Replicas)
	for _, m := range c.Measures {
		groups := out.groups(m)
		out.cost += float64(len(groups)) * m.Cost
		for _, g := range groups {
			for _, r := range g {
				needed[r.Index] = true
			}
		}
	}
	for i, r := range out.replicas {
		t, trained := kept.Replicas[i]
		if trained && (!needed[i] || t.Checksum == "") {
			continue
		}
		if trained {
			sum, err := checksum(r.Checkpoint)
			if err == nil && sum == t.Checksum {
				continue
			}
			why := "is damaged (its checksum differs)"
			if errors.Is(err, fs.ErrNotExist) {
				why = "is missing"
			} else if err != nil {
				why = fmt.Sprintf("cannot be read (%v)", err)
			}
			w.meter.note(Event{Kind: Note, Cell: c, Replicas: []int{i}, Text: fmt.Sprintf("%s %s: replica %d is trained again", r.Checkpoint, why, i)})
		}
		out.todo = append(out.todo, Replica{Index: i, Checkpoint: r.Checkpoint})
		out.cost += c.trainCost()
	}
	return out, nil
}

// train trains and commits what is missing. Each replica is committed as soon as the Job saves it.
func (w *worker) train(ctx context.Context, job Job, work *work) (ok bool, err error) {
	if len(work.todo) == 0 {
		return true, nil
	}
	wanted := map[int]string{} // index → checkpoint path
	for _, r := range work.todo {
		wanted[r.Index] = r.Checkpoint
	}
	c, began := work.cell, w.now()
	save := func(r Replica, recs []record.Record) error {
		path, ok := wanted[r.Index]
		if !ok {
			return fmt.Errorf("replica %d was saved, but not asked for", r.Index)
		}
		recs, err := named(TrainMeasure, recs)
		if err != nil {
			return err
		}
		t := Trained{Replica: r.Index, Status: r.Status, Reason: r.Reason, Seconds: w.now().Sub(began).Seconds(), Records: recs}
		if began = w.now(); r.Seconds > 0 {
			t.Seconds = r.Seconds
		}
		if r.Checkpoint != "" && r.Checkpoint != path {
			return fmt.Errorf("replica %d was written to %s, not to %s", r.Index, r.Checkpoint, path)
		}
		if r.Checkpoint != "" {
			if t.Checksum, err = checksum(r.Checkpoint); err != nil {
				return fmt.Errorf("the checkpoint just written: %w", err)
			}
		} else if r.Status == record.OK {
			return fmt.Errorf("replica %d has no checkpoint", r.Index)
		}
		dropped, err := w.rec.SaveTrained(c.ID, t)
		if err != nil {
			w.broken = err
			return err
		}
		delete(wanted, r.Index)
		_, again := work.kept.Replicas[r.Index]
		trained := 1
		if again {
			trained = 0
		}
		work.replicas[r.Index] = r
		work.cost -= c.trainCost()
		w.meter.work(c.trainCost(), trained, Event{Kind: NetworkReady, Cell: c, Replicas: []int{r.Index}, Text: r.Reason})
		if dropped {
			w.meter.note(Event{Kind: Note, Cell: c, Replicas: []int{r.Index}, Text: fmt.Sprintf(
				"replica %d, trained again, came out with other bits than before (another CPU level?): everything measured on it is measured again", r.Index)})
		}
		return nil
	}
	ok, err = w.attempt(ctx, c, "train", func() error {
		if err := job.Train(ctx, work.todo, save); err != nil {
			return err
		}
		if len(wanted) > 0 {
			return fmt.Errorf("%d of %d replicas were never saved", len(wanted), len(work.todo))
		}
		return nil
	})
	if !ok {
		return false, err
	}
	// Training again may have dropped measures: what is kept now decides.
	kept, err := w.rec.Load(c.ID)
	if err != nil {
		return false, err
	}
	work.kept = kept
	return true, nil
}

// measure makes one measure on the groups that lack it, and commits each.
func (w *worker) measure(ctx context.Context, job Job, work *work, m Measure) (ok bool, err error) {
	groups := work.groups(m)
	if len(groups) == 0 {
		return true, nil
	}
	wanted := map[string]bool{}
	for _, g := range groups {
		wanted[Group(indices(g))] = true
	}
	c, began := work.cell, w.now()
	save := func(group []Replica, recs []record.Record) error {
		replicas := indices(group)
		if !wanted[Group(replicas)] {
			return fmt.Errorf("group %s was saved, but not asked for", Group(replicas))
		}
		recs, err := named(m.Name, recs)
		if err != nil {
			return err
		}
		done := Measured{Measure: m.Name, Key: m.Key, Replicas: replicas, Seconds: w.now().Sub(began).Seconds(), Records: recs}
		began = w.now()
		if err := w.rec.SaveMeasured(c.ID, done); err != nil {
			w.broken = err
			return err
		}
		delete(wanted, Group(replicas))
		work.cost -= m.Cost
		w.meter.work(m.Cost, 0, Event{Kind: MeasureReady, Cell: c, Measure: m.Name, Replicas: replicas})
		return nil
	}
	return w.attempt(ctx, c, m.Name, func() error {
		if err := job.Measure(ctx, m, groups, save); err != nil {
			return err
		}
		if len(wanted) > 0 {
			return fmt.Errorf("%d of %d groups were never saved", len(wanted), len(groups))
		}
		return nil
	})
}

func indices(group []Replica) []int {
	out := make([]int, len(group))
	for i, r := range group {
		out[i] = r.Index
	}
	return out
}

// named fills in the measure's name and refuses records of another one.
func named(measure string, recs []record.Record) ([]record.Record, error) {
	out := make([]record.Record, len(recs))
	for i, r := range recs {
		if r.Measure != "" && r.Measure != measure {
			return nil, fmt.Errorf("measure %s gave a record of measure %s", measure, r.Measure)
		}
		out[i], out[i].Measure = r, measure
	}
	return out, nil
}

// checksum is the SHA-256 of a file, hex.
func checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
