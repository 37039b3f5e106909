package results

import (
	"cmp"
	"slices"

	"basin/record"
)

// performance is the measure that, with training itself, decides what became of a seed. Other measures may look at
// other samples, other points or a part of a network: what they find is a finding about that.
const performance = "performance"

// Seed is a replica that has been trained or measured.
type Seed struct {
	Replica  int
	Dead     bool // its outputs do not depend on its inputs
	Diverged bool // its training left the finite numbers
}

// seed is the index of a replica in Seeds.
func (c *Cell) seed(replica int) int {
	i, _ := slices.BinarySearchFunc(c.Seeds, replica, func(s Seed, replica int) int {
		return cmp.Compare(s.Replica,
			replica)
	})
	return i
}

// findSeeds lists the cell's seeds. A dead one has a record of performance at the end of training with status
// Constant. A diverged one has a training with status Diverged, or nothing but that from performance: an infinite
// test loss alone is no divergence.
func (c *Cell) findSeeds(training map[int]record.Status, kinds map[string]string) {
	add := func(replica int) {
		c.Seeds = append(c.Seeds, Seed{Replica: replica})
	}
	for replica := range training {
		add(replica)
	}
	for i := range c.Records {
		for _, p := range c.Records[i].Of {
			add(p.Replica)
		}
	}
	slices.SortFunc(c.Seeds, func(a, b Seed) int { return cmp.Compare(a.Replica, b.Replica) })
	c.Seeds = slices.Compact(c.Seeds)
	type count struct{ records, diverged int }
	counts := make([]count, len(c.Seeds))
	for i := range c.Records {
		r := &c.Records[i]
		if len(r.Of) != 1 || r.Of[0].At != record.Trained || kind(r.Measure, kinds) != performance {
			continue
		}
		k := c.seed(r.Of[0].Replica)
		counts[k].records++
		switch r.Status {
		case record.Constant:
			c.Seeds[k].Dead = true
		case record.Diverged:
			counts[k].diverged++
		}
	}
	for i := range c.Seeds {
		s := &c.Seeds[i]
		status, trained := training[s.Replica]
		if trained && s.Replica < c.Replicas {
			c.Trained++
		}
		n := counts[i]
		s.Diverged = status == record.Diverged || n.records > 0 && n.diverged == n.records
		if s.Dead {
			c.Dead++
		}
		if s.Diverged {
			c.Diverged++
		}
	}
}
