package train

import (
	"math"
	"slices"

	"basin/spec"
)

// LearningRate is the rate of one step: the schedule's rate of the epoch, as PyTorch's MultiStepLR and CosineAnnealingLR give it when
// stepped once an epoch, times a factor that rises linearly over the steps of the warm-up epochs.
//
//	step:    lr · factor^(milestones reached)
//	cosine:  lr · (1 + cos(π·epoch/epochs)) / 2
//	warm-up: × (steps done + 1) / (steps of the warm-up)
func LearningRate(lr float64, s spec.Schedule, epochs, epoch, batch, batches int) float64 {
	switch s.Kind {
	case "step":
		for _, at := range slices.Sorted(slices.Values(s.At)) {
			if epoch >= at {
				lr *= s.Factor
			}
		}
	case "cosine":
		lr *= (1 + math.Cos(math.Pi*float64(epoch)/float64(epochs))) / 2
	}
	if warm := s.Warmup * batches; warm > 0 {
		if done := epoch*batches + batch; done < warm {
			lr *= float64(done+1) / float64(warm)
		}
	}
	return lr
}
