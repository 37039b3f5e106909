package spec_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	spec "basin/language"
)

// The language of the tests: the sections that an experiment has, each key declared where a program would declare
// it.

type section = spec.Section

// experiment is the section of all others.
type experiment struct {
	Name       string
	Seed       uint64
	Replicas   int
	Data       data
	Task       spec.Entry[section]
	Model      spec.Entry[section]
	Train      train
	Stages     []*work
	Trajectory trajectory
	Measure    []*work
	Phases     phases
	Checkpoint checkpoint
}

var folderName = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_ .+-]{0,99}$`)

func (e *experiment) Fields(f *spec.Fields) {
	f.String(&e.Name, "name", f.FileName(), "names the run folder; by default as the spec's file")
	f.Uint(&e.Seed, "seed", 0, "everything random derives from it")
	f.Int(&e.Replicas, "replicas", 5, "[1,100000]", "seeds a cell")
	f.Section("data", "a set and what is done to it", &e.Data)
	spec.One(f, &e.Task, "task", "classification", "what a network is to do", tasks)
	spec.One(f, &e.Model, "model", "mlp", "an architecture", models)
	f.Section("train", "how a model is trained", &e.Train)
	spec.Many(f, &e.Stages, "stages", "what is done after training, in this order", func(name string) *work {
		return &work{Name: name, kinds: stages}
	})
	f.Section("trajectory", "points of training that are kept", &e.Trajectory)
	spec.Many(f, &e.Measure, "measure", "what is measured", func(name string) *work {
		return &work{Name: name, kinds: measures}
	})
	f.Section("phases", "thresholds of the phase labels", &e.Phases)
	f.Section("checkpoint", "names of tensors in checkpoints", &e.Checkpoint)

	f.Check(folderName.MatchString(e.Name), "name",
		"%q cannot name a run folder: use letters, digits, space, _ . + -, at most 100", e.Name)
	for _, m := range e.Measure {
		p, ok := m.Settings.(interface{ pairs() int })
		if !ok {
			continue
		}
		path := "measure." + m.Name
		all := e.Replicas * (e.Replicas - 1) / 2
		f.Check(e.Replicas != 1, path,
			"it compares pairs of replicas, and replicas is 1: set replicas to 2 or more, or leave %s out", m.Name)
		f.Check(e.Replicas == 1 || p.pairs() <= all, path+".pairs",
			"%d replicas have %d pairs, not %d: set replicas higher, or pairs to -1 for all", e.Replicas, all, p.pairs())
	}
	for _, m := range []struct {
		key    string
		values map[string]float64
		known  []string
	}{
		{"sharp", e.Phases.Sharp, []string{"train_loss", "eigenvalue_max", "trace"}},
		{"poor", e.Phases.Poor, []string{"mc", "mc_loss", "mc_line", "mc_line_loss"}},
		{"similar", e.Phases.Similar, []string{"cka", "cka_logits"}},
	} {
		f.Check(len(m.values) > 0, "phases."+m.key, "the map is empty; it may be %s", strings.Join(m.known, ", "))
		for name := range m.values {
			f.Check(slices.Contains(m.known, name), "phases."+m.key+"."+name, "unknown key; it may be %s",
				strings.Join(m.known, ", "))
		}
	}
}

var hasher spec.Hasher

// language reads experiments.
var language = spec.Language{
	New:   func() spec.Section { return &experiment{} },
	Sweep: []string{"data", "task", "model", "train", "stages"},
	ID:    identity,
}

func identity(s spec.Section) string {
	e := s.(*experiment)
	parts := map[string]any{
		"version": "2", "seed": e.Seed, "data": &e.Data, "task": e.Task, "model": e.Model, "train": &e.Train,
	}
	for i, stage := range e.Stages {
		parts[fmt.Sprint("stages.", i)] = stage
	}
	return hasher.SumAll(parts)
}

// data names a set by its kind.
type data struct {
	Source         spec.Entry[section]
	Fraction       float64
	LabelNoise     float64
	LabelNoiseKind string
	PixelNoise     float64
	Normalize      string
}

func (d *data) Fields(f *spec.Fields) {
	spec.Flat(f, &d.Source, "set", "digits", "a known set, or the path of a file", sources)
	f.Float(&d.Fraction, "fraction", 1, "(0,1]", "share of the training samples used, the first ⌊n·f⌋")
	f.Float(&d.LabelNoise, "label_noise", 0, "[0,1]", "share of training labels replaced")
	f.When(d.LabelNoise > 0, "").Word(&d.LabelNoiseKind, "label_noise_kind", "authors", []string{"authors", "exact"},
		"how labels are drawn")
	f.Float(&d.PixelNoise, "pixel_noise", 0, "[0,)", "standard deviation of noise added to inputs")
	f.Word(&d.Normalize, "normalize", "channel", []string{"channel", "feature", "none"},
		"what inputs are normalised over")
}

var sources = []spec.Kind[section]{
	{Name: "digits", Doc: "1,797 images of digits", New: func() section { return &digits{} }},
	{Name: "mnist", Doc: "MNIST", New: func() section { return &splitSet{name: "mnist"} }},
	{Name: "fashion-mnist", Doc: "Fashion-MNIST", New: func() section { return &splitSet{name: "fashion-mnist"} }},
	{Name: "cifar10", Doc: "CIFAR-10", New: func() section { return &splitSet{name: "cifar10"} }},
	{Name: "cifar100", Doc: "CIFAR-100", New: func() section { return &splitSet{name: "cifar100"} }},
	{Name: "*.npz", Doc: "arrays x and y of a file", New: func() section { return &fileSet{} }},
	{Name: "*.csv", Doc: "a table", New: func() section { return &tableSet{} }},
	{Name: "poisson", Doc: "the Poisson equation on a cube", Version: 1, New: func() section { return &poisson{} }},
}

type digits struct{ Train int }

func (d *digits) Fields(f *spec.Fields) {
	f.Unkeyed().Int(&d.Train, "train", 0, "[0,)", "training samples; 0: 80 %, rounded down")
	train := d.Train
	if train == 0 {
		train = 1437
	}
	f.Keyed("train", train)
}

type splitSet struct {
	name  string
	train int
}

func (s *splitSet) Fields(f *spec.Fields) {
	f.When(false, "the set "+s.name+" has its own split; use data.fraction").Int(&s.train, "train", 0, "[0,)",
		"training samples")
}

type fileSet struct {
	File  string
	Train int
}

func (s *fileSet) Fields(f *spec.Fields) {
	f.File(&s.File, "set", "a file of arrays")
	f.Int(&s.Train, "train", 0, "[0,)", "training samples; 0: 80 %, rounded down")
}

type tableSet struct {
	fileSet
	Label string
}

func (s *tableSet) Fields(f *spec.Fields) {
	s.fileSet.Fields(f)
	f.String(&s.Label, "label", "", "the column of labels; the last one by default")
}

type poisson struct {
	Dimension, Interior int
	Fresh               bool
}

func (p *poisson) Fields(f *spec.Fields) {
	f.Int(&p.Dimension, "dimension", 2, "[1,100]", "of the cube")
	f.Int(&p.Interior, "interior", 1000, "[1,)", "points inside")
	f.Bool(&p.Fresh, "fresh", false, "draw points anew each epoch")
}

var tasks = []spec.Kind[section]{
	{Name: "classification", Doc: "classes", New: func() section { return &classification{} }},
	{Name: "ritz", Doc: "the energy of a solution", New: func() section { return &equation{} }},
	{Name: "galerkin", Doc: "the weak form of an equation", New: func() section { return &equation{} }},
}

type classification struct{ Loss string }

func (c *classification) Fields(f *spec.Fields) {
	f.Word(&c.Loss, "loss", "cross-entropy", []string{"cross-entropy", "squared-error"}, "of a sample")
}

type equation struct{ Boundary string }

func (e *equation) Fields(f *spec.Fields) {
	f.Word(&e.Boundary, "boundary", "soft", []string{"soft", "hard"}, "how boundary values are held")
}

var models = []spec.Kind[section]{
	{Name: "mlp", Doc: "fully connected layers", New: func() section { return &mlp{} }},
	{Name: "cnn", Doc: "convolutions", New: func() section { return &cnn{} }},
	{Name: "resnet18", Doc: "ResNet-18", New: func() section { return &resnet{name: "resnet18"} }},
	{Name: "resnet20", Doc: "ResNet-20", New: func() section { return &resnet{name: "resnet20"} }},
	{Name: "residual", Doc: "residual blocks for equations", New: func() section { return &residual{} }},
}

var activations = []string{"relu", "tanh", "sigmoid", "gelu", "swish"}

const widthLimits = "[1,65536]"

type mlp struct {
	Widths       []int
	Width, Depth int
	Activation   string
	BatchNorm    bool
}

func (m *mlp) Fields(f *spec.Fields) {
	f.Unkeyed().Ints(&m.Widths, "widths", widthLimits, "units of each hidden layer, instead of width and depth")
	plain := f.When(len(m.Widths) == 0, "model.widths is given").Unkeyed()
	plain.Int(&m.Width, "width", 0, widthLimits, "units of a hidden layer")
	plain.Int(&m.Depth, "depth", 2, "[1,1000]", "hidden layers")
	widths := m.Widths
	if len(widths) == 0 {
		widths = slices.Repeat([]int{m.Width}, m.Depth)
	}
	f.Keyed("widths", widths)
	f.Word(&m.Activation, "activation", "relu", activations, "after each hidden layer")
	f.Bool(&m.BatchNorm, "batch_norm", false, "batch norm before each activation")
}

type cnn struct {
	Width, Depth int
	Activation   string
	BatchNorm    bool
}

func (m *cnn) Fields(f *spec.Fields) {
	f.Int(&m.Width, "width", 0, widthLimits, "base channels")
	f.Int(&m.Depth, "depth", 2, "[1,1000]", "convolutions")
	f.Word(&m.Activation, "activation", "relu", activations, "after each convolution")
	f.Bool(&m.BatchNorm, "batch_norm", false, "batch norm before each activation")
}

type resnet struct {
	name         string
	Width, depth int
	Activation   string
	batchNorm    bool
}

func (m *resnet) Fields(f *spec.Fields) {
	f.Int(&m.Width, "width", 0, widthLimits, "base channels")
	f.When(false, "a "+m.name+" has its own depth").Int(&m.depth, "depth", 2, "[1,1000]", "none")
	f.Word(&m.Activation, "activation", "relu", activations, "after each convolution")
	f.When(false, "a "+m.name+" always has batch norm").Bool(&m.batchNorm, "batch_norm", true, "always")
}

type residual struct {
	Width      int
	Activation string
}

func (m *residual) Fields(f *spec.Fields) {
	f.Int(&m.Width, "width", 0, widthLimits, "units of a layer")
	f.Word(&m.Activation, "activation", "relu", activations, "within each block")
}

type train struct {
	Optimizer, Schedule, Penalty spec.Entry[section]
	Batch, Epochs                int
	DropLast                     bool
	Stop                         stop
	Keep, DType, Start           string
}

func (t *train) Fields(f *spec.Fields) {
	spec.One(f, &t.Optimizer, "optimizer", "sgd", "with PyTorch's semantics", optimizers)
	spec.One(f, &t.Schedule, "schedule", "constant", "how the learning rate moves", schedules)
	spec.One(f, &t.Penalty, "penalty", "none", "what is added to the loss", penalties)
	f.Int(&t.Batch, "batch", 128, "[1,100000000]", "samples a step")
	f.Bool(&t.DropLast, "drop_last", false, "leave out a last batch that is short")
	f.Int(&t.Epochs, "epochs", 100, "[0,1000000]", "passes over the training samples, at most")
	f.Section("stop", "ends training before its epochs are over", &t.Stop)
	f.Word(&t.Keep, "keep", "last", []string{"last", "best"}, "which checkpoint")
	f.Word(&t.DType, "dtype", "float32", []string{"float32", "float64"}, "precision of training")
	f.File(&t.Start, "start", "a checkpoint to start from")
	if w, ok := t.Schedule.Settings.(interface{ warmup() int }); ok {
		f.Check(w.warmup() == 0 || w.warmup() < t.Epochs, "schedule.warmup",
			"%d epochs of warm-up leave nothing of %d epochs", w.warmup(), t.Epochs)
	}
}

var optimizers = []spec.Kind[section]{
	{Name: "sgd", Doc: "gradient descent with momentum", New: func() section { return &sgd{} }},
	{Name: "adam", Doc: "Adam", New: func() section { return &adam{} }},
}

type sgd struct {
	LR, Momentum, WeightDecay float64
	Nesterov                  bool
}

func (s *sgd) Fields(f *spec.Fields) {
	f.Float(&s.LR, "lr", 0.01, "(0,)", "learning rate")
	f.Float(&s.Momentum, "momentum", 0, "[0,1)", "share of the last step")
	f.Bool(&s.Nesterov, "nesterov", false, "look ahead")
	f.Float(&s.WeightDecay, "weight_decay", 0, "[0,)", "added to the gradient as weight_decay·θ")
	f.Check(!s.Nesterov || s.Momentum > 0, "nesterov", "it needs train.optimizer.momentum above 0")
}

type adam struct {
	LR, Eps, WeightDecay float64
	Betas                [2]float64
}

func (a *adam) Fields(f *spec.Fields) {
	f.Float(&a.LR, "lr", 0.01, "(0,)", "learning rate")
	f.Pair(&a.Betas, "betas", [2]float64{0.9, 0.999}, "[0,1)", "decay of both means")
	f.Float(&a.Eps, "eps", 1e-8, "(0,)", "added to the root")
	f.Float(&a.WeightDecay, "weight_decay", 0, "[0,)", "added to the gradient as weight_decay·θ")
}

var schedules = []spec.Kind[section]{
	{Name: "constant", Doc: "one rate", New: func() section { return &constant{} }},
	{Name: "step", Doc: "in steps", New: func() section { return &steps{} }},
	{Name: "cosine", Doc: "half a cosine", New: func() section { return &constant{} }},
}

type constant struct{ Warmup int }

func (c *constant) warmup() int { return c.Warmup }

func (c *constant) Fields(f *spec.Fields) {
	f.Int(&c.Warmup, "warmup", 0, "[0,)", "epochs of linear warm-up")
}

type steps struct {
	constant
	At     []int
	Factor float64
}

func (s *steps) Fields(f *spec.Fields) {
	f.Ints(&s.At, "at", "[1,)", "epochs at whose start the rate is multiplied")
	f.Float(&s.Factor, "factor", 0.1, "(0,)", "by this")
	s.constant.Fields(f)
	f.Check(len(s.At) > 0, "at", "the step schedule needs the epochs at which the rate changes, such as [75]")
	for i := 1; i < len(s.At); i++ {
		f.Check(s.At[i] > s.At[i-1], "at", "epochs must increase, and %d follows %d", s.At[i], s.At[i-1])
	}
}

var penalties = []spec.Kind[section]{
	{Name: "none", Doc: "nothing"},
	{Name: "l1", Doc: "the sum of absolute values", New: func() section { return &penalty{} }},
	{Name: "compressibility", Doc: "a penalty of entropy", New: func() section { return &penalty{levels: true} }},
}

type penalty struct {
	levels bool
	Weight float64
	Levels int
}

func (p *penalty) Fields(f *spec.Fields) {
	f.Float(&p.Weight, "weight", 1e-3, "[0,)", "of the penalty")
	if p.levels {
		f.Int(&p.Levels, "levels", 16, "[2,256]", "of quantisation")
	}
}

type stop struct {
	RuleB      bool
	TargetLoss float64
}

func (s *stop) Fields(f *spec.Fields) {
	f.Bool(&s.RuleB, "rule_b", false, "once five changes of the loss are small")
	f.Float(&s.TargetLoss, "target_loss", 0, "[0,)", "training loss of an epoch at or below this; 0: off")
}

// work is a stage or a measure.
type work struct {
	Name string
	spec.Entry[section]
	At, Between []string
	kinds       []spec.Kind[section]
}

func (w *work) EntryName() string { return w.Name }

func (w *work) Fields(f *spec.Fields) {
	spec.Flat(f, &w.Entry, "kind", w.Name, "what is done", w.kinds)
	f.Strings(&w.At, "at", []string{"train"}, "points")
	f.Strings(&w.Between, "between", nil, "two points of one replica")
}

var stages = []spec.Kind[section]{
	{Name: "threshold", Doc: "small weights become zero", New: func() section { return &threshold{} }},
	{Name: "finetune", Doc: "more training", New: func() section { return &finetune{} }},
	{Name: "quantise", Doc: "few values", New: func() section { return &quantise{} }},
	{Name: "code", Doc: "an arithmetic code"},
}

type threshold struct{ Sparsity float64 }

func (t *threshold) Fields(f *spec.Fields) {
	f.Float(&t.Sparsity, "sparsity", 0.5, "[0,1)", "share of weights that become zero")
}

type finetune struct{ Epochs int }

func (t *finetune) Fields(f *spec.Fields) { f.Int(&t.Epochs, "epochs", 10, "[1,)", "of training") }

type quantise struct{ Levels int }

func (q *quantise) Fields(f *spec.Fields) {
	f.Int(&q.Levels, "levels", 16, "[2,256]", "values of a weight")
}

type trajectory struct {
	Every int
	At    []int
}

func (t *trajectory) Fields(f *spec.Fields) {
	f.Int(&t.Every, "every", 0, "[0,)", "epochs between points; 0: none")
	f.Ints(&t.At, "at", "[0,)", "epochs that are points")
}

var measures = []spec.Kind[section]{
	{Name: "performance", Doc: "loss and accuracy"},
	{Name: "hessian", Doc: "of the data loss", New: func() section { return &hessian{} }},
	{Name: "connectivity", Doc: "along curves", New: func() section { return &connectivity{} }},
	{Name: "similarity", Doc: "linear CKA", New: func() section { return &similarity{} }},
	{Name: "distance", Doc: "between parameters", New: func() section { return &distance{} }},
	{Name: "interpolation", Doc: "along a line from the start", New: func() section { return &interpolation{} }},
	{Name: "surface", Doc: "on a plane", New: func() section { return &surface{} }},
	{Name: "roughness", Doc: "of a line"},
}

type hessian struct {
	Samples, Eigenvalues, Steps int
	Mode, DType                 string
	Tolerance                   float64
	Trace                       trace
	Density                     density
}

func (h *hessian) Fields(f *spec.Fields) {
	f.Int(&h.Samples, "samples", 200, "-1 or [1,)", "training samples; -1: all")
	f.Word(&h.Mode, "mode", "eval", []string{"eval", "batch"}, "which statistics batch norm uses")
	f.Int(&h.Eigenvalues, "eigenvalues", 5, "[1,1000]", "how many of the largest")
	f.Float(&h.Tolerance, "tolerance", 1e-3, "(0,1)", "Ritz residual relative to the largest |eigenvalue|")
	f.Int(&h.Steps, "steps", 100, "[1,100000]", "most Lanczos steps")
	f.Section("trace", "Hutchinson's estimator", &h.Trace)
	f.Section("density", "stochastic Lanczos quadrature", &h.Density)
	f.Word(&h.DType, "dtype", "float32", []string{"float32", "float64"}, "precision of the products")
	f.Check(h.Eigenvalues <= h.Steps, "eigenvalues",
		"%d eigenvalues need at least as many Lanczos steps, and measure.hessian.steps is %d", h.Eigenvalues, h.Steps)
}

type trace struct {
	Probes        int
	RelativeError float64
}

func (t *trace) Fields(f *spec.Fields) {
	f.Int(&t.Probes, "probes", 100, "-1 or [2,)", "most probes; -1: no trace")
	f.When(t.Probes != -1, "").Float(&t.RelativeError, "relative_error", 0.05, "(0,)",
		"standard error to stop at, as a share")
}

type density struct{ Probes, Steps int }

func (d *density) Fields(f *spec.Fields) {
	f.Int(&d.Probes, "probes", 4, "-1 or [1,)", "-1: no density")
	f.When(d.Probes != -1, "").Int(&d.Steps, "steps", 80, "[1,100000]", "Lanczos steps a probe")
}

type connectivity struct {
	Pairs, Epochs, Batch, Points int
	Curve, Start                 string
	LR, Momentum, WeightDecay    float64
	Compatible                   bool
}

func (c *connectivity) pairs() int { return c.Pairs }

func (c *connectivity) Fields(f *spec.Fields) {
	f.Unkeyed().Int(&c.Pairs, "pairs", 1, "-1 or [1,)", "how many pairs of replicas; -1: all")
	f.Word(&c.Curve, "curve", "bezier", []string{"bezier", "line"}, "the line is always evaluated too")
	curve := f.When(c.Curve != "line", "")
	curve.Int(&c.Epochs, "epochs", 50, "[1,1000000]", "of training the curve")
	curve.Float(&c.LR, "lr", 0.01, "(0,)", "of training the curve")
	curve.Float(&c.Momentum, "momentum", 0.9, "[0,1)", "of training the curve")
	curve.Float(&c.WeightDecay, "weight_decay", 5e-4, "[0,)", "on the curve point")
	curve.Int(&c.Batch, "batch", 128, "[1,100000000]", "samples a step")
	f.Int(&c.Points, "points", 5, "[3,100001]", "on [0,1], ends included")
	curve.Word(&c.Start, "start", "midpoint", []string{"midpoint", "random"}, "where the bend starts")
	f.Bool(&c.Compatible, "compatible", false, "let t* be an end, as the authors' grid does")
}

type similarity struct {
	Pairs, Samples int
	Inputs, Set    string
}

func (s *similarity) pairs() int { return s.Pairs }

func (s *similarity) Fields(f *spec.Fields) {
	f.Unkeyed().Int(&s.Pairs, "pairs", -1, "-1 or [1,)", "how many pairs of replicas; -1: all")
	f.Int(&s.Samples, "samples", 640, "[2,)", "inputs compared")
	f.Word(&s.Inputs, "inputs", "mixup", []string{"mixup", "plain"}, "convex mixtures, or inputs as they are")
	f.Word(&s.Set, "set", "train", []string{"train", "test"}, "where inputs come from")
}

type distance struct{ Pairs int }

func (d *distance) pairs() int { return d.Pairs }

func (d *distance) Fields(f *spec.Fields) {
	f.Unkeyed().Int(&d.Pairs, "pairs", -1, "-1 or [1,)", "how many pairs of replicas; -1: all")
}

type interpolation struct {
	Points int
	From   string
}

func (i *interpolation) Fields(f *spec.Fields) {
	f.Int(&i.Points, "points", 25, "[2,100000]", "on the line")
	f.Word(&i.From, "from", "initial", []string{"initial", "fresh"}, "its start")
}

type surface struct{ Plane string }

func (s *surface) Fields(f *spec.Fields) {
	f.Word(&s.Plane, "plane", "random", []string{"random", "pca"}, "through what")
}

type phases struct{ Sharp, Poor, Similar map[string]float64 }

func (p *phases) Fields(f *spec.Fields) {
	f.Numbers(&p.Sharp, "sharp", map[string]float64{"train_loss": 0.05}, "sharp if all are above")
	f.Numbers(&p.Poor, "poor", map[string]float64{"mc": -1}, "poor if all are below")
	f.Numbers(&p.Similar, "similar", map[string]float64{"cka": 0.7}, "similar if all are at least")
}

type checkpoint struct{ Rename map[string]string }

func (c *checkpoint) Fields(f *spec.Fields) { f.Texts(&c.Rename, "rename", "theirs: ours") }
