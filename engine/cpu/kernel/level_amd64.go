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

// preferred is what Detect answers by itself.
func preferred() Level {
	// AVX-512 must be asked for: its kernels have never run, for want of a machine or an emulator that has it.
	return min(best(), AVX2)
}
