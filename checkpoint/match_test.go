package checkpoint

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// parse reads "fc1.weight 2 3; fc1.bias 2" as tensors in file order.
func parse(list string) (ts []Tensor) {
	for item := range strings.SplitSeq(list, ";") {
		fields := strings.Fields(item)
		if len(fields) == 0 {
			continue
		}
		t := Tensor{Name: fields[0], DType: F32, Shape: []int{}}
		for _, d := range fields[1:] {
			n, err := strconv.Atoi(d)
			if err != nil {
				panic(err)
			}
			t.Shape = append(t.Shape, n)
		}
		if strings.HasSuffix(t.Name, "num_batches_tracked") {
			t.DType = I64
		}
		ts = append(ts, t)
	}
	return ts
}

func wants(list string) (ws []Want) {
	for _, t := range parse(list) {
		ws = append(ws, Want{t.Name, t.Shape})
	}
	return ws
}

func sorted(ts []Tensor) []Tensor {
	slices.SortFunc(ts, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return ts
}

const (
	mlp = "fc1.weight 4 6; fc1.bias 4; fc2.weight 4 4; fc2.bias 4; " +
		"fc3.weight 4 4; fc3.bias 4; fc4.weight 3 4; fc4.bias 3"
	norm = "conv1.weight 4 3 3 3; bn1.weight 4; bn1.bias 4; bn1.running_mean 4; bn1.running_var 4; " +
		"fc.weight 2 4; fc.bias 2"
)

// The same networks as Sequential of PyTorch.
const (
	theirMLP = "0.weight 4 6; 0.bias 4; 2.weight 4 4; 2.bias 4; " +
		"4.weight 4 4; 4.bias 4; 6.weight 3 4; 6.bias 3"
	theirNorm = "0.weight 4 3 3 3; 1.weight 4; 1.bias 4; 1.running_mean 4; 1.running_var 4; " +
		"1.num_batches_tracked; 4.weight 2 4; 4.bias 2"
)

// The names of their tensors in the order wanted.
const (
	mlpNames       = "fc1.weight fc1.bias fc2.weight fc2.bias fc3.weight fc3.bias fc4.weight fc4.bias"
	normNames      = "conv1.weight bn1.weight bn1.bias bn1.running_mean bn1.running_var fc.weight fc.bias"
	theirMLPNames  = "0.weight 0.bias 2.weight 2.bias 4.weight 4.bias 6.weight 6.bias"
	theirNormNames = "0.weight 1.weight 1.bias 1.running_mean 1.running_var 4.weight 4.bias"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name   string
		want   string
		have   []Tensor
		rename string // "theirs=ours"
		found  string // theirs, in the order wanted; or
		err    string
	}{
		{"by name", mlp, parse(mlp), "", mlpNames, ""},
		{"by name in any order", mlp, sorted(parse(mlp)), "", mlpNames, ""},
		{"by name beside a counter", norm, parse(norm + "; bn1.num_batches_tracked"), "", normNames, ""},
		{"by name after a prefix", "a.weight 2; b.weight 2",
			parse("module.b.weight 2; module.a.weight 2"), "", "module.a.weight module.b.weight", ""},
		{"a wanted counter", "bn1.num_batches_tracked; bn1.bias 2",
			parse("bn1.bias 2; bn1.num_batches_tracked"), "", "bn1.num_batches_tracked bn1.bias", ""},
		{"other shape", mlp,
			parse(strings.Replace(mlp, "fc2.weight 4 4", "fc2.weight 5 4", 1)), "",
			"", "fc2.weight: the model has [4 4], the file [5 4]"},
		{"another layer", mlp, parse(mlp + "; fc5.bias 3"), "", "", "fc5.bias [3] is only in the file"},
		{"another layer, left out", mlp, parse(mlp + "; fc5.bias 3"), "fc5.bias=", mlpNames, ""},
		{"a layer less", mlp,
			parse(strings.Replace(mlp, "fc3.weight 4 4; fc3.bias 4; ", "", 1)), "",
			"", "fc3.weight [4 4] is only in the model"},

		{"distinct shapes", "a 2 3; b 2; c 4", parse("z 4; y 2 3; x 2"), "", "y x z", ""},
		{"in file order", mlp, parse(theirMLP), "", theirMLPNames, ""},
		{"sorted by Python", mlp, sorted(parse(theirMLP)), "", theirMLPNames, ""},
		{"batch norm in file order", norm, parse(theirNorm), "", theirNormNames, ""},
		// Sorted, this has the wanted shapes one by one, with weight and bias of batch norm exchanged: roles keep it right.
		{"batch norm sorted by Python", norm, sorted(parse(theirNorm)), "", theirNormNames, ""},
		{"file order, no roles", "fc1.weight 2 2; fc2.weight 2 2", parse("zwei 2 2; eins 2 2"), "", "zwei eins", ""},
		{"numbers without roles", "fc1.weight 2 2; fc2.weight 2 2; fc3.weight 2 2",
			parse("W1 2 2; W10 2 2; W2 2 2"), "", "W1 W2 W10", ""},
		{"numbers of a nested name", "fc1.bias 2; fc2.bias 2; fc3.bias 2",
			parse("l.0.11.bias 2; l.1.10.bias 2; l.1.9.bias 2"), "", "l.0.11.bias l.1.9.bias l.1.10.bias", ""},
		{"numbers against file order", "fc1.bias 2; fc2.bias 2", parse("2.bias 2; 1.bias 2"), "", "", "ambiguous"},

		{"sorted words", "fc1.weight 2 2; fc2.weight 2 2",
			parse("hidden.weight 2 2; input.weight 2 2"), "", "", "ambiguous"},
		{"roles unknown", norm,
			parse("w 4 3 3 3; gamma 4; beta 4; mean 4; var 4; head 2 4; shift 2"), "", "", "model: bn1.weight [4]"},
		{"order of roles differs", "a1.weight 2; a1.bias 2; x2.weight 2; x2.bias 2",
			parse("q.bias 2; q.weight 2; p.bias 2; p.weight 2"), "", "", "ambiguous"},
		{"ambiguous, one renamed", "fc1.weight 2 2; fc2.weight 2 2",
			parse("hidden.weight 2 2; input.weight 2 2"), "input.weight=fc1.weight", "input.weight hidden.weight", ""},
		{"renaming crosswise", "a 2; b 2", parse("a 2; b 2"), "a=b b=a", "b a", ""},
		{"renamed to another shape", "a 2; b 3",
			parse("x 2; y 3"), "x=b y=a", "", "b: the model has [3], the file [2], which calls it x"},
		{"rename of nothing", "a 2", parse("a 2"), "q=a", "", "the file has no tensor q"},
		{"rename to nothing", "a 2", parse("x 2"), "x=q", "", "the model has no tensor q"},
		{"renamed twice", "a 2", parse("x 2; y 2"), "x=a y=a", "", "both x and y become a"},
		{"empty file", "a 2", nil, "", "", "a [2] is only in the model"},
	} {
		rename := map[string]string{}
		for pair := range strings.FieldsSeq(c.rename) {
			theirs, ours, _ := strings.Cut(pair, "=")
			rename[theirs] = ours
		}
		m, err := Match(wants(c.want), &File{Tensors: c.have}, rename)
		if c.err != "" {
			if !says(err, c.err) {
				t.Errorf("%s: %v, error %v, want %q", c.name, m, err, c.err)
			}
			continue
		}
		var found []string
		for i, p := range m.Pairs {
			found = append(found, p.Tensor.Name)
			if w := wants(c.want)[i]; p.Want.Name != w.Name || p.By == "" {
				t.Errorf("%s: pair %d is %v", c.name, i, p)
			}
		}
		if got := strings.Join(found, " "); err != nil || got != c.found {
			t.Errorf("%s: found\n%s, %v, want\n%s", c.name, got, err, c.found)
		}
	}
}

