package cpu

// LowerThresholds plans small programs as if they were large, until the function that it returns is called: cheap
// values are computed again, sums are distributed and cut into chunks, tiles are cut to fit runs, and threads
// share the smallest tasks.
func LowerThresholds() (restore func()) {
	old := limits
	limits = sizes{recompute: 1, distribute: 1, transpose: 1, segment: 1, run: 2, chunk: 8, chunkRows: 2}
	return func() { limits = old }
}
