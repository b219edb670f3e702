"""The plain layers: frozen values that say by arithmetic alone what comes out, what is learned and what it costs.

Every layer answers the same questions about the shape it receives (no batch axis):

    out_shape(shape)      the shape that comes out; SpecError in words if it can't take what it receives
    weights(shape)        the arrays it holds, in the agreed layout
    multiply_adds(shape)  multiplications followed by an addition, per image, forward. Convolutions and dense layers
                          count; adding a bias, pooling, normalising and activations count as 0, as is customary
    window()              how far one output cell looks back, for the receptive field

`strides` and `kernel_size` are one number for both directions. Names are those of Keras where both frameworks differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal, get_args

from clsf import checks
from clsf.checks import field
from clsf.errors import SpecError
from clsf.model.shapes import (
    EVERYTHING,
    Padding,
    Shape,
    Weight,
    Window,
    flat_features,
    image_shape,
    slide_image,
)

ActivationName = Literal["linear", "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "softmax"]
ACTIVATIONS: tuple[str, ...] = get_args(ActivationName)

LEAKY_SLOPE = 0.01
"""Slope of leaky_relu below zero (Maas et al. 2013). Keras' function has 0.2 and its layer 0.3; torch has 0.01: we say it."""

MAX_WIDTH = 65_536  # filters, units
MAX_WINDOW = 64  # kernel_size, pool_size


@dataclass(frozen=True, slots=True)
class Conv2D:
    """Slide square kernels over an image; each of the `filters` kernels writes one output channel.

    Shape:   (h, w, c) -> (h', w', filters); same: h' = ceil(h / strides), valid: h' = floor((h - k) / strides) + 1
             with k = dilation_rate * (kernel_size - 1) + 1
    Learned: filters * (kernel_size² * c + 1), the 1 being each filter's bias
    Raises:  SpecError if a "valid" kernel is larger than the image
    Source:  Dumoulin & Visin 2016, arXiv:1603.07285
    """

    filters: int
    kernel_size: int = 3
    strides: int = 1
    padding: Padding = "valid"
    dilation_rate: int = 1
    activation: ActivationName = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        checks.whole(SpecError, field("filters"), self.filters, 1, MAX_WIDTH)
        _check_window(self, "kernel_size")
        _check_convolution(self)

    @property
    def reach(self) -> int:
        """Side of the square that one kernel covers, gaps of the dilation included."""
        return self.dilation_rate * (self.kernel_size - 1) + 1

    def out_shape(self, shape: Shape) -> Shape:
        h, w, _ = slide_image(shape, self.reach, self.strides, self.padding, "kernel")
        return h, w, self.filters

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        area, c = self.kernel_size**2, image_shape(shape)[2]
        fans = {"fan_in": area * c, "fan_out": area * self.filters}
        kernel = Weight("kernel", (self.kernel_size, self.kernel_size, c, self.filters), **fans)
        return (kernel, Weight("bias", (self.filters,), **fans)) if self.use_bias else (kernel,)

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.out_shape(shape)) * self.kernel_size**2 * image_shape(shape)[2]

    def window(self) -> Window:
        return Window(self.reach, self.strides)


