"""Convolutions: kernels that slide over an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Annotated, Any, ClassVar

from clsf.calls import Call
from clsf.errors import SpecError
from clsf.model.apis import Api, ApiStep, arg
from clsf.model.fields import Pair, Whole
from clsf.model.layers import activations, notes
from clsf.model.layers.activations import ActivationName
from clsf.model.layers.base import (
    MAX_WIDTH,
    MAX_WINDOW,
    Layer,
    Look,
    PaddingWord,
    Sliding,
    SquareStrides,
    Strides,
    UseBias,
    both,
    even,
    parameters,
)
from clsf.model.shapes import OneOrTwo, Shape, Weight, image_shape, one_or_two_text, sides_text
from clsf.words import Sentence, say, say_n

KernelSize = Annotated[OneOrTwo, Pair(1, MAX_WINDOW, few=11), say("Side of the kernel in pixels; 3×1: three high, one wide.")]
Dilation = Annotated[OneOrTwo, Pair(1, MAX_WINDOW, few=8), say("Gap between the kernel's cells, plus 1: it sees farther without more weights.")]  # fmt: skip

_SLIDES = (arg("strides", 1), arg("padding", "valid", back=str.lower))
_ENDS = (
    arg("activation", None, to=activations.argument, back=activations.named),
    arg("use_bias", True),
)


class Convolution(Sliding):
    """What convolutions share: a kernel, perhaps a bias, an activation."""

    __slots__ = ()

    SIDE: ClassVar = "kernel_size"
    WORD: ClassVar = "kernel"
    LETTER: ClassVar = "k"
    KERNELS: ClassVar = ("kernel",)

    TORCH: ClassVar = (
        Api(
            "nn.Conv2d", arg("in_channels", field=None, place=True), arg("out_channels", field=None, place=True),
            arg("kernel_size", always=True), arg("stride", 1, "strides"), arg("padding", 0, None), arg("dilation", 1, "dilation_rate"),
            arg("groups", 1, None), arg("bias", True, "use_bias"),
        ),
    )  # fmt: skip

    def agree(self) -> None:
        if max(self.gaps) > 1 and max(self.moves) > 1:
            raise SpecError(
                "strides is {strides} and dilation_rate is {dilation}, but Keras refuses both above 1 together; set one of them to 1.",
                strides=one_or_two_text(self.strides), dilation=one_or_two_text(self.dilation_rate),
            )  # fmt: skip

    def apart(self, channels: int) -> int:
        """Return the number of groups that the `channels` of the input are divided into."""
        return getattr(self, "groups", 1)

    def why(self, channels: int) -> Sentence:
        """Return the note for PyTorch's module."""
        return notes.in_channels(channels)

    def _weights(self, shape: Shape, out: int, kernel: Shape, fan_in: int, fan_out: int) -> tuple[Weight, ...]:
        fans = {"fan_in": fan_in, "fan_out": fan_out}
        kernels = Weight(self.KERNELS[0], kernel, **fans)
        return (kernels, Weight("bias", (out,), **fans)) if self.use_bias else (kernels,)

    def translated(self, channels: int) -> dict[str, object]:
        words = {"in_channels": channels, "out_channels": self.channels(channels), "padding": self.padding}
        return words | ({"groups": self.apart(channels)} if self.apart(channels) > 1 else {})

    def keras(self) -> tuple[ApiStep, ...]:
        return (ApiStep(self.KERAS.call(self), weights=True), *activations.keras_after(self.activation))

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        channels, pads, steps = shape[2], self.pads(shape), []
        groups = self.apart(channels)
        note = self.why(channels)
        padding: Any = 0
        if self.padding == "same" and self.moves == (1, 1) and all(reach % 2 == 1 for reach in self.reaches):
            padding = "same" if max(self.reaches) > 1 else 0
        elif even(pads):
            padding = both(pads)
            note = notes.symmetric_padding() if any(pads) else note
        else:
            why = notes.even_kernel(pads) if self.moves == (1, 1) else notes.uneven_padding(pads)
            steps = [ApiStep(Call("nn.ZeroPad2d", (pads,), note=why), f"F.pad({{x}}, {pads})", why, "_pad")]
        out = self.channels(channels)
        call = self.TORCH[0].call(self, note, in_channels=channels, out_channels=out, padding=padding, groups=groups)
        return (*steps, ApiStep(call, weights=True), *activations.torch_steps(self.activation))


