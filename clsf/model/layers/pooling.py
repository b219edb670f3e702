"""Pooling: one number of each window, or of the whole image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from clsf.calls import Call
from clsf.model.apis import Api, ApiStep, arg
from clsf.model.fields import Pair
from clsf.model.layers import notes
from clsf.model.layers.base import MAX_WINDOW, Layer, Look, PaddingWord, Pads, Sliding, aligned, both, even, latex
from clsf.model.layers.shaping import FLATTENED
from clsf.model.shapes import OneOrTwo, Shape, image_shape, one_or_two
from clsf.words import say

PoolSize = Annotated[OneOrTwo, Pair(1, MAX_WINDOW, few=11), say("Side of the window in pixels; 3×1: three high, one wide.")]
PoolStrides = Annotated[
    OneOrTwo | None,
    Pair(1, MAX_WINDOW, few=8, optional=True),
    say("Pixels from one position to the next; empty: as pool_size."),
]

_KERAS = (arg("pool_size", 2, always=True), arg("strides", None), arg("padding", "valid", back=str.lower), arg("data_format", None, None))  # fmt: skip
_WINDOW = (arg("kernel_size", field="pool_size", always=True), arg("stride", None, "strides"), arg("padding", 0, None))


class Pool(Sliding):
    """Shared code of pooling layers: a window that keeps one number, channel by channel."""

    __slots__ = ()

    SIDE: ClassVar = "pool_size"
    WORD: ClassVar = "window"
    LETTER: ClassVar = "p"

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        side = min(shape[:2]) if shape and len(shape) == 3 else 28
        return cls(2, padding="valid" if side >= 2 else "same")

    def translated(self, channels: int) -> dict[str, object]:
        return (
            {"padding": one_or_two(tuple(side // 2 for side in self.sides))} if self.padding == "same" else {}
        )  # its pooling has no padding argument

    def keras(self) -> tuple[ApiStep, ...]:
        strides = None if self.strides == self.pool_size else self.strides  # left out, it is pool_size
        return (ApiStep(self.KERAS.call(self, notes.keras_pool_same() if self.padding == "same" else None, strides=strides)),)

    def _odd(self, pads: Pads) -> tuple[bool, bool]:
        """Return whether an even window moves cell by cell, down and across: one side gets one more padding cell."""
        left, right, top, bottom = pads
        return (top != bottom and self.moves[0] == 1), (left != right and self.moves[1] == 1)

    def _step(self, note: Any, **computed: object) -> ApiStep:
        """Return the module and the function, which take the same arguments."""
        stride = one_or_two(self.moves) if self.moves != self.sides else None
        call = self.TORCH[0].call(self, note, stride=stride, **computed)
        return ApiStep(call, f"F.{self.FUNCTION}({', '.join(('{x}', *call.arguments()))})", note)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        fields, _ = cls.TORCH[0].read(call)
        if fields["strides"] == fields["pool_size"]:
            fields["strides"] = None
        return [cls(padding=padding, **fields) for padding in ("valid", "same")]


@dataclass(frozen=True, slots=True)
class MaxPool2D(Pool):
    """Keep the largest value of each window, channel by channel. Padding never wins: it counts as minus infinity.

    Shape:  (h, w, c) -> (h', w', c), h' and w' as a convolution with kernel_size = pool_size; strides = None means pool_size
    Raises: SpecError if a "valid" window is larger than the image
    """

    role: ClassVar = "MaxPool"
    LOOK: ClassVar = Look(say("Keeps the largest value of each window: a smaller image."), "compress", "pooling", "pool")
    KERAS: ClassVar = Api("layers.MaxPooling2D", *_KERAS, aliases=("layers.MaxPool2D",))
    TORCH: ClassVar = (Api("nn.MaxPool2d", *_WINDOW, arg("dilation", 1, None), arg("return_indices", False, None), arg("ceil_mode", False, None)),)  # fmt: skip
    FUNCTION: ClassVar = "max_pool2d"
    DRAWN: ClassVar = "max"

    pool_size: PoolSize = 2
    strides: PoolStrides = None
    padding: PaddingWord = "valid"

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        pads = self.pads(shape)
        if any(self._odd(pads)):  # nothing sticks out by `ceil_mode` where the window moves cell by cell
            note = notes.uneven_padding(pads)
            pad = Call("nn.ConstantPad2d", (pads, float("-inf")), note=note)
            return ApiStep(pad, f'F.pad({{x}}, {pads}, value=float("-inf"))', note, "_pad"), self._step(None)
        if not any(pads):
            return (self._step(None),)
        note = notes.symmetric_padding() if even(pads) else notes.ceil_mode()
        return (self._step(note, padding=both(pads), ceil_mode=not even(pads)),)


@dataclass(frozen=True, slots=True)
class AveragePool2D(Pool):
    """Keep the mean of each window, channel by channel. Padding is left out of the mean, as in TensorFlow.

    Shape:  (h, w, c) -> (h', w', c), h' and w' as a convolution with kernel_size = pool_size; strides = None means pool_size
    Raises: SpecError if a "valid" window is larger than the image
    """

    role: ClassVar = "AveragePool"
    LOOK: ClassVar = Look(say("Keeps the mean of each window: a smaller, smoother image."), "blur_on", "pooling", "pool")
    KERAS: ClassVar = Api("layers.AveragePooling2D", *_KERAS, aliases=("layers.AvgPool2D",))
    TORCH: ClassVar = (Api("nn.AvgPool2d", *_WINDOW, arg("ceil_mode", False, None), arg("count_include_pad", True, None), arg("divisor_override", None, None)),)  # fmt: skip
    FUNCTION: ClassVar = "avg_pool2d"
    DRAWN: ClassVar = "average"
    linear: ClassVar = True

    pool_size: PoolSize = 2
    strides: PoolStrides = None
    padding: PaddingWord = "valid"

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        pads = self.pads(shape)
        if not any(pads):
            return (self._step(None),)
        down, across = odd = self._odd(pads)
        if any(odd):
            crop = notes.cropped()
            padding = one_or_two((pads[3] if down else pads[2], pads[1] if across else pads[0]))
            hangs = (pads[2] != pads[3] and not down) or (pads[0] != pads[1] and not across)
            pool = self._step(notes.average_without_padding(), padding=padding, ceil_mode=hangs, count_include_pad=False)
            cut = Call("nn.ZeroPad2d", ((-int(across), 0, -int(down), 0),), note=crop)
            return pool, ApiStep(cut, f"{{x}}[:, :, {'1:' if down else ':'}, {'1:' if across else ':'}]", crop, "_crop")
        note = notes.average_without_padding() if even(pads) else notes.ceil_mode()
        return (self._step(note, padding=both(pads), ceil_mode=not even(pads), count_include_pad=False),)


class GlobalPool(Layer):
    """Shared code of global pooling layers: one number per channel. Shape: (h, w, c) -> (c,)."""

    __slots__ = ()

    flattens: ClassVar = True
    whole: ClassVar = True
    FUNCTION: ClassVar[str]

    def out_shape(self, shape: Shape) -> Shape:
        return (image_shape(shape)[2],)

    def formula(self, before: Shape, after: Shape) -> str:
        return aligned([r"H \times W \times C &\to C", rf"{latex(before)} &\to {after[0]}"])

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        note = self.NOTE()
        pool = Call(self.TORCH[0].name, (1,), note=note)
        return ApiStep(pool, f"{{x}}.{self.FUNCTION}(dim=(2, 3))", note), ApiStep(FLATTENED, "{x}", suffix="_flatten")

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls()]


@dataclass(frozen=True, slots=True)
class GlobalAveragePool2D(GlobalPool):
    """Keep the mean of each channel over the whole image. Source: Lin et al. 2013, arXiv:1312.4400"""

    role: ClassVar = "GlobalAverage"
    LOOK: ClassVar = Look(
        say("Keeps one number per channel, its mean over the image."), "center_focus_strong", "pooling", "pool"
    )
    KERAS: ClassVar = Api("layers.GlobalAveragePooling2D", aliases=("layers.GlobalAvgPool2D",))
    TORCH: ClassVar = (Api("nn.AdaptiveAvgPool2d", arg("output_size", field=None)),)
    FUNCTION: ClassVar = "mean"
    NOTE: ClassVar = staticmethod(notes.global_average)
    linear: ClassVar = True


@dataclass(frozen=True, slots=True)
class GlobalMaxPool2D(GlobalPool):
    """Keep the largest value of each channel over the whole image. Where several are the largest, they share the gradient."""

    role: ClassVar = "GlobalMax"
    LOOK: ClassVar = Look(
        say("Keeps one number per channel, the largest of the image."), "filter_center_focus", "pooling", "pool"
    )
    KERAS: ClassVar = Api("layers.GlobalMaxPooling2D", aliases=("layers.GlobalMaxPool2D",))
    TORCH: ClassVar = (Api("nn.AdaptiveMaxPool2d", arg("output_size", field=None), arg("return_indices", False, None)),)
    FUNCTION: ClassVar = "amax"
    NOTE: ClassVar = staticmethod(notes.global_max)
