package rows

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"
)

func find(t *testing.T, name string) Row {
	t.Helper()
	i := slices.IndexFunc(All(), func(r Row) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("no row %s", name)
	}
	return All()[i]
}

// TestFlops compares the counts with hand calculations, and ResNet-20's with the floors by which its bars were
// set: 28 and 64 GFLOP.
func TestFlops(t *testing.T) {
	const ( // ResNet-18 with 8 channels, a sample: each convolution's channels times its taps, stage by stage
		first = 3 * 8 * 94 * 94
		rest  = 4*8*8*94*94 +
			8*16*47*47 + 3*16*16*46*46 + 8*16*16*16 +
			16*32*23*23 + 3*32*32*22*22 + 16*32*8*8 +
			32*64*11*11 + 3*64*64*10*10 + 32*64*4*4 +
			64*10
	)
	for _, c := range []struct {
		name         string
		want, within float64
	}{
		{"gemm/128x256x784/NT", 2 * 128 * 256 * 784, 0},
		{"gemm/4096x4096x1/NN", 2 * 4096 * 4096, 0},
		// 128·2·(784·256·2 + (256·256 + 256·10)·3)
		{"step/mlp-784-256-256-10/128", 155.058e6, 1e-4},
		// 32·2·(64·32·2 + (32·32 + 32·10)·3)
		{"step/mlp-64-32-32-10/32", 520192, 0},
		// 128·2·(784·256·3 + (256·256 + 256·10)·8)
		{"hvp/mlp-784-256-256-10/128", 256 * (3*784*256 + 8*(256*256+256*10)), 0},
		{"hvps/mlp-784-256-256-10/128/16", 256 * ((784*256+2*(256*256+256*10))/16. + 2*784*256 + 6*(256*256+256*10)), 0},
		// 46 of 48 taps an axis
		{"conv/64x32x16x16/forward", 2 * 64 * 32 * 32 * 46 * 46, 0},
		{"conv/64x32x16x16/both", 3 * 2 * 64 * 32 * 32 * 46 * 46, 0},
		{"step/resnet20-16/128", 28e9, 0.05},
		{"threads/resnet20-16/128", 28e9, 0.05},
		{"hvps/resnet20-16/128/4", 64e9, 0.1},
		{"step/resnet18-8/128", 2 * 128 * (2*first + 3*rest), 0},
		{"hvps/resnet18-8/128/4", 2 * 128 * ((first+2*rest)/4. + 2*first + 6*rest), 0},
	} {
		if got := find(t, c.name).Flops(); math.Abs(got-c.want) > c.within*c.want {
			t.Errorf("%s: %.6g flops, want %.6g", c.name, got, c.want)
		}
	}
}

