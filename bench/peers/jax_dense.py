"""Fully connected relu networks in JAX on one thread: the work of dense.py, jitted.

A jitted scan over many steps shares the cost of dispatch among them."""

import os

# XLA takes as many threads as there are cores that it may use when it starts.
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

from variants import sizes, vectors, variant  # noqa: E402

LR, MOMENTUM, DECAY = 1e-3, 0.9, 5e-4
STEPS = 256  # of a scan


def initialise(key, widths):
    params = []
    for i, o in zip(widths, widths[1:]):
        key, k, l = jax.random.split(key, 3)
        bound = i**-0.5
        params.append(
            (
                jax.random.uniform(k, (i, o), minval=-bound, maxval=bound),
                jax.random.uniform(l, (o,), minval=-bound, maxval=bound),
            )
        )
    return params


def loss(params, x, y):
    for layer, (w, b) in enumerate(params):
        if layer:
            x = jax.nn.relu(x)
        x = x @ w + b
    return -jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], 1).mean()


def update(params, moments, x, y, lr=LR):
    value, gradient = jax.value_and_grad(loss)(params, x, y)
    moments = jax.tree.map(lambda m, g, p: MOMENTUM * m + g + DECAY * p, moments, gradient, params)
    return jax.tree.map(lambda p, m: p - lr * m, params, moments), moments, value


def batch(widths, n, *lead):
    k, l = jax.random.split(jax.random.key(1))
    return jax.random.normal(k, (*lead, n, widths[0])), jax.random.randint(l, (*lead, n), 0, widths[-1])


def start(row):
    widths, n = sizes(row)
    params = initialise(jax.random.key(0), widths)
    return widths, n, params, jax.tree.map(jnp.zeros_like, params)


@variant("step mlp", "jax")
def step(row):
    widths, n, *now = start(row)
    x, y = batch(widths, n)
    compiled = jax.jit(update, donate_argnums=(0, 1))

    def run():
        *now[:], value = compiled(*now, x, y)
        value.block_until_ready()

    return run, 1


@variant("step mlp", "jax, scanned")
def steps(row):
    widths, n, *now = start(row)
    x, y = batch(widths, n, 16)

    @jax.jit
    def many(params, moments):
        def one(carry, i):
            *carry, value = update(*carry, x[i % 16], y[i % 16])
            return tuple(carry), value

        return jax.lax.scan(one, (params, moments), jnp.arange(STEPS))

    def run():
        now[:], values = many(*now)
        values.block_until_ready()

    return run, STEPS


def product(params, v, x, y):
    return jax.jvp(lambda p: jax.grad(loss)(p, x, y), (params,), (v,))[1]


@variant("hvp mlp", "jax")
def single(row):
    widths, n, params, _ = start(row)
    v, (x, y) = initialise(jax.random.key(2), widths), batch(widths, n)
    compiled = jax.jit(product)
    return lambda: jax.block_until_ready(compiled(params, v, x, y)), 1


@variant("hvps mlp", "jax")
def block(row):
    widths, n, params, _ = start(row)
    k, (x, y) = vectors(row), batch(widths, n)
    v = jax.vmap(lambda key: initialise(key, widths))(jax.random.split(jax.random.key(2), k))
    compiled = jax.jit(jax.vmap(product, in_axes=(None, 0, None, None)))
    return lambda: jax.block_until_ready(compiled(params, v, x, y)), k