@dataclass(frozen=True, slots=True)
class Conv2D(Convolution):
    """Slide kernels over an image; each of the `filters` kernels writes one output channel.

    Shape:   (h, w, c) -> (h', w', filters); same: h' = ceil(h / strides), valid: h' = floor((h - k) / strides) + 1
             with k = dilation_rate * (kernel_size - 1) + 1; each of the three is one number, or one for h and one for w
    Learned: filters * (kernel_size² * c + 1), the 1 being each filter's bias
    Raises:  SpecError if a "valid" kernel is larger than the image
    Source:  Dumoulin & Visin 2016, arXiv:1603.07285
    """

    role: ClassVar = "Convolution"
    LOOK: ClassVar = Look(say("Slides kernels over an image; each finds one pattern anywhere."), "grid_on", "weights", "conv")
    WIDTH: ClassVar = "filters"
    KERAS: ClassVar = Api(
        "layers.Conv2D", arg("filters", place=True), arg("kernel_size", always=True), *_SLIDES, arg("data_format", None, None),
        arg("dilation_rate", 1), arg("groups", 1), *_ENDS, aliases=("layers.Convolution2D",),
    )  # fmt: skip

    filters: Annotated[int, Whole(1, MAX_WIDTH, few=128), say("Kernels, and so channels that come out.")]
    kernel_size: KernelSize = 3
    strides: Strides = 1
    padding: PaddingWord = "valid"
    dilation_rate: Dilation = 1
    activation: ActivationName = "linear"
    use_bias: UseBias = True
    groups: Annotated[
        int, Whole(1, MAX_WIDTH, few=128, younger=True), say("Groups of channels that do not see each other (ResNeXt).")
    ] = 1

    def agree(self) -> None:
        Convolution.agree(self)
        if self.filters % self.groups:
            raise SpecError(
                "filters is {filters} and groups is {groups}, but each group makes the same number of filters; choose filters that "
                "{groups} divides.",
                filters=self.filters, groups=self.groups,
            )  # fmt: skip

    @property
    def DRAWN(self) -> str:  # noqa: N802
        return "conv" if self.groups == 1 else ""

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        side = min(shape[:2]) if shape and len(shape) == 3 else 28
        return cls(32, 3, padding="valid" if side >= 3 else "same", activation="relu")

    @classmethod
    def first(cls) -> Layer:
        return cls(8, 3)

    def channels(self, c: int) -> int:
        return self.filters

    def out_shape(self, shape: Shape) -> Shape:
        c = image_shape(shape)[2]
        if c % self.groups:
            raise SpecError(say_n(
                "its {groups} groups cannot share the {channels} channel it receives; choose groups that divide them",
                "its {groups} groups cannot share the {channels} channels it receives; choose groups that divide them",
                c, groups=self.groups, channels=c,
            ))  # fmt: skip
        return Convolution.out_shape(self, shape)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        area, c = prod(self.sides), image_shape(shape)[2] // self.groups
        kernel = (*self.sides, c, self.filters)
        return self._weights(shape, self.filters, kernel, area * c, area * self.filters)

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.out_shape(shape)) * prod(self.sides) * (image_shape(shape)[2] // self.groups)

    def counted(self, shape: Shape) -> Sentence:
        cells = f"{sides_text(self.kernel_size)}×{shape[2] // self.groups}"
        many = prod(self.sides) * (shape[2] // self.groups)
        total = f"{sum(w.size for w in self.weights(shape)):,}"
        if self.use_bias:
            return say_n(
                "{filters} × ({cells} weight + 1 bias) = {total} parameters: a kernel and a bias for each filter, however large the "
                "image is.",
                "{filters} × ({cells} weights + 1 bias) = {total} parameters: a kernel and a bias for each filter, however large the "
                "image is.",
                many, filters=self.filters, cells=cells, total=total,
            )  # fmt: skip
        return say_n(
            "{filters} × {cells} weight = {total}: a kernel for each filter, however large the image is.",
            "{filters} × {cells} weights = {total}: a kernel for each filter, however large the image is.",
            many, filters=self.filters, cells=cells, total=parameters(self.filters * many),
        )  # fmt: skip

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        given = cls.TORCH[0].signature.bound(call)
        if given["groups"] == given["in_channels"] > 1:  # depthwise
            return []
        fields, _ = cls.TORCH[0].read(call)
        return [cls(given["out_channels"], padding=padding, groups=given["groups"], **fields) for padding in ("valid", "same")]


@dataclass(frozen=True, slots=True)
class DepthwiseConv2D(Convolution):
    """Slide `depth_multiplier` kernels over each channel by itself; channels are not mixed.

    Shape:   (h, w, c) -> (h', w', c * depth_multiplier), h' and w' as Conv2D
    Learned: c * depth_multiplier * (kernel_size² + 1)
    Raises:  SpecError if a "valid" kernel is larger than the image
    Source:  Howard et al. 2017, arXiv:1704.04861
    """

    role: ClassVar = "Depthwise"
    LOOK: ClassVar = Look(
        say("Kernels for each channel by itself: few weights, nothing mixed."), "layers", "weights", "depthwise"
    )
    KERAS: ClassVar = Api(
        "layers.DepthwiseConv2D", arg("kernel_size", always=True), *_SLIDES, arg("depth_multiplier", 1),
        arg("data_format", None, None), arg("dilation_rate", 1), *_ENDS,
    )  # fmt: skip
    KERNELS: ClassVar = ("depthwise_kernel",)
    DRAWN: ClassVar = "depthwise"

    kernel_size: KernelSize = 3
    strides: SquareStrides = 1
    padding: PaddingWord = "valid"
    depth_multiplier: Annotated[int, Whole(1, 64, few=128), say("Kernels per channel.")] = 1
    dilation_rate: Dilation = 1
    activation: ActivationName = "linear"
    use_bias: UseBias = True

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        return cls(3, padding="same", activation="relu")

    def channels(self, c: int) -> int:
        return c * self.depth_multiplier

    def apart(self, channels: int) -> int:
        return channels

    def why(self, channels: int) -> Sentence:
        return notes.depthwise(channels)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        area, c = prod(self.sides), image_shape(shape)[2]
        # Each kernel sees one input channel: torch's fan-in. Keras' scheme counts all c; see clsf.backends.initial.
        kernel = (*self.sides, c, self.depth_multiplier)
        return self._weights(shape, c * self.depth_multiplier, kernel, area, area * self.depth_multiplier)

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.out_shape(shape)) * prod(self.sides)

    def counted(self, shape: Shape) -> Sentence:
        kernels, cells = f"{shape[2]}×{self.depth_multiplier}", sides_text(self.kernel_size)
        many = prod(self.sides)
        total = f"{sum(w.size for w in self.weights(shape)):,}"
        if self.use_bias:
            return say_n(
                "{kernels} × ({cells} weight + 1 bias) = {total} parameters: every channel has kernels of its own, and channels are "
                "not mixed.",
                "{kernels} × ({cells} weights + 1 bias) = {total} parameters: every channel has kernels of its own, and channels are "
                "not mixed.",
                many, kernels=kernels, cells=cells, total=total,
            )  # fmt: skip
        return say_n(
            "{kernels} × {cells} weight = {total}: every channel has kernels of its own, and channels are not mixed.",
            "{kernels} × {cells} weights = {total}: every channel has kernels of its own, and channels are not mixed.",
            many, kernels=kernels, cells=cells, total=parameters(shape[2] * self.depth_multiplier * many),
        )  # fmt: skip

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        given = cls.TORCH[0].signature.bound(call)
        if given["groups"] != given["in_channels"] or given["out_channels"] % given["groups"]:
            return []
        fields, _ = cls.TORCH[0].read(call)
        many = given["out_channels"] // given["groups"]
        return [cls(padding=padding, depth_multiplier=many, **fields) for padding in ("valid", "same")]


@dataclass(frozen=True, slots=True)
class SeparableConv2D(Convolution):
    """Slide kernels over each channel by itself, then mix the channels by kernels of 1×1: a convolution in two cheap steps.

    Shape:   (h, w, c) -> (h', w', filters), h' and w' as Conv2D
    Learned: kernel_size² * c * depth_multiplier + c * depth_multiplier * filters + filters
    Raises:  SpecError if a "valid" kernel is larger than the image
    Source:  Chollet 2016, arXiv:1610.02357
    """

    LOOK: ClassVar = Look(
        say("Each channel by itself, then all mixed by 1×1 kernels: a cheap convolution."), "stacks", "weights", "separable"
    )
    role: ClassVar = "Separable"
    WIDTH: ClassVar = "filters"
    KERAS: ClassVar = Api(
        "layers.SeparableConv2D", arg("filters", place=True), arg("kernel_size", always=True), *_SLIDES, arg("data_format", None, None),
        arg("dilation_rate", 1), arg("depth_multiplier", 1), *_ENDS, aliases=("layers.SeparableConvolution2D",),
    )  # fmt: skip
    KERNELS: ClassVar = ("depthwise_kernel", "pointwise_kernel")
    HELD: ClassVar = {"depthwise_kernel": "_depthwise", "pointwise_kernel": "_pointwise", "bias": "_pointwise"}

    filters: Annotated[int, Whole(1, MAX_WIDTH, few=128), say("Kernels, and so channels that come out.")]
    kernel_size: KernelSize = 3
    strides: SquareStrides = 1
    padding: PaddingWord = "valid"
    depth_multiplier: Annotated[int, Whole(1, 64, few=16), say("Kernels per channel.")] = 1
    dilation_rate: Dilation = 1
    activation: ActivationName = "linear"
    use_bias: UseBias = True

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        return cls(32, 3, padding="same", activation="relu")

    @classmethod
    def first(cls) -> Layer:
        return cls(8, 3)

    @property
    def steps(self) -> tuple[DepthwiseConv2D, Conv2D]:
        """The two convolutions that it consists of, in order."""
        first = DepthwiseConv2D(
            self.kernel_size, self.strides, self.padding, self.depth_multiplier, self.dilation_rate, use_bias=False
        )
        return first, Conv2D(self.filters, 1, activation=self.activation, use_bias=self.use_bias)

    def channels(self, c: int) -> int:
        return self.filters

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        first, second = self.steps
        pointwise, *bias = second.weights(first.out_shape(shape))
        return (*first.weights(shape), replace(pointwise, name="pointwise_kernel"), *bias)

    def multiply_adds(self, shape: Shape) -> int:
        first, second = self.steps
        return first.multiply_adds(shape) + second.multiply_adds(first.out_shape(shape))

    def counted(self, shape: Shape) -> Sentence:
        depthwise, pointwise, *bias = (weight.size for weight in self.weights(shape))
        return say(
            "{depthwise} for the channels one by one + {pointwise} to mix them + {bias} for the biases = {total} in all; one Conv2D of this size "
            "would have {whole}.",
            depthwise=f"{depthwise:,}", pointwise=f"{pointwise:,}", bias=sum(bias), total=f"{depthwise + pointwise + sum(bias):,}",
            whole=f"{sum(weight.size for weight in Conv2D(self.filters, self.kernel_size, padding='same', use_bias=self.use_bias).weights(shape)):,}",
        )  # fmt: skip

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        first, second = self.steps
        *pad, depthwise = first.torch(shape)
        pointwise, *function = second.torch(first.out_shape(shape))
        depthwise = replace(depthwise, call=depthwise.call.but(note=notes.separable()), suffix=self.HELD["depthwise_kernel"])
        return (*pad, depthwise, replace(pointwise, suffix=self.HELD["pointwise_kernel"]), *function)

    @classmethod
    def of_torch_row(cls, calls: Sequence[Call], shape: Shape) -> list[Layer]:
        if len(calls) < 2 or calls[1].name != calls[0].name or shape[-1] == 1:  # on one channel it is a plain convolution
            return []
        layers = []
        for first in DepthwiseConv2D.of_torch(calls[0], shape):
            for second in Conv2D.of_torch(calls[1], shape):
                sizes = {
                    name: getattr(first, name)
                    for name in ("kernel_size", "strides", "padding", "depth_multiplier", "dilation_rate")
                }
                one = cls(second.filters, **sizes, use_bias=second.use_bias)
                layers += [one] if one.steps == (first, second) else []
        return layers
