package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// NumericalVersion changes when the same spec and seed would give other numbers: another initialisation, another order of a sum,
// another random stream. It is part of every identity, so results of two versions never mix.
const NumericalVersion = "2"

// cellID hashes what determines the parameters of a cell's replicas, and nothing else: not the name, the grid or its position in it,
// the number of replicas, the measures, nor fields that are idle.
func cellID(s *Spec) string {
	c := *s
	if c.Model.Kind == "mlp" && len(c.Model.Widths) == 0 {
		c.Model.Widths = slices.Repeat([]int{c.Model.Width}, c.Model.Depth) // Two ways to say one architecture.
	}
	for _, i := range idles {
		if i.why(&c) != "" {
			v, _ := table().byPath[i.path].in(&c)
			v.SetZero()
		}
	}
	id := map[string]any{"seed": s.Seed, "version": NumericalVersion}
	for _, f := range table().list {
		top, _, _ := strings.Cut(f.Path, ".")
		if v, ok := f.in(&c); ok && f.Type != "section" && (top == "data" || top == "model" || top == "train") {
			keep(id, f.Path, v)
		}
	}
	return hash(id)
}

// keep adds a field to an identity unless it is zero: a field that a later version adds, with a zero that means what was before,
// leaves old identities as they are.
func keep(id map[string]any, path string, v reflect.Value) {
	if !v.IsZero() && !(v.Kind() == reflect.Slice && v.Len() == 0) {
		id[path] = v.Interface()
	}
}

// ReplicaID identifies the trained network of one replica by its content: two specs that would train the same network to the same
// bits give it the same ID.
func (c Cell) ReplicaID(replica int) string { return hash([]string{c.ID, strconv.Itoa(replica)}) }

// RecordID identifies what one measure finds on one replica or one group of replicas: its Work's key and the replicas' IDs.
func RecordID(key string, replicaIDs ...string) string {
	return hash(append([]string{key}, replicaIDs...))
}

// Work is one measure to run, with its settings.
type Work struct {
	Name     string // as in YAML: "hessian"
	Settings any    // *Performance, *Hessian, *Connectivity, *Similarity or *Distance
	Key      string // hash of the name, of the settings that matter, and of the numerical version. The number of pairs is none of these: more pairs add records and leave the others as they are
	OnPairs  bool   // made on pairs of replicas, not on each one
	Pairs    int    // how many pairs, at most; -1: all; 0 where OnPairs is false
}

// List returns the measures that are asked for, in the order of the Go type.
func (m Measure) List() []Work {
	var out []Work
	v := reflect.ValueOf(m)
	for i := range v.NumField() {
		if v.Field(i).IsNil() {
			continue
		}
		w := Work{Name: key(v.Type().Field(i)), Settings: v.Field(i).Interface()}
		if pairs := v.Field(i).Elem().FieldByName("Pairs"); pairs.IsValid() {
			w.OnPairs, w.Pairs = true, int(pairs.Int())
		}
		w.Key = measureKey(w.Name, v.Field(i).Elem())
		out = append(out, w)
	}
	return out
}

func measureKey(name string, settings reflect.Value) string {
	c := reflect.New(settings.Type())
	c.Elem().Set(settings)
	switch m := c.Interface().(type) {
	case *Hessian:
		if m.Trace.Probes == -1 {
			m.Trace.RelativeError = 0
		}
		if m.Density.Probes == -1 {
			m.Density.Steps = 0
		}
	case *Connectivity:
		if m.Curve == "line" {
			*m = Connectivity{Curve: m.Curve, Points: m.Points, Compatible: m.Compatible}
		}
		m.Pairs = 0
	case *Similarity:
		m.Pairs = 0
	case *Distance:
		m.Pairs = 0
	}
	id := map[string]any{"measure": name, "version": NumericalVersion}
	flatten(id, "", c.Elem())
	return hash(id)
}

func flatten(id map[string]any, prefix string, v reflect.Value) {
	for i := range v.NumField() {
		path := join(prefix, key(v.Type().Field(i)))
		if v.Field(i).Kind() == reflect.Struct {
			flatten(id, path, v.Field(i))
			continue
		}
		keep(id, path, v.Field(i))
	}
}

// hash is the first 16 hexadecimal digits of the SHA-256 of canonical JSON: encoding/json sorts a map's keys and writes the shortest
// decimals that read back as the same float64.
func hash(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // Identities hold strings and finite numbers.
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
