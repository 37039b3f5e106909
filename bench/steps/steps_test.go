package steps

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"basin/engine/cpu"
)

// BenchmarkStep runs every case: go test ./bench/steps -bench . -cpu 1
func BenchmarkStep(b *testing.B) {
	e, err := cpu.New()
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range Cases() {
		b.Run(c.Name, func(b *testing.B) {
			run, err := c.Runner(e)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			left := b.N
			if err := run(func() bool { left--; return left > 0 }); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// TestRunnersCount: each runner does one piece of work a tick and stops when told to.
func TestRunnersCount(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"step/64-4-4-10/8", "hvp/64-4-4-10/200"} {
		i := slices.IndexFunc(Cases(), func(c Case) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("no case %s", name)
		}
		run, err := Cases()[i].Runner(e)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a runner may run again
			ticks := 0
			if err := run(func() bool { ticks++; return ticks < 40 }); err != nil || ticks != 40 {
				t.Errorf("%s: %d ticks of 40, error %v", name, ticks, err)
			}
		}
	}
}

// TestPeerHasTheseSizes reads the peer's lists: a case that only one side has would silently leave the comparison.
func TestPeerHasTheseSizes(t *testing.T) {
	text, err := os.ReadFile("../peers/mlp_step.py")
	if err != nil {
		t.Fatal(err)
	}
	numbers := regexp.MustCompile(`\d+`)
	count := 0
	for line := range strings.Lines(string(text)) {
		switch name, list, _ := strings.Cut(line, " = "); name {
		case "DIGITS":
			if got := numbers.FindAllString(list, -1); !slices.Equal(got, []string{"64", "10", "1", "4", "16", "64"}) {
				t.Errorf("the peer's DIGITS are %s", list)
			}
			count++
		case "STEPS":
			if got := numbers.FindAllString(list, -1); !slices.Equal(got, []string{"8", "16", "32", "64", "128", "256", "512"}) {
				t.Errorf("the peer's batch sizes are %s", list)
			}
			count++
		}
	}
	if count != 2 || len(Cases()) != 4*7+4+5 {
		t.Errorf("%d lists found in the peer of 2; %d cases of 37", count, len(Cases()))
	}
}
