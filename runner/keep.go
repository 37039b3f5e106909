package runner

import (
	"encoding/json"
	"slices"
	"sync"

	"basin/dataset"
	"basin/measure"
	"basin/objective"
	"basin/spec"
)

// What is kept in memory to be used again, at most: of the data, for all workers, and of programs and their data,
// for each. What is in use is kept whatever its size.
const (
	dataBytes    = 1 << 30
	programBytes = 256 << 20
)

// Data reads sets once for all workers, and keeps those that were used last.
type Data struct {
	dir   string
	seed  uint64
	bound int

	mu   sync.Mutex
	kept []loaded // used last at the end
}

type loaded struct {
	key   string
	split *dataset.Split
}

// NewData reads from a data folder, with a spec's seed.
func NewData(dir string, seed uint64) *Data { return &Data{dir: dir, seed: seed, bound: dataBytes} }

// Load returns the sets that d describes.
func (d *Data) Load(s spec.Data) (*dataset.Split, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := key(s)
	if i := slices.IndexFunc(d.kept, func(l loaded) bool { return l.key == k }); i >= 0 {
		l := d.kept[i]
		d.kept = append(slices.Delete(d.kept, i, i+1), l)
		return l.split, nil
	}
	split, err := dataset.Load(s, dataset.Options{Dir: d.dir, Seed: d.seed})
	if err != nil {
		return nil, err
	}
	d.kept = append(d.kept, loaded{k, split})
	for len(d.kept) > 1 && d.bytes() > d.bound {
		d.kept = slices.Delete(d.kept, 0, 1)
	}
	return split, nil
}

func (d *Data) bytes() (n int) {
	for _, l := range d.kept {
		n += splitBytes(l.split)
	}
	return n
}

// splitBytes is the memory of a split's sets.
func splitBytes(s *dataset.Split) (n int) {
	for _, set := range []*dataset.Set{s.Train, s.Test} {
		if set == nil {
			continue
		}
		for _, p := range set.Parts {
			for _, a := range []dataset.Array{p.X, p.Y} {
				n += 4*len(a.F32) + 8*len(a.F64) + 4*len(a.I32)
			}
			n += 8 * len(p.Weight)
		}
	}
	return n
}

// key identifies parts of a spec.
func key(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // specs hold strings and finite numbers
	}
	return string(text)
}

// keeper has a worker's setups with their measures.
type keeper struct {
	bound int
	kept  []*recipes // used last at the end
}

// recipes is what those of equal data, task, model and dtype share.
type recipes struct {
	key      string
	setup    *objective.Setup
	measures map[string]measure.Measure // by key
}

// get returns what is kept of a kind of recipes, or what make makes, and drops what was not used for longest until
// the rest is within the bound.
func (k *keeper) get(key string, make func() (*objective.Setup, error)) (*recipes, error) {
	var r *recipes
	if i := slices.IndexFunc(k.kept, func(r *recipes) bool { return r.key == key }); i >= 0 {
		r = k.kept[i]
		k.kept = slices.Delete(k.kept, i, i+1)
	} else {
		setup, err := make()
		if err != nil {
			return nil, err
		}
		r = &recipes{key, setup, map[string]measure.Measure{}}
	}
	k.kept = append(k.kept, r)
	for len(k.kept) > 1 && k.bytes() > k.bound {
		k.kept = slices.Delete(k.kept, 0, 1)
	}
	return r, nil
}

// bytes is the memory of all that is kept, data included.
func (k *keeper) bytes() (n int) {
	data := map[*dataset.Split]bool{}
	for _, r := range k.kept {
		n += r.setup.Bytes()
		for _, m := range r.measures {
			if m, ok := m.(measure.Keeper); ok {
				n += m.Bytes()
			}
		}
		if d := r.setup.Data; !data[d] {
			data[d] = true
			n += splitBytes(d)
		}
	}
	return n
}
