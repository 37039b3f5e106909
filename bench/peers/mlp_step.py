"""Eager PyTorch on fully connected nets, one thread: the time of one training step and of one Hessian–vector product.

    mlp_step.py [--json FILE] [--seconds 0.3] [--case SUBSTRING]

A step is forward, cross-entropy, backward and SGD (momentum 0.9, weight decay 5e-4, the fused optimizer) on a batch that lies ready.
A product is of a Hessian on 200 samples whose gradient's graph is built once, as PyHessian's is, so the forward pass is not in it.
Written as its users would, with nn.Sequential and loss.backward(). Microseconds: the median of runs."""

import argparse
import json
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

DIGITS = [(64, w, w, 10) for w in (1, 4, 16, 64)]
STEPS = [(sizes, b) for sizes in DIGITS for b in (8, 16, 32, 64, 128, 256, 512)]
STEPS += [((784, 256, 256, 10), b) for b in (64, 128, 256, 512)]
PRODUCTS = [(sizes, 200) for sizes in [*DIGITS, (784, 256, 256, 10)]]


def network(sizes):
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def step(sizes, batch):
    net = network(sizes)
    x, y = torch.randn(batch, sizes[0]), torch.randint(sizes[-1], (batch,))
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4, fused=True)

    def run():
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()

    return run


def product(sizes, samples):
    net = network(sizes)
    x, y = torch.randn(samples, sizes[0]), torch.randint(sizes[-1], (samples,))
    params = list(net.parameters())
    gradient = torch.autograd.grad(F.cross_entropy(net(x), y), params, create_graph=True)
    v = [torch.randn_like(p) for p in params]
    return lambda: torch.autograd.grad(gradient, params, v, retain_graph=True)


def median(run, seconds):
    """Microseconds of a run: the median of single runs during so many seconds, after a tenth of that to warm up."""
    for limit in (seconds / 10, seconds):
        times, end = [], time.perf_counter() + limit
        while len(times) < 5 or time.perf_counter() < end:
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return 1e6 * statistics.median(times)


def cases():
    """Names as the Go side has them: step/64-16-16-10/32, hvp/64-16-16-10/200."""
    for kind, make, which in (("step", step, STEPS), ("hvp", product, PRODUCTS)):
        for sizes, n in which:
            yield f"{kind}/{'-'.join(map(str, sizes))}/{n}", lambda make=make, sizes=sizes, n=n: make(sizes, n)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--json", help="write {case: microseconds} to this file")
    p.add_argument("--seconds", type=float, default=0.3, help="how long each case runs")
    p.add_argument("--case", default="", help="only cases whose name contains this")
    options = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    found = {}
    for name, make in cases():
        if options.case in name:
            found[name] = median(make(), options.seconds)
            print(f"{name:28s}{found[name]:10.1f} us", flush=True)
    if options.json:
        with open(options.json, "w") as f:
            json.dump({"torch": torch.__version__, "microseconds": found}, f)


if __name__ == "__main__":
    main()
