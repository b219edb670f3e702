"""Layers that leave something out while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from clsf.calls import Call
from clsf.model.apis import Api, ApiStep, arg
from clsf.model.fields import Share
from clsf.model.layers import notes
from clsf.model.layers.base import Layer, Look
from clsf.model.shapes import Shape, image_shape
from clsf.words import say

Rate = Annotated[
    float, Share(say("the share of values set to 0 while training")), say("Share of values set to 0, from 0 to below 1.")
]


class Dropping(Layer):
    """Shared code of layers that set values to 0 at random while training, by their `rate`."""

    __slots__ = ()

    linear: ClassVar = True
    elementwise: ClassVar = True
    drops: ClassVar = True
    FUNCTION: ClassVar[str]  # in torch.nn.functional

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        return cls(0.25)

    def mask_shape(self, shape: Shape) -> Shape:
        """Return the shape of a mask for one image, or vector, of `shape`: a side of 1 stands for the whole axis."""
        return shape

    def keras(self) -> tuple[ApiStep, ...]:
        return (ApiStep(self.KERAS.call(self), training=True),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        function = f"F.{self.FUNCTION}({{x}}, {self.rate!r}, training=self.training)"
        return (ApiStep(self.TORCH[0].call(self), function, notes.functional_dropout(self.FUNCTION)),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(**cls.TORCH[0].read(call)[0])]


@dataclass(frozen=True, slots=True)
class Dropout(Dropping):
    """While training, set each value to 0 with probability `rate` and divide the others by 1 - rate; else do nothing.

    Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html (in its inverted form)
    """

    role: ClassVar = "Drop"
    LOOK: ClassVar = Look(say("While training, sets some values to 0, so that none is relied on."), "grain", "while", "dropout")
    KERAS: ClassVar = Api("layers.Dropout", arg("rate", place=True), arg("noise_shape", None, None), arg("seed", None, None))
    TORCH: ClassVar = (Api("nn.Dropout", arg("p", 0.5, "rate", place=True), arg("inplace", False, None)),)
    FUNCTION: ClassVar = "dropout"

    rate: Rate = 0.5


@dataclass(frozen=True, slots=True)
class SpatialDropout2D(Dropping):
    """While training, set whole channels of an image to 0 with probability `rate` and divide the others by 1 - rate.

    Neighbouring pixels of a channel are nearly the same, so dropping single ones has little effect.

    Source: Tompson et al. 2015, arXiv:1411.4280
    """

    role: ClassVar = "DropMaps"
    LOOK: ClassVar = Look(say("While training, sets whole channels to 0."), "layers_clear", "while", "dropout")
    KERAS: ClassVar = Api(
        "layers.SpatialDropout2D", arg("rate", place=True), arg("data_format", None, None), arg("seed", None, None)
    )
    TORCH: ClassVar = (Api("nn.Dropout2d", arg("p", 0.5, "rate", place=True), arg("inplace", False, None)),)
    FUNCTION: ClassVar = "dropout2d"

    rate: Annotated[
        float, Share(say("the share of channels set to 0 while training")), say("Share of channels set to 0, from 0 to below 1.")
    ] = 0.5  # fmt: skip

    def out_shape(self, shape: Shape) -> Shape:
        return image_shape(shape)

    def mask_shape(self, shape: Shape) -> Shape:
        return 1, 1, shape[2]
