// Package random derives independent random streams. A stream depends on (seed, purpose, replica) alone, so no
// result depends on the order in which work is done, on the number of workers, or on a cell's position in the grid.
package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the generator for one purpose ("init", "shuffle", "label-noise") of one replica. Renaming a purpose
// changes numbers.
func Stream(seed uint64, purpose string, replica int) *rand.Rand {
	h := sha256.New()
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], seed)
	binary.LittleEndian.PutUint64(b[8:], uint64(replica))
	h.Write(b[:])
	h.Write([]byte(purpose))
	var key [32]byte
	h.Sum(key[:0])
	return rand.New(rand.NewChaCha8(key))
}
