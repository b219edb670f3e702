"""The branching layers, with rows of layers: Residual adds their outputs, Multiply multiplies them, Parallel concatenates them.

Block holds one row and only keeps it together: a part of a network that folds away.

They answer the same questions as the plain layers (see `clsf.model.layers`), computed from the layers they hold. `rows()` returns
those layers with their paths; `clsf.model.walk` walks through them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from clsf.errors import SpecError
from clsf.model.layers import Layer, Look, made
from clsf.model.shapes import Shape, image_shape, shape_text
from clsf.words import say

Rows = tuple[tuple[Layer, ...], ...]


class Branching(Layer):
    """A layer that feeds its input to several rows of layers, and combines their outputs into one.

    It has no weights and no cost of its own; those of the inner layers are counted there.
    """

    __slots__ = ()

    FIELDS: ClassVar[tuple[str, ...]]
    """Its rows in JSON: one field each, or, with `many`, one field with a list of any number of rows."""
    many: ClassVar[bool] = False
    MERGE: ClassVar[str]
    """Keras' layer that combines the outputs; "": there is one row, and its output is the output."""
    SIGN: ClassVar[str] = ""
    """The operator that combines the outputs elementwise; "": they are concatenated."""

    @classmethod
    def of_rows(cls, rows: Rows) -> Branching:
        """Return a layer with these rows."""
        return cls(*rows)

    @classmethod
    def row_names(cls, count: int) -> tuple[str, ...]:
        """Return the names of `count` rows in paths and in weights' names."""
        return tuple(f"branch{number}" for number in range(1, count + 1))

    def spreads(self, shape: Shape) -> bool:
        """Return whether its first row ends in one number per channel, which is broadcast over the image of the other row."""
        return False

    def each(self, change: Callable[[tuple[Layer, ...]], tuple[Layer, ...]]) -> Branching:
        """Return the layer with every row changed."""
        return self.of_rows(tuple(change(row) for _, row in self.rows()))

    def headline(self) -> str:
        """Return the comment above it in source."""
        raise NotImplementedError


class TwoRows(Branching):
    """A layer whose two rows of layers, `layers` and `shortcut`, are combined elementwise; an empty row is the identity."""

    __slots__ = ()

    FIELDS: ClassVar = ("layers", "shortcut")
    MEET: ClassVar[str]  # the operation's name in source

    @classmethod
    def row_names(cls, count: int) -> tuple[str, ...]:
        return "body", "shortcut"

    def headline(self) -> str:
        return f"a row of layers is {self.MEET} {'a shortcut row' if self.shortcut else 'what came in'}"

    def rows(self) -> tuple[tuple[str, tuple[Layer, ...]], ...]:
        return ("body", self.layers), ("shortcut", self.shortcut)


@dataclass(frozen=True, slots=True)
class Residual(TwoRows):
    """Add the output of a row of layers to the input itself, or to the output of a `shortcut` row.

    Shape:  both rows must end in the same shape; an empty shortcut is the identity
    Raises: SpecError if the two shapes differ
    Source: He et al. 2015, arXiv:1512.03385, section 3.2
    """

    LOOK: ClassVar = Look(say("Adds what a row of layers makes to what came in (ResNet)."), "call_merge", "branching", "block")
    MERGE: ClassVar = "layers.Add"
    SIGN: ClassVar = "+"
    MEET: ClassVar = "added to"

    layers: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        if shape is not None and len(shape) == 1:
            return cls((made("Linear", shape[0], "relu"),))
        channels = min(shape[-1], 256) if shape else 32
        return cls(
            (
                made("Convolution", channels, 3, padding="same", activation="relu"),
                made("Convolution", channels, 3, padding="same"),
            )
        )

    def out_shape(self, shape: Shape) -> Shape:
        body, shortcut = _row_shapes(self, shape)
        if body != shortcut:
            raise SpecError(
                "its layers make {body} of the {shape} input, but its shortcut makes {shortcut}, and only equal shapes "
                "can be added; give the shortcut a convolution with kernel_size 1 that ends in {body}, or use padding 'same'",
                body=shape_text(body), shape=shape_text(shape), shortcut=shape_text(shortcut),
            )  # fmt: skip
        return body


