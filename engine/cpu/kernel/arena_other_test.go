//go:build !linux

package kernel

import "testing"

// arena, where pages cannot be guarded, is memory like any other.
type arena struct{ size int }

func newArena(_ testing.TB, size int) *arena { return &arena{size} }

func between[T Float](_ *arena, n int, _ bool) []T { return make([]T, n) }
