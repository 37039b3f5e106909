package dataset

import (
	"fmt"
	"math"
	"slices"
)

// check rejects sets that no network should see: mismatched lengths and shapes, values that are not finite,
// labels out of range. It is the one gate that every reader's result passes.
func (s *Split) check() error {
	if err := s.Train.check(s.Path); err != nil {
		return err
	}
	if s.Test == nil {
		return nil
	}
	if err := s.Test.check(s.Path); err != nil {
		return err
	}
	if !slices.Equal(s.Train.Input(), s.Test.Input()) {
		return fmt.Errorf("%s: training samples have shape %v, test samples %v; they must agree", s.Path,
			s.Train.Input(), s.Test.Input())
	}
	return nil
}

func (s *Set) check(path string) error {
	x, y := s.X(), s.Y()
	if x.Len() == 0 || x.Size() == 0 {
		return fmt.Errorf("%s: %s has no samples, or samples of no values (shape %v)", path, s.Name, x.Shape)
	}
	if x.Len() != y.Len() {
		return fmt.Errorf("%s: %s has %d samples but %d labels; give one label a sample", path, s.Name, x.Len(),
			y.Len())
	}
	for i, v := range x.F32 {
		if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s: %s: sample %d holds %v; remove or fill such samples before training", path, s.Name,
				i/x.Size(), v)
		}
	}
	for i, class := range y.I32 {
		if class < 0 || int(class) >= s.Classes {
			return fmt.Errorf("%s: %s: label %d of sample %d is outside 0…%d", path, s.Name, class, i, s.Classes-1)
		}
	}
	return nil
}
