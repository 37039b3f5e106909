package dataset

import (
	"fmt"
	"math"
	"slices"
)

// check rejects sets that no network should see: mismatched lengths and shapes, values that are not finite, labels out of range. It is
// the one gate that every reader's result passes.
func (s *division) check() error {
	if err := s.Train.check(s.Path); err != nil {
		return err
	}
	if s.Test == nil {
		return nil
	}
	if err := s.Test.check(s.Path); err != nil {
		return err
	}
	if !slices.Equal(s.Train.Shape, s.Test.Shape) {
		return fmt.Errorf("%s: training samples have shape %v, test samples %v; they must agree", s.Path, s.Train.Shape, s.Test.Shape)
	}
	return nil
}

func (s *samples) check(path string) error {
	if s.Size() == 0 || len(s.X) == 0 {
		return fmt.Errorf("%s: %s has no samples, or samples of no values (shape %v)", path, s.Name, s.Shape)
	}
	if n := s.Len(); n != len(s.Y) {
		return fmt.Errorf("%s: %s has %d samples but %d labels; give one label a sample", path, s.Name, n, len(s.Y))
	}
	for i, x := range s.X {
		if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s: %s: sample %d holds %v; remove or fill such samples before training", path, s.Name, i/s.Size(), x)
		}
	}
	for i, y := range s.Y {
		if y < 0 || int(y) >= s.Classes {
			return fmt.Errorf("%s: %s: label %d of sample %d is outside 0…%d", path, s.Name, y, i, s.Classes-1)
		}
	}
	return nil
}
