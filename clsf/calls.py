"""A call of a framework's public API as a value: `layers.Thing(32, size=3)`, printed, made, or matched in source.

    Call("layers.Thing", (32,), {"size": 3})

One declaration of a layer gives such calls for both frameworks. `clsf.code` prints them, the backends make stock models from
them, and the reader of students' source compares them with what it parsed. Nothing here depends on a framework, and nothing is
evaluated: a name is looked up, part by part, in what the caller allows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isinf, isnan
from typing import Any

from clsf.errors import SpecError
from clsf.words import Sentence

REQUIRED = object()
"""The default of a parameter that has none."""

_DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name as an argument: `keras.activations.relu`, a function that is passed and not called."""

    name: str

    def __post_init__(self) -> None:
        _check_name(self.name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A call: what is called, with which arguments, and a note with the reason.

    Arguments are None, booleans, numbers, text, tuples, lists, names and other calls; anything else raises TypeError when it is
    printed or made. Notes don't count when calls are compared; how an argument is given (by position or by name) does:
    `Signature.bound` removes that difference.
    """

    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    note: Sentence | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _check_name(self.name)

    def __hash__(self) -> int:
        return hash((self.name, repr(self.args), repr(sorted(self.kwargs.items()))))

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments())})"

    def arguments(self) -> tuple[str, ...]:
        """Return the source of each argument: ("32", "kernel_size=3")."""
        return (*map(source, self.args), *(f"{name}={source(value)}" for name, value in self.kwargs.items()))

    def but(self, **changes: object) -> Call:
        """Return the same call with other fields."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a callable of a framework takes: its parameters in their order, each with its default, or REQUIRED."""

    name: str
    parameters: Mapping[str, Any]

    def bound(self, call: Call) -> dict[str, Any]:
        """Return every parameter -> value, with defaults for those left out.

        Raises SpecError with a sentence for an argument that is unknown, given twice or missing.
        """
        names = list(self.parameters)
        if len(call.args) > len(names):
            raise SpecError(
                "{name} is called with {count} arguments, but takes at most {most}.",
                name=call.name, count=len(call.args), most=len(names),
            )  # fmt: skip
        given = dict(zip(names, call.args, strict=False))
        for name, value in call.kwargs.items():
            if name in given:
                raise SpecError("{name} gets its argument {argument} twice.", name=call.name, argument=name)
            if name not in self.parameters:
                raise SpecError(
                    "{name} has no argument {argument}; it takes {names}.",
                    name=call.name,
                    argument=name,
                    names=", ".join(names),
                )
            given[name] = value
        for name, default in self.parameters.items():
            if name not in given and default is REQUIRED:
                raise SpecError("{name} needs the argument {argument}.", name=call.name, argument=name)
        return {name: given.get(name, default) for name, default in self.parameters.items()}


def source(value: object) -> str:
    """Return a value as source: text in double quotes, infinity as a call of `float`. Raises TypeError for other types."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float) and (isinf(value) or isnan(value)):
        return f'float("{value}")'
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(source, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(source, value))}]"
    if isinstance(value, Name | Call):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no argument of a call")


def quoted(text: str) -> str:
    """Return a Python string literal of `text`, in double quotes; any content stays one literal on one line."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal


def made(call: Call, roots: Mapping[str, object], kind: type | tuple[type, ...], **more: object) -> Any:
    """Make the call and return its result. Its name must begin with one of `roots` and lead to a class of one `kind`.

    `roots`: {"layers": keras.layers}; `kind`: keras.layers.Layer. `more` are extra arguments, such as a dtype.
    Raises ValueError for any other name: only allowed classes are called.
    """
    thing = _found(call.name, roots)
    if not (isinstance(thing, type) and issubclass(thing, kind)):
        raise ValueError(f"{call.name} must not be called here")
    return thing(
        *(_value(v, roots, kind) for v in call.args), **{n: _value(v, roots, kind) for n, v in call.kwargs.items()}, **more
    )


def _value(value: object, roots: Mapping[str, object], kind: type | tuple[type, ...]) -> object:
    if isinstance(value, Call):
        return made(value, roots, kind)
    if isinstance(value, tuple | list):
        return type(value)(_value(inner, roots, kind) for inner in value)
    source(value)  # refuses other types
    if isinstance(value, Name):
        raise ValueError(f"{value} must not be handed over here")
    return value


def _found(name: str, roots: Mapping[str, object]) -> object:
    first, *parts = name.split(".")
    if first not in roots or not parts or any(part.startswith("_") for part in parts):
        raise ValueError(f"{name} is not among what may be called here: {', '.join(roots)}")
    thing = roots[first]
    for part in parts:
        thing = getattr(thing, part)
    return thing


def _check_name(name: str) -> None:
    if not _DOTTED.fullmatch(name):
        raise ValueError(f"{name!r} is no dotted name")
