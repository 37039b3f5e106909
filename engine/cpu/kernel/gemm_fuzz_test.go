package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"basin/internal/numtest"
)

// A gemmCase is a product whose operands lie at the edges of guarded memory.
type gemmCase struct {
	m, n, k    int
	a, b       layout
	gap        int // between rows of C
	accumulate bool
	atEnd      bool // operands end where their memory does, or start where it starts
	seed       uint64
}

// layout is the order of an operand's elements in memory.
type layout uint8

const (
	rows layout = iota
	columns
	spaced        // rows of every second element
	spacedColumns // columns of every second element
	sameRow       // row stride 0
	sameColumn    // column stride 0
	wideRows      // rows a power of 2 apart
	wideColumns
	layouts
)

func (l layout) strides(r, c int) (row, col int) {
	switch l {
	case rows:
		return c, 1
	case columns:
		return 1, r
	case spaced:
		return 2*c + 1, 2
	case spacedColumns:
		return 2, 2*r + 1
	case sameRow:
		return 0, 1
	case sameColumn:
		return 1, 0
	case wideRows:
		return 512, 1
	}
	return 1, 512
}

type gemmMemory struct{ a, b, c, scratch *numtest.Guard }

func newGemmMemory(tb testing.TB) *gemmMemory {
	const size = 32 << 20
	guard := func() *numtest.Guard { return numtest.NewGuard(tb, size) }
	return &gemmMemory{guard(), guard(), guard(), guard()}
}

// checkGuarded compares Gemm with the plain-Go twin.
func checkGuarded[T Float](t testing.TB, o *Ops[T], mem *gemmMemory, c gemmCase) {
	t.Helper()
	r := rand.New(rand.NewPCG(c.seed, 1))
	operand := func(from *numtest.Guard, l layout, rows, cols int) Strided[T] {
		var s Strided[T]
		s.Row, s.Col = l.strides(rows, cols)
		s.Data = numtest.Guarded[T](from, (rows-1)*s.Row+(cols-1)*s.Col+1, c.atEnd)
		for i := range s.Data {
			s.Data[i] = T(r.NormFloat64())
		}
		return s
	}
	a, b := operand(mem.a, c.a, c.m, c.k), operand(mem.b, c.b, c.k, c.n)
	crs := c.n + c.gap
	size := (c.m-1)*crs + c.n
	start := random[T](r, size)
	want := append([]T(nil), start...)
	gemmGeneric(want, crs, a, b, c.m, c.n, c.k, c.accumulate)
	for i := range want {
		if i%crs >= c.n {
			want[i] = start[i] // the gap does not belong to C
		}
	}

	const margin = 64
	check := func(what string, scratch int, run func(out, scratch []T)) {
		t.Helper()
		// C and scratch end or start at a guard, and have canaries on their other side.
		place := func(from *numtest.Guard, n int) (s, beside []T) {
			all := numtest.Guarded[T](from, n+margin, c.atEnd)
			s, beside = all[:n], all[n:]
			if c.atEnd {
				s, beside = all[margin:], all[:margin]
			}
			for i := range beside {
				beside[i] = canary
			}
			return s[:n:n], beside
		}
		out, besideC := place(mem.c, size)
		copy(out, start)
		free, besideScratch := place(mem.scratch, scratch)
		for i := range free {
			free[i] = T(math.NaN())
		}
		run(out, free)
		for i := range margin {
			if besideC[i] != canary || besideScratch[i] != canary {
				t.Fatalf("%s %+v: wrote beside C or scratch", what, c)
			}
		}
		for i := range out {
			if !sameBits(out[i], want[i]) {
				t.Fatalf("%s %+v: element (%d, %d) is %v, the plain-Go twin gives %v", what, c, i/crs, i%crs, out[i], want[i])
			}
		}
	}
	check("Gemm", o.GemmScratch(c.m, c.n, c.k, a, b), func(out, scratch []T) {
		o.Gemm(out, crs, a, b, c.m, c.n, c.k, c.accumulate, scratch)
	})
}

