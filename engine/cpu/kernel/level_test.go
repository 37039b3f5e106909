package kernel

import (
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	for _, c := range []struct{ env, want string }{
		{"generic", "generic"},
		{"avx2", "avx2"},
		{"avx512", "avx512"},
		{"", best().String()},
	} {
		t.Setenv(Env, c.env)
		level, err := Detect()
		supported := false
		for _, k := range levels() {
			supported = supported || k.Level.String() == c.want
		}
		switch {
		case !supported && (err == nil || !strings.Contains(err.Error(), c.want+" is not supported by this CPU")):
			t.Errorf("%s=%s: a level that this machine lacks: %v, %v", Env, c.env, level, err)
		case supported && (err != nil || level.String() != c.want || For(level).Level != level):
			t.Errorf("%s=%s: %v, %v", Env, c.env, level, err)
		}
	}
	t.Setenv(Env, "sse")
	if _, err := Detect(); err == nil || !strings.Contains(err.Error(), "choose generic, avx2 or avx512") {
		t.Errorf("an unknown level: %v", err)
	}
}
