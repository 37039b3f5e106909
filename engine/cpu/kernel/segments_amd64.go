package kernel

// segmentsAVX2 puts the kernels of segmented products into the table.
func segmentsAVX2(k *Kernels) {
	k.F32.segments = []segmentKernels[float32]{segmentsF32AVX2}
	k.F64.segments = []segmentKernels[float64]{segmentsF64AVX2}
}

// segmentsAVX512 puts those of AVX-512 first; those of AVX2 stay, for panels of half a vector.
func segmentsAVX512(k *Kernels) {
	k.F32.segments = []segmentKernels[float32]{{
		lanes: 16, gatheredWide: gatheredWideF32AVX512, gatheredNarrow: gatheredNarrowF32AVX512,
		stridedWide: stridedWideF32AVX512, stridedNarrow: stridedNarrowF32AVX512,
		transpose: transposeF32AVX2, transposeLanes: 8, copyLines: copyLinesAVX2, fetch: fetchLines,
	}, segmentsF32AVX2}
	k.F64.segments = []segmentKernels[float64]{{
		lanes: 8, gatheredWide: gatheredWideF64AVX512, gatheredNarrow: gatheredNarrowF64AVX512,
		stridedWide: stridedWideF64AVX512, stridedNarrow: stridedNarrowF64AVX512,
		transpose: transposeF64AVX2, transposeLanes: 4, copyLines: copyLinesAVX2, fetch: fetchLines,
	}, segmentsF64AVX2}
}

var (
	segmentsF32AVX2 = segmentKernels[float32]{
		lanes: 8, overlap: true, gatheredWide: gatheredWideF32AVX2, gatheredNarrow: gatheredNarrowF32AVX2,
		stridedWide: stridedWideF32AVX2, stridedNarrow: stridedNarrowF32AVX2,
		transpose: transposeF32AVX2, transposeLanes: 8, copyLines: copyLinesAVX2, fetch: fetchLines,
	}
	segmentsF64AVX2 = segmentKernels[float64]{
		lanes: 4, overlap: true, gatheredWide: gatheredWideF64AVX2, gatheredNarrow: gatheredNarrowF64AVX2,
		stridedWide: stridedWideF64AVX2, stridedNarrow: stridedNarrowF64AVX2,
		transpose: transposeF64AVX2, transposeLanes: 4, copyLines: copyLinesAVX2, fetch: fetchLines,
	}
)