// TestMatchPythonsSequential matches a file of the reference implementation, where 10.bias comes before 2.bias:
// value 0 of each weight says which layer it is.
func TestMatchPythonsSequential(t *testing.T) {
	f, err := Read("testdata/sequential.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if f.Tensors[2].Name != "10.bias" {
		t.Fatalf("the fixture is not sorted: %s", f.Tensors[2].Name)
	}
	var list []string
	for k := range 12 {
		in, out := 3, 3
		if k == 0 {
			in = 4
		}
		if k == 11 {
			out = 2
		}
		list = append(list, fmt.Sprintf("fc%d.weight %d %d; fc%d.bias %d", k+1, out, in, k+1, out))
	}
	m, err := Match(wants(strings.Join(list, ";")), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Pairs {
		want := float32(100 * (i / 2))
		if i%2 == 1 {
			want = -float32(i / 2)
		}
		if p.Tensor.F32[0] != want {
			t.Errorf("%s is %s, whose first value is %g, want %g", p.Want.Name, p.Tensor.Name, p.Tensor.F32[0], want)
		}
	}
	if s := m.String(); m.ByName() || !strings.Contains(s, "20.weight → fc11.weight [3 3] (by shape)") {
		t.Errorf("mapping:\n%s", s)
	}
}

func TestIgnoredIsReported(t *testing.T) {
	f := &File{Tensors: parse(norm + "; bn1.num_batches_tracked; x 1")}
	m, err := Match(wants(norm), f, map[string]string{"x": ""})
	if err != nil || !m.ByName() || !strings.Contains(m.String(), "ignored: bn1.num_batches_tracked, x") {
		t.Errorf("%v, %v", m, err)
	}
}

// TestMatchIsNeverWrong shuffles a file and gives it names of every sort. Whatever Match accepts must be the
// truth; what has its layers' numbers and roles in its names must be accepted.
func TestMatchIsNeverWrong(t *testing.T) {
	stream := rand.New(rand.NewPCG(1, 2))
	layers := []string{"conv1", "bn1", "fc", "fc1", "fc2", "fc3", "fc4"}
	words := []string{"c", "b", "f", "in", "middle", "after", "out"}
	accepted, refused := 0, 0
	for range 500 {
		ws := wants([]string{mlp, norm}[stream.IntN(2)])
		truth := map[string]string{}
		var ts []Tensor
		naming := stream.IntN(3)
		for _, w := range ws {
			layer, part, _ := strings.Cut(w.Name, ".")
			var name string
			switch naming {
			case 0: // numbers and roles
				name = fmt.Sprintf("net.%d.%s", 8+slices.Index(layers, layer), part)
			case 1: // words and roles
				name = words[slices.Index(layers, layer)] + "." + part
			case 2: // arbitrary words
				name = fmt.Sprintf("%c%c", 'a'+stream.IntN(26), 'a'+len(ts))
			}
			truth[w.Name] = name
			ts = append(ts, Tensor{Name: name, Shape: w.Shape, DType: F32})
		}
		sorted(ts)
		m, err := Match(ws, &File{Tensors: ts}, nil)
		if err != nil {
			refused++
			if naming == 0 {
				t.Errorf("%v: %v", ts, err)
			}
			continue
		}
		accepted++
		for _, p := range m.Pairs {
			if truth[p.Want.Name] != p.Tensor.Name {
				t.Errorf("%s is %s, not %s", p.Want.Name, truth[p.Want.Name], p.Tensor.Name)
			}
		}
	}
	if accepted == 0 || refused == 0 {
		t.Errorf("%d accepted, %d refused: the cases must include both", accepted, refused)
	}
}
