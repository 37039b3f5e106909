// Package spec says what to run. A Spec is what a user writes in YAML; resolved against its grid it gives Cells. Every other package
// takes its part of a spec as plain data: dataset takes Data, model takes Model, train takes Train, each measure its own settings.
//
// The zero value of a field is never a silent choice: Parse fills in the documented defaults, and the run folder keeps the result. So
// a spec from Parse is complete, and a zero in it is meant: consumers replace nothing.
//
// This file is the one source of what a spec may hold. The parser, the grid, the JSON Schema and the reference table all read the
// tags below (default; range, of each element for lists; oneof; keys, of maps), and the comments are their descriptions.
package spec

// Spec is a whole experiment.
type Spec struct {
	Name       string     `yaml:"name" json:"name"`                                        // names the run folder; default: the spec file's name
	Seed       uint64     `yaml:"seed" json:"seed" default:"0"`                            // everything random derives from it
	Replicas   int        `yaml:"replicas" json:"replicas" default:"5" range:"[1,100000]"` // seeds a cell
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
	Set            string  `yaml:"set" json:"set" default:"digits" oneof:"digits,mnist,fashion-mnist,cifar10,cifar100,*.npz"` // a known set, or the path of an .npz with arrays x and y
	Train          int     `yaml:"train" json:"train" default:"0" range:"[0,)"`                                               // training samples of a set without a split of its own (digits, .npz); 0: 80 %, rounded down
	Fraction       float64 `yaml:"fraction" json:"fraction" default:"1" range:"(0,1]"`                                        // share of the training samples used, the first ⌊n·f⌋
	LabelNoise     float64 `yaml:"label_noise" json:"label_noise" default:"0" range:"[0,1]"`                                  // share of training labels replaced
	LabelNoiseKind string  `yaml:"label_noise_kind" json:"label_noise_kind" default:"authors" oneof:"authors,exact"`          // authors: each with that probability, uniform over all classes; exact: that fraction, always a wrong class
	PixelNoise     float64 `yaml:"pixel_noise" json:"pixel_noise" default:"0" range:"[0,)"`                                   // standard deviation of Gaussian noise added to normalised training inputs
	Normalize      string  `yaml:"normalize" json:"normalize" default:"channel" oneof:"channel,feature,none"`                 // channel: mean and deviation of each channel of the training set; feature: of each input; none
}

// Model is an architecture.
type Model struct {
	Kind       string `yaml:"kind" json:"kind" default:"mlp" oneof:"mlp,cnn,resnet18,resnet20"`
	Width      int    `yaml:"width" json:"width" range:"[1,65536]"`                                             // mlp: units a hidden layer; cnn, resnet: base channels; no default
	Depth      int    `yaml:"depth" json:"depth" default:"2" range:"[1,1000]"`                                  // mlp: hidden layers; cnn: convolutions
	Widths     []int  `yaml:"widths" json:"widths" range:"[1,65536]"`                                           // mlp: each hidden layer's units, instead of width and depth
	Activation string `yaml:"activation" json:"activation" default:"relu" oneof:"relu,tanh,sigmoid,gelu,swish"` // after each hidden layer
	BatchNorm  bool   `yaml:"batch_norm" json:"batch_norm" default:"false"`                                     // mlp, cnn: batch norm before each activation; resnets always have it
}

// Train is how a model is trained.
type Train struct {
	Loss      string    `yaml:"loss" json:"loss" default:"cross-entropy" oneof:"cross-entropy,squared-error"`
	Optimizer Optimizer `yaml:"optimizer" json:"optimizer"`
	Schedule  Schedule  `yaml:"schedule" json:"schedule"`
	Batch     int       `yaml:"batch" json:"batch" default:"128" range:"[1,100000000]"` // samples a step
	DropLast  bool      `yaml:"drop_last" json:"drop_last" default:"false"`             // leave out a last batch that is short
	Epochs    int       `yaml:"epochs" json:"epochs" default:"100" range:"[1,1000000]"` // passes over the training samples, at most
	Stop      Stop      `yaml:"stop" json:"stop"`
	Keep      string    `yaml:"keep" json:"keep" default:"last" oneof:"last,best"`            // which checkpoint: the last, or that of lowest training loss
	DType     string    `yaml:"dtype" json:"dtype" default:"float32" oneof:"float32,float64"` // precision of training
}

