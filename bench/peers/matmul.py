"""Matrix products, 'gemm/MxNxK/NT': C [M,N] = A·B with a sum over K.

T: the operand is stored transposed, as weights and activations are in half of a network's products."""

import numpy as np
import torch

from variants import variant


def operands(row):
    _, shape, layout = row.split("/")
    m, n, k = (int(s) for s in shape.split("x"))
    r = np.random.default_rng(1)
    a = r.standard_normal((k, m) if layout[0] == "T" else (m, k), dtype=np.float32)
    b = r.standard_normal((n, k) if layout[1] == "T" else (k, n), dtype=np.float32)
    return a.T if layout[0] == "T" else a, b.T if layout[1] == "T" else b, np.empty((m, n), np.float32)


@variant("gemm", "torch")
def with_torch(row):
    a, b, c = (torch.from_numpy(x) for x in operands(row))
    return lambda: torch.mm(a, b, out=c), 1


@variant("gemm", "numpy")
def with_numpy(row):
    a, b, c = operands(row)
    return lambda: np.matmul(a, b, out=c), 1
