package cpu

// sizes are the thresholds of the planner. They change the steps of a program; those of sums (distribute, chunk,
// chunkRows) change how sums are rounded, the others no bit. Tests lower them, so that small programs take the
// steps of large ones.
type sizes struct {
	recompute  int     // elements from which a cheap value is computed again, not kept: smaller ones stay in the cache
	distribute int     // elements of a sum from which a pass over them is worth saving
	transpose  int     // elements from which a transposed operand is copied by blocks before a group reads it
	segment    int     // elements of a sum from which it is worth a separate loop, hence can be made by a group
	run        int     // elements of a contiguous run from which tiles are cut to fit it
	chunk      int     // elements of a long sum that are added up separately, about
	chunkRows  int     // rows of such a chunk, at least
	share      float64 // nanoseconds of work from which threads share a task; sharing costs about one microsecond
}

var limits = sizes{
	recompute: 1 << 14, distribute: 1 << 14, transpose: 1024, segment: 256, run: 256,
	chunk: 32 * tileElements, chunkRows: 64, share: 20e3,
}
