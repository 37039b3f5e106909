"""Measures of pairs of networks: mode connectivity, CKA, distances. Flat parameters theta [R,P] of one cell."""

import torch

from networks import forward, loss, performance, unflatten


def bezier(a, b, bend, t):
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * bend + t**2 * b


def rate(epoch, epochs):
    """Full until half of the epochs, then linear to a hundredth at 0.9 of them."""
    done = epoch / epochs
    return 1.0 if done <= 0.5 else 0.01 if done > 0.9 else 1 - (done - 0.5) / 0.4 * 0.99


def train_bend(a, b, layout, x, y, generator, epochs=50, lr=0.01, momentum=0.9, batch=128, decay=5e-4):
    """The bend φ that minimises E_t L(γ(t)) + ½·decay·|γ(t)|², with one t for each batch; ∂/∂φ = 2t(1−t)·∂/∂γ needs no
    graph through the curve."""
    bend, velocity = (a + b) / 2, torch.zeros_like(a)
    for epoch in range(epochs):
        step = lr * rate(epoch, epochs)
        order = torch.randperm(len(x), generator=generator)
        for xb, yb in zip(x[order].split(batch), y[order].split(batch)):
            t = torch.rand((), generator=generator).item()
            point = bezier(a, b, bend, t).requires_grad_()
            (g,) = torch.autograd.grad(loss(unflatten(point, layout), xb, yb), point)
            velocity.mul_(momentum).add_(g.add_(point.detach(), alpha=decay), alpha=2 * t * (1 - t))
            bend.sub_(velocity, alpha=step)
    return bend


def along(curve, layout, x, y, points=5):
    """Loss and error in per cent at equally spaced t."""
    rows = [performance(unflatten(curve(t), layout), x, y) for t in torch.linspace(0, 1, points).tolist()]
    return torch.stack([l for l, _ in rows]), 100 - torch.stack([a for _, a in rows])


def deviation(values):
    """mc: the mean of the ends minus the interior value that deviates most from it."""
    mean = (values[0] + values[-1]) / 2
    inner = values[1:-1]
    return (mean - inner[(inner - mean).abs().argmax()]).item()


def connectivity(a, b, layout, x, y, generator):
    bend = train_bend(a, b, layout, x, y, generator)
    curve_loss, curve_error = along(lambda t: bezier(a, b, bend, t), layout, x, y)
    _, line_error = along(lambda t: torch.lerp(a, b, t), layout, x, y)
    return {"mc": deviation(curve_error), "mc_loss": deviation(curve_loss), "mc_line": deviation(line_error)}


def mixup(x, samples, generator):
    """Convex combinations of two training inputs, λ ~ Beta(16,16) (as X/(X+Y) of two sums of 16 exponentials)."""
    i, j = torch.randint(len(x), (2, samples), generator=generator)
    e = -torch.log(1 - torch.rand(2, 16, samples, 1, generator=generator)).sum(1)
    mix = e[0] / (e[0] + e[1])
    return mix * x[i] + (1 - mix) * x[j]


def cka(z):
    """Linear CKA of all pairs of centred outputs z [R,n,O], in feature space: |ZaᵀZb|² / (|ZaᵀZa|·|ZbᵀZb|); NaN for
    constant outputs."""
    z = z - z.mean(1, keepdim=True)
    cross = torch.einsum("ani,bnj->abij", z, z).square().sum((2, 3))
    own = cross.diagonal().sqrt()
    return torch.where(own > 1e-8, 1, torch.nan)[:, None] * cross / (own[:, None] * own[None, :])


def pairs(matrix):
    i, j = torch.triu_indices(*matrix.shape, offset=1)
    return matrix[i, j]


@torch.no_grad()
def similarity(theta, layout, inputs):
    z = torch.stack([forward(unflatten(t, layout), inputs) for t in theta])
    return pairs(cka(z)), pairs(cka(z.softmax(-1)))


def distance(theta):
    """ℓ2, ℓ2 over the geometric mean of the norms, and the cosine, of all pairs."""
    gram = theta @ theta.T
    square = gram.diagonal()
    norm = square.sqrt()
    l2 = torch.cdist(theta, theta, compute_mode="donot_use_mm_for_euclid_dist")
    scale = norm[:, None] * norm[None, :]
    return pairs(l2), pairs(l2 / scale.sqrt()), pairs(gram / scale)