// Optimizer has PyTorch's semantics.
type Optimizer struct {
	Kind        string     `yaml:"kind" json:"kind" default:"sgd" oneof:"sgd,adam"`
	LR          float64    `yaml:"lr" json:"lr" default:"0.01" range:"(0,)"`                  // learning rate
	Momentum    float64    `yaml:"momentum" json:"momentum" default:"0" range:"[0,1)"`        // sgd
	Nesterov    bool       `yaml:"nesterov" json:"nesterov" default:"false"`                  // sgd with momentum
	WeightDecay float64    `yaml:"weight_decay" json:"weight_decay" default:"0" range:"[0,)"` // added to the gradient as weight_decay·θ
	Betas       [2]float64 `yaml:"betas" json:"betas" default:"[0.9, 0.999]" range:"[0,1)"`   // adam
	Eps         float64    `yaml:"eps" json:"eps" default:"1e-8" range:"(0,)"`                // adam
}

// Schedule says how the learning rate moves.
type Schedule struct {
	Kind   string  `yaml:"kind" json:"kind" default:"constant" oneof:"constant,step,cosine"`
	At     []int   `yaml:"at" json:"at" range:"[1,)"`                       // step: epochs at whose start the rate is multiplied
	Factor float64 `yaml:"factor" json:"factor" default:"0.1" range:"(0,)"` // step: by this
	Warmup int     `yaml:"warmup" json:"warmup" default:"0" range:"[0,)"`   // epochs of linear warm-up before any kind
}

// Stop ends training before its epochs are over. Zero values stop nothing.
type Stop struct {
	RuleB      bool    `yaml:"rule_b" json:"rule_b" default:"false"`                    // the taxonomy authors' schedule B: after 30 epochs, once five epoch-to-epoch changes of the training loss are all ≤ 1e-4
	TargetLoss float64 `yaml:"target_loss" json:"target_loss" default:"0" range:"[0,)"` // training loss of an epoch at or below this; 0: off
}

// Grid holds the swept parameters: one path (model.width, train.batch, data.label_noise …) and its values on each axis. An absent axis
// has one value, the base spec's own.
type Grid struct {
	Load        Axis `yaml:"load" json:"load"`               // amount or quality of data relative to model size; drawn along x
	Temperature Axis `yaml:"temperature" json:"temperature"` // noise of training; drawn along y
}

// Axis is one swept parameter. In YAML it is a map of one entry: {model.width: [1, 2, 4]}. Parse gives each value the type of the
// swept field: int, float64, bool or string.
type Axis struct {
	Path   string
	Values []any
}

// Measure holds the settings of each measure to run; nil leaves a measure out. In YAML, {} asks for a measure's defaults, and false or
// no entry leaves it out.
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
	Samples     int     `yaml:"samples" json:"samples" default:"200" range:"-1 or [1,)"`     // training samples, the first of a seeded permutation, the same for all replicas; -1: all
	Mode        string  `yaml:"mode" json:"mode" default:"eval" oneof:"eval,batch"`          // which statistics batch norm uses
	Eigenvalues int     `yaml:"eigenvalues" json:"eigenvalues" default:"5" range:"[1,1000]"` // how many of the largest. The smallest is always found
	Tolerance   float64 `yaml:"tolerance" json:"tolerance" default:"1e-3" range:"(0,1)"`     // Ritz residual relative to the largest |eigenvalue|
	Steps       int     `yaml:"steps" json:"steps" default:"100" range:"[1,100000]"`         // most Lanczos steps
	Trace       Trace   `yaml:"trace" json:"trace"`
	Density     Density `yaml:"density" json:"density"`
	DType       string  `yaml:"dtype" json:"dtype" default:"float32" oneof:"float32,float64"` // precision of the products
}

