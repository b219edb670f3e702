"""A slow, plain NumPy network as a reference for the frameworks: written from the definitions, without code of clsf.

`forward` computes a row of layer specs; `gradients` differentiates it by the complex step, which takes no difference, so
nothing cancels: f'(x) = Im f(x + ih) / h, exact to rounding for h = 1e-30 (Squire & Trapp 1998, doi:10.1137/S003614459631241X).
Therefore everything here works on complex numbers and compares real parts only.

The optimizers follow keras/src/optimizers (3.15), float32 detours included.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import ceil

import numpy as np

from clsf.model import layers as kinds
from clsf.model.branches import Multiply, Parallel, Residual

Weights = dict[str, np.ndarray]
H = 1e-30


class Forward:
    """One pass through a model. After a training pass, `moved` holds the new moving means and variances by name."""

    def __init__(self, layers: tuple, weights: Weights, training: bool = False, masks: dict[str, np.ndarray] | None = None):
        self.layers, self.weights, self.training, self.masks = layers, weights, training, masks or {}
        self.moved: Weights = {}

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self._row(self.layers, x, "")

    def _row(self, row: tuple, x: np.ndarray, prefix: str) -> np.ndarray:
        for position, layer in enumerate(row, start=1):
            x = self._layer(layer, x, f"{prefix}{position}")
        return x

    def _layer(self, layer: object, x: np.ndarray, path: str) -> np.ndarray:
        w = {name.removeprefix(f"{path}."): array for name, array in self.weights.items() if name.startswith(f"{path}.")}
        match layer:
            case Residual():
                return self._row(layer.layers, x, f"{path}.body.") + self._row(layer.shortcut, x, f"{path}.shortcut.")
            case Multiply():
                gate, image = self._row(layer.layers, x, f"{path}.body."), self._row(layer.shortcut, x, f"{path}.shortcut.")
                return image * (gate[:, None, None] if gate.ndim < image.ndim else gate)
            case Parallel():
                ends = [self._row(row, x, f"{path}.branch{n}.") for n, row in enumerate(layer.branches, start=1)]
                return np.concatenate(ends, axis=-1)
            case kinds.Conv2D():
                windows = sliding(x, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding, 0.0)
                parts = zip(*(np.split(a, layer.groups, axis=-1) for a in (windows, w["kernel"])), strict=True)
                y = np.concatenate([np.einsum("ijbhwc,ijcf->bhwf", a, k) for a, k in parts], axis=-1)
                return activation(layer.activation, y + w.get("bias", 0.0))
            case kinds.DepthwiseConv2D():
                windows = sliding(x, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding, 0.0)
                y = np.einsum("ijbhwc,ijcm->bhwcm", windows, w["depthwise_kernel"])
                return activation(layer.activation, y.reshape(*y.shape[:3], -1) + w.get("bias", 0.0))
            case kinds.SeparableConv2D():
                windows = sliding(x, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding, 0.0)
                y = np.einsum("ijbhwc,ijcm->bhwcm", windows, w["depthwise_kernel"])
                y = y.reshape(*y.shape[:3], -1) @ w["pointwise_kernel"][0, 0]
                return activation(layer.activation, y + w.get("bias", 0.0))
            case kinds.MaxPool2D():
                windows = sliding(x, layer.pool_size, layer.strides or layer.pool_size, 1, layer.padding, -np.inf)
                flat = windows.reshape(-1, *windows.shape[2:])
                return np.take_along_axis(flat, flat.real.argmax(axis=0)[None], axis=0)[0]
            case kinds.AveragePool2D():
                stride = layer.strides or layer.pool_size
                windows = sliding(x, layer.pool_size, stride, 1, layer.padding, 0.0)
                inside = sliding(np.ones(x.shape), layer.pool_size, stride, 1, layer.padding, 0.0)
                return windows.sum(axis=(0, 1)) / inside.sum(axis=(0, 1))
            case kinds.GlobalAveragePool2D():
                return x.mean(axis=(1, 2))
            case kinds.GlobalMaxPool2D():
                flat = x.reshape(len(x), -1, x.shape[-1])
                return np.take_along_axis(flat, flat.real.argmax(axis=1)[:, None], axis=1)[:, 0]
            case kinds.ZeroPadding2D():
                return np.pad(x, ((0, 0), (layer.top, layer.bottom), (layer.left, layer.right), (0, 0)))
            case kinds.ChannelShuffle():
                return np.concatenate(
                    [x[..., start :: x.shape[-1] // layer.groups] for start in range(x.shape[-1] // layer.groups)], axis=-1
                )
            case kinds.Permute():
                return np.moveaxis(x, [1 + "hwc".index(letter) for letter in layer.order], [1, 2, 3])
            case kinds.Reshape():
                return x.reshape(
                    len(x), *(-1 if side is None else side for side in (layer.height, layer.width, layer.channels))
                )
            case kinds.Dense():
                return activation(layer.activation, x @ w["kernel"] + w.get("bias", 0.0))
            case kinds.Flatten():
                return x.reshape(len(x), -1)
            case kinds.Dropping():
                return x * self.masks[path] / (1 - layer.rate) if self.training and path in self.masks else x
            case kinds.BatchNorm():
                return self._batch_norm(layer, x, w, path)
            case kinds.LayerNormalization():
                axes = (1, 2, 3) if layer.axis == "image" else (-1,)
                return standardised(x, axes, layer.epsilon) * w["gamma"] + w["beta"]
            case kinds.GroupNormalization():
                parts = x.reshape(len(x), -1, layer.groups, x.shape[-1] // layer.groups)
                return standardised(parts, (1, 3), layer.epsilon).reshape(x.shape) * w["gamma"] + w["beta"]
            case kinds.LocalResponseNormalization():
                near = np.abs(np.subtract.outer(np.arange(x.shape[-1]), np.arange(x.shape[-1]))) <= layer.depth_radius
                return x / (layer.bias + layer.alpha * (x**2 @ near)) ** layer.beta
            case kinds.PReLU():
                return np.where(x.real > 0, x, np.where(x.real < 0, w["alpha"] * x, 0))
            case kinds.Activation():
                return activation(layer.name, x)
        raise TypeError(type(layer).__name__)

    def _batch_norm(self, layer: kinds.BatchNorm, x: np.ndarray, w: Weights, path: str) -> np.ndarray:
        mean, variance = w["moving_mean"], w["moving_variance"]
        if self.training:
            axes = tuple(range(x.ndim - 1))
            keep = layer.momentum
            old_mean, old_variance = mean, variance
            mean = x.mean(axis=axes)
            variance = ((x - mean) ** 2).mean(axis=axes)
            self.moved[f"{path}.moving_mean"] = (keep * old_mean + (1 - keep) * mean).real
            self.moved[f"{path}.moving_variance"] = (keep * old_variance + (1 - keep) * variance).real
        return (x - mean) / np.sqrt(variance + layer.epsilon) * w["gamma"] + w["beta"]


def standardised(x: np.ndarray, axes: tuple[int, ...], epsilon: float) -> np.ndarray:
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(axis=axes, keepdims=True) + epsilon)


def sliding(x: np.ndarray, size: object, stride: object, dilation: object, padding: str, fill: float) -> np.ndarray:
    """Return what each cell of a window sees: (size, size, batch, out height, out width, channels). One number means both."""
    size, stride, dilation = ((value, value) if isinstance(value, int) else value for value in (size, stride, dilation))
    axes = range(2)
    reach = [(size[n] - 1) * dilation[n] + 1 for n in axes]
    if padding == "same":
        pads = []
        for n in axes:
            cells = max((ceil(x.shape[1 + n] / stride[n]) - 1) * stride[n] + reach[n] - x.shape[1 + n], 0)
            pads.append((cells // 2, cells - cells // 2))
        x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    out = [(x.shape[1 + n] - reach[n]) // stride[n] + 1 for n in axes]
    windows = np.empty((*size, len(x), *out, x.shape[3]), x.dtype)
    for at in np.ndindex(*size):
        rows, columns = (
            slice(at[n] * dilation[n], at[n] * dilation[n] + (out[n] - 1) * stride[n] + 1, stride[n]) for n in axes
        )
        windows[at] = x[:, rows, columns]
    return windows


def activation(name: str, x: np.ndarray) -> np.ndarray:
    match name:
        case "linear":
            return x
        case "relu":
            return np.where(x.real > 0, x, 0)
        case "leaky_relu":
            return np.where(x.real > 0, x, float32(0.01) * x)  # TensorFlow's LeakyRelu keeps its slope in float32
        case "sigmoid":
            return 1 / (1 + np.exp(-x))
        case "tanh":
            return np.tanh(x)
        case "gelu":
            return x * (1 + _erf(x / math.sqrt(2))) / 2
        case "relu6":
            return np.where(x.real > 0, np.where(x.real < 6, x, 6), 0)
        case "silu":
            return x / (1 + np.exp(-x))
        case "hard_swish":
            return x * np.where(x.real > -3, np.where(x.real < 3, x / 6 + 0.5, 1), 0)
        case "elu":
            return np.where(x.real > 0, x, np.exp(x) - 1)
        case "selu":
            return 1.0507009873554805 * np.where(x.real > 0, x, 1.6732632423543772 * (np.exp(x) - 1))
        case "softplus":
            return np.log(1 + np.exp(x))
        case "softmax":
            e = np.exp(x - x.real.max(axis=-1, keepdims=True))
            return e / e.sum(axis=-1, keepdims=True)
    raise ValueError(name)


def _erf(x: np.ndarray) -> np.ndarray:
    value = np.vectorize(math.erf)(x.real)
    if not np.iscomplexobj(x):
        return value
    return value + 1j * x.imag * 2 / math.sqrt(math.pi) * np.exp(-(x.real**2))  # its derivative times the small step


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each image, in nats."""
    shifted = logits - logits.real.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]


