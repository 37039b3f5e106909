package kernel

import "golang.org/x/sys/cpu"

// Supported reports whether this machine can run a level.
func Supported(l Level) bool {
	x := &cpu.X86
	avx2 := x.HasAVX2 && x.HasFMA && x.HasBMI2
	switch l {
	case AVX2:
		return avx2
	case AVX512:
		return avx2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL
	}
	return l == Generic
}

// preferred is what Detect returns by default. The AVX-512 kernels pass this package's tests in the Bochs emulator
// (testdata/avx512/run.sh), so their results are known to be correct; their speed has not been measured on a
// processor yet.
func preferred() Level { return best() }
