package graph

import (
	"fmt"
	"slices"
)

// Value is one node of a program: a primitive applied to other values. It is immutable, and it has no effect until
// a program that contains it runs.
type Value struct {
	op   Op
	in   []*Value
	typ  Type
	attr Attr
}

// Attr holds what a primitive needs besides its operands. Each primitive uses the fields that name it.
type Attr struct {
	Name  string    // Input: for messages
	Data  []float64 // Constant: one element (any shape: filled) or all elements in row-major order
	Axes  []int     // Transpose: permutation; Broadcast: the output axis of each operand axis; ReduceSum: axes
	Axis  int       // Concatenate, ReduceMax, ArgMax, Iota
	Low   []int     // Slice: start; Pad: before
	High  []int     // Slice: limit; Pad: after
	Step  []int     // Slice: stride; Pad: stride of the operand's elements in the result (1 = dense)
	Order Order     // Compare
	Rows  int       // ScatterAdd: rows of the result
	Dot   DotAxes   // Dot
	Conv  *Geometry // Conv, ConvInput, ConvWeight
	// Elementwise primitives and ReduceSum: how many leading axes Vmap has added. Engines treat these as
	// repetitions, whatever the operands' layout in memory.
	Mapped int
}

// Order is the relation that Compare tests.
type Order uint8

const (
	EQ Order = iota
	NE
	LT
	LE
	GT
	GE
)

func (o Order) String() string { return [...]string{"eq", "ne", "lt", "le", "gt", "ge"}[o] }

// DotAxes says which axes Dot contracts and which it carries along. The result's axes are the batch axes, then the
// left operand's free axes, then the right one's, each in order.
type DotAxes struct {
	LeftBatch, RightBatch       []int
	LeftContract, RightContract []int
}

// Op, Operands, Type, Attr and String read a value. The slices must not be changed.
func (v *Value) Op() Op             { return v.op }
func (v *Value) Operands() []*Value { return v.in }
func (v *Value) Type() Type         { return v.typ }
func (v *Value) Attr() *Attr        { return &v.attr }
func (v *Value) Shape() []int       { return v.typ.Shape }
func (v *Value) DType() DType       { return v.typ.DType }

func (v *Value) String() string { return fmt.Sprintf("%v%s:%v", v.op, v.key(), v.typ) }

// key spells the attributes of v, for messages and for common-subexpression elimination.
func (v *Value) key() string {
	a := &v.attr
	switch v.op {
	case OpInput:
		return fmt.Sprintf("{%s}", a.Name)
	case OpConstant:
		return fmt.Sprintf("%v", a.Data)
	case OpTranspose, OpBroadcast, OpReduceSum:
		return fmt.Sprint(a.Axes)
	case OpConcatenate, OpReduceMax, OpArgMax, OpIota:
		return fmt.Sprintf("{%d}", a.Axis)
	case OpSlice, OpPad:
		return fmt.Sprint(a.Low, a.High, a.Step)
	case OpCompare:
		return fmt.Sprintf("{%v}", a.Order)
	case OpScatterAdd:
		return fmt.Sprintf("{%d}", a.Rows)
	case OpDot:
		return fmt.Sprint(a.Dot)
	case OpConv, OpConvInput, OpConvWeight:
		return a.Conv.String()
	}
	return ""
}

// Key identifies what v computes from its operands: equal keys and equal operands mean equal values.
func (v *Value) Key() string { return fmt.Sprintf("%d %s %v %d", v.op, v.key(), v.typ, v.attr.Mapped) }

// Input makes a free value: an argument of a program, or a point at which to take a derivative.
func Input(name string, t Type) *Value {
	return &Value{op: OpInput, typ: t, attr: Attr{Name: name}}
}

// Full is an array filled with x.
func Full(t Type, x float64) *Value {
	return &Value{op: OpConstant, typ: t, attr: Attr{Data: []float64{x}}}
}

// Const is the scalar x.
func Const(d DType, x float64) *Value { return Full(T(d), x) }

// Literal is an array with the given elements in row-major order.
func Literal(t Type, data []float64) *Value {
	if len(data) != t.Size() {
		panic(&ShapeError{Op: OpConstant, Operands: []Type{t}, Reason: fmt.Sprintf("%d elements given", len(data))})
	}
	return &Value{op: OpConstant, typ: t, attr: Attr{Data: slices.Clone(data)}}
}

// like fills an array of v's type.
func like(v *Value, x float64) *Value { return Full(v.typ, x) }

// filled reports whether v is a constant filled with x.
func filled(v *Value, x float64) bool {
	return v.op == OpConstant && len(v.attr.Data) == 1 && v.attr.Data[0] == x
}
