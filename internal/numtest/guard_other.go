//go:build !linux

package numtest

import "testing"

// Guard, where pages cannot be guarded, is memory like any other.
type Guard struct{}

// NewGuard maps nothing.
func NewGuard(testing.TB, int) *Guard { return &Guard{} }

// Guarded returns n elements.
func Guarded[T any](_ *Guard, n int, _ bool) []T { return make([]T, n) }
