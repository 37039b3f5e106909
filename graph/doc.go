// Package graph holds differentiable programs as values. A program is traced once from a Go function into an
// immutable graph of about forty primitives. A closed table (rules.go) has the rules of each: its shape, its
// forward derivative (JVP), its reverse derivative (VJP) and its batching (Vmap). The rules are written in terms
// of other primitives, so the transformations compose to any order: a Hessian-vector product is the JVP of a
// gradient, a Laplacian is forward over forward, a block of probes is a Vmap over tangents that shares one primal
// pass. The conventions:
//
//   - Programs are pure. Randomness enters as inputs.
//   - There is no implicit promotion of dtypes. A rank-0 operand of an elementwise primitive is broadcast; nothing
//     else is.
//   - sign(0) = 0, hence |x|′(0) = 0. Max(a, b) sends its derivative to a where a ≥ b, else to b, so ReLU, written
//     Max(0, x), has derivative 0 at 0. ReduceMax sends it to the first maximum. These masks are constant under
//     differentiation.
//   - Compare gives 1 or 0 in the dtype of its operands; Select takes any non-zero predicate as true.
//
// Shape bugs panic with a *ShapeError, which Trace turns into an error that names the primitive and the shapes.
package graph
