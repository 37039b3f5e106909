"""Times rows on demand, so that a peer's process lives as long as the comparison and imports and compiles once.

    serve.py torch|jax

One request a line on standard input: {"row": "step/mlp-64-32-32-10/32", "kind": "step mlp", "way": "eager", "seconds": 0.2,
"threads": 1}. One answer a line on standard output: {"ms": 0.3, "prepared": 0.01}, of a single piece of work, a block's per vector;
or {"error": "…"}. Only the current row's work is kept."""

import gc
import json
import os
import sys
import traceback

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # what libraries print must not mix with the answers

peer = sys.argv[1]
if peer == "jax":
    import jax_dense  # noqa: F401
else:
    import torch

    import dense  # noqa: F401
    import images  # noqa: F401
    import matmul  # noqa: F401
from ways import WAYS, Work


def forget(kept):
    kept.clear()
    gc.collect()
    if peer == "torch":
        torch._dynamo.reset()  # its limit of recompilations counts functions of one source line together


def main():
    kept, current = {}, None
    for line in sys.stdin:
        request = json.loads(line)
        row, way = request["row"], request["way"]
        try:
            if row != current:
                forget(kept)
                current = row
            if peer == "torch":
                torch.set_num_threads(request["threads"])
                torch.manual_seed(0)
            if way not in kept:
                kept[way] = Work(WAYS[request["kind"]][way], row)
            answer = {"ms": 1e3 * kept[way].seconds(request["seconds"]), "prepared": kept[way].prepared}
        except Exception:  # the comparison goes on without this way, and says so
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers)


main()
