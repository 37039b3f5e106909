package random_test

import (
	"fmt"
	"testing"

	"basin/random"
)

// TestStreamsKeepTheirNumbers: results of earlier runs were drawn from these streams.
func TestStreamsKeepTheirNumbers(t *testing.T) {
	for _, c := range []struct {
		seed    uint64
		purpose string
		replica int
		want    uint64
	}{
		{0, "", 0, 0x97a0f877595535bd},
		{1, "init", 0, 0xd4053726fa7a2adb},
		{1 << 63, "label-noise", -1, 0x1db9b45d9fa5d262},
	} {
		if got := random.Stream(c.seed, c.purpose, c.replica).Uint64(); got != c.want {
			t.Errorf("seed %d, %q, replica %d: %#x, want %#x", c.seed, c.purpose, c.replica, got, c.want)
		}
	}
}

// TestStreamsDiffer draws from streams whose arguments are easily confused.
func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for _, seed := range []uint64{0, 1, 2, 1 << 32} {
		for _, purpose := range []string{"", "init", "init0", "shuffle"} {
			for _, replica := range []int{0, 1, 2, 1 << 30} {
				name := fmt.Sprintf("seed %d, %q, replica %d", seed, purpose, replica)
				x := random.Stream(seed, purpose, replica).Uint64()
				if other, drawn := seen[x]; drawn {
					t.Errorf("%s and %s draw the same number", name, other)
				}
				seen[x] = name
			}
		}
	}
}