// guardedShapes reach every strategy, with edges on all sides.
var guardedShapes = [][3]int{
	{1, 1, 1}, {1, 9, 3}, {9, 1, 3}, {2, 17, 5}, {3, 29, 7}, {7, 3, 50}, {8, 64, 64}, {13, 10, 33}, {70, 11, 20},
	{1, 300, 70}, {2, 300, 21}, {3, 300, 9}, {300, 1, 70}, {300, 2, 21}, {300, 3, 9}, {33, 2, 67}, {2, 33, 67}, // thin
	{1, 40, dotsApart + 6}, {40, 2, dotsApart + 3}, {100, 1, 270},
	{5, 4100, 2}, {4100, 2, 6}, {2049, 1, 5}, {1, 2070, 11}, {700, 10, 9}, // several chunks of columns or of Cᵀ
	{150, 140, 60}, {80, 130, 530}, {149, 33, 140}, {20, 300, 230}, {60, 2052, 6}, // blocks
	{515, 512, 1}, {128, 2048, 3}, {1540, 2049, 1}, // by rows of C
}

// TestGemmGuarded runs every shape with every pair of layouts.
func TestGemmGuarded(t *testing.T) {
	forEach(t, testGuarded[float32], testGuarded[float64])
}

func testGuarded[T Float](t *testing.T, o *Ops[T]) {
	if !o.gemm.vector() {
		t.Skip("the plain-Go level is what others are compared with")
	}
	mem := newGemmMemory(t)
	strategies, packs := map[strategy]bool{}, map[[2]bool]bool{}
	swaps, byRows, blocks := map[bool]bool{}, map[bool]bool{}, false
	for i, s := range guardedShapes {
		for l := range layouts * layouts {
			c := gemmCase{m: s[0], n: s[1], k: s[2], a: l % layouts, b: l / layouts, seed: uint64(i)}
			every := min(1+c.m*c.n*c.k>>16, 13) // the plain-Go kernel is slow
			if testing.Short() {
				every = max(5, 3*every)
			}
			if (int(l)+i)%every > 0 {
				continue
			}
			c.gap, c.accumulate, c.atEnd = int(l)%3, l/2%2 > 0, (int(l)+i)%2 > 0
			checkGuarded(t, o, mem, c)

			var a, b Strided[T]
			var p gemmPlan
			a.Row, a.Col = c.a.strides(c.m, c.k)
			b.Row, b.Col = c.b.strides(c.k, c.n)
			o.gemm.plan(&p, c.m, c.n, c.k, &a, &b)
			strategies[p.strategy], swaps[p.swap], packs[[2]bool{p.packA, p.packB}] = true, true, true
			blocks = blocks || p.packB && c.m > p.mc && !p.swap
			if p.mc == tileRows && c.m > p.mc && !p.swap {
				byRows[p.packB] = true
			}
		}
	}
	if testing.Short() {
		return // a sample need not reach all
	}
	if len(strategies) != 5 || len(swaps) != 2 || len(packs) != 4 || !blocks || len(byRows) != 2 {
		t.Errorf("only these were reached: strategies %v, swaps %v, packs %v, blocks of packed B %v, "+
			"rows of C by packed B %v", strategies, swaps, packs, blocks, byRows)
	}
}

func FuzzGemm(f *testing.F) {
	for i, s := range guardedShapes {
		f.Add(uint16(s[0]), uint16(s[1]), uint16(s[2]), uint8(i), uint8(i/2), uint8(i), uint64(i))
	}
	f.Add(uint16(0), uint16(40), uint16(dotsApart+6), uint8(0), uint8(wideColumns), uint8(0), uint64(1)) // dotted apart
	mem := newGemmMemory(f)
	f.Fuzz(func(t *testing.T, m, n, k uint16, a, b, flags uint8, seed uint64) {
		const most = 1 << 21
		c := gemmCase{
			m: 1 + int(m)%4200, n: 1 + int(n)%4200, k: 1 + int(k)%1100, a: layout(a) % layouts, b: layout(b) % layouts,
			gap: int(flags>>2) % 16, accumulate: flags&1 > 0, atEnd: flags&2 > 0, seed: seed,
		}
		if c.m*c.n*c.k > most {
			t.Skip("the plain-Go kernel is slow")
		}
		for _, kernels := range levels() {
			if kernels.Level == Generic {
				continue
			}
			checkGuarded(t, &kernels.F32, mem, c)
			checkGuarded(t, &kernels.F64, mem, c)
		}
	})
}