@dataclass(frozen=True, slots=True)
class Multiply(TwoRows):
    """Multiply the input, or the output of a `shortcut` row, elementwise by the output of a row of layers.

    Shape:  the shortcut's; the layers end in the same shape, or in one number per channel of it, (c,) or (1, 1, c),
            which then multiplies the whole channel: squeeze-and-excitation
    Raises: SpecError if they end in another shape
    Source: Hu et al. 2017, arXiv:1709.01507
    """

    LOOK: ClassVar = Look(say("Multiplies what came in by what a row of layers makes of it: a weight per channel (squeeze-and-excitation)."), "close", "branching", "gate")  # fmt: skip
    MERGE: ClassVar = "layers.Multiply"
    SIGN: ClassVar = "*"
    MEET: ClassVar = "multiplied with"

    layers: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        channels = shape[-1] if shape else 32
        squeeze = () if shape is not None and len(shape) == 1 else (made("GlobalAverage"),)
        return cls((*squeeze, made("Linear", max(channels // 4, 1), "relu"), made("Linear", channels, "sigmoid")))

    def spreads(self, shape: Shape) -> bool:
        body, shortcut = _row_shapes(self, shape)
        return len(body) == 1 and len(shortcut) == 3

    def out_shape(self, shape: Shape) -> Shape:
        body, shortcut = _row_shapes(self, shape)
        channels = shortcut[-1:]
        if body not in (shortcut, *([channels, (1, 1, *channels)] if len(shortcut) == 3 else [])):
            raise SpecError(
                "its layers make {body} of the {shape} input, but its shortcut makes {shortcut}, and only equal shapes or one number per "
                "channel can be multiplied; end the layers in a dense layer with units={channels}, behind a global average",
                body=shape_text(body), shape=shape_text(shape), shortcut=shape_text(shortcut), channels=channels[0],
            )  # fmt: skip
        return shortcut


@dataclass(frozen=True, slots=True)
class Parallel(Branching):
    """Feed the same input to several rows of layers and concatenate their outputs along the channels.

    Shape:  (h, w, c) -> (h', w', c1 + c2 + …); all rows must end in the same h' and w'
    Raises: SpecError if they don't
    Source: Szegedy et al. 2014, arXiv:1409.4842 (Inception)
    """

    LOOK: ClassVar = Look(say("Several rows get the same input; their channels are put side by side (Inception)."), "alt_route", "branching", "mixed")  # fmt: skip
    FIELDS: ClassVar = ("branches",)
    many: ClassVar = True
    MERGE: ClassVar = "layers.Concatenate"

    branches: Rows

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        channels = min(shape[-1], 256) if shape else 32
        half = max(channels // 2, 1)
        one = made("Convolution", half, 1, activation="relu")
        return cls(((one,), (one, made("Convolution", channels, 3, padding="same", activation="relu"))))

    @classmethod
    def of_rows(cls, rows: Rows) -> Branching:
        return cls(rows)

    def headline(self) -> str:
        return f"{len(self.branches)} branches, side by side"

    def agree(self) -> None:
        if len(self.branches) < 2:
            raise SpecError("it has {count} branch, but needs at least 2; add a branch.", count=len(self.branches))

    def rows(self) -> tuple[tuple[str, tuple[Layer, ...]], ...]:
        return tuple(zip(self.row_names(len(self.branches)), self.branches, strict=True))

    def out_shape(self, shape: Shape) -> Shape:
        shapes = [image_shape(s) for s in _row_shapes(self, shape)]
        if len({s[:2] for s in shapes}) > 1:
            raise SpecError(
                "its branches end in images of different size ({shapes}), and only equal heights and widths can be put "
                "side by side; use padding 'same' and the same strides in every branch",
                shapes=", ".join(map(shape_text, shapes)),
            )
        return *shapes[0][:2], sum(s[2] for s in shapes)


@dataclass(frozen=True, slots=True)
class Block(Branching):
    """Keep a row of layers together: one after the other, as if they were outside.

    Shape:  that of its last layer
    Source: the blocks of Sandler et al. 2018, arXiv:1801.04381, figure 3; nn.Sequential inside nn.Sequential
    """

    LOOK: ClassVar = Look(
        say("A row of layers that belong together, folded into one card."), "inventory_2", "branching", "part"
    )
    FIELDS: ClassVar = ("layers",)
    MERGE: ClassVar = ""

    layers: tuple[Layer, ...]

    @classmethod
    def row_names(cls, count: int) -> tuple[str, ...]:
        return ("body",)

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        if shape is not None and len(shape) == 1:
            return cls((made("Linear", shape[0], "relu"),))
        channels = min(shape[-1], 256) if shape else 32
        return cls((made("Convolution", channels, 3, padding="same", activation="relu"),))

    def headline(self) -> str:
        return "layers that belong together"

    def rows(self) -> tuple[tuple[str, tuple[Layer, ...]], ...]:
        return (("body", self.layers),)

    def out_shape(self, shape: Shape) -> Shape:
        (end,) = _row_shapes(self, shape)
        return end


def _row_shapes(layer: Branching, shape: Shape) -> list[Shape]:
    """Return the shape that each row ends in; an error names the row and the layer."""
    ends = []
    for name, row in layer.rows():
        end = shape
        for position, inner in enumerate(row, start=1):
            try:
                end = inner.out_shape(end)
            except SpecError as error:
                raise SpecError(
                    "in {row}, layer {position}, {kind}: {problem}",
                    row=say("{name}", name=name), position=position, kind=type(inner).__name__, problem=error.sentence,
                ) from None  # fmt: skip
        ends.append(end)
    return ends


BRANCHING: dict[str, type[Branching]] = {kind.__name__: kind for kind in (Residual, Multiply, Block, Parallel)}
