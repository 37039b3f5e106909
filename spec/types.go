// Package spec says what to run. A Spec is what a user writes in YAML; resolved against its grid it gives Cells. Every other package
// takes its part of a spec as plain data: dataset takes Data, model takes Model, train takes Train, each measure its own settings.
//
// The zero value of a field is never a silent choice: Parse fills in the documented defaults, and the run folder keeps the result.
package spec

// Spec is a whole experiment.
type Spec struct {
	Name       string     `yaml:"name" json:"name"`
	Seed       uint64     `yaml:"seed" json:"seed"`
	Replicas   int        `yaml:"replicas" json:"replicas"` // seeds a cell
	Data       Data       `yaml:"data" json:"data"`
	Model      Model      `yaml:"model" json:"model"`
	Train      Train      `yaml:"train" json:"train"`
	Grid       Grid       `yaml:"grid" json:"grid"`
	Measure    Measure    `yaml:"measure" json:"measure"`
	Phases     Phases     `yaml:"phases" json:"phases"`
	Checkpoint Checkpoint `yaml:"checkpoint" json:"checkpoint"`
}

// Data names a set and what is done to it.
type Data struct {
	Set            string  `yaml:"set" json:"set"`                           // digits, mnist, fashion-mnist, cifar10, cifar100, or a path to an .npz
	Train          int     `yaml:"train" json:"train"`                       // training samples of a set without a split of its own (digits, .npz); 0: the set's own split, else 80 %
	Fraction       float64 `yaml:"fraction" json:"fraction"`                 // share of the training samples used, the first ⌊n·f⌋; default 1
	LabelNoise     float64 `yaml:"label_noise" json:"label_noise"`           // share of training labels replaced
	LabelNoiseKind string  `yaml:"label_noise_kind" json:"label_noise_kind"` // authors (default): each with that probability, uniform over all classes; exact: that fraction, always a wrong class
	PixelNoise     float64 `yaml:"pixel_noise" json:"pixel_noise"`           // standard deviation of Gaussian noise added to normalised training inputs
	Normalize      string  `yaml:"normalize" json:"normalize"`               // channel (default): mean and deviation of each channel of the training set; feature; none
}

// Model is an architecture.
type Model struct {
	Kind       string `yaml:"kind" json:"kind"`             // mlp, cnn, resnet18, resnet20
	Width      int    `yaml:"width" json:"width"`           // mlp: units a hidden layer; cnn, resnet: base channels
	Depth      int    `yaml:"depth" json:"depth"`           // mlp: hidden layers; cnn: convolutions
	Widths     []int  `yaml:"widths" json:"widths"`         // mlp: each hidden layer's units, instead of width and depth
	Activation string `yaml:"activation" json:"activation"` // relu (default), tanh, sigmoid, gelu, swish
	BatchNorm  bool   `yaml:"batch_norm" json:"batch_norm"` // mlp, cnn: batch norm before each activation; resnets always have it
}

// Train is how a model is trained.
type Train struct {
	Loss      string    `yaml:"loss" json:"loss"` // cross-entropy (default), squared-error
	Optimizer Optimizer `yaml:"optimizer" json:"optimizer"`
	Schedule  Schedule  `yaml:"schedule" json:"schedule"`
	Batch     int       `yaml:"batch" json:"batch"`
	DropLast  bool      `yaml:"drop_last" json:"drop_last"` // leave out a last batch that is short
	Epochs    int       `yaml:"epochs" json:"epochs"`
	Stop      Stop      `yaml:"stop" json:"stop"`
	Keep      string    `yaml:"keep" json:"keep"`   // last (default), best: the checkpoint of lowest training loss
	DType     string    `yaml:"dtype" json:"dtype"` // float32 (default), float64
}

// Optimizer has PyTorch's semantics.
type Optimizer struct {
	Kind        string     `yaml:"kind" json:"kind"` // sgd (default), adam
	LR          float64    `yaml:"lr" json:"lr"`
	Momentum    float64    `yaml:"momentum" json:"momentum"`
	Nesterov    bool       `yaml:"nesterov" json:"nesterov"`
	WeightDecay float64    `yaml:"weight_decay" json:"weight_decay"`
	Betas       [2]float64 `yaml:"betas" json:"betas"` // adam; default 0.9, 0.999
	Eps         float64    `yaml:"eps" json:"eps"`     // adam; default 1e-8
}

// Schedule says how the learning rate moves.
type Schedule struct {
	Kind   string  `yaml:"kind" json:"kind"`     // constant (default), step, cosine
	At     []int   `yaml:"at" json:"at"`         // step: epochs at whose start the rate is multiplied
	Factor float64 `yaml:"factor" json:"factor"` // step: by this; default 0.1
	Warmup int     `yaml:"warmup" json:"warmup"` // epochs of linear warm-up before any kind
}

// Stop ends training before its epochs are over. Zero values stop nothing.
type Stop struct {
	RuleB      bool    `yaml:"rule_b" json:"rule_b"`           // the taxonomy authors' schedule B: after 30 epochs, once five epoch-to-epoch changes of the training loss are all ≤ 1e-4
	TargetLoss float64 `yaml:"target_loss" json:"target_loss"` // training loss of an epoch at or below this
}

