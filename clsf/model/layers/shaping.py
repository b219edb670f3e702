"""Layers that move numbers and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar

from clsf.calls import Call
from clsf.model.apis import Api, Step, arg
from clsf.model.fields import Whole
from clsf.model.layers import notes
from clsf.model.layers.base import MAX_WINDOW, Layer, Look, Pads, aligned
from clsf.model.shapes import Shape, image_shape
from clsf.words import say

FLATTENED = Call("nn.Flatten")
"""Makes a vector of what arrives, in PyTorch's order."""


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """Lay an image out as one vector, row by row, column by column, channel by channel. Shape: (h, w, c) -> (h*w*c,)."""

    role: ClassVar = "Flat"
    LOOK: ClassVar = Look(say("Lays an image out as one line of numbers."), "view_week", "shaping", "flatten")
    KERAS: ClassVar = Api("layers.Flatten", arg("data_format", None, None))
    TORCH: ClassVar = (Api("nn.Flatten", arg("start_dim", 1, None), arg("end_dim", -1, None)), Api("FlattenLikeKeras"))
    linear: ClassVar = True
    elementwise: ClassVar = True
    flattens: ClassVar = True

    def out_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def formula(self, before: Shape, after: Shape) -> str:
        if len(before) != 3:
            return Layer.formula(self, before, after)
        return aligned([r"n &= H \cdot W \cdot C", rf"&= {before[0]} \cdot {before[1]} \cdot {before[2]} = {after[0]}"])

    def keras(self) -> tuple[Step, ...]:
        return (Step(self.KERAS.call(self, notes.keras_flatten())),)

    def torch(self, shape: Shape) -> tuple[Step, ...]:
        one_order = len(shape) == 1 or shape[2] == 1 or shape[0] * shape[1] == 1
        note = None if one_order else notes.torch_flatten(shape)
        return (Step(FLATTENED.but(note=note), "torch.flatten({x}, 1)", note),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls()]


Cells = Annotated[int, Whole(0, MAX_WINDOW, few=11), say("Rows or columns of zeros on this side.")]


@dataclass(frozen=True, slots=True)
class ZeroPadding2D(Layer):
    """Put rows and columns of zeros around an image. Shape: (h, w, c) -> (top + h + bottom, left + w + right, c)."""

    role: ClassVar = "Pad"
    LOOK: ClassVar = Look(say("Puts zeros around an image."), "padding", "shaping", "pad")
    KERAS: ClassVar = Api("layers.ZeroPadding2D", arg("padding", (1, 1), None), arg("data_format", None, None))
    TORCH: ClassVar = (Api("nn.ZeroPad2d", arg("padding", field=None)),)
    linear: ClassVar = True

    top: Cells = 1
    bottom: Cells = 1
    left: Cells = 1
    right: Cells = 1

    def out_shape(self, shape: Shape) -> Shape:
        h, w, c = image_shape(shape)
        return self.top + h + self.bottom, self.left + w + self.right, c

    def pads(self, shape: Shape) -> Pads:
        return self.left, self.right, self.top, self.bottom

    def formula(self, before: Shape, after: Shape) -> str:
        return aligned(
            [
                rf"H' &= {self.top} + {before[0]} + {self.bottom} = {after[0]}",
                rf"W' &= {self.left} + {before[1]} + {self.right} = {after[1]}",
            ]
        )

    def keras(self) -> tuple[Step, ...]:
        rows, columns = (self.top, self.bottom), (self.left, self.right)
        each = len({*rows, *columns}) == 1
        return (Step(Call("layers.ZeroPadding2D", (self.top if each else (rows, columns),))),)

    def torch(self, shape: Shape) -> tuple[Step, ...]:
        pads, note = self.pads(shape), notes.order_of_sides()
        return (Step(Call("nn.ZeroPad2d", (pads,), note=note), f"F.pad({{x}}, {pads})", note),)

    @classmethod
    def of_keras(cls, call: Call) -> tuple[Layer, dict[str, Any]]:
        _, others = cls.KERAS.read(call)
        padding = cls.KERAS.signature.bound(
            call.but(kwargs={k: v for k, v in call.kwargs.items() if k in cls.KERAS.signature.parameters})
        )["padding"]
        others.pop("padding", None)
        rows, columns = (padding, padding) if isinstance(padding, int) else padding
        (top, bottom), (left, right) = ((side, side) if isinstance(side, int) else side for side in (rows, columns))
        return cls(top, bottom, left, right), others

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        padding = cls.TORCH[0].signature.bound(call)["padding"]
        left, right, top, bottom = (padding,) * 4 if isinstance(padding, int) else padding
        return [cls(top, bottom, left, right)]
