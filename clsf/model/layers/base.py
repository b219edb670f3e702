"""The interface of every plain layer, with the defaults of a layer that changes nothing; and the code that sliding layers share.

A layer is a frozen value, one class in the file of its family. Its fields carry their rules (`clsf.model.fields`), and all other
properties are in the class too: menus, forms, checks, limits, links, help, code and stock models read them from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from clsf.calls import Call
from clsf.errors import SpecError
from clsf.model import fields
from clsf.model.apis import Api, ApiStep
from clsf.model.fields import Choice, Flag, Pair, Whole
from clsf.model.shapes import (
    OneOrTwo,
    Shape,
    Sides,
    Weight,
    Window,
    image_shape,
    one_or_two,
    same_padding,
    sides_of,
    sides_text,
    slid,
)
from clsf.words import Sentence, say, say_n

MAX_WIDTH = 65_536  # filters, units
MAX_WINDOW = 64  # kernel_size, pool_size

Pads = tuple[int, int, int, int]  # left, right, top, bottom: the order of F.pad
NONE: Pads = (0, 0, 0, 0)

Strides = Annotated[
    OneOrTwo, Pair(1, MAX_WINDOW, few=8), say("Pixels from one position to the next; 2×1: two down, one across.")
]
SquareStrides = Annotated[
    int, Whole(1, MAX_WINDOW, few=8),
    say("Pixels from one position to the next; TensorFlow wants the same down and across here."),
]  # fmt: skip
PaddingWord = Annotated[
    Literal["valid", "same"], Choice(("valid", "same")),
    say("valid: the window stays inside. same: padded around, so that with strides 1 the size stays."),
]  # fmt: skip
UseBias = Annotated[bool, Flag(), say("One number added per output channel or unit.")]


@dataclass(frozen=True, slots=True)
class Look:
    """How a layer appears: one sentence, its icon, its group (which gives the colour), and its name in source."""

    about: Sentence
    icon: str
    group: str
    stem: str


class Layer:
    """A plain layer. Shapes have no batch axis; images are (height, width, channels), flat vectors (features,)."""

    __slots__ = ()

    role: ClassVar[str] = ""
    """Its function, in a word: code that needs a layer with a certain role asks by this, so no other file needs its class."""

    LOOK: ClassVar[Look]
    KERAS: ClassVar[Api]
    TORCH: ClassVar[tuple[Api, ...]] = ()
    """The modules by which the layer is recognised in PyTorch's source."""

    KERNELS: ClassVar[tuple[str, ...]] = ()
    """The weights that penalties apply to."""

    HELD: ClassVar[dict[str, str]] = {}
    """Weight -> suffix of the name of the module that holds it in PyTorch, if the layer consists of several modules."""

    WIDTH: ClassVar[str] = ""
    """The field with the number of output channels or features, if there is one."""

    linear: ClassVar[bool] = False
    """Whether it is linear: its output is a weighted sum of its input (with a fixed mask, for dropout)."""

    elementwise: ClassVar[bool] = False
    """Whether it treats every number, or every feature, alike: the order of a flat vector may change around it."""

    flattens: ClassVar[bool] = False
    """Whether it turns an image into a flat vector."""

    drops: ClassVar[bool] = False
    """Whether it sets values to 0 at random while training, by its `rate`."""

    whole: ClassVar[bool] = False
    """Whether every output value depends on the whole image."""

    def __post_init__(self) -> None:
        fields.check(self)
        self.agree()

    def agree(self) -> None:
        """Raise SpecError if fields that are valid alone do not fit together."""

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        """Return a new layer of a usual size, adapted to `shape` if that is known."""
        return cls()

    @classmethod
    def first(cls) -> Layer:
        """Return the layer that the Layers page begins with."""
        return cls()

    @property
    def function(self) -> str:
        """The activation applied at its end."""
        return getattr(self, "activation", "linear")

    @property
    def learns(self) -> bool:
        """Whether it has weights, for any shape."""
        return type(self).weights is not Layer.weights

    def rows(self) -> tuple[tuple[str, tuple], ...]:
        """Return the rows of layers inside, by their names: none in a plain layer."""
        return ()

    def out_shape(self, shape: Shape) -> Shape:
        """Return the output shape. Raises SpecError with a clear message if the input shape is not possible."""
        return shape

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        """Return the arrays it holds, in the agreed layout."""
        return ()

    def multiply_adds(self, shape: Shape) -> int:
        """Return multiplications followed by an addition, per image, forward.

        Convolutions and dense layers count; adding a bias, pooling, normalising and activations count as 0, as is customary.
        """
        return 0

    def window(self) -> Window | None:
        """Return how far one output cell sees, for the receptive field; None: it sees everything."""
        return None if self.whole else Window()

    def pads(self, shape: Shape) -> Pads:
        """Return the cells that padding adds: (left, right, top, bottom)."""
        return NONE

    def formula(self, before: Shape, after: Shape) -> str:
        """Return the formula of the output shape, in LaTeX with the numbers filled in; the same in every language."""
        return rf"{latex(before)} \to {latex(after)}"

    def counted(self, shape: Shape) -> Sentence:
        """Return how the parameters are counted, in words, with the numbers."""
        return say("No parameters: there is nothing to learn in this layer.")

    def keras(self) -> tuple[ApiStep, ...]:
        """Return the steps that are the layer in Keras."""
        return (ApiStep(self.KERAS.call(self)),)

    def keras_on(self, shape: Shape) -> tuple[ApiStep, ...]:
        """Return the steps in Keras for the input shape `shape`; few layers need it."""
        return self.keras()

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        """Return the steps that are the layer in PyTorch, for the input shape `shape`.

        Images are (batch, channels, height, width) there, and padding is computed for the actual image size.
        """
        raise NotImplementedError

    @classmethod
    def of_keras_row(cls, calls: Sequence[Call]) -> tuple[Layer, int] | None:
        """Return the layer that the first of Keras' calls form together, and how many they are; None if they form none."""
        return None

    @classmethod
    def of_keras(cls, call: Call) -> tuple[Layer, dict[str, Any]]:
        """Return the layer that a call of Keras makes, and the arguments without a field. Raises SpecError."""
        fields, others = cls.KERAS.read(call)
        return cls(**fields), others

    @classmethod
    def of_torch_row(cls, calls: Sequence[Call], shape: Shape) -> list[Layer]:
        """Return the layers that the first calls may form, like `of_torch`, for a layer of several modules."""
        return cls.of_torch(calls[0], shape)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        """Return the layers that a PyTorch call may mean, most likely first; the caller keeps those whose steps are the same."""
        return []


