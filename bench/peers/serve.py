"""Times rows on demand in one process for the whole comparison, so that a peer imports and compiles once.

    serve.py torch|jax

Each line of standard input is a request: {"row": "step/mlp-64-32-32-10/32", "kind": "step mlp", "variant": "eager",
"seconds": 0.2, "threads": 1}. Each line of standard output is an answer: {"ms": 0.3, "prepared": 0.01}, for a single
piece of work, or for one vector of a block; or {"error": "…"}. Only the current row's work is kept."""

import gc
import json
import os
import sys
import traceback

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # output of libraries must not mix with the answers

peer = sys.argv[1]
if peer == "jax":
    import jax_dense  # noqa: F401
else:
    import torch

    import dense  # noqa: F401
    import images  # noqa: F401
    import matmul  # noqa: F401
from variants import VARIANTS, Work


def forget(kept):
    kept.clear()
    gc.collect()
    if peer == "torch":
        torch._dynamo.reset()  # its limit of recompilations counts all functions of one source line together


def main():
    kept, current = {}, None
    for line in sys.stdin:
        request = json.loads(line)
        row, variant = request["row"], request["variant"]
        try:
            if row != current:
                forget(kept)
                current = row
            if peer == "torch":
                torch.set_num_threads(request["threads"])
                torch.manual_seed(0)
            if variant not in kept:
                kept[variant] = Work(VARIANTS[request["kind"]][variant], row)
            answer = {"ms": 1e3 * kept[variant].seconds(request["seconds"]), "prepared": kept[variant].prepared}
        except Exception:  # the comparison continues without this variant, and says so
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers)


main()
