"""Layers that move numbers and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from clsf.calls import Call
from clsf.model.apis import Api, Step, arg
from clsf.model.layers import notes
from clsf.model.layers.base import Layer, Look, aligned
from clsf.model.shapes import Shape
from clsf.words import say


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """Lay an image out as one vector, row by row, column by column, channel by channel. Shape: (h, w, c) -> (h*w*c,)."""

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
        return (Step(Call("nn.Flatten", note=note), "torch.flatten({x}, 1)", note),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls()]