def gradients(loss: Callable[[Weights], complex], weights: Weights, names: list[str]) -> Weights:
    """Return the derivative of `loss` with respect to every number of the named weights."""
    result = {}
    for name in names:
        gradient = np.empty(weights[name].shape)
        for at in np.ndindex(gradient.shape):
            stepped = weights[name].astype(complex)
            stepped[at] += 1j * H
            gradient[at] = loss(weights | {name: stepped}).imag / H
        result[name] = gradient
    return result


def float32(value: float) -> float:
    return float(np.float32(value))


class Rule:
    """Keras' rule of an optimizer, for all weights of a model."""

    def __init__(self, name: str, learning_rate: float) -> None:
        self.name, self.rate, self.steps = name, float32(learning_rate), 0
        self.state: dict[str, list[np.ndarray]] = {}

    def apply(self, weights: Weights, slopes: Weights) -> Weights:
        """Return the weights after one update."""
        self.steps += 1
        return weights | {name: self._one(name, weights[name], g) for name, g in slopes.items()}

    def _one(self, weight: str, p: np.ndarray, g: np.ndarray) -> np.ndarray:
        lr, t, epsilon = self.rate, self.steps, 1e-7
        first = float32(0.1) if self.name == "adagrad" else 0.0
        a, b = self.state.setdefault(weight, [np.full_like(p, first), np.zeros_like(p)])
        match self.name:
            case "sgd":
                p = p - lr * g
            case "momentum":
                a = float32(0.9) * a - lr * g
                p = p + a
            case "nesterov":
                a = float32(0.9) * a - lr * g
                p = p + float32(0.9) * a - lr * g
            case "adagrad":
                a = a + g**2
                p = p - lr * g / np.sqrt(a + epsilon)
            case "adadelta":
                a = 0.95 * a + (1 - 0.95) * g**2
                d = -np.sqrt(b + epsilon) * g / np.sqrt(a + epsilon)
                b = 0.95 * b + (1 - 0.95) * d**2
                p = p + lr * d
            case "rmsprop":
                a = 0.9 * a + (1 - 0.9) * g**2
                p = p - lr * g / np.sqrt(a + epsilon)
            case "adam":
                a = a + (g - a) * (1 - 0.9)
                b = b + (g**2 - b) * (1 - 0.999)
                alpha = lr * math.sqrt(1 - float32(0.999) ** t) / (1 - float32(0.9) ** t)
                p = p - alpha * a / (np.sqrt(b) + epsilon)
            case "adamw":  # Keras applies weight decay first
                p = p - p * float32(0.004) * lr
                a = a + (g - a) * (1 - 0.9)
                b = b + (g**2 - b) * (1 - 0.999)
                alpha = lr * math.sqrt(1 - float32(0.999) ** t) / (1 - float32(0.9) ** t)
                p = p - alpha * a / (np.sqrt(b) + epsilon)
            case "adamax":
                a = a + (g - a) * (1 - 0.9)
                b = np.maximum(0.999 * b, np.abs(g))
                p = p - lr * a / ((1 - float32(0.9) ** t) * (b + epsilon))
            case "nadam":
                keep_1, keep_2 = float32(0.9), float32(0.999)
                now, following = (keep_1 * (1 - 0.5 * float32(0.96) ** at) for at in (t, t + 1))
                product = math.prod(0.9 * (1 - 0.5 * 0.96**at) for at in range(1, t + 1))
                a = a + (g - a) * (1 - keep_1)
                b = b + (g**2 - b) * (1 - keep_2)
                ahead = following * a / (1 - product * following) + (1 - now) * g / (1 - product)
                p = p - lr * ahead / (np.sqrt(b / (1 - keep_2**t)) + epsilon)
        self.state[weight] = [a, b]
        return p


