// Package train finds minimisers: optimizers with PyTorch's semantics, learning-rate schedules, stopping rules,
// and observers that see every step. All arithmetic of a step is one compiled program, from the gathering of a
// batch to the update, which reads and writes the parameters in place. Small networks may train together, several
// replicas in one program.
package train

import (
	"fmt"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/record"
)

// Recipe says how a network is trained.
type Recipe struct {
	Loss      string // as objective.PerExample
	DType     graph.DType
	Optimizer Optimizer
	Schedule  Schedule // of the learning rate
	Warmup    int      // epochs over whose steps the rate rises
	Batch     int      // samples a step
	DropLast  bool     // leave out a last batch that is short
	Epochs    int      // at most
	Stop      []Stop   // the first that ends the training names the reason
	Best      bool     // the result is the epoch of lowest training loss, not the last
}

// Trainer holds compiled programs for one model, set and recipe.
type Trainer struct {
	engine engine.Engine
	model  *model.Model
	recipe Recipe
	rule   Rule
	x, y   engine.Array   // the whole set: samples and targets
	groups map[int]*group // by number of replicas
}

// New prepares the programs of a recipe.
func New(e engine.Engine, m *model.Model, set *dataset.Set, r Recipe) (*Trainer, error) {
	if n := set.Len(); r.Batch < 1 || r.Batch > n {
		return nil, fmt.Errorf("train: batch: %d is not between 1 and the %d training samples", r.Batch, n)
	}
	rule, ok := r.Optimizer.(Rule)
	if !ok {
		return nil, fmt.Errorf("train: optimizer: %T cannot train", r.Optimizer)
	}
	t := &Trainer{engine: e, model: m, recipe: r, rule: rule, groups: map[int]*group{}}
	t.x, _ = objective.Arrays(set, r.DType)
	t.y = objective.Targets(set, m.Outputs, r.DType)
	return t, nil
}

// Model is what is trained.
func (t *Trainer) Model() *model.Model { return t.model }

// Member is one replica to be trained.
type Member struct {
	Replica   int
	Observers map[string]Observer
	From      *Snapshot // where to resume; passed over if it is of another recipe, or lacks the state of an observer
	// Save is called after each update, and once more when the training is cancelled. It calls its argument if it
	// wants a snapshot.
	Save func(take func() *Snapshot) error
}

// Result is a trained network.
type Result struct {
	Theta, State []float64
	Losses       []float64 // of each epoch: the mean over its samples, each before the update that it led to
	Epoch        int       // the epoch whose end Theta is from, counted from 1
	Steps        int       // updates made
	Stopped      string    // why training ended: "epochs", "diverged", or the name of a Stop
	Status       record.Status
	Reason       string
}
