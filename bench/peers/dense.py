"""Fully connected relu networks in PyTorch: training steps (SGD, momentum 0.9, weight decay 5e-4) and Hessian products.

Eager code is what users write: nn.Sequential, loss.backward(), the fused optimizer. Compiled code is torch.compile of
the whole step or product, written with torch.func so that it is one graph; 'tuned' adds max_autotune and the C++
wrapper. Batches are ready in memory."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from variants import sizes, vectors, variant

LR, MOMENTUM, DECAY = 1e-3, 0.9, 5e-4
TUNED = {"max_autotune": True, "cpp_wrapper": True}


def network(widths):
    layers = []
    for i, o in zip(widths, widths[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def batch(widths, n):
    return torch.randn(n, widths[0]), torch.randint(widths[-1], (n,))


def training_step(net, x, y):
    """An eager step, as users write it."""
    optimizer = torch.optim.SGD(net.parameters(), lr=LR, momentum=MOMENTUM, weight_decay=DECAY, fused=True)

    def run():
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()

    return run


@variant("step mlp", "eager")
def step(row):
    widths, n = sizes(row)
    return training_step(network(widths), *batch(widths, n)), 1


def loss(params, x, y):
    for layer in range(0, len(params), 2):
        if layer:
            x = torch.relu(x)
        x = F.linear(x, params[layer], params[layer + 1])
    return F.cross_entropy(x, y)


def update(params, moments, x, y):
    """A whole step; updates in place, and returns the loss."""
    gradient, value = torch.func.grad_and_value(loss)(params, x, y)
    for p, m, g in zip(params, moments, gradient):
        m.mul_(MOMENTUM).add_(g + DECAY * p)
        p.sub_(m, alpha=LR)
    return value


def product(params, v, x, y):
    return torch.func.jvp(lambda p: torch.func.grad(loss)(p, x, y), (params,), (v,))[1]


def block(params, v, x, y):
    return torch.func.vmap(product, in_dims=(None, 0, None, None))(params, v, x, y)


def parameters(widths):
    return [p.detach().clone() for p in network(widths).parameters()]


def without_autograd(function, *arguments, options):
    compiled = torch.compile(function, fullgraph=True, options=options)

    def run():
        with torch.no_grad():
            compiled(*arguments)

    return run


@variant("step mlp", "compiled")
def step_compiled(row, options=None):
    widths, n = sizes(row)
    params = parameters(widths)
    moments = [torch.zeros_like(p) for p in params]
    return without_autograd(update, params, moments, *batch(widths, n), options=options), 1


@variant("step mlp", "tuned")
def step_tuned(row):
    return step_compiled(row, TUNED)


@variant("hvp mlp", "compiled")
def product_compiled(row, options=None):
    widths, n = sizes(row)
    params = parameters(widths)
    v = [torch.randn_like(p) for p in params]
    return without_autograd(product, params, v, *batch(widths, n), options=options), 1


@variant("hvp mlp", "tuned")
def product_tuned(row):
    return product_compiled(row, TUNED)


@variant("hvps mlp", "compiled")
def block_compiled(row, options=None):
    widths, n = sizes(row)
    k, params = vectors(row), parameters(widths)
    v = [torch.randn(k, *p.shape) for p in params]
    return without_autograd(block, params, v, *batch(widths, n), options=options), k


@variant("hvps mlp", "tuned")
def block_tuned(row):
    return block_compiled(row, TUNED)


def gradient(net, x, y):
    """The parameters and their gradient, with the graph that a product differentiates once more."""
    params = list(net.parameters())
    return params, torch.autograd.grad(F.cross_entropy(net(x), y), params, create_graph=True)


def complete(net, x, y):
    """One product with its primal pass."""
    v = [torch.randn_like(p) for p in net.parameters()]

    def run():
        params, g = gradient(net, x, y)
        torch.autograd.grad(g, params, v)

    return run, 1


def retained(net, x, y, k):
    """One primal pass, whose graph k successive products share, as in PyHessian."""
    v = [[torch.randn_like(p) for p in net.parameters()] for _ in range(k)]

    def run():
        params, g = gradient(net, x, y)
        for i, u in enumerate(v):
            torch.autograd.grad(g, params, u, retain_graph=i + 1 < k)

    return run, k


@variant("hvp mlp", "eager")
@variant("hvps mlp", "eager")  # one after another, nothing shared: each takes as long as a single product
def product_eager(row):
    widths, n = sizes(row)
    return complete(network(widths), *batch(widths, n))


@variant("hvps mlp", "retained")
def block_retained(row):
    widths, n = sizes(row)
    return retained(network(widths), *batch(widths, n), vectors(row))


@variant("hvps mlp", "batched")
def block_batched(row):
    """One primal pass, and the products as one vmapped reverse pass."""
    widths, n = sizes(row)
    k, net, (x, y) = vectors(row), network(widths), batch(widths, n)
    v = [torch.randn(k, *p.shape) for p in net.parameters()]

    def run():
        params, g = gradient(net, x, y)
        torch.autograd.grad(g, params, v, is_grads_batched=True)

    return run, k


@variant("compile step", "compiled")
def step_compiled_anew(row):
    return anew(step_compiled, row)


@variant("compile hvp", "compiled")
def product_compiled_anew(row):
    return anew(product_compiled, row)


def anew(make, row):
    """Compiles without the caches that earlier processes left on the disk, since compilation is what is timed."""
    import torch._inductor.config as config  # only where needed: it takes a second and 100 MB

    run, k = make(row.removeprefix("compile/"))
    with config.patch(force_disable_caches=True):
        run()
    return run, k