class Training:
    """A model that learns step by step, in plain NumPy."""

    def __init__(self, layers: tuple, weights: Weights, trainable: list[str], rule: Rule, l2: float = 0.0) -> None:
        self.layers, self.weights, self.trainable, self.rule, self.l2 = layers, weights, trainable, rule, l2

    def step(self, x: np.ndarray, labels: np.ndarray, masks: dict[str, np.ndarray] | None = None) -> tuple[float, int, float]:
        """Take one step; return loss and right answers before the step, and the norm of the gradient."""
        forward = Forward(self.layers, self.weights, training=True, masks=masks)
        logits = forward(x)
        slopes = gradients(
            lambda w: cross_entropy(Forward(self.layers, w, training=True, masks=masks)(x), labels).mean() + self.penalty(w),
            self.weights,
            self.trainable,
        )
        self.weights = self.rule.apply(self.weights, slopes) | forward.moved
        norm = math.sqrt(sum((g**2).sum() for g in slopes.values()))
        return float(cross_entropy(logits, labels).mean()), int((logits.argmax(axis=1) == labels).sum()), norm

    def penalty(self, weights: Weights) -> complex:
        return self.l2 * sum((w**2).sum() for name, w in weights.items() if name.endswith("kernel")) if self.l2 else 0.0