// TestConvolutionFlops: with padding all positions but the edges have all taps; ResNet-20's 3×3 convolutions on
// 32×32.
func TestConvolutionFlops(t *testing.T) {
	for _, c := range []struct {
		kernel, size, stride int
		taps                 float64
	}{{3, 32, 1, 94}, {3, 32, 2, 47}, {1, 32, 2, 16}, {3, 4, 1, 10}, {3, 1, 1, 1}} {
		if got := convolutionFlops(1, 1, 1, c.kernel, c.size, c.stride); got != 2*c.taps*c.taps {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestShare: a product at the peak reaches all of it; a matrix-vector product is bound by the memory that holds
// its matrix.
func TestShare(t *testing.T) {
	l := Limits{Flops: 1e11, Bandwidth: []Stream{{1e6, 1e11}, {1e7, 5e10}, {1e8, 1e10}}}
	for _, c := range []struct {
		name  string
		ms    float64
		share float64
		bound string
	}{
		{"gemm/2048x2048x2048/NN", 2 * 2048 * 2048 * 2048 / 1e11 * 1e3, 1, "arithmetic"},
		{"gemm/1x4096x4096/NN", 4 * (4096*4096 + 2*4096) / 1e10 * 1e3, 1, "memory"},
		{"gemm/2048x1x256/NN", 2 * 4 * (2048*256 + 2048 + 256) / 5e10 * 1e3, 0.5, "memory"},
		{"step/mlp-784-256-256-10/128", 3.1011584, 0.5, "arithmetic"},
	} {
		share, bound := l.Share(find(t, c.name), c.ms)
		if math.Abs(share-c.share) > 1e-3 || bound != c.bound {
			t.Errorf("%s: %v of %s, want %v of %s", c.name, share, bound, c.share, c.bound)
		}
	}
}

// TestPeersHaveTheseVariants reads the peers' programs: a variant on only one side would silently drop out of
// the comparison.
func TestPeersHaveTheseVariants(t *testing.T) {
	decorator := regexp.MustCompile(`(?m)^@variant\("([^"]+)", "([^"]+)"\)`)
	files, err := filepath.Glob("../peers/*.py")
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[[2]string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range decorator.FindAllStringSubmatch(string(text), -1) {
			theirs[[2]string{m[1], m[2]}] = true
		}
	}
	ours := map[[2]string]bool{}
	for kind, variants := range lists().Variants {
		for _, w := range variants {
			if !slices.Contains(SeparateProcess, Row{Kind: kind}.Work()) && w != OneThread {
				ours[[2]string{kind, w}] = true
				if !theirs[[2]string{kind, w}] {
					t.Errorf("no peer has %q, %q", kind, w)
				}
			}
		}
	}
	for k := range theirs {
		if !ours[k] {
			t.Errorf("rows.json does not have %q, %q", k[0], k[1])
		}
	}
}

// TestRows: every row has variants, bars only for its variants, and work unless it needs separate processes.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range All() {
		if seen[r.Name] {
			t.Errorf("%s twice", r.Name)
		}
		seen[r.Name] = true
		variants, known := lists().Variants[r.Kind]
		if !known {
			t.Errorf("%s: no variants of kind %q", r.Name, r.Kind)
		}
		for bar := range r.Bar {
			if bar != "best" && !slices.Contains(variants, bar) {
				t.Errorf("%s: a bar for %q, which is not one of its variants", r.Name, bar)
			}
		}
	}
}

// TestWork: small rows of each kind run, give times, and can pause and continue.
func TestWork(t *testing.T) {
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []Row{
		{Name: "gemm/3x5x7/TN", Kind: "gemm"}, {Name: "conv/2x3x4x4/both", Kind: "conv"},
		{Name: "step/mlp-64-4-4-10/8", Kind: "step mlp"},
		{Name: "hvp/resnet20-1/2", Kind: "hvp resnet"}, {Name: "hvps/mlp-64-4-4-10/8/16", Kind: "hvps mlp"},
	} {
		w, err := r.Start(e)
		if err != nil {
			t.Fatalf("%s: %v", r.Name, err)
		}
		for range 2 {
			if ms, err := w.Milliseconds(time.Millisecond); err != nil || ms <= 0 {
				t.Errorf("%s: %v ms, error %v", r.Name, ms, err)
			}
		}
		w.Close()
	}
	compile := Row{Name: "compile/hvp/mlp-64-4-4-10/8", Kind: "compile hvp"}
	if ms, err := compile.CompileMilliseconds(e); err != nil || ms <= 0 {
		t.Errorf("compilation: %v ms, error %v", ms, err)
	}
}

// TestSampleIsOfOnePiece: a sample of many short pieces gives the time of one, for one vector.
func TestSampleIsOfOnePiece(t *testing.T) {
	pieces := 0
	w := start(func(tick func() bool) error {
		for {
			pieces++
			for end := time.Now().Add(200 * time.Microsecond); time.Now().Before(end); {
			}
			if !tick() {
				return nil
			}
		}
	}, 2)
	defer w.Close()
	if err := w.warm(); err != nil {
		t.Fatal(err)
	}
	ms, err := w.Milliseconds(0)
	if err != nil || ms < 0.1 || ms > 1 { // 0.1 by the clock; more where the machine is busy
		t.Errorf("%v ms a vector, want 0.1; error %v", ms, err)
	}
	if pieces < 2+3*w.repeat || w.repeat < 2 {
		t.Errorf("%d pieces in three samples of %d", pieces, w.repeat)
	}
}

// BenchmarkRows runs the rows that are timed in this process: go test ./bench/rows -bench . -cpu 1
func BenchmarkRows(b *testing.B) {
	e, err := New()
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range All() {
		if slices.Contains(SeparateProcess, r.Work()) || r.Work() == "compile" || r.Work() == "threads" {
			continue
		}
		b.Run(r.Name, func(b *testing.B) {
			run, err := r.runner(e)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			left := b.N + 1
			err = run(func() bool {
				if left--; left == b.N { // the first warms up
					b.ResetTimer()
				}
				return left > 0
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
