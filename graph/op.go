package graph

// Op names a primitive.
type Op uint8

const (
	OpInput Op = iota
	OpConstant
	OpIota

	// elementwise, one operand
	OpNeg
	OpExp
	OpExpm1
	OpLog
	OpLog1p
	OpTanh
	OpLogistic
	OpSqrt
	OpRsqrt
	OpSin
	OpCos
	OpAbs
	OpSign
	OpErf
	OpStopGradient
	OpConvert

	// elementwise, two and three operands
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpMax
	OpMin
	OpPow
	OpCompare
	OpSelect

	// structure
	OpReshape
	OpTranspose
	OpBroadcast
	OpSlice
	OpPad
	OpConcatenate
	OpReduceSum
	OpReduceMax
	OpArgMax
	OpGather
	OpScatterAdd

	// contractions
	OpDot
	OpConv
	OpConvInput
	OpConvWeight

	NumOps = iota
)

var opNames = [NumOps]string{
	"input", "constant", "iota",
	"neg", "exp", "expm1", "log", "log1p", "tanh", "logistic", "sqrt", "rsqrt", "sin", "cos", "abs", "sign", "erf",
	"stop-gradient", "convert",
	"add", "sub", "mul", "div", "max", "min", "pow", "compare", "select",
	"reshape", "transpose", "broadcast", "slice", "pad", "concatenate", "reduce-sum", "reduce-max", "arg-max",
	"gather", "scatter-add",
	"dot", "conv", "conv-input", "conv-weight",
}

func (o Op) String() string { return opNames[o] }

// Cheap reports whether an elementwise primitive costs about as much as reading an element from the cache.
func (o Op) Cheap() bool {
	switch o {
	case OpAdd, OpSub, OpMul, OpMax, OpMin, OpNeg, OpAbs, OpSign, OpCompare, OpSelect:
		return true
	}
	return false
}

// Elementwise reports whether each element of the result depends only on the same element of each operand.
func (o Op) Elementwise() bool { return o >= OpNeg && o <= OpSelect }
