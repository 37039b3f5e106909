// Package measure measures networks: each of them alone (performance, hessian), or pairs of replicas of one recipe
// (connectivity, similarity, distance). A measure is one file and a line in Kinds. What a measure finds on a group
// of networks depends on nothing but those networks, the settings and the seed.
package measure

import (
	"context"
	"fmt"
	"math"
	"strings"

	"basin/graph"
	"basin/network"
	"basin/objective"
	"basin/record"
	"basin/spec"
	"basin/task"
	"basin/train"
)

// Settings are those of a measure: an After or an Along.
type Settings interface {
	// Quantities are what its records may be of, for networks of a task. Of a series (eigenvalue_2 …) it is the
	// first.
	Quantities(task.Task) []record.Quantity
	Cost(Size) Cost // of one group
}

// After is a measure that is made of networks.
type After interface {
	Settings
	// New readies it. Its programs are compiled here or at first use, and serve every network of the setup's model.
	New(*objective.Setup) (Measure, error)
}

// Along is a measure that is made while networks train.
type Along interface {
	Settings
	// Watch readies it for a training that starts at a network.
	Watch(*objective.Setup, network.Network) (Watcher, error)
}

// Watcher is an observer with findings once the training is over.
type Watcher interface {
	train.Observer
	Records(*Findings) error
}

// Paired is a measure that is made of pairs of replicas. Others are made of each.
type Paired interface {
	OnPairs() int // how many pairs, (0,1) (0,2) (1,2) (0,3) …; -1: all
}

// Pointed is a measure that asks for more points than it is said to be at.
type Pointed interface {
	Points() []string
}

// Measure is a measure of one setup.
type Measure interface {
	// Measure adds what there is to find of one group: one network, or two.
	Measure(ctx context.Context, group []network.Network, f *Findings) error
}

// Keeper is a Measure that keeps memory beside its setup's.
type Keeper interface {
	Bytes() int
}

// Kind is a measure by the name that a user gives it. New makes its settings, all zero.
type Kind struct {
	Name string
	New  func() Settings
}

// Kinds lists the measures.
var Kinds = []Kind{
	{record.Performance, func() Settings { return &Performance{} }},
	{record.Hessian, func() Settings { return &Hessian{} }},
	{record.Connectivity, func() Settings { return &Connectivity{} }},
	{record.Similarity, func() Settings { return &Similarity{} }},
	{record.Distance, func() Settings { return &Distance{} }},
}

// quantities describes records by name.
func quantities(names ...string) (list []record.Quantity) {
	for _, n := range names {
		list = append(list, record.Describe(n))
	}
	return list
}

// provenance fills in what all records of a measure share.
func provenance(s *objective.Setup, estimator string, d graph.DType, set string) record.Provenance {
	return record.Provenance{Estimator: estimator, DType: d.String(), Set: set, CPU: s.Engine.Level(),
		Version: spec.NumericalVersion}
}

// diverged reports the first network of a group whose training diverged.
func diverged(group []network.Network) (reason string, found bool) {
	for _, n := range group {
		if n.Status == record.Diverged {
			return fmt.Sprintf("replica %d diverged: %s", n.Replica, n.Reason), true
		}
	}
	return "", false
}

const deadReason = "the network's outputs do not depend on its inputs: it is dead"

// dead reports the first network of a group whose predictions on the training set are constant.
func dead(s *objective.Setup, group []network.Network) (reason string, found bool, err error) {
	o, err := s.On(s.Data.Train, objective.Options{DType: s.DType})
	if err != nil {
		return "", false, err
	}
	for _, n := range group {
		o.MoveTo(n.Theta, n.State)
		if found, err = o.Dead(); found || err != nil {
			return fmt.Sprintf("replica %d is dead: its outputs do not depend on its inputs", n.Replica), found, err
		}
	}
	return "", false, nil
}

// finiteStatus is that of a value that may have left the finite numbers.
func finiteStatus(x float64) (record.Status, string) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return record.Diverged, "the value is not finite"
	}
	return record.OK, ""
}

// choose reports a setting's word that is none of those there are.
func choose(key, word string, words ...string) error {
	for _, w := range words {
		if w == word {
			return nil
		}
	}
	return fmt.Errorf("measure: %s: %q is unknown; choose one of %s", key, word, strings.Join(words, ", "))
}
