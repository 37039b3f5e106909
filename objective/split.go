package objective

import (
	"basin/engine"
	"basin/graph"
)

// Split is a program that is cut in two where some slots are read late (graph.Split). The early part computes from
// the other slots all that the rest needs of them; where only the late ones change, the rest alone need run again.
type Split struct {
	Crossing    []graph.Type // what the early part leaves to the rest
	early, rest *Program
}

// CompileSplit is Compile of a program that is cut. It may not write what its early part reads.
func (f *Frame) CompileSplit(e engine.Engine, late []Slot, build func(*Body)) (*Split, error) {
	whole, p, err := f.trace(build)
	if err != nil {
		return nil, err
	}
	isLate := map[Slot]bool{}
	for _, s := range late {
		isLate[s] = true
	}
	s := &Split{early: &Program{members: p.members}, rest: p}
	var lateInputs []int
	for i, port := range p.in {
		if isLate[port.slot] {
			lateInputs = append(lateInputs, i)
		} else {
			s.early.in = append(s.early.in, port)
		}
	}
	early, rest := graph.Split(whole, lateInputs)
	for _, v := range early.Outputs {
		s.Crossing = append(s.Crossing, v.Type())
	}
	if s.early.executable, err = e.Compile(early, engine.Options{}); err != nil {
		return nil, err
	}
	s.rest.executable, err = e.Compile(rest, engine.Options{Donate: p.donations()})
	return s, err
}

// Bind readies both parts to run in a frame, with arrays of the types that cross.
func (s *Split) Bind(f *Frame, crossing []engine.Array) (early, rest engine.Run, err error) {
	if early, err = s.early.bind(f, nil, crossing); err != nil {
		return nil, nil, err
	}
	rest, err = s.rest.bind(f, crossing, nil)
	return early, rest, err
}
