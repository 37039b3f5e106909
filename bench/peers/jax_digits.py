"""The training part of examples/digits.yaml in JAX.

Each cell is one jitted program, a scan over all steps of all epochs, vmapped over the cell's seeds. Every width and
batch size is a separate program, so compilation is counted, and reported separately.

    jax_digits.py --widths 4,16 --batches 32 [--replicas 5] [--epochs 60] [--processes 2] [--json FILE]

Processes of one core each share the cells. All processes first compile all of their cells, then train them; imports and
the data are not counted."""

import argparse
import json
import multiprocessing
import os
import time


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    integers = lambda s: [int(v) for v in s.split(",")]  # noqa: E731
    p.add_argument("--widths", type=integers, required=True)
    p.add_argument("--batches", type=integers, required=True)
    p.add_argument("--replicas", type=int, default=5)
    p.add_argument("--epochs", type=int, default=60)
    p.add_argument("--processes", type=int, default=2)
    p.add_argument("--json", help="write what was found and the seconds to this file")
    return p.parse_args()


def worker(cells, core, options, ready, results):
    os.sched_setaffinity(0, {core})  # before XLA counts its threads
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import jax.numpy as jnp
    import numpy as np
    from digits import data
    from jax_dense import loss, update

    os.sched_setaffinity(0, {core})  # importing jax_dense has chosen another core
    x, y = (jnp.asarray(t.numpy()) for t in data()["train"])
    y = y.astype(jnp.int32)
    rates = jnp.where(jnp.arange(options.epochs) < 45, 0.05, 0.005)

    def train(params, orders, batch):
        full = len(x) // batch * batch

        def one(carry, step):
            index, rate = step
            params, moments, value = update(*carry, x[index], y[index], rate)
            return (params, moments), value

        def epoch(carry, now):
            order, rate = now
            batches = order[:full].reshape(-1, batch)
            carry, values = jax.lax.scan(one, carry, (batches, jnp.full(len(batches), rate)))
            if full < len(x):
                carry, _ = one(carry, (order[full:], rate))
            return carry, values[-1]

        start = params, jax.tree.map(jnp.zeros_like, params)
        (params, _), _ = jax.lax.scan(epoch, start, (orders, rates))
        return loss(params, x, y)

    def start(width, random):
        """What a program takes: random numbers made outside of it compile many times faster than within."""
        params = []
        for i, o in zip((64, width, width), (width, width, 10)):
            params.append(
                tuple(random.uniform(-1, 1, (options.replicas, *s)).astype("float32") / i**0.5 for s in ((i, o), (o,)))
            )
        orders = np.tile(np.arange(len(x), dtype="int32"), (options.replicas, options.epochs, 1))
        return params, random.permuted(orders, axis=-1)

    random = np.random.default_rng(7)
    jax.block_until_ready(jnp.zeros(2) + 1)
    times = []

    def moment():
        ready.wait()
        times.append(time.perf_counter())

    moment()
    programs = [
        jax.jit(jax.vmap(lambda p, o, b=b: train(p, o, b))).lower(*start(w, random)).compile() for w, b in cells
    ]
    moment()
    found = [program(*start(w, random)).mean().item() for program, (w, _) in zip(programs, cells)]
    moment()
    results.put((times, dict(zip(cells, found))))


def main():
    options = parse()
    # The number of steps times the cost of one.
    cost = lambda c: -(-1437 // c[1]) * (20 + c[1] * (74 * c[0] + c[0] ** 2) / 1000)  # noqa: E731
    cells = sorted(((w, b) for w in options.widths for b in options.batches), key=cost, reverse=True)
    shares, loads = [[] for _ in range(options.processes)], [0.0] * options.processes
    for c in cells:  # each to the process with the least work
        least = loads.index(min(loads))
        shares[least].append(c)
        loads[least] += cost(c)
    context = multiprocessing.get_context("spawn")
    ready, results, cores = context.Barrier(options.processes), context.Queue(), sorted(os.sched_getaffinity(0))
    workers = [
        context.Process(target=worker, args=(s, cores[i % len(cores)], options, ready, results))
        for i, s in enumerate(shares)
    ]
    for p in workers:
        p.start()
    answers = [results.get() for _ in workers]
    for p in workers:
        p.join()
    start, compiled, done = (max(t[i] for t, _ in answers) for i in range(3))
    found = {f"{w}x{b}": loss for _, cells in answers for (w, b), loss in cells.items()}
    mean = sum(found.values()) / len(found)
    seconds = f"compiling {compiled - start:.2f} s, training {done - compiled:.2f} s"
    print(f"{len(found)} cells: {seconds}; mean loss of training {mean:.4f}")
    if options.json:
        with open(options.json, "w") as f:
            json.dump({"compile": compiled - start, "run": done - compiled, "train_loss": found}, f)


if __name__ == "__main__":
    main()
