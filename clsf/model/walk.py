"""Walking through a model layer by layer: the facts of every layer, branches included, and the totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clsf.errors import SpecError
from clsf.model.shapes import OneOrTwo, Shape, Sides, Weight, Window, one_or_two, shape_text
from clsf.words import Sentence

MAX_ELEMENTS = 50_000_000
"""Most numbers that one layer may hold or output for one image (200 MB in float32); larger ones are refused before building."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Receptive field after a layer: height and width of the input pixels one cell sees, and pixels between two cells.

    `sides` are capped by the image.
    Source: Araujo et al. 2019, https://distill.pub/2019/computing-receptive-fields/
    """

    sides: Sides = (1, 1)
    jumps: Sides = (1, 1)

    @property
    def field(self) -> OneOrTwo:
        """The sides, as one number if it is a square."""
        return one_or_two(self.sides)

    def through(self, window: Window | None, image_side: int) -> Reach:
        """Return the receptive field after a layer with this window; None: the layer sees everything."""
        if window is None:
            return Reach((image_side,) * 2, (image_side,) * 2)
        each = list(zip(self.sides, self.jumps, window.sides, window.strides, strict=True))
        return Reach(
            tuple(min(side + (size - 1) * jump, image_side) for side, jump, size, _ in each),
            tuple(jump * stride for _, jump, _, stride in each),
        )


def widest(ends: list[Reach]) -> Reach:
    """Return the receptive field after several parallel rows: the widest counts, down and across."""
    return Reach(*(tuple(map(max, zip(*each, strict=True))) for each in ([e.sides for e in ends], [e.jumps for e in ends])))


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """The facts about one layer at its place. `path` is "3", or "3.body.1" for a layer inside a branch."""

    path: str
    layer: object
    in_shape: Shape
    out_shape: Shape
    weights: tuple[Weight, ...]
    multiply_adds: int
    receptive_field: OneOrTwo  # side in pixels of the model's input, at most its longer side; height and width if they differ

    @property
    def kind(self) -> str:
        return type(self.layer).__name__

    @property
    def role(self) -> str:
        """The layer's role; "" for one with rows."""
        return self.layer.role

    @property
    def depth(self) -> int:
        """0 for a layer of the model's own row, 1 inside a branch, …"""
        return self.path.count(".") // 2

    @property
    def formula(self) -> str:
        """The formula of the output shape, in LaTeX."""
        return self.layer.formula(self.in_shape, self.out_shape)

    @property
    def counted(self) -> Sentence:
        """How its parameters are counted, in words."""
        return self.layer.counted(self.in_shape)

    @property
    def trainable(self) -> int:
        return sum(w.size for w in self.weights if w.trainable)

    @property
    def non_trainable(self) -> int:
        return sum(w.size for w in self.weights if not w.trainable)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The facts of every layer in order of computation (a branching layer comes after its inner layers)."""

    input_shape: Shape
    layers: tuple[LayerFacts, ...]

    @property
    def output_shape(self) -> Shape:
        return self.layers[-1].out_shape if self.layers else self.input_shape

    @property
    def trainable(self) -> int:
        return sum(facts.trainable for facts in self.layers)

    @property
    def non_trainable(self) -> int:
        return sum(facts.non_trainable for facts in self.layers)

    @property
    def parameters(self) -> int:
        return self.trainable + self.non_trainable

    @property
    def multiply_adds(self) -> int:
        """Per image, forward; training costs about three times as much."""
        return sum(facts.multiply_adds for facts in self.layers)

    def named_weights(self) -> dict[str, Weight]:
        """Return every weight by its name, "3.body.1.kernel", in order of computation. The names are the same in both backends."""
        return {f"{facts.path}.{weight.name}": weight for facts in self.layers for weight in facts.weights}


def analyse(layers: tuple, input_shape: Shape) -> Analysis:
    """Return the facts of `layers` on one image of `input_shape`. Raises SpecError naming the layer that does not fit."""
    side = max(input_shape[:2]) if len(input_shape) == 3 else 1
    return Analysis(input_shape, tuple(facts for facts, _ in _row(layers, input_shape, "", Reach(), side)))


def _row(layers: tuple, shape: Shape, prefix: str, reach: Reach, side: int) -> Iterator[tuple[LayerFacts, Reach]]:
    for position, layer in enumerate(layers, start=1):
        path = f"{prefix}{position}"
        try:
            out = layer.out_shape(shape)
            weights = layer.weights(shape)
            for numbers in (_product(out), *(w.size for w in weights)):
                if numbers > MAX_ELEMENTS:
                    raise SpecError(
                        "on a {shape} input it would need {numbers} numbers in one array; at most {most} are allowed, "
                        "so make it narrower or put a pooling layer before it",
                        shape=shape_text(shape), numbers=f"{numbers:,}", most=f"{MAX_ELEMENTS:,}",
                    )  # fmt: skip
        except SpecError as error:
            raise SpecError(
                "Layer {path}, {kind}: {problem}", path=path, kind=type(layer).__name__, problem=error.sentence
            ) from None
        if layer.rows():
            ends = [reach]
            for name, row in layer.rows():
                end = reach
                for facts, end in _row(row, shape, f"{path}.{name}.", reach, side):
                    yield facts, end
                ends.append(end)
            reach = widest(ends)
        else:
            reach = reach.through(layer.window(), side)
        yield LayerFacts(path, layer, shape, out, weights, layer.multiply_adds(shape), reach.field), reach
        shape = out


IMAGES = "images"
"""The source of a layer that receives the model's input."""


def sources(layers: tuple, prefix: str = "", source: str = IMAGES) -> dict[str, str]:
    """Return path -> path of the layer whose output it receives, for every plain layer."""
    inputs: dict[str, str] = {}
    for position, layer in enumerate(layers, start=1):
        path = f"{prefix}{position}"
        for name, row in layer.rows():
            inputs |= sources(row, f"{path}.{name}.", source)
        if not layer.rows():
            inputs[path] = source
        source = path
    return inputs


def plain_layers(layers: Iterable) -> Iterator[object]:
    """Yield every layer without inner layers, in order, including those inside branches."""
    for layer in layers:
        for _, row in layer.rows():
            yield from plain_layers(row)
        if not layer.rows():
            yield layer


def _product(shape: Shape) -> int:
    total = 1
    for side in shape:
        total *= side
    return total
