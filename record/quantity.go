package record

// The names of the measures, as a spec and the store know them.
const (
	Performance  = "performance"
	Hessian      = "hessian"
	Connectivity = "connectivity"
	Similarity   = "similarity"
	Distance     = "distance"
)

// The quantities that measures emit. A quantity's name is unique among all measures, so that thresholds, tables and exports can speak
// of "mc" alone. Per replica unless said otherwise.
const (
	// train: how training went
	EpochLoss = "epoch_loss" // of the last epoch, as its batches were met; array: epoch, loss

	// performance; the status Constant marks a dead network
	TrainLoss     = "train_loss"     // mean loss on the training set, nats for cross-entropy
	TrainAccuracy = "train_accuracy" // %
	TestLoss      = "test_loss"
	TestAccuracy  = "test_accuracy" // %
	Gap           = "gap"           // training minus test accuracy, percentage points

	// hessian
	EigenvalueMax = "eigenvalue_max" // the largest; the next ones are eigenvalue_2, eigenvalue_3 …
	EigenvalueMin = "eigenvalue_min" // the smallest, often negative
	Trace         = "trace"
	Density       = "density" // array: lambda, density

	// connectivity, per pair of replicas
	MC          = "mc"           // REFERENCE §1 on the training error of the Bézier curve, percentage points; < 0: a barrier
	MCLoss      = "mc_loss"      // the same on the training loss
	MCLine      = "mc_line"      // the same along the straight line
	MCLineLoss  = "mc_line_loss" //
	CurveBezier = "curve_bezier" // array: t, error (%), loss
	CurveLine   = "curve_line"   // array: t, error (%), loss

	// similarity, per pair
	CKA       = "cka" // of softmax outputs
	CKALogits = "cka_logits"

	// distance, per pair
	L2           = "l2"
	L2Normalised = "l2_normalised"
	Cosine       = "cosine"
)
