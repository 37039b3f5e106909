"""Makes the fixtures of this folder with the reference implementation of safetensors.

Run once, with safetensors 0.8.0 and numpy 2.4.6:  python make.py
"""
import numpy as np
from safetensors.numpy import save_file

# A Sequential of twelve layers as PyTorch names it, its hidden ones equally wide: value i of a weight of layer k is
# 100 k + i, of a bias −k. The reference implementation writes them sorted by name: 0.bias, 0.weight, 10.bias, …
tensors = {}
for k, (rows, columns) in enumerate([(3, 4)] + [(3, 3)] * 10 + [(2, 3)]):
    tensors[f"{2 * k}.weight"] = (100 * k + np.arange(rows * columns, dtype="f4")).reshape(rows, columns)
    tensors[f"{2 * k}.bias"] = np.full(rows, -k, dtype="f4")
save_file(tensors, "sequential.safetensors")

save_file(
    {
        "f64": np.array([[1.5, -2.25], [1e300, np.inf]]),
        "f32": np.array([1.5, -0.0, 3e-39], dtype="f4"),
        "f16": np.array([1.5, -65504, 6e-8, np.inf], dtype="f2"),
        "num_batches_tracked": np.array(1 << 40),
        "i32": np.array([-1, 2], dtype="i4"),
        "mask": np.array([True, False]),
        "empty": np.zeros((0, 3), dtype="f4"),
    },
    "types.safetensors",
    metadata={"format": "np", "note": 'a "quoted" <µ>'},
)
