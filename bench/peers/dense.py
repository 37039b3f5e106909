"""Fully connected relu networks in PyTorch: a training step (SGD, momentum 0.9, weight decay 5e-4) and Hessian-vector products.

Eager code is what users write: nn.Sequential, loss.backward(), the fused optimizer. Compiled code is torch.compile of the whole step or
product, written with torch.func so that it is one graph; 'tuned' adds max_autotune and the C++ wrapper. Batches lie ready."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from ways import sizes, vectors, way

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


@way("step mlp", "eager")
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


@way("step mlp", "compiled")
def step_compiled(row, options=None):
    widths, n = sizes(row)
    params = parameters(widths)
    return without_autograd(update, params, [torch.zeros_like(p) for p in params], *batch(widths, n), options=options), 1


@way("step mlp", "tuned")
def step_tuned(row):
    return step_compiled(row, TUNED)


@way("hvp mlp", "compiled")
def product_compiled(row, options=None):
    widths, n = sizes(row)
    params = parameters(widths)
    return without_autograd(product, params, [torch.randn_like(p) for p in params], *batch(widths, n), options=options), 1


@way("hvp mlp", "tuned")
def product_tuned(row):
    return product_compiled(row, TUNED)


@way("hvps mlp", "compiled")
def block_compiled(row, options=None):
    widths, n = sizes(row)
    k, params = vectors(row), parameters(widths)
    v = [torch.randn(k, *p.shape) for p in params]
    return without_autograd(block, params, v, *batch(widths, n), options=options), k


@way("hvps mlp", "tuned")
def block_tuned(row):
    return block_compiled(row, TUNED)


def gradient(net, x, y):
    """The parameters and their gradient, with its graph: what a product differentiates once more."""
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
    """One primal pass, whose graph k products share, one after the other: what PyHessian does."""
    v = [[torch.randn_like(p) for p in net.parameters()] for _ in range(k)]

    def run():
        params, g = gradient(net, x, y)
        for i, u in enumerate(v):
            torch.autograd.grad(g, params, u, retain_graph=i + 1 < k)

    return run, k


@way("hvp mlp", "eager")
@way("hvps mlp", "eager")  # one after the other, nothing shared: as long a vector as a single one takes
def product_eager(row):
    widths, n = sizes(row)
    return complete(network(widths), *batch(widths, n))


@way("hvps mlp", "retained")
def block_retained(row):
    widths, n = sizes(row)
    return retained(network(widths), *batch(widths, n), vectors(row))


@way("hvps mlp", "batched")
def block_batched(row):
    """One primal pass, and the products as one vmapped reverse pass."""
    widths, n = sizes(row)
    k, net, (x, y) = vectors(row), network(widths), batch(widths, n)
    v = [torch.randn(k, *p.shape) for p in net.parameters()]

    def run():
        params, g = gradient(net, x, y)
        torch.autograd.grad(g, params, v, is_grads_batched=True)

    return run, k


@way("compile step", "compiled")
def step_compiled_anew(row):
    return anew(step_compiled, row)


@way("compile hvp", "compiled")
def product_compiled_anew(row):
    return anew(product_compiled, row)


def anew(make, row):
    """Compiles without the caches that earlier processes left on the disk: what is asked for is the time that it takes."""
    import torch._inductor.config as config  # takes a second and 100 MB: not where it is not needed

    run, k = make(row.removeprefix("compile/"))
    with config.patch(force_disable_caches=True):
        run()
    return run, k