@dataclass(frozen=True, slots=True)
class DepthwiseConv2D:
    """Slide `depth_multiplier` kernels over each channel by itself; channels are not mixed.

    Shape:   (h, w, c) -> (h', w', c * depth_multiplier), h' and w' as Conv2D
    Learned: c * depth_multiplier * (kernel_size² + 1)
    Raises:  SpecError if a "valid" kernel is larger than the image
    Source:  Howard et al. 2017, arXiv:1704.04861
    """

    kernel_size: int = 3
    strides: int = 1
    padding: Padding = "valid"
    depth_multiplier: int = 1
    dilation_rate: int = 1
    activation: ActivationName = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        checks.whole(SpecError, field("depth_multiplier"), self.depth_multiplier, 1, 64)
        _check_window(self, "kernel_size")
        _check_convolution(self)

    @property
    def reach(self) -> int:
        """Side of the square that one kernel covers, gaps of the dilation included."""
        return self.dilation_rate * (self.kernel_size - 1) + 1

    def out_shape(self, shape: Shape) -> Shape:
        h, w, c = slide_image(shape, self.reach, self.strides, self.padding, "kernel")
        return h, w, c * self.depth_multiplier

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        area, c = self.kernel_size**2, image_shape(shape)[2]
        # Each kernel sees one input channel: torch's fan-in. Keras' scheme counts all c; see clsf.backends.initial.
        fans = {"fan_in": area, "fan_out": area * self.depth_multiplier}
        kernel = Weight("depthwise_kernel", (self.kernel_size, self.kernel_size, c, self.depth_multiplier), **fans)
        return (kernel, Weight("bias", (c * self.depth_multiplier,), **fans)) if self.use_bias else (kernel,)

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.out_shape(shape)) * self.kernel_size**2

    def window(self) -> Window:
        return Window(self.reach, self.strides)


@dataclass(frozen=True, slots=True)
class MaxPool2D:
    """Keep the largest value of each window, channel by channel. Padding never wins: it counts as minus infinity.

    Shape:  (h, w, c) -> (h', w', c), h' and w' as Conv2D with kernel_size = pool_size; strides = None means pool_size
    Raises: SpecError if a "valid" window is larger than the image
    """

    pool_size: int = 2
    strides: int | None = None
    padding: Padding = "valid"

    def __post_init__(self) -> None:
        _check_window(self, "pool_size")

    def out_shape(self, shape: Shape) -> Shape:
        return slide_image(shape, self.pool_size, self.strides or self.pool_size, self.padding, "window")

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def window(self) -> Window:
        return Window(self.pool_size, self.strides or self.pool_size)


@dataclass(frozen=True, slots=True)
class AveragePool2D:
    """Keep the mean of each window, channel by channel. Padding is left out of the mean, as in TensorFlow.

    Shape:  (h, w, c) -> (h', w', c), h' and w' as Conv2D with kernel_size = pool_size; strides = None means pool_size
    Raises: SpecError if a "valid" window is larger than the image
    """

    pool_size: int = 2
    strides: int | None = None
    padding: Padding = "valid"

    def __post_init__(self) -> None:
        _check_window(self, "pool_size")

    def out_shape(self, shape: Shape) -> Shape:
        return slide_image(shape, self.pool_size, self.strides or self.pool_size, self.padding, "window")

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def window(self) -> Window:
        return Window(self.pool_size, self.strides or self.pool_size)


@dataclass(frozen=True, slots=True)
class GlobalAveragePool2D:
    """Keep the mean of each channel over the whole image. Shape: (h, w, c) -> (c,). Source: Lin et al. 2013, arXiv:1312.4400"""

    def out_shape(self, shape: Shape) -> Shape:
        return (image_shape(shape)[2],)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def window(self) -> None:
        return EVERYTHING


@dataclass(frozen=True, slots=True)
class Dense:
    """Connect every input with every unit. Shape: (n,) -> (units,). Learned: units * (n + 1). Raises SpecError on an image."""

    units: int
    activation: ActivationName = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        checks.whole(SpecError, field("units"), self.units, 1, MAX_WIDTH)
        _check_activation(self)
        _check_flag(self, "use_bias")

    def out_shape(self, shape: Shape) -> Shape:
        flat_features(shape)
        return (self.units,)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        n = flat_features(shape)
        kernel = Weight("kernel", (n, self.units), fan_in=n, fan_out=self.units)
        bias = Weight("bias", (self.units,), fan_in=n, fan_out=self.units)
        return (kernel, bias) if self.use_bias else (kernel,)

    def multiply_adds(self, shape: Shape) -> int:
        return flat_features(shape) * self.units

    def window(self) -> None:
        return EVERYTHING


