package kernel

import (
	"fmt"
	"os"
)

// Level is an instruction set of the kernels.
type Level uint8

const (
	Generic Level = iota // plain Go
	AVX2                 // amd64 with AVX2, FMA and BMI2
	AVX512               // amd64 with AVX-512 F, BW, DQ and VL
)

var levelNames = [...]string{"generic", "avx2", "avx512"}

func (l Level) String() string { return levelNames[l] }

// Env is the environment variable that overrides [Detect]: generic, avx2 or avx512.
const Env = "BASIN_CPU"

// Detect returns the best level of this machine, or the one that the environment variable [Env] names. A level
// that the machine lacks is an error.
func Detect() (Level, error) {
	name := os.Getenv(Env)
	if name == "" {
		return preferred(), nil
	}
	for l, s := range levelNames {
		if s != name {
			continue
		}
		if !Supported(Level(l)) {
			return Generic, fmt.Errorf("%s: %s is not supported by this CPU; unset it, or choose up to %s", Env, name, best())
		}
		return Level(l), nil
	}
	return Generic, fmt.Errorf("%s: %q is not a level; choose generic, avx2 or avx512", Env, name)
}

// best is the highest level that this machine supports.
func best() Level {
	for l := AVX512; l > Generic; l-- {
		if Supported(l) {
			return l
		}
	}
	return Generic
}
