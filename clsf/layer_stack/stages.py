"""A chain: up to four layers, and the source of each one's weights; as text it is one line that fits into a link.

Kind:filters=8,padding=same,w.source=hand,w.kernels=edge+blur;Kind;Kind
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields
from math import isfinite
from typing import Literal, get_args

from clsf import checks
from clsf.checks import field as word
from clsf.errors import SpecError
from clsf.layer_stack import kernels
from clsf.model.fields import fields_of, number
from clsf.model.layers import PLAIN, Layer, made
from clsf.plan import STARTS
from clsf.words import say

Source = Literal["random", "hand", "own", "run"]
SOURCES: tuple[str, ...] = get_args(Source)

MAX_STAGES = 4
MAX_TEXT = 2_000  # characters
MAX_NUMBERS = 1_500_000
"""Most numbers that one layer of a chain may hold or output: an answer should take a moment."""

OWN = (0.0, 1.0, 0.0, 1.0, -4.0, 1.0, 0.0, 1.0, 0.0)
"""The student's own kernel before any change: the Laplacian of four neighbours."""


@dataclass(frozen=True, slots=True)
class Filling:
    """The source of a layer's weights.

    random: drawn by a scheme from a seed · hand: the first filters are kernels written by hand, the others random ·
    own: the first filter is the student's nine numbers, the others random · run: those of a trained run's layer
    """

    source: Source = "random"
    seed: int = 0
    scheme: str = "glorot"
    kernels: tuple[str, ...] = ("edge", "sobel-x", "sobel-y", "blur")
    numbers: tuple[float, ...] = OWN
    run: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        checks.known(SpecError, word("source"), self.source, SOURCES)
        checks.whole(SpecError, word("seed"), self.seed, 0, 2**31 - 1)
        checks.known(SpecError, word("scheme"), self.scheme, STARTS)
        for name in self.kernels:
            checks.known(SpecError, word("kernel"), name, kernels.NAMES)
        if len(self.numbers) != len(OWN) or not all(isfinite(x) and abs(x) <= 1e6 for x in self.numbers):
            raise SpecError(
                "A custom kernel has 9 numbers of at most a million, but this one is {value}.",
                value=checks.shown(self.numbers),
            )
        if len(self.run) > 60 or len(self.path) > 60:
            raise SpecError("The name of a run or a layer has at most 60 characters.")


@dataclass(frozen=True, slots=True)
class Stage:
    """One layer of a chain and the source of its weights."""

    layer: Layer
    filling: Filling = field(default_factory=Filling)

    @property
    def kind(self) -> str:
        return type(self.layer).__name__


LayerStack = tuple[Stage, ...]

DEFAULT: LayerStack = (
    Stage(made("Convolution", 8, 3), Filling("hand")),
    Stage(made("Function", "relu")),
    Stage(made("MaxPool", 2)),
    Stage(made("Flat")),
)
"""Four handwritten kernels and four random ones, then the layers that usually follow a convolution."""

FRESH = {name: kind.first() for name, kind in PLAIN.items()}
"""Kind -> the layer that a student gets by choosing it."""


def layers_of(chain: LayerStack) -> tuple[Layer, ...]:
    return tuple(stage.layer for stage in chain)


def to_text(chain: LayerStack) -> str:
    """Return the chain as a line of text; fields that are left out have their default values."""
    return ";".join(_stage_text(stage) for stage in chain)


def from_text(text: str) -> LayerStack:
    """Read what `to_text` wrote. Raises SpecError in words for anything else; nothing in it is trusted."""
    if len(text) > MAX_TEXT:
        raise SpecError("A chain has at most {most} characters, but this one has {count}.", most=MAX_TEXT, count=len(text))
    parts = [part for part in text.split(";") if part.strip()]
    if not 1 <= len(parts) <= MAX_STAGES:
        raise SpecError("A chain has 1 to {most} layers, but this one has {count}.", most=MAX_STAGES, count=len(parts))
    return tuple(_stage(part) for part in parts)


def checked(layer: Layer) -> Layer:
    """Return the layer if it is small enough. Raises SpecError naming the field."""
    for one in fields_of(type(layer)):
        value = getattr(layer, one.name)
        for side in value if isinstance(value, tuple) else (value,):
            if side is not None and getattr(one.rule, "few", 0):
                checks.whole(SpecError, word(one.name), side, one.rule.low, one.rule.few)
    return layer


def _stage_text(stage: Stage) -> str:
    return f"{stage.kind}:{','.join([*_values(stage.layer, ''), *_values(stage.filling, 'w.')])}".rstrip(":")


def _values(thing: object, prefix: str) -> list[str]:
    return [f"{prefix}{f.name}={_value_text(value)}" for f in fields(thing) if (value := getattr(thing, f.name)) != _default(f)]


def _value_text(value: object) -> str:
    if isinstance(value, tuple):
        return "+".join(_value_text(item) for item in value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _default(f: Field) -> object:
    return f.default if f.default is not MISSING else None


def _stage(text: str) -> Stage:
    kind, _, rest = text.strip().partition(":")
    checks.known(SpecError, say("layer kind"), kind, PLAIN)
    known = {one.name: one for one in fields_of(PLAIN[kind])}
    own, filling = {}, {}
    for pair in filter(None, rest.split(",")):
        name, equals, value = pair.partition("=")
        of_filling = name.startswith("w.")
        checks.known(SpecError, word("field"), name.removeprefix("w."), FILLING if of_filling else known)
        if not equals:
            raise SpecError("The field '{field}' of a chain has no value.", field=name.removeprefix("w."))
        if of_filling:
            filling[name.removeprefix("w.")] = _read(value, FILLING[name.removeprefix("w.")])
        else:
            own[name] = known[name].rule.read(value)
    needed = [name for name, one in known.items() if one.needed and name not in own]
    if needed:
        raise SpecError("{kind} needs the field '{field}'.", kind=kind, field=needed[0])
    return Stage(checked(PLAIN[kind](**own)), Filling(**filling))


FILLING = {f.name: f for f in fields(Filling)}


def _read(text: str, f: Field) -> object:
    """Read a value of a filling as the field's annotation says."""
    kind = str(f.type)
    if kind.startswith("tuple[str"):
        return tuple(filter(None, text.split("+")))
    if kind.startswith("tuple[float"):
        return tuple(number(item, float) for item in text.split("+"))
    return number(text, int) if kind == "int" else text
