package train

// What training costs in multiplications, for the order of work and the remaining time alone: a pass over a
// sample, forward and back, takes about six for each of its products, and a step some beside that.
const (
	forwardAndBack = 6
	stepOverhead   = 300_000
)

// Cost is a rough number of multiplications of a training, on samples whose pass takes so many.
func (r *Recipe) Cost(products float64, samples int) float64 {
	return float64(r.Epochs) * EpochCost(products, samples, r.Batch)
}

// EpochCost is that of one epoch.
func EpochCost(products float64, samples, batch int) float64 {
	return float64(samples)*forwardAndBack*products + float64(samples)/float64(max(1, batch))*stepOverhead
}
