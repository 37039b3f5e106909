// Package measure measures trained networks: each of them alone (performance, hessian), or pairs of replicas of one cell (connectivity,
// similarity, distance). One file is one measure. What a measure finds on a group of replicas depends on nothing but those replicas,
// the settings and the seed.
package measure

import (
	"context"
	"fmt"
	"math"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/network"
	"basin/record"
	"basin/spec"
	"basin/spectral"
)

// Measure is one measure of one architecture on one set.
type Measure interface {
	// Measure finds what there is to find of one group: one network, or two.
	Measure(ctx context.Context, group []network.Network, f *Findings) error
}

// Context is what all measures of an architecture on a set share.
type Context struct {
	Engine engine.Engine
	Model  *model.Model
	Split  *dataset.Split
	Loss   string
	Seed   uint64
	DType  graph.DType // of training; measures may have their own

	Workspace *spectral.Workspace // may be shared with other contexts of the same worker; nil: none is kept

	performance *performance
}

// New makes the measure that settings ask for: *spec.Performance, *spec.Hessian, *spec.Connectivity, *spec.Similarity or
// *spec.Distance. Its programs are compiled here or at first use, and serve every network of the context's architecture.
func New(c *Context, settings any) (Measure, error) {
	switch s := settings.(type) {
	case *spec.Performance:
		return c.newPerformance()
	case *spec.Hessian:
		return newHessian(c, *s)
	case *spec.Connectivity:
		return newConnectivity(c, *s)
	case *spec.Similarity:
		return newSimilarity(c, *s)
	case *spec.Distance:
		return distance{c}, nil
	}
	return nil, fmt.Errorf("measure: no measure has settings of type %T", settings)
}

// DTypeOf reads a spec's dtype.
func DTypeOf(name string) graph.DType {
	if name == "float64" {
		return graph.Float64
	}
	return graph.Float32
}

// provenance fills in what all records of a measure share.
func (c *Context) provenance(estimator string, d graph.DType, set string) record.Provenance {
	return record.Provenance{Estimator: estimator, DType: d.String(), Set: set, CPU: c.Engine.Level(), Version: spec.NumericalVersion}
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

// status of a value that may have left the finite numbers.
func finiteStatus(x float64) (record.Status, string) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return record.Diverged, "the value is not finite"
	}
	return record.OK, ""
}
