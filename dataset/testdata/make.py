"""Makes the fixtures of this folder with NumPy and scikit-learn, the peers that the readers are tested against.

Run once, with numpy 2.4.6 and scikit-learn 1.9.1:  python make.py
"""
import json

import numpy as np
from sklearn.datasets import load_digits

d = load_digits()
first, last = d.data[0].astype(int).tolist(), d.data[-1].astype(int).tolist()
json.dump(
    {
        "samples": len(d.target),
        "pixel_sums": d.data.sum(0).astype(int).tolist(),
        "weighted_row_sums": [int((d.data[i] * np.arange(1, 65)).sum()) for i in range(0, len(d.data), 50)],
        "class_counts": np.bincount(d.target).tolist(),
        "first": first,
        "last": last,
        "labels": "".join(map(str, d.target.tolist())),
    },
    open("digits.json", "w"),
)

# Value k of x is (k − 7)/4 in floats, k in integers: exact in every dtype.
k = np.arange(6 * 4)
y = np.array([0, 1, 2, 0, 1, 2])
np.savez("f4.npz", x=((k - 7) / 4).astype("f4").reshape(6, 4), y=y)
np.savez_compressed("f8.npz", x=((k - 7) / 4).reshape(6, 4), y=y.astype("f8"))
np.savez_compressed("u1.npz", x=k.astype("u1").reshape(6, 2, 2), y=y.astype("i4"), x_test=k[:8].astype("u1").reshape(2, 2, 2), y_test=y[:2])
np.savez("i4.npz", x=k.astype("i4").reshape(6, 1, 2, 2), y=y.astype("u1"))
np.savez("i8.npz", x=k[:6], y=y.astype("f4"))
np.savez("fortran.npz", x=np.asfortranarray(k.astype("f4").reshape(6, 4)), y=y)
np.savez("big_endian.npz", x=k.astype(">f4").reshape(6, 4), y=y)
np.savez("object.npz", x=np.array([{}] * 6, dtype=object), y=y)
