package spec_test

import (
	"fmt"

	spec "basin/language"
)

// An optimizer's settings, as they stand beside its code.
type momentum struct {
	LR, Momentum float64
	Nesterov     bool
}

func (m *momentum) Fields(f *spec.Fields) {
	f.Float(&m.LR, "lr", 0.01, "(0,)", "learning rate")
	f.Float(&m.Momentum, "momentum", 0, "[0,1)", "share of the last step that is taken again")
	f.When(m.Momentum > 0, "momentum is 0").Bool(&m.Nesterov, "nesterov", false, "look ahead")
}

// The section of all others.
type training struct {
	Epochs    int
	Optimizer spec.Entry[spec.Section]
}

func (t *training) Fields(f *spec.Fields) {
	f.Int(&t.Epochs, "epochs", 100, "[1,)", "passes over the data, at most")
	spec.One(f, &t.Optimizer, "optimizer", "sgd", "how a step is made", []spec.Kind[spec.Section]{
		{Name: "sgd", Doc: "gradient descent", New: func() spec.Section { return &momentum{} }},
	})
}

func ExampleLanguage() {
	var hasher spec.Hasher
	language := spec.Language{
		New:   func() spec.Section { return &training{} },
		Sweep: []string{"epochs", "optimizer"},
		ID:    hasher.Sum,
	}
	s, err := language.Parse("steps.yaml", []byte(`
epochs: 20
optimizer: {momentum: 0.9}
grid:
  lr: {optimizer.lr: [1, 0.1]}
  steps: {optimizer.nesterov: [false, true]}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range s.Cells {
		fmt.Println(c.Label, *c.Root.(*training).Optimizer.Settings.(*momentum))
	}
	_, err = language.Parse("steps.yaml", []byte("epochs: 0\noptimizer: {nesterov: true, momentun: 0}\n"))
	fmt.Println(err)
	// Output:
	// lr=1 steps=false {1 0.9 false}
	// lr=0.1 steps=false {0.1 0.9 false}
	// lr=1 steps=true {1 0.9 true}
	// lr=0.1 steps=true {0.1 0.9 true}
	// steps.yaml:1:9: epochs: 0 is not allowed: it must be at least 1
	// steps.yaml:2:29: optimizer.momentun: unknown key; did you mean momentum?
}
