"""The least time that a model's multiply-adds take in PyTorch: each convolution and dense layer alone, in its fastest form."""

from __future__ import annotations

import timeit
from collections.abc import Callable

import torch
from torch import Tensor, nn

from clsf.backends.torch import baseline, device
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

TRIES = 8  # timings of each form, the first of which prepares it; the fastest counts
FORMATS = (torch.contiguous_format, torch.channels_last)  # of the images in memory: NCHW or NHWC


def products(spec: ModelSpec, plan: Plan, shape: tuple[int, ...]) -> Callable[[int], None]:
    """Return a function that computes the convolutions and matrix products of a number of training steps, and nothing else.

    Per layer: its output, the gradient by its weights, and the gradient by its input (not for the first layer, which needs none),
    without bias, on random numbers of the model's shapes (float32). A convolution uses whichever memory format was faster here.
    `shape`: of an image, (height, width, channels).
    """
    device.use_threads(plan.batch_size * spec.analyse(shape).multiply_adds)
    chosen = [_fastest(layer, size, first=n == 0) for n, (layer, size) in enumerate(multiplying(spec, plan, shape))]

    def compute(steps: int) -> None:
        for _ in range(steps):
            for product in chosen:
                product()

    return compute


def multiplying(spec: ModelSpec, plan: Plan, shape: tuple[int, ...]) -> list[tuple[nn.Module, torch.Size]]:
    """Return the convolutions and dense layers, each with the shape of its input, (batch, channels, height, width) or (batch, features)."""
    found: list[tuple[nn.Module, torch.Size]] = []
    model = baseline.stock_model(spec, shape)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(lambda layer, inputs, _: found.append((layer, inputs[0].shape)))
    height, width, channels = shape
    with torch.no_grad():
        model.eval()(torch.zeros(plan.batch_size, channels, height, width))
    return found


def _fastest(layer: nn.Module, size: torch.Size, first: bool) -> Callable[[], object]:
    formats = FORMATS if isinstance(layer, nn.Conv2d) else FORMATS[:1]
    return min((_product(layer, size, first, memory) for memory in formats), key=_seconds)


def _product(layer: nn.Module, size: torch.Size, first: bool, memory: torch.memory_format) -> Callable[[], object]:
    def laid_out(values: Tensor) -> Tensor:
        return values.detach().contiguous(memory_format=memory) if values.dim() == 4 else values.detach()

    images = laid_out(torch.randn(size)).requires_grad_(not first)
    weight = laid_out(layer.weight).requires_grad_()
    wanted = (weight,) if first else (images, weight)

    def forward() -> Tensor:
        if isinstance(layer, nn.Conv2d):
            return nn.functional.conv2d(images, weight, None, layer.stride, layer.padding, layer.dilation, layer.groups)
        return nn.functional.linear(images, weight)

    gradient = laid_out(torch.randn(forward().shape))
    return lambda: torch.autograd.grad(forward(), wanted, gradient)


def _seconds(product: Callable[[], object]) -> float:
    return min(timeit.repeat(product, number=1, repeat=TRIES))
