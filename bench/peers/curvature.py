"""Hessian measures of R networks at once (R may be 1): those of PyHessian, with Lanczos in place of power iteration.

The gradient's graph is built once and reused by every Hessian-vector product, as PyHessian does. block > 1 shares that
graph's reverse pass among probes (is_grads_batched, PyTorch's vmap)."""

import torch

from networks import loss, unflatten


class Hessian:
    """H of each network: theta [R,P]."""

    def __init__(self, theta, layout, x, y):
        self.theta = theta.detach().clone().requires_grad_()
        self.shape = theta.shape
        single = len(theta) == 1  # F.linear of one network is faster than a bmm of a stack of one
        params = unflatten(self.theta[0] if single else self.theta, layout)
        (self.gradient,) = torch.autograd.grad(loss(params, x, y), self.theta, create_graph=True)

    def apply(self, v):
        """v [R,P] → [R,P]; or [k,R,P] → [k,R,P]."""
        batched = v.dim() == 3
        (hv,) = torch.autograd.grad(self.gradient, self.theta, v, retain_graph=True, is_grads_batched=batched)
        return hv


def project(basis, k, w):
    """QᵀQw for Q = the first k rows of basis [..., steps, P]: one matrix-vector product after another, which is many
    times faster than a batched product of one vector."""
    size = w.shape[-1]
    flat = basis.reshape(-1, *basis.shape[-2:])[:, :k]
    rows = [q.T @ (q @ v) for q, v in zip(flat, w.reshape(-1, size))]
    return torch.stack(rows).reshape(w.shape)


def lanczos(apply, start, steps, stop=None):
    """Lanczos with full reorthogonalisation on several independent operators together: start [..., P]. Returns Ritz
    values [..., k], eigenvectors of the tridiagonal matrices, and the last off-diagonal. A network whose Krylov space
    is exhausted continues with a zero vector: it adds Ritz values 0, which these Hessians have anyway, with quadrature
    weight 0."""
    *lead, size = start.shape
    steps = min(steps, size)
    basis = start.new_zeros(*lead, steps, size)
    alpha, beta = start.new_zeros(*lead, steps), start.new_zeros(*lead, steps)
    q = start / start.norm(dim=-1, keepdim=True)
    for k in range(steps):
        basis[..., k, :] = q
        w = apply(q)
        alpha[..., k] = (w * q).sum(-1)
        for _ in range(2):
            w = w - project(basis, k + 1, w)
        norm = w.norm(dim=-1)
        scale = alpha[..., : k + 1].abs().amax(-1) + beta[..., : k + 1].amax(-1)
        alive = norm > 1e-6 * scale
        beta[..., k] = torch.where(alive, norm, 0)
        q = torch.where(alive, 1 / norm, 0).unsqueeze(-1) * w
        if k + 1 == steps or (stop and k % 5 == 4 and k >= 9):
            tridiagonal = torch.diag_embed(alpha[..., : k + 1])
            if k:
                off = torch.diag_embed(beta[..., :k], 1)
                tridiagonal = tridiagonal + off + off.mT
            values, vectors = torch.linalg.eigh(tridiagonal.double())
            if stop and stop(values, vectors, beta[..., k]):
                break
    return values, vectors, beta[..., k]


def eigenvalues(hessian, generator, top=5, tol=1e-3, steps=100):
    """The largest eigenvalues and the smallest, until every residual β|s| is within tol of the largest magnitude."""

    def converged(values, vectors, beta):
        residual = beta.unsqueeze(-1) * vectors[..., -1, :].abs()
        wanted = torch.cat([residual[..., -top:], residual[..., :1]], -1)
        return bool((wanted <= tol * values.abs().amax(-1, keepdim=True)).all())

    start = torch.randn(hessian.shape, generator=generator)
    values, _, _ = lanczos(hessian.apply, start, steps, converged)
    return values[..., -top:].flip(-1), values[..., 0]


def rademacher(shape, generator):
    return torch.randint(2, shape, generator=generator).float() * 2 - 1


def trace(hessian, generator, probes=100, relative=0.05, block=1, least=10):
    """Hutchinson's estimator with Rademacher probes, until each network's standard error is 5 % of its estimate.
    Returns mean, error and number of probes."""
    found = []
    while True:
        v = rademacher((block, *hessian.shape) if block > 1 else hessian.shape, generator)
        found.append((v * hessian.apply(v)).sum(-1).reshape(-1, hessian.shape[0]))
        n = block * len(found)
        if n < least:
            continue
        samples = torch.cat(found)
        mean, error = samples.mean(0), samples.std(0) / n**0.5
        if n >= probes or bool((error <= relative * mean.abs()).all()):
            return mean, error, n


def density(hessian, generator, probes=4, steps=80, block=1):
    """Stochastic Lanczos quadrature: nodes and weights, [probes, R, steps] each."""
    runs = []
    for _ in range(probes // block):
        start = rademacher((block, *hessian.shape) if block > 1 else hessian.shape, generator)
        values, vectors, _ = lanczos(hessian.apply, start, steps)
        runs.append((values, vectors[..., 0, :] ** 2))
    if block > 1:
        return torch.cat([v for v, _ in runs]), torch.cat([w for _, w in runs])
    return torch.stack([v for v, _ in runs]), torch.stack([w for _, w in runs])
