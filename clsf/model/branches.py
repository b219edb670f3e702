"""The branching layers, which hold rows of other layers: Residual adds what comes out, Parallel concatenates it.

They answer the same questions as the plain layers (see `clsf.model.layers`), from the layers they hold. Which layers
those are, with their paths, is `rows()`; `clsf.model.walk` goes through them.
"""

from __future__ import annotations

from dataclasses import dataclass

from clsf.errors import SpecError
from clsf.model.shapes import Shape, Weight, image_shape, shape_text
from clsf.words import say

LayerRow = tuple[object, ...]
"""Layers one after another, each a `clsf.model.spec.Layer`; that module knows this one, not the other way round."""


@dataclass(frozen=True, slots=True)
class Residual:
    """Add what a row of layers makes of the input to the input itself, or to what a `shortcut` row makes of it.

    Shape:  both rows must end in the same shape; an empty shortcut is the identity
    Raises: SpecError if the two shapes differ
    Source: He et al. 2015, arXiv:1512.03385, section 3.2
    """

    layers: LayerRow
    shortcut: LayerRow = ()

    def rows(self) -> tuple[tuple[str, LayerRow], ...]:
        return ("body", self.layers), ("shortcut", self.shortcut)

    def out_shape(self, shape: Shape) -> Shape:
        body, shortcut = _row_shapes(self, shape)
        if body != shortcut:
            raise SpecError(
                "its layers make {body} of the {shape} input, but its shortcut makes {shortcut}, and only equal shapes "
                "can be added; give the shortcut a Conv2D with kernel_size 1 that ends in {body}, or use padding 'same'",
                body=shape_text(body), shape=shape_text(shape), shortcut=shape_text(shortcut),
            )  # fmt: skip
        return body

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()  # its own: none; those of the layers inside are counted there

    def multiply_adds(self, shape: Shape) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Parallel:
    """Give the same input to several rows of layers and put their outputs side by side, channel after channel.

    Shape:  (h, w, c) -> (h', w', c1 + c2 + …); all rows must end in the same h' and w'
    Raises: SpecError if they don't
    Source: Szegedy et al. 2014, arXiv:1409.4842 (Inception)
    """

    branches: tuple[LayerRow, ...]

    def __post_init__(self) -> None:
        if len(self.branches) < 2:
            raise SpecError("it has {count} branch, but needs at least 2; add a branch.", count=len(self.branches))

    def rows(self) -> tuple[tuple[str, LayerRow], ...]:
        return tuple((f"branch{number}", row) for number, row in enumerate(self.branches, start=1))

    def out_shape(self, shape: Shape) -> Shape:
        shapes = [image_shape(s) for s in _row_shapes(self, shape)]
        if len({s[:2] for s in shapes}) > 1:
            raise SpecError(
                "its branches end in images of different size ({shapes}), and only equal heights and widths can be put "
                "side by side; use padding 'same' and the same strides in every branch",
                shapes=", ".join(map(shape_text, shapes)),
            )
        return *shapes[0][:2], sum(s[2] for s in shapes)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        return 0


def _row_shapes(layer: Residual | Parallel, shape: Shape) -> list[Shape]:
    """Return the shape that each row ends in; an error says in which row and at which of its layers it happened."""
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
