package spec_test

import (
	"testing"

	spec "basin/language"
)

// sample is the spec of the digits, with all that the taxonomy measures.
const sample = `name: digits
seed: 1
replicas: 5
data:  {set: digits, train: 1437, fraction: 1, label_noise: 0}
model: {kind: mlp, width: 16, depth: 2, activation: relu}
train:
  optimizer: {kind: sgd, lr: 0.05, momentum: 0.9, weight_decay: 5e-4}
  schedule:  {kind: step, at: [45], factor: 0.1}
  batch: 32
  epochs: 60
grid:
  load:        {model.width: [1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64]}
  temperature: {train.batch: [8, 16, 32, 64, 128, 256, 512]}
measure:
  performance:  {}
  hessian:      {samples: 200, eigenvalues: 5, trace: {probes: 100, relative_error: 0.05}, density: {probes: 4, steps: 80}}
  connectivity: {pairs: 1, curve: bezier, epochs: 50}
  similarity:   {samples: 640, inputs: mixup}
  distance:     {}
phases: {sharp: {train_loss: 0.05}, poor: {mc: -1}, similar: {cka: 0.7}}
`

func parse(t testing.TB, text string, sets ...string) *spec.Spec {
	t.Helper()
	s, err := language.Parse("test.yaml", []byte(text), sets...)
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	return s
}

func TestSample(t *testing.T) {
	s := parse(t, sample)
	t.Log(s.Axes, len(s.Cells), s.Cells[13])
	t.Log(string(s.Freeze()))
	s = parse(t, string(s.Freeze()))
	t.Log(s.Axes, len(s.Cells), s.Cells[13])
}
