package dataset

import (
	"fmt"
	"strings"

	"basin/spec"
)

// Load reads the set that d names, splits and transforms it. Zero fields of d take their documented defaults.
func Load(d spec.Data, o Options) (*Split, error) {
	k, known := Find(d.Set)
	if !known {
		var names []string
		for _, k := range Kinds {
			names = append(names, k.Name)
		}
		return nil, fmt.Errorf("data: set: %q is not known; use one of %s", d.Set, strings.Join(names, ", "))
	}
	return k.New(d.Set, Transform{Train: d.Train, Fraction: d.Fraction, LabelNoise: d.LabelNoise,
		LabelNoiseKind: d.LabelNoiseKind,
		PixelNoise:     d.PixelNoise, Normalize: d.Normalize}).Load(o)
}
