"""The job of examples/digits.yaml in PyTorch, as a competent user would write it.

420 networks 64-w-w-10 on scikit-learn's digits (12 widths × 7 batch sizes × 5 seeds, 60 epochs), then performance,
Hessian, connectivity, similarity and distance. Processes of one thread share the cells, longest first; no DataLoader.

    digits.py [--fraction 0.1] [--vectorised] [--processes 2] [--json FILE]

Hessian probes go in blocks. --vectorised trains and differentiates the five seeds of a cell as one stack, as a user
would who rewrites the model for speed. Seconds per stage are summed over processes; wall is the elapsed time without
imports and other start-up."""

import argparse
import collections
import contextlib
import json
import math
import multiprocessing
import platform
import time

import numpy as np
import torch
from sklearn.datasets import load_digits

import curvature
import landscape
import networks

WIDTHS = [1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64]
BATCHES = [8, 16, 32, 64, 128, 256, 512]
STAGES = ["train", "performance", "eigenvalues", "trace", "density", "connectivity", "similarity", "distance"]


def subset(values, share):
    """That share of the values, spread evenly and away from the ends."""
    k = min(len(values), max(1, round(share * len(values))))
    return [values[int((i + 0.5) * len(values) / k)] for i in range(k)]


def data(samples=200, seed=1):
    """1,437 training and 360 test images by a seeded permutation, standardised by the training set's statistics."""
    raw, label = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(raw))
    x, y = torch.tensor(raw[order], dtype=torch.float32), torch.tensor(label[order])
    x = (x - x[:1437].mean()) / x[:1437].std()
    chosen = torch.randperm(1437, generator=torch.Generator().manual_seed(seed))[:samples]
    return {"train": (x[:1437], y[:1437]), "test": (x[1437:], y[1437:]), "hessian": (x[chosen], y[chosen])}


class Clock:
    def __init__(self):
        self.seconds = collections.Counter()

    @contextlib.contextmanager
    def __call__(self, stage):
        start = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - start


def train_cell(width, batch, replicas, epochs, vectorised, sets):
    starts = [networks.initialise(width, 1000 * r + width) for r in range(replicas)]
    if vectorised:
        stack = [torch.stack(p) for p in zip(*starts)]
        return networks.flatten(networks.train(stack, *sets["train"], batch, 7, epochs))
    return torch.stack(
        [networks.flatten(networks.train(p, *sets["train"], batch, r, epochs)) for r, p in enumerate(starts)]
    )


def cell(task):
    """One cell: (width, batch) → means over replicas or pairs of each quantity, and the seconds of each stage."""
    width, batch, options = task
    torch.manual_seed(0)
    sets, clock, found = data(), Clock(), collections.defaultdict(list)
    layout, generator = networks.shapes(width), torch.Generator().manual_seed(3)
    with clock("train"):
        theta = train_cell(width, batch, options.replicas, options.epochs, options.vectorised, sets)
    groups = [theta] if options.vectorised else list(theta.split(1))  # what is differentiated at once

    for group in groups:
        with clock("performance"):
            params = networks.unflatten(group if len(group) > 1 else group[0], layout)
            for name in ("train", "test"):
                loss, accuracy = networks.performance(params, *sets[name])
                found[f"{name}_loss"] += loss.reshape(-1).tolist()
                found[f"{name}_accuracy"] += accuracy.reshape(-1).tolist()
        with clock("eigenvalues"):
            hessian = curvature.Hessian(group, layout, *sets["hessian"])
            top, least = curvature.eigenvalues(hessian, generator)
            found["eigenvalue_max"] += top[:, 0].tolist()
            found["eigenvalue_min"] += least.tolist()
        with clock("trace"):
            mean, _, _ = curvature.trace(hessian, generator, block=10)
            found["trace"] += mean.tolist()
        with clock("density"):
            curvature.density(hessian, generator, block=4)
    if len(theta) > 1:
        with clock("connectivity"):
            for name, value in landscape.connectivity(theta[0], theta[1], layout, *sets["train"], generator).items():
                found[name].append(value)
        with clock("similarity"):
            logits, softmax = landscape.similarity(theta, layout, landscape.mixup(sets["train"][0], 640, generator))
            found["cka_logits"], found["cka"] = logits.tolist(), softmax.tolist()
        with clock("distance"):
            for name, value in zip(("l2", "l2_normalised", "cosine"), landscape.distance(theta)):
                found[name] = value.tolist()
    finite = {name: [v for v in values if math.isfinite(v)] for name, values in found.items()}
    means = {name: sum(v) / len(v) if v else None for name, v in finite.items()}
    return {"width": width, "batch": batch, "found": means, "seconds": clock.seconds}


def warm_up(ready):
    """Before the clock starts: a process's first optimizer step and first vmap import modules for seconds."""
    x, y = torch.zeros(2, 64), torch.zeros(2, dtype=torch.int64)
    params = networks.train(networks.initialise(1, 0), x, y, 2, 0, epochs=1)
    curvature.trace(
        curvature.Hessian(networks.flatten(params)[None], networks.shapes(1), x, y), torch.Generator(), 2, block=2
    )
    ready.wait()


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--fraction", type=float, default=1, help="a subset of the grid: about this share of its cells")
    p.add_argument("--widths", type=lambda s: [int(v) for v in s.split(",")])
    p.add_argument("--batches", type=lambda s: [int(v) for v in s.split(",")])
    p.add_argument("--replicas", type=int, default=5)
    p.add_argument("--epochs", type=int, default=60)
    p.add_argument("--processes", type=int, default=2)
    p.add_argument("--vectorised", action="store_true")
    p.add_argument("--plan", action="store_true", help="print the grid as JSON and stop")
    p.add_argument("--json", help="write what was found and the seconds to this file")
    options = p.parse_args()
    share = options.fraction**0.5
    options.widths = options.widths or subset(WIDTHS, share)
    options.batches = options.batches or subset(BATCHES, share)
    return options


def main():
    options = parse()
    grid = {
        "widths": options.widths,
        "batches": options.batches,
        "replicas": options.replicas,
        "epochs": options.epochs,
    }
    if options.plan:
        return print(json.dumps(grid))
    torch.set_num_threads(1)
    # Longest first.
    tasks = [(w, b, options) for b in sorted(options.batches) for w in sorted(options.widths, reverse=True)]
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(options.processes + 1)
    with context.Pool(options.processes, warm_up, (ready,)) as pool:
        ready.wait()
        start = time.perf_counter()
        cells = list(pool.imap_unordered(cell, tasks, chunksize=1))
        wall = time.perf_counter() - start
    seconds = {s: sum(c["seconds"][s] for c in cells) for s in STAGES}
    networks_trained = len(cells) * options.replicas
    print(f"{networks_trained} networks, {options.processes} processes{', vectorised' if options.vectorised else ''}")
    for stage in STAGES:
        print(f"{stage:13s}{seconds[stage]:9.2f} s  {1000 * seconds[stage] / networks_trained:8.2f} ms a network")
    print(f"{'wall-clock':13s}{wall:9.2f} s")
    if options.json:
        versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
        out = {"grid": grid, "vectorised": options.vectorised, "processes": options.processes, "versions": versions}
        cells.sort(key=lambda c: (c["width"], c["batch"]))
        with open(options.json, "w") as f:
            json.dump(out | {"networks": networks_trained, "seconds": seconds, "wall": wall, "cells": cells}, f)


if __name__ == "__main__":
    main()
