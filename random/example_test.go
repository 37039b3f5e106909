package random_test

import (
	"fmt"

	"basin/random"
)

// The same seed, purpose and replica draw the same numbers, whatever else was drawn before.
func ExampleStream() {
	first := random.Stream(1, "init", 0)
	random.Stream(1, "shuffle", 0).Uint64()
	again := random.Stream(1, "init", 0)
	other := random.Stream(1, "init", 1)
	x := first.Uint64()
	fmt.Println(x == again.Uint64(), x == other.Uint64())
	// Output: true false
}
