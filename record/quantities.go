package record

// The names of the measures, as a spec and the store know them.
const (
	Performance  = "performance"
	Hessian      = "hessian"
	Connectivity = "connectivity"
	Similarity   = "similarity"
	Distance     = "distance"
)

// The quantities that measures emit.
const (
	EpochLoss = "epoch_loss"

	TrainLoss     = "train_loss"
	TrainAccuracy = "train_accuracy"
	TestLoss      = "test_loss"
	TestAccuracy  = "test_accuracy"
	Gap           = "gap"

	EigenvalueMax = "eigenvalue_max" // the next ones are eigenvalue_2, eigenvalue_3 …
	EigenvalueMin = "eigenvalue_min"
	Trace         = "trace"
	Density       = "density"

	MC          = "mc"
	MCLoss      = "mc_loss"
	MCLine      = "mc_line"
	MCLineLoss  = "mc_line_loss"
	CurveBezier = "curve_bezier"
	CurveLine   = "curve_line"

	CKA       = "cka"
	CKALogits = "cka_logits"

	L2           = "l2"
	L2Normalised = "l2_normalised"
	Cosine       = "cosine"
)

// Quantities lists them in the order in which tables show them.
var Quantities = []Quantity{
	{Name: TestAccuracy, Title: "Test accuracy", Symbol: "test acc", Unit: "%", Format: "%.1f", Better: Higher, Main: true,
		Doc: "per cent of the test samples whose largest output is the label's"},
	{Name: TestLoss, Title: "Test loss", Symbol: "test loss", Better: Lower, Scale: Log,
		Doc: "mean loss on the test set, without weight decay; nats for cross-entropy"},
	{Name: TrainAccuracy, Title: "Training accuracy", Symbol: "train acc", Unit: "%", Format: "%.2f", Better: Higher,
		Doc: "per cent of the training samples whose largest output is the label's"},
	{Name: TrainLoss, Title: "Training loss", Symbol: "train loss", Format: "%.2g", Better: Lower, Scale: Log, Main: true,
		Doc: "mean loss on the training set, without weight decay; nats for cross-entropy. The status constant marks a dead network"},
	{Name: Gap, Title: "Generalisation gap", Symbol: "gap", Unit: "points", Format: "%+.2f", Better: Lower, Scale: Diverging,
		Doc: "training less test accuracy, in percentage points"},
	{Name: EigenvalueMax, Title: "Top Hessian eigenvalue λ_{max}", Symbol: "λ_{max}", Scale: Log, Main: true,
		Doc: "largest eigenvalue of the Hessian of the training loss, by Lanczos; its error is the Ritz residual"},
	{Name: EigenvalueMin, Title: "Smallest Hessian eigenvalue λ_{min}", Symbol: "λ_{min}",
		Doc: "smallest eigenvalue of the Hessian, often negative"},
	{Name: Trace, Title: "Hessian trace", Symbol: "trace", Scale: Log, Main: true,
		Doc: "trace of the Hessian by Hutchinson's estimator, with its standard error over probes"},
	{Name: MC, Title: "Mode connectivity", Symbol: "mc", Unit: "% error", Format: "%+.1f", Scale: Diverging, Main: true,
		Doc: "½(e(θ₀)+e(θ₁)) − e(γ(t*)) of the training error along a trained Bézier curve (Yang et al. 2021, §3); < 0: a barrier"},
	{Name: MCLoss, Title: "Mode connectivity, loss", Symbol: "mc loss", Scale: Diverging,
		Doc: "mode connectivity of the training loss"},
	{Name: MCLine, Title: "Connectivity along the line", Symbol: "mc line", Unit: "% error", Format: "%+.2f", Scale: Diverging,
		Doc: "mode connectivity along the straight line"},
	{Name: MCLineLoss, Title: "Connectivity along the line, loss", Symbol: "mc line loss", Scale: Diverging,
		Doc: "mode connectivity of the training loss along the straight line"},
	{Name: CKA, Title: "CKA similarity", Symbol: "CKA", Format: "%.2f", Main: true,
		Doc: "linear CKA of the softmax outputs of two networks (Kornblith et al. 2019)"},
	{Name: CKALogits, Title: "CKA of logits", Symbol: "CKA logits", Format: "%.3f",
		Doc: "linear CKA of the logits of two networks"},
	{Name: L2, Title: "ℓ_{2} distance", Symbol: "ℓ_{2}", Main: true,
		Doc: "‖θ−θ′‖₂ of the trainable parameters of two networks"},
	{Name: L2Normalised, Title: "ℓ_{2} distance, normalised", Symbol: "ℓ_{2} norm.",
		Doc: "‖θ−θ′‖₂ / √(‖θ‖₂·‖θ′‖₂)"},
	{Name: Cosine, Title: "Cosine of the parameters", Symbol: "cos", Format: "%.3f",
		Doc: "cosine of the angle between θ and θ′"},
	{Name: EpochLoss, Title: "Loss during training", Symbol: "epoch loss", Better: Lower, Scale: Log,
		Doc: "mean loss over the batches of each epoch, during the epoch; the value is that of the last epoch"},
	{Name: Density, Title: "Hessian spectral density", Symbol: "density", Scale: Log, Array: true,
		Doc: "density of the Hessian's eigenvalues by stochastic Lanczos quadrature; the value is the mean eigenvalue"},
	{Name: CurveBezier, Title: "Along the Bézier curve", Symbol: "curve", Array: true,
		Doc: "training error in per cent and training loss along the trained Bézier curve between two networks"},
	{Name: CurveLine, Title: "Along the straight line", Symbol: "line", Array: true,
		Doc: "training error in per cent and training loss along the straight line between two networks"},
}
