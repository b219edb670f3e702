"""The layers that torch lacks in the form that the spec defines. Images are (batch, channels, height, width) in here."""

from __future__ import annotations

from functools import reduce

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clsf.model.layers import LEAKY_SLOPE

_SLOPE = float(np.float32(LEAKY_SLOPE))  # TensorFlow's LeakyRelu keeps its slope in float32, whatever the dtype: followed


def activation(name: str):
    """Return the function of that name; softmax is over channels, which are the second axis here."""
    return {
        "linear": lambda x: x,
        "relu": torch.relu,
        "leaky_relu": lambda x: F.leaky_relu(x, _SLOPE),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu": F.gelu,
        "relu6": F.relu6,
        "silu": F.silu,
        "hard_swish": F.hardswish,
        "elu": F.elu,
        "selu": _selu,
        "softplus": lambda x: F.softplus(x, threshold=40),  # by default it is x itself from 20 on, which misses by 2e-9
        "softmax": lambda x: torch.softmax(x, dim=1),
    }[name]


def applied_to_new(name: str):
    """Return `activation(name)` for a tensor without other uses, such as a convolution's output: computed in place where torch can.

    The numbers are the same; a step on images of 32×32×3 is 2 % shorter, because it writes to less memory.
    """
    return torch.relu_ if name == "relu" else activation(name)


def _selu(x: Tensor) -> Tensor:
    """Apply the formula of F.selu with TensorFlow's slope at exactly 0, that of the positive side; F.selu has that of the negative side.

    A border of an image that is black everywhere puts a whole channel at 0. Source: SeluGrad in
    tensorflow/core/kernels/relu_op_functor.h. Constants: Klambauer et al. 2017, arXiv:1706.02515.
    """
    below = _SELU_ALPHA * torch.expm1(x.clamp(max=0))
    return _SELU_SCALE * torch.where(x < 0, below, x)


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


class Convolution(nn.Module):
    """nn.Conv2d with Keras' padding "same", which torch refuses with strides: an odd cell goes to the right and the bottom."""

    def __init__(self, conv: nn.Conv2d, pads: tuple[int, int, int, int], function: str) -> None:
        super().__init__()
        left, right, top, bottom = pads
        if left == right and top == bottom:  # torch's own padding is symmetric, and faster
            conv.padding, pads = (top, left), (0, 0, 0, 0)
        self.conv, self.pads, self.function = conv, pads, applied_to_new(function)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.conv(F.pad(x, self.pads) if any(self.pads) else x))


class Separable(nn.Module):
    """A depthwise convolution followed by a pointwise one."""

    def __init__(self, depthwise: Convolution, pointwise: Convolution) -> None:
        super().__init__()
        self.depthwise, self.pointwise = depthwise, pointwise

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(x))