class Sliding(Layer):
    """A layer whose window slides over an image: `strides`, `padding`, and a side under a name of its own."""

    __slots__ = ()

    SIDE: ClassVar[str]  # the field with the side of the window
    WORD: ClassVar[str]  # the window's name
    LETTER: ClassVar[str]  # in formulas
    DRAWN: ClassVar[str] = ""  # how the browser draws its window: "conv", "depthwise", "max", "average"; "": not at all

    @property
    def sides(self) -> Sides:
        """Height and width of the window in cells, gaps left out."""
        return sides_of(getattr(self, self.SIDE))

    @property
    def gaps(self) -> Sides:
        """Cells from one cell of the window to the next, down and across."""
        return sides_of(getattr(self, "dilation_rate", 1))

    @property
    def reaches(self) -> Sides:
        """Height and width of the area that the window covers, gaps of the dilation included."""
        return tuple(gap * (side - 1) + 1 for gap, side in zip(self.gaps, self.sides, strict=True))

    @property
    def moves(self) -> Sides:
        """Cells from one position to the next, down and across; by default, pooling moves by its own size."""
        return sides_of(self.strides or self.sides)

    def inside(self, shape: Shape) -> OneOrTwo:
        """Return the largest side that its field may have so that the window, without gaps, fits an image of `shape`."""
        h, w = shape[:2]
        value = getattr(self, self.SIDE)
        return min(h, w, value) if isinstance(value, int) else one_or_two((min(h, value[0]), min(w, value[1])))

    def channels(self, c: int) -> int:
        """Return how many channels come out of `c`."""
        return c

    def out_shape(self, shape: Shape) -> Shape:
        h, w, c = image_shape(shape)
        (high, wide), (down, across) = self.reaches, self.moves
        if self.padding == "valid" and (high > h or wide > w):
            raise SpecError(
                "a {window} {word} does not fit the {h}×{w} image it receives; use a {word} of at most {most}, or padding 'same'",
                window=sides_text((high, wide)), word=self.WORD, h=h, w=w,
                most=min(h, w) if high == wide else sides_text((h, w)),
            )  # fmt: skip
        return slid(h, high, down, self.padding), slid(w, wide, across, self.padding), self.channels(c)

    def window(self) -> Window:
        return Window(self.reaches, self.moves)

    def pads(self, shape: Shape) -> Pads:
        """Return the cells that padding adds: (left, right, top, bottom)."""
        if self.padding == "valid":
            return NONE
        (high, wide), (down, across) = self.reaches, self.moves
        return *same_padding(shape[1], wide, across), *same_padding(shape[0], high, down)

    def translated(self, channels: int) -> dict[str, object]:
        """Return PyTorch's arguments without a field, translated literally."""
        raise NotImplementedError

    def said(self, api: Api, **computed: object) -> Call:
        """Return the call with all window arguments written out as they are, whether or not the framework accepts them."""
        own = {a.name: getattr(self, a.field) for a in api.arguments if a.field and a.field not in ("activation", "use_bias")}
        given = {a.name: computed.get(a.name, own.get(a.name)) for a in api.arguments if a.name in own or a.name in computed}
        moves = one_or_two(self.moves)
        return Call(api.name, (), {name: moves if value is None else value for name, value in given.items()})

    def formula(self, before: Shape, after: Shape) -> str:
        """Source: Dumoulin & Visin 2016, arXiv:1603.07285."""
        square = all(down == across for down, across in (self.sides, self.gaps, self.moves))
        lines = []
        for axis, letter in enumerate("HW" if not square or before[0] != before[1] else "H"):
            lines += self._along(letter, axis, "" if square else "hw"[axis], before[axis], after[axis])
        return rf"\begin{{gathered}}{aligned(lines)} \\ {latex(before)} \to {latex(after)}\end{{gathered}}"

    def _along(self, letter: str, axis: int, mark: str, side: int, out: int) -> list[str]:
        """Return the lines for one axis; `mark` tells its letters from those of the other where they differ."""

        def marked(name: str) -> str:
            marks = [*name.split("_")[1:], *mark]
            return name[0] + (f"_{{{','.join(marks)}}}" if len(marks) > 1 else f"_{marks[0]}" if marks else "")

        gap, reach, move = self.gaps[axis], self.reaches[axis], self.moves[axis]
        k, s = marked("k_d" if gap > 1 else self.LETTER), marked("s")
        lines = []
        if gap > 1 and (mark or axis == 0):
            lines = [rf"{k} &= {marked('d')}\,({marked('k')}-1)+1 = {gap}\,({self.sides[axis]}-1)+1 = {reach}"]
        if self.padding == "same":
            return [
                *lines,
                rf"{letter}' &= \left\lceil \frac{{{letter}}}{{{s}}} \right\rceil = \left\lceil \frac{{{side}}}{{{move}}} \right\rceil = {out}",
            ]
        return [
            *lines,
            rf"{letter}' &= \left\lfloor \frac{{{letter} - {k}}}{{{s}}} \right\rfloor + 1",
            rf"&= \left\lfloor \frac{{{side} - {reach}}}{{{move}}} \right\rfloor + 1 = {out}",
        ]


def even(pads: Pads) -> bool:
    """Whether both sides are padded alike."""
    return pads[0] == pads[1] and pads[2] == pads[3]


def both(pads: Pads) -> OneOrTwo:
    """Return the padding before each axis as torch's argument: one number, or (height, width)."""
    return one_or_two((pads[2], pads[0]))


def parameters(count: int) -> Sentence:
    """Return a number of parameters, in words."""
    return say_n("{count} parameter", "{count} parameters", count, count=f"{count:,}")


def aligned(lines: list[str]) -> str:
    """Return lines of LaTeX under each other."""
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def latex(shape: Shape) -> str:
    return r" \times ".join(map(str, shape))