@dataclass(frozen=True, slots=True)
class Flatten:
    """Lay an image out as one vector, row by row, column by column, channel by channel. Shape: (h, w, c) -> (h*w*c,)."""

    def out_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def window(self) -> Window:
        return Window()


@dataclass(frozen=True, slots=True)
class Dropout:
    """While training, set each value to 0 with probability `rate` and divide the others by 1 - rate; else do nothing.

    Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html (in its inverted form)
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.rate, bool) or not isinstance(self.rate, int | float) or not 0 <= self.rate < 1:
            raise SpecError(
                "{what} is {value}, but must be at least 0 and below 1: the share of values set to 0 while training.",
                what=field("rate"), value=checks.shown(self.rate),
            )  # fmt: skip

    def out_shape(self, shape: Shape) -> Shape:
        return shape

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def window(self) -> Window:
        return Window()


@dataclass(frozen=True, slots=True)
class BatchNorm:
    """Bring each channel to mean 0 and variance 1 over the batch, then scale by gamma and shift by beta.

    Learned: 2 * c; kept besides, not learned: 2 * c (moving mean and variance, used outside training)
    Rule:    moving = momentum * moving + (1 - momentum) * batch, with the biased variance of the batch: Keras' rule,
             followed by both frameworks here. torch calls 1 - momentum its momentum, and takes the unbiased variance
    Source:  Ioffe & Szegedy 2015, arXiv:1502.03167; defaults of keras.layers.BatchNormalization
    """

    momentum: float = 0.99
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        if isinstance(self.momentum, bool) or not isinstance(self.momentum, int | float) or not 0 <= self.momentum < 1:
            raise SpecError(
                "{what} is {value}, but must be at least 0 and below 1: the share of the old moving mean that is kept.",
                what=field("momentum"), value=checks.shown(self.momentum),
            )  # fmt: skip
        checks.number(SpecError, field("epsilon"), self.epsilon, 0, 1)

    def out_shape(self, shape: Shape) -> Shape:
        return shape

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        c = (shape[-1],)
        return (
            Weight("gamma", c),
            Weight("beta", c),
            Weight("moving_mean", c, trainable=False),
            Weight("moving_variance", c, trainable=False),
        )

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def window(self) -> Window:
        return Window()


@dataclass(frozen=True, slots=True)
class Activation:
    """Apply one function to every value (softmax: over the last axis). gelu is the exact one, with erf."""

    name: ActivationName = "relu"

    def __post_init__(self) -> None:
        checks.known(SpecError, field("activation"), self.name, ACTIVATIONS)

    def out_shape(self, shape: Shape) -> Shape:
        return shape

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        return 0

    def window(self) -> Window:
        return Window()


def _check_window(layer: object, name: str) -> None:
    checks.whole(SpecError, field(name), getattr(layer, name), 1, MAX_WINDOW)
    if layer.strides is not None or name == "kernel_size":
        checks.whole(SpecError, field("strides"), layer.strides, 1, MAX_WINDOW)
    checks.one_of(SpecError, field("padding"), layer.padding, ("valid", "same"))


def _check_convolution(layer: Conv2D | DepthwiseConv2D) -> None:
    checks.whole(SpecError, field("dilation_rate"), layer.dilation_rate, 1, MAX_WINDOW)
    if layer.dilation_rate > 1 and layer.strides > 1:
        raise SpecError(
            "strides is {strides} and dilation_rate is {dilation}, but Keras refuses both above 1 together; set one of them to 1.",
            strides=layer.strides, dilation=layer.dilation_rate,
        )  # fmt: skip
    _check_activation(layer)
    _check_flag(layer, "use_bias")


def _check_activation(layer: Conv2D | DepthwiseConv2D | Dense) -> None:
    checks.known(SpecError, field("activation"), layer.activation, ACTIVATIONS)


def _check_flag(layer: object, name: str) -> None:
    checks.one_of(SpecError, field(name), getattr(layer, name), (True, False))