class Pool(nn.Module):
    """Max or average pooling with Keras' padding "same": padded cells never win, and are left out of a mean."""

    def __init__(self, function: str, size: tuple[int, int], stride: tuple[int, int], pads: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.function, self.size, self.stride, self.pads = function, size, stride, pads

    def forward(self, x: Tensor) -> Tensor:
        if self.function == "max_pool2d":
            x = F.pad(x, self.pads, value=-torch.inf) if any(self.pads) else x
            return F.max_pool2d(x, self.size, self.stride)
        if not any(self.pads):
            return F.avg_pool2d(x, self.size, self.stride)
        sums = F.avg_pool2d(F.pad(x, self.pads), self.size, self.stride, divisor_override=1)
        ones = F.pad(torch.ones_like(x[:1, :1]), self.pads)
        return sums / F.avg_pool2d(ones, self.size, self.stride, divisor_override=1)


class KerasOrder(nn.Module):
    """Flattened row, column, channel, as Keras does; torch's own order would be channel, row, column."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).flatten(1) if x.ndim == 4 else x  # (b, c, h, w) -> (b, h * w * c)


class GlobalPool(nn.Module):
    """The mean or the maximum ("amax") of each channel."""

    def __init__(self, function: str) -> None:
        super().__init__()
        self.function = getattr(torch, function)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, dim=(2, 3))  # (b, c, h, w) -> (b, c)


class Linear(nn.Module):
    """nn.Linear and an activation."""

    def __init__(self, linear: nn.Linear, function: str) -> None:
        super().__init__()
        self.linear, self.function = linear, applied_to_new(function)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.linear(x))


class Function(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.function = activation(name)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class AlignedNorm(nn.Module):
    """Batch normalisation by Keras' rule.

    moving = momentum * moving + (1 - momentum) * batch, with the biased variance of the batch; torch's own layer calls
    1 - momentum its momentum and keeps the unbiased variance. Source: keras/src/layers/normalization/batch_normalization.py

    While training in float64, what equals its mean becomes exactly 0, which changes nothing but rounding: see the twin.
    """

    def __init__(self, features: int, momentum: float, epsilon: float, dtype: torch.dtype, unbiased: bool = False) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.correction = 1 if unbiased else 0  # 1: the difference "bn-variance"
        self.still = False  # frozen: as at evaluation, also while training
        self.gamma = nn.Parameter(torch.ones(features, dtype=dtype))
        self.beta = nn.Parameter(torch.zeros(features, dtype=dtype))
        self.register_buffer("moving_mean", torch.zeros(features, dtype=dtype))
        self.register_buffer("moving_variance", torch.ones(features, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.still:
            return F.batch_norm(x, self.moving_mean, self.moving_variance, self.gamma, self.beta, False, 0.0, self.epsilon)
        axes = [d for d in range(x.ndim) if d != 1]
        if x.dtype == torch.float64:
            return self._exact(x, axes)
        with torch.no_grad():
            variance, mean = torch.var_mean(x, dim=axes, correction=self.correction)
            self._move(mean, variance)
        # Not F.batch_norm, which refuses a last batch of one flat vector; Keras makes beta of it, and so does this.
        return torch.batch_norm(x, self.gamma, self.beta, None, None, True, 0.0, self.epsilon, torch.backends.cudnn.enabled)

    def _exact(self, x: Tensor, axes: list[int]) -> Tensor:
        each = (-1, *(1,) * (x.ndim - 2))  # (channels, 1, 1), or (features,)
        centred, mean = centre(x, axes)
        variance = centred.square().mean(axes)
        with torch.no_grad():
            count = x.numel() / x.shape[1]
            self._move(mean, variance * count / (count - 1) if self.correction else variance)
        return centred * (torch.rsqrt(variance + self.epsilon) * self.gamma).view(each) + self.beta.view(each)

    def _move(self, mean: Tensor, variance: Tensor) -> None:
        self.moving_mean.mul_(self.momentum).add_(mean * (1 - self.momentum))
        self.moving_variance.mul_(self.momentum).add_(variance * (1 - self.momentum))


RESIDUE = 2.0**-46
"""See the twin."""


def centre(x: Tensor, axes: list[int]) -> tuple[Tensor, Tensor]:
    """Return x minus its mean over some axes, exactly 0 where x equals it, and that mean without these axes. See the twin."""
    first = x.detach()[tuple(slice(0, 1) if axis in axes else slice(None) for axis in range(x.ndim))]
    x = x - first
    mean = x.mean(axes, keepdim=True)
    centred = x - mean
    with torch.no_grad():
        residue = RESIDUE * x.abs().amax(axes, keepdim=True)
        rounding = torch.where(centred.abs() <= residue, centred, torch.zeros_like(centred))
    return centred - rounding, (mean + first).squeeze(axes)


class OneImageNorm(nn.Module):
    """Layer and group normalisation: the channels of each image in `groups`, each normalised as a whole, or pixel by pixel (0).

    `shape`: that of gamma and beta, (channels,) or (channels, height, width). In float64 as batch normalisation.
    """

    def __init__(self, groups: int, shape: tuple[int, ...], epsilon: float, dtype: torch.dtype) -> None:
        super().__init__()
        self.groups, self.epsilon = groups, epsilon
        self.gamma = nn.Parameter(torch.ones(shape, dtype=dtype))
        self.beta = nn.Parameter(torch.zeros(shape, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype == torch.float64:
            return self._exact(x)
        if self.groups:
            if self.gamma.ndim == 1:
                # Not F.group_norm, which refuses groups of one value in a batch of one image.
                return torch.group_norm(x, self.groups, self.gamma, self.beta, self.epsilon, torch.backends.cudnn.enabled)
            return F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, self.epsilon)
        if x.ndim == 2:
            return F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, self.epsilon)
        moved = F.layer_norm(x.permute(0, 2, 3, 1), self.gamma.shape, self.gamma, self.beta, self.epsilon)
        return moved.permute(0, 3, 1, 2)  # (b, h, w, c) -> (b, c, h, w)

    def _exact(self, x: Tensor) -> Tensor:
        parts = x.unflatten(1, (max(self.groups, 1), -1))  # (b, groups, channels of a group, h, w)
        centred, _ = centre(parts, [*range(2, parts.ndim)] if self.groups else [2])
        variance = centred.square().mean([*range(2, parts.ndim)] if self.groups else [2], keepdim=True)
        y = (centred * torch.rsqrt(variance + self.epsilon)).flatten(1, 2)
        each = self.gamma.shape if self.gamma.ndim > 1 else (-1, *(1,) * (x.ndim - 2))
        return y * self.gamma.view(each) + self.beta.view(each)


class Slopes(nn.Module):
    """Learned slopes below 0 by Keras' rule: at exactly 0 neither x nor its slope has a gradient; torch's own has the slope there."""

    def __init__(self, shape: tuple[int, ...], dtype: torch.dtype) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(shape, dtype=dtype))  # (channels,), (1,), or (channels, height, width)

    def forward(self, x: Tensor) -> Tensor:
        each = self.alpha.shape if self.alpha.ndim > 1 else (-1, *(1,) * (x.ndim - 2))
        return torch.relu(x) - self.alpha.view(each) * torch.relu(-x)


class MaskedDropout(nn.Module):
    """A dropout layer with a given mask: uint8 (batch, …) in the agreed layout, 1 keeps. The training step sets `mask`.

    Without a mask it draws one itself by `function` while training; `always`: at evaluation too, as a forgotten switch would.
    """

    def __init__(self, rate: float, always: bool = False, function: str = "dropout") -> None:
        super().__init__()
        self.rate, self.scale, self.always = rate, 1 / (1 - rate), always
        self.draw = getattr(F, function)
        self.mask: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return self.draw(x, self.rate) if self.always else x
        if self.mask is None:
            return self.draw(x, self.rate)
        mask = self.mask.permute(0, 3, 1, 2) if x.ndim == 4 else self.mask  # (b, h, w, c) -> (b, c, h, w)
        return x * mask.to(x.dtype) * self.scale


class Merge(nn.Module):
    """Several rows of layers whose outputs are combined: sum or product, or, without a sign, concatenated along the channels.

    An empty row is the identity. One number per channel (b, c) multiplies the whole channel of an image.
    """

    def __init__(self, rows: list[nn.Module], sign: str) -> None:
        super().__init__()
        self.rows, self.sign = nn.ModuleList(rows), sign

    def forward(self, x: Tensor) -> Tensor:
        ends = [row(x) for row in self.rows]
        if not self.sign:
            return torch.cat(ends, dim=1)
        most = max(end.ndim for end in ends)
        return reduce(_MERGES[self.sign], [end[(..., *(None,) * (most - end.ndim))] for end in ends])


_MERGES = {"+": torch.add, "*": torch.mul}


class Mixed(nn.Module):
    """A model under autocast: matrix products and convolutions in bfloat16, sensitive operations and the output in float32."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16):
            return self.model(x).float()