// Grid holds the swept parameters: one path (model.width, train.batch, data.label_noise …) and its values on each axis. An absent axis
// has one value, the base spec's own.
type Grid struct {
	Load        Axis `yaml:"load" json:"load"`
	Temperature Axis `yaml:"temperature" json:"temperature"`
}

// Axis is one swept parameter. In YAML it is a map of one entry: {model.width: [1, 2, 4]}.
type Axis struct {
	Path   string
	Values []any
}

// Measure holds the settings of each measure to run; nil leaves a measure out.
type Measure struct {
	Performance  *Performance  `yaml:"performance" json:"performance,omitempty"`
	Hessian      *Hessian      `yaml:"hessian" json:"hessian,omitempty"`
	Connectivity *Connectivity `yaml:"connectivity" json:"connectivity,omitempty"`
	Similarity   *Similarity   `yaml:"similarity" json:"similarity,omitempty"`
	Distance     *Distance     `yaml:"distance" json:"distance,omitempty"`
}

// Performance has no settings yet: loss, accuracy and their gaps, on both sets.
type Performance struct{}

// Hessian settings: of the data loss without weight decay, in evaluation mode.
type Hessian struct {
	Samples     int     `yaml:"samples" json:"samples"`         // training samples, the first of a seeded permutation, the same for all replicas; default 200; -1: all
	Mode        string  `yaml:"mode" json:"mode"`               // eval (default) or batch: which statistics batch norm uses
	Eigenvalues int     `yaml:"eigenvalues" json:"eigenvalues"` // how many of the largest; default 5. The smallest is always found
	Tolerance   float64 `yaml:"tolerance" json:"tolerance"`     // Ritz residual relative to the largest |eigenvalue|; default 1e-3
	Steps       int     `yaml:"steps" json:"steps"`             // most Lanczos steps; default 100
	Trace       Trace   `yaml:"trace" json:"trace"`
	Density     Density `yaml:"density" json:"density"`
	DType       string  `yaml:"dtype" json:"dtype"` // float32 (default), float64
}

// Trace settings: Hutchinson's estimator with Rademacher probes.
type Trace struct {
	Probes        int     `yaml:"probes" json:"probes"`                 // most probes; default 100; -1: no trace
	RelativeError float64 `yaml:"relative_error" json:"relative_error"` // stop once the standard error is this share of |trace|; default 0.05
}

// Density settings: stochastic Lanczos quadrature.
type Density struct {
	Probes int `yaml:"probes" json:"probes"` // default 4; -1: no density
	Steps  int `yaml:"steps" json:"steps"`   // default 80
}

// Connectivity settings: the taxonomy's mode connectivity.
type Connectivity struct {
	Pairs       int     `yaml:"pairs" json:"pairs"`               // how many pairs of replicas, (0,1) (0,2) (1,2) (0,3) …; default 1; -1: all
	Curve       string  `yaml:"curve" json:"curve"`               // bezier (default), line; the line is always evaluated too
	Epochs      int     `yaml:"epochs" json:"epochs"`             // default 50
	LR          float64 `yaml:"lr" json:"lr"`                     // default 0.01
	Momentum    float64 `yaml:"momentum" json:"momentum"`         // default 0.9
	WeightDecay float64 `yaml:"weight_decay" json:"weight_decay"` // L2 on the curve point; default 5e-4
	Batch       int     `yaml:"batch" json:"batch"`               // default 128
	Points      int     `yaml:"points" json:"points"`             // evaluation points on [0,1], ends included; default 5
	Start       string  `yaml:"start" json:"start"`               // midpoint (default), random: where the bend starts
	Compatible  bool    `yaml:"compatible" json:"compatible"`     // let t* be an end, as the authors' grid does
}

// Similarity settings: linear CKA.
type Similarity struct {
	Pairs   int    `yaml:"pairs" json:"pairs"`     // default -1: all
	Samples int    `yaml:"samples" json:"samples"` // default 640
	Inputs  string `yaml:"inputs" json:"inputs"`   // mixup (default), plain
	Set     string `yaml:"set" json:"set"`         // train (default), test
}

// Distance settings: ℓ2, normalised ℓ2 and cosine between trainable parameters.
type Distance struct {
	Pairs int `yaml:"pairs" json:"pairs"` // default -1: all
}

// Phases are the thresholds of the phase labels. REFERENCE: sharp if the training loss is above; poor if mc is below; similar if CKA is
// at least.
type Phases struct {
	Sharp   map[string]float64 `yaml:"sharp" json:"sharp"`     // {train_loss: 0.05}; the quantity may also be eigenvalue_max or trace
	Poor    map[string]float64 `yaml:"poor" json:"poor"`       // {mc: -1}, in per cent of error
	Similar map[string]float64 `yaml:"similar" json:"similar"` // {cka: 0.7}
}

// Checkpoint says how a checkpoint's tensors are named where they are not ours.
type Checkpoint struct {
	Rename map[string]string `yaml:"rename" json:"rename"` // theirs: ours
}
