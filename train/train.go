// Package train finds minimisers: optimizers with PyTorch's semantics, learning-rate schedules, penalties,
// stopping rules, and observers that see the steps. All arithmetic of a step is one compiled program, from the
// gathering of a batch to the update, which reads and writes the parameters in place. Small networks may train
// together, several replicas in one program.
package train

import (
	"fmt"

	"basin/objective"
	"basin/record"
)

// Recipe says how a network is trained.
type Recipe struct {
	Optimizer Optimizer
	Schedule  Schedule // of the learning rate; nil: constant
	Warmup    int      // epochs over whose steps the rate rises
	Penalty   Penalty  // on the parameters, beside the loss; nil: none
	Batch     int      // samples of the set's first part in a step; a Search takes all, whatever it is
	DropLast  bool     // leave out a last batch that is short
	Epochs    int      // at most
	Stop      []Stop   // the first that ends the training names the reason
	Best      bool     // the result is the epoch of lowest training loss, not the last
}

// Trainer holds compiled programs for one setup and recipe.
type Trainer struct {
	setup   *objective.Setup
	recipe  Recipe
	samples int // of an epoch
	rule    Rule
	search  *search        // nil where a Rule trains
	groups  map[int]*group // by number of replicas
}

// New prepares training on the setup's training set.
func New(s *objective.Setup, r Recipe) (*Trainer, error) {
	t := &Trainer{setup: s, recipe: r, samples: s.Data.Train.Len(), groups: map[int]*group{}}
	switch o := r.Optimizer.(type) {
	case Rule:
		t.rule = o
	case Search:
		var err error
		t.recipe.Batch = t.samples
		if t.search, err = newSearch(t, o); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("train: optimizer: %T is neither a Rule nor a Search", r.Optimizer)
	}
	if b := t.recipe.Batch; b < 1 || b > t.samples {
		return nil, fmt.Errorf("train: batch: %d is not between 1 and the %d training samples", b, t.samples)
	}
	return t, nil
}

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