// Trace settings: Hutchinson's estimator with Rademacher probes.
type Trace struct {
	Probes        int     `yaml:"probes" json:"probes" default:"100" range:"-1 or [2,)"`            // most probes, at least two for a standard error; -1: no trace
	RelativeError float64 `yaml:"relative_error" json:"relative_error" default:"0.05" range:"(0,)"` // stop once the standard error is this share of |trace|
}

// Density settings: stochastic Lanczos quadrature.
type Density struct {
	Probes int `yaml:"probes" json:"probes" default:"4" range:"-1 or [1,)"` // -1: no density
	Steps  int `yaml:"steps" json:"steps" default:"80" range:"[1,100000]"`  // Lanczos steps a probe
}

// Connectivity settings: the taxonomy's mode connectivity.
type Connectivity struct {
	Pairs       int     `yaml:"pairs" json:"pairs" default:"1" range:"-1 or [1,)"`             // how many pairs of replicas, (0,1) (0,2) (1,2) (0,3) …; -1: all
	Curve       string  `yaml:"curve" json:"curve" default:"bezier" oneof:"bezier,line"`       // the line is always evaluated too
	Epochs      int     `yaml:"epochs" json:"epochs" default:"50" range:"[1,1000000]"`         // of training the curve
	LR          float64 `yaml:"lr" json:"lr" default:"0.01" range:"(0,)"`                      // of training the curve
	Momentum    float64 `yaml:"momentum" json:"momentum" default:"0.9" range:"[0,1)"`          // of training the curve
	WeightDecay float64 `yaml:"weight_decay" json:"weight_decay" default:"5e-4" range:"[0,)"`  // L2 on the curve point
	Batch       int     `yaml:"batch" json:"batch" default:"128" range:"[1,100000000]"`        // samples a step of training the curve
	Points      int     `yaml:"points" json:"points" default:"5" range:"[3,100001]"`           // evaluation points on [0,1], ends included
	Start       string  `yaml:"start" json:"start" default:"midpoint" oneof:"midpoint,random"` // where the bend starts
	Compatible  bool    `yaml:"compatible" json:"compatible" default:"false"`                  // let t* be an end, as the authors' grid does
}

// Similarity settings: linear CKA.
type Similarity struct {
	Pairs   int    `yaml:"pairs" json:"pairs" default:"-1" range:"-1 or [1,)"`       // how many pairs of replicas; -1: all
	Samples int    `yaml:"samples" json:"samples" default:"640" range:"[2,)"`        // inputs compared
	Inputs  string `yaml:"inputs" json:"inputs" default:"mixup" oneof:"mixup,plain"` // mixup: convex mixtures of pairs of inputs, λ ~ Beta(16,16)
	Set     string `yaml:"set" json:"set" default:"train" oneof:"train,test"`        // where inputs come from
}

// Distance settings: ℓ2, normalised ℓ2 and cosine between trainable parameters.
type Distance struct {
	Pairs int `yaml:"pairs" json:"pairs" default:"-1" range:"-1 or [1,)"` // how many pairs of replicas; -1: all
}

// Phases are the thresholds of the phase labels: sharp if above, poor if below, similar if at least. Where several quantities are
// given, all must say so.
type Phases struct {
	Sharp   map[string]float64 `yaml:"sharp" json:"sharp" default:"{train_loss: 0.05}" keys:"train_loss,eigenvalue_max,trace"` // training loss above 0.05 (Yang et al. 2021 use the Hessian)
	Poor    map[string]float64 `yaml:"poor" json:"poor" default:"{mc: -1}" keys:"mc,mc_loss,mc_line,mc_line_loss"`             // mc below -1 per cent of error
	Similar map[string]float64 `yaml:"similar" json:"similar" default:"{cka: 0.7}" keys:"cka,cka_logits"`                      // CKA of at least 0.7
}

// Checkpoint says how a checkpoint's tensors are named where they are not ours.
type Checkpoint struct {
	Rename map[string]string `yaml:"rename" json:"rename"` // theirs: ours
}
