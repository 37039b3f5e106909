package train_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"testing"

	"basin/dataset"
	"basin/graph"
	"basin/model"
	"basin/train"
)

// TestLongTrainingLeaksNothing: hundreds of thousands of tiny steps, alone and together, leave the heap as a few
// hundred leave it, and what they allocate (an epoch's random stream, its loss) does not grow with the steps of an
// epoch. BASIN_STEPS=1000000 makes it longer.
func TestLongTrainingLeaksNothing(t *testing.T) {
	steps := 100_000
	if testing.Short() {
		steps = 20_000
	}
	if longer := os.Getenv("BASIN_STEPS"); longer != "" {
		var err error
		if steps, err = strconv.Atoi(longer); err != nil {
			t.Fatal(err)
		}
	}
	const samples, batch, replicas = 2000, 2, 3
	x, y := make([]float32, 2*samples), make([]int32, samples)
	for i := range y {
		y[i], x[2*i] = int32(i%2), float32(i%2)
	}
	set := dataset.NewSet("two", []int{2}, x, y, 2)
	s := on(t, set, &model.MLP{Width: 2, Depth: 1, Activation: "relu"}, classification(), graph.Float32)
	recipe := train.Recipe{Batch: batch, Optimizer: &train.SGD{LR: 0.01, Momentum: 0.9}}
	run := func(epochs, replicas int) (alive, allocations uint64) {
		recipe.Epochs = epochs
		tr, err := train.New(s, recipe)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := tr.Run(context.Background(), make([]train.Member, replicas)...); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(tr)
		return after.HeapAlloc, after.Mallocs - before.Mallocs
	}
	for _, n := range []int{1, replicas} {
		const few = 2
		epochs := steps / (samples / batch)
		short, shortAllocations := run(few, n)
		long, longAllocations := run(epochs, n)
		const slack = 100 << 10 // of what else is alive: the losses of each epoch, the test's own
		if long > short+slack {
			t.Errorf("%d together: %d bytes are alive after %d epochs, %d after %d", n, long, epochs, short, few)
		}
		perEpoch := float64(longAllocations-shortAllocations) / float64(epochs-few)
		if most := 20 * float64(n); perEpoch > most { // an epoch has a thousand steps
			t.Errorf("%d together: %.0f allocations an epoch, want at most %.0f", n, perEpoch, most)
		}
		t.Logf("%d together: %d, then %d bytes; %.1f allocations an epoch", n, short, long, perEpoch)
	}
}
