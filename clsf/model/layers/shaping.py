"""Layers that move numbers and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from clsf.calls import Call
from clsf.errors import SpecError
from clsf.model.apis import Api, ApiStep, arg, refused
from clsf.model.fields import Choice, Whole
from clsf.model.layers import notes
from clsf.model.layers.base import MAX_WIDTH, MAX_WINDOW, Layer, Look, Pads, aligned
from clsf.model.shapes import Shape, image_shape, shape_text
from clsf.words import say, say_n

FLATTENED = Call("nn.Flatten")
"""Flattens its input to a vector, in PyTorch's order."""


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """Flatten an image to one vector, row by row, column by column, channel by channel. Shape: (h, w, c) -> (h*w*c,)."""

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

    def keras(self) -> tuple[ApiStep, ...]:
        return (ApiStep(self.KERAS.call(self, notes.keras_flatten())),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        one_order = len(shape) == 1 or shape[2] == 1 or shape[0] * shape[1] == 1
        note = None if one_order else notes.torch_flatten(shape)
        return (ApiStep(FLATTENED.but(note=note), "torch.flatten({x}, 1)", note),)

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

    def keras(self) -> tuple[ApiStep, ...]:
        rows, columns = (self.top, self.bottom), (self.left, self.right)
        each = len({*rows, *columns}) == 1
        return (ApiStep(Call("layers.ZeroPadding2D", (self.top if each else (rows, columns),))),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        pads, note = self.pads(shape), notes.order_of_sides()
        return (ApiStep(Call("nn.ZeroPad2d", (pads,), note=note), f"F.pad({{x}}, {pads})", note),)

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


@dataclass(frozen=True, slots=True)
class ChannelShuffle(Layer):
    """Interleave the channels, taking one of each group in turn, so that grouped convolutions mix the groups.

    Shape:  (h, w, c) -> (h, w, c); channel i of group j becomes channel i * groups + j
    Raises: SpecError if the groups do not divide the channels
    Source: Zhang et al. 2017, arXiv:1707.01083 (ShuffleNet)
    """

    LOOK: ClassVar = Look(say("Mixes the order of the channels between groups (ShuffleNet)."), "shuffle", "shaping", "shuffle")
    role: ClassVar = "Shuffle"
    KERAS: ClassVar = Api("layers.Reshape", arg("target_shape", field=None))  # the first of three, see `keras_on`
    TORCH: ClassVar = (Api("nn.ChannelShuffle", arg("groups", place=True)),)
    linear: ClassVar = True

    groups: Annotated[int, Whole(1, MAX_WIDTH, few=16), say("Groups that the channels are divided into.")] = 2

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        channels = shape[-1] if shape else 2
        return cls(next((groups for groups in (2, 3, 5, 7) if channels % groups == 0), 1))

    def out_shape(self, shape: Shape) -> Shape:
        channels = image_shape(shape)[2]
        if channels % self.groups:
            raise SpecError(say_n(
                "its {groups} groups cannot share the {channels} channel it receives; choose groups that divide them",
                "its {groups} groups cannot share the {channels} channels it receives; choose groups that divide them",
                channels, groups=self.groups, channels=channels,
            ))  # fmt: skip
        return shape

    def keras(self) -> tuple[ApiStep, ...]:
        raise NotImplementedError("the steps depend on the shape: keras_on")

    def keras_on(self, shape: Shape) -> tuple[ApiStep, ...]:
        h, w, c = shape
        apart, name = (h, w, self.groups, c // self.groups), "layers.Reshape"
        return (
            ApiStep(Call(name, (apart,), note=notes.keras_shuffle()), suffix="_apart"),
            ApiStep(Call("layers.Permute", ((1, 2, 4, 3),)), suffix="_turned"),
            ApiStep(Call(name, ((h, w, c),)), suffix="_joined"),
        )

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        function = f"F.channel_shuffle({{x}}, {self.groups})"
        return (ApiStep(self.TORCH[0].call(self), function),)

    @classmethod
    def of_keras_row(cls, calls: Sequence[Call]) -> tuple[Layer, int] | None:
        given = [(call.name, *call.args) for call in calls[:3]]
        if not given or given[0][0] != cls.KERAS.name or len(given[0]) != 2 or not isinstance(given[0][1], list | tuple):
            return None
        try:
            h, w, groups, each = given[0][1]
            layer = cls(groups)
            wanted = [(step.call.name, *step.call.args) for step in layer.keras_on((h, w, groups * each))]
        except (ValueError, TypeError, SpecError):
            return None
        return (layer, 3) if given == wanted else None

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(**cls.TORCH[0].read(call)[0])]


ORDERS = ("whc", "hcw", "cwh", "wch", "chw")


@dataclass(frozen=True, slots=True)
class Permute(Layer):
    """Permute the axes of an image: "cwh" makes the channels the height, and the height the channels."""

    LOOK: ClassVar = Look(say("Lets the axes of an image change places."), "swap_horiz", "shaping", "permute")
    role: ClassVar = "Axes"
    KERAS: ClassVar = Api("layers.Permute", arg("dims", field=None))
    TORCH: ClassVar = (Api("PermuteAxes", arg("dims", field=None)),)
    linear: ClassVar = True

    order: Annotated[
        Literal["whc", "hcw", "cwh", "wch", "chw"], Choice(ORDERS),
        say("What becomes height, width and channels: h is the height that comes in, w the width, c the channels."),
    ] = "cwh"  # fmt: skip

    @property
    def axes(self) -> tuple[int, int, int]:
        """The input axis, from 0, for each output axis."""
        return tuple("hwc".index(letter) for letter in self.order)

    @property
    def turned(self) -> tuple[int, int, int, int]:
        """The same for PyTorch, whose images are (batch, channels, height, width)."""
        return (0, *("_chw".index(letter) for letter in (self.order[2], *self.order[:2])))

    def out_shape(self, shape: Shape) -> Shape:
        image = image_shape(shape)
        return tuple(image[axis] for axis in self.axes)

    def keras(self) -> tuple[ApiStep, ...]:
        dims = tuple(axis + 1 for axis in self.axes)
        return (ApiStep(Call("layers.Permute", (dims,))),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        note = notes.channels_first_axes()
        return (ApiStep(Call("PermuteAxes", self.turned, note=note), f"{{x}}.permute{self.turned}", note),)

    @classmethod
    def of_keras(cls, call: Call) -> tuple[Layer, dict[str, Any]]:
        dims = cls.KERAS.signature.bound(call)["dims"]
        return cls.of_axes(tuple(axis - 1 for axis in dims) if isinstance(dims, list | tuple) else ()), {}

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [layer for layer in map(cls, ORDERS) if layer.turned == call.args]

    @classmethod
    def of_axes(cls, axes: tuple) -> Layer:
        """Return the layer for the axes of an image in output order, from 0. Raises SpecError for others."""
        for layer in map(cls, ORDERS):
            if layer.axes == axes:
                return layer
        raise SpecError(
            "Permute is given the axes {order}, but takes those of an image, 1, 2 and 3, in another order.",
            order=str(tuple(axis + 1 for axis in axes)),
        )


Side = Annotated[
    int | None, Whole(1, MAX_WIDTH, few=1_024, optional=True), say("Of the output; empty: computed from the others, in one of the three."),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reshape(Layer):
    """Reshape to an image of another size, row by row, column by column, channel by channel; values do not change.

    Shape:  any of as many numbers -> (height, width, channels); one of the three may be None and is computed from the rest
    Raises: SpecError if the numbers do not fill it
    """

    LOOK: ClassVar = Look(
        say("The same numbers as an image of another height, width and depth."), "grid_view", "shaping", "reshape"
    )
    role: ClassVar = "Layout"
    KERAS: ClassVar = Api("layers.Reshape", arg("target_shape", field=None))
    TORCH: ClassVar = (Api("ReshapeLikeKeras", arg("height"), arg("width"), arg("channels")),)
    linear: ClassVar = True

    height: Side = None
    width: Side = 1
    channels: Side = 1

    def agree(self) -> None:
        if [self.height, self.width, self.channels].count(None) > 1:
            raise SpecError("More than one of height, width and channels is empty; only one can be computed from the others.")

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        return cls(None, 1, shape[-1] if shape and len(shape) == 3 else 1)

    def out_shape(self, shape: Shape) -> Shape:
        sides, numbers = (self.height, self.width, self.channels), prod(shape)
        known = prod(side for side in sides if side is not None)
        if numbers % known if None in sides else numbers != known:
            raise SpecError(
                "the {numbers} numbers of the {shape} input do not fill {sides}; choose sides whose product is {numbers}",
                numbers=f"{numbers:,}", shape=shape_text(shape), sides="×".join("?" if side is None else str(side) for side in sides),
            )  # fmt: skip
        return tuple(numbers // known if side is None else side for side in sides)

    def keras(self) -> tuple[ApiStep, ...]:
        target = tuple(-1 if side is None else side for side in (self.height, self.width, self.channels))
        return (ApiStep(Call("layers.Reshape", (target,))),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        h, w, c = self.out_shape(shape)
        note = notes.keras_numbers()
        last = ".permute(0, 2, 3, 1)" if len(shape) == 3 else ""
        function = f"{{x}}{last}.reshape(-1, {h}, {w}, {c}).permute(0, 3, 1, 2)"
        return (ApiStep(Call("ReshapeLikeKeras", (h, w, c), note=note), function, note),)

    @classmethod
    def of_keras(cls, call: Call) -> tuple[Layer, dict[str, Any]]:
        target = cls.KERAS.signature.bound(call)["target_shape"]
        if not isinstance(target, list | tuple) or len(target) != 3:
            raise refused(str(call))
        return cls(*(None if side == -1 else side for side in target)), {}

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(*call.args)]
