package sweep

import (
	"context"

	"basin/record"
)

// Runner is what one worker trains and measures with. Each worker has one of its own, used by one goroutine at a time, so engines and
// loaded sets may live in it from cell to cell. After a panic a Runner is dropped and a new one made.
type Runner interface {
	// Open readies a cell: its data, its programs. Close is called on the Job when the cell is finished or left.
	Open(ctx context.Context, c Cell) (Job, error)
}

// Job is one cell being worked on. Both methods may do their work in any order or all at once, and call save, from one goroutine at a
// time, as each piece is finished; what a piece gives must not depend on which others are asked for in the same call. When ctx is
// cancelled they return its error soon. An error of save is to be returned. A nil error promises that everything asked for was saved.
type Job interface {
	// Train trains the replicas and writes each one's parameters to its Checkpoint path before saving it. It saves a replica that
	// diverged with Status record.Diverged and its Reason, and with an empty Checkpoint if it wrote none. The records are the
	// training's own findings (measure name TrainMeasure or empty).
	Train(ctx context.Context, todo []Replica, save func(Replica, []record.Record) error) error
	// Measure makes one measure on each group and saves the group's records (measure name m.Name or empty). Groups may hold diverged
	// replicas: their records say so by their status.
	Measure(ctx context.Context, m Measure, todo [][]Replica, save func(group []Replica, recs []record.Record) error) error
	Close() error
}

// TrainMeasure is the measure name of the records that training gives.
const TrainMeasure = "train"

// Replica is one seed of a cell.
type Replica struct {
	Index      int
	Checkpoint string        // path of its safetensors file
	Status     record.Status // of its training
	Reason     string        // why that is not ok
	Seconds    float64       // set by Train where it trained several at once: this one's share; 0: the time since the last save
}

// Recorder keeps what was found. Each Save commits atomically and survives the death of the process once it has returned. Methods
// may be called from several goroutines.
type Recorder interface {
	// Declare makes these the cells of the run and returns where each stands, in the same order. A cell that was done and whose plan
	// now asks for more or other work is pending again.
	Declare(cells []Cell) ([]Standing, error)
	// Load returns what is committed of a cell.
	Load(cell string) (Kept, error)
	// CheckpointPath is where a replica's parameters go. Its folder exists.
	CheckpointPath(cell string, replica int) (string, error)
	// SaveTrained commits a replica. If it was committed before with another checksum, every measure made with it is dropped, and
	// dropped reports whether there were any.
	SaveTrained(cell string, t Trained) (dropped bool, err error)
	// SaveMeasured commits one measure on one group.
	SaveMeasured(cell string, m Measured) error
	// SaveFailure marks the cell failed. Work says what failed: "train", "hessian 0".
	SaveFailure(cell, work, reason string) error
	// SaveDone marks the cell done.
	SaveDone(cell string) error
}

// State is where a cell stands.
type State string

const (
	Pending State = "pending"
	Done    State = "done"
	Failed  State = "failed"
)

// Standing is a cell's state and how many of its replicas are trained.
type Standing struct {
	State   State
	Trained int
}

// Trained is one replica as it is committed.
type Trained struct {
	Replica  int
	Status   record.Status
	Reason   string
	Checksum string // SHA-256 of the checkpoint, hex; empty when there is none
	Seconds  float64
	Records  []record.Record
}

// Measured is one measure on one group as it is committed.
type Measured struct {
	Measure  string
	Key      string
	Replicas []int
	Seconds  float64
	Records  []record.Record
}

// Unit identifies a committed measure within its cell.
type Unit struct {
	Measure, Key string
	Replicas     string // as Group writes it
}

// Kept is what is committed of a cell.
type Kept struct {
	Replicas map[int]Trained // without their records
	Measured map[Unit]bool
}
