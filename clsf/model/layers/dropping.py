"""Layers that leave something out while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from clsf.calls import Call
from clsf.model.apis import Api, Step, arg
from clsf.model.fields import Share
from clsf.model.layers import notes
from clsf.model.layers.base import Layer, Look
from clsf.model.shapes import Shape
from clsf.words import say

Rate = Annotated[
    float, Share(say("the share of values set to 0 while training")), say("Share of values set to 0, from 0 to below 1.")
]


@dataclass(frozen=True, slots=True)
class Dropout(Layer):
    """While training, set each value to 0 with probability `rate` and divide the others by 1 - rate; else do nothing.

    Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html (in its inverted form)
    """

    role: ClassVar = "Drop"
    LOOK: ClassVar = Look(say("While training, sets some values to 0, so that none is relied on."), "grain", "while", "dropout")
    KERAS: ClassVar = Api("layers.Dropout", arg("rate", place=True), arg("noise_shape", None, None), arg("seed", None, None))
    TORCH: ClassVar = (Api("nn.Dropout", arg("p", 0.5, "rate", place=True), arg("inplace", False, None)),)
    linear: ClassVar = True
    elementwise: ClassVar = True

    rate: Rate = 0.5

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        return cls(0.25)

    def keras(self) -> tuple[Step, ...]:
        return (Step(self.KERAS.call(self), training=True),)

    def torch(self, shape: Shape) -> tuple[Step, ...]:
        function = f"F.dropout({{x}}, {self.rate!r}, training=self.training)"
        return (Step(self.TORCH[0].call(self), function, notes.functional_dropout()),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(**cls.TORCH[0].read(call)[0])]
