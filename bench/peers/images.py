"""Convolutions and ResNets in PyTorch: 'conv/BATCHxCHANNELSxHxW/forward', 'step/resnet20-WIDTH/BATCH', and others.

Channels last is PyTorch's faster layout for convolutions on CPUs. torch.compile is not tried: it takes a minute for
each program, and convolutions would still call the same library."""

import pathlib
import sys

import torch
import torch.nn.functional as F

from dense import complete, retained, training_step
from variants import sizes, vectors, variant

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "fixtures"))
from resnet import ResNet  # noqa: E402

PLAIN, LAST = torch.contiguous_format, torch.channels_last
BLOCKS = {"resnet18": [2, 2, 2, 2], "resnet20": [3, 3, 3]}


@variant("conv", "eager")
def convolution(row, layout=PLAIN):
    _, shape, passes = row.split("/")
    n, c, h, w = (int(s) for s in shape.split("x"))
    x, weight = torch.randn(n, c, h, w).to(memory_format=layout), torch.randn(c, c, 3, 3).to(memory_format=layout)
    if passes == "forward":
        return torch.no_grad()(lambda: F.conv2d(x, weight, padding=1)), 1
    x.requires_grad_(), weight.requires_grad_()
    cotangent = torch.randn(n, c, h, w).to(memory_format=layout)
    return lambda: torch.autograd.grad(F.conv2d(x, weight, padding=1), (x, weight), cotangent), 1


@variant("conv", "channels last")
def convolution_last(row):
    return convolution(row, LAST)


def network(row, layout):
    kind, [[width], n] = row.split("/")[1].split("-")[0], sizes(row)
    net = ResNet(BLOCKS[kind], width).to(memory_format=layout)
    return net, torch.randn(n, 3, 32, 32).to(memory_format=layout), torch.randint(10, (n,))


@variant("step resnet", "eager")
@variant("threads", "eager")
def step(row, layout=PLAIN):
    return training_step(*network(row, layout)), 1


@variant("step resnet", "channels last")
@variant("threads", "channels last")
def step_last(row):
    return step(row, LAST)


@variant("hvp resnet", "eager")
@variant("hvps resnet", "eager")
def product(row, layout=PLAIN):
    net, x, y = network(row, layout)
    return complete(net.eval(), x, y)


@variant("hvp resnet", "channels last")
def product_last(row):
    return product(row, LAST)


@variant("hvps resnet", "retained")
def block(row, layout=PLAIN):
    net, x, y = network(row, layout)
    return retained(net.eval(), x, y, vectors(row))


@variant("hvps resnet", "retained, channels last")
def block_last(row):
    return block(row, LAST)
