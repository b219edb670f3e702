"""The mapping between a layer's fields and a framework's call: a table written once, and read in both directions.

    KERAS = Api("layers.X", arg("units", place=True), arg("activation", None, ...), arg("use_bias", True))
    KERAS.call(ten_units)                          -> Call("layers.X", (10,))
    KERAS.read(Call("layers.X", (10, "relu")))   -> {"units": 10, "activation": "relu"}, {}

Arguments that the spec has no field for (a name, a regularizer) are returned next to the fields; the source reader
decides what they mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clsf.calls import REQUIRED, Call, Signature
from clsf.errors import SpecError
from clsf.words import Sentence


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call: the framework's name and default, and the field that it stands for, None if there is none.

    `to` turns the field's value into the argument and `back` the argument into the field's value; raising ValueError for what
    no field can hold. `place`: written without its name. `always`: written at its default too.
    """

    name: str
    default: Any
    field: str | None
    to: Callable[[Any], Any]
    back: Callable[[Any], Any]
    place: bool
    always: bool


def arg(
    name: str, default: Any = REQUIRED, field: str | None = "", *, to: Callable = lambda x: x, back: Callable = lambda x: x,
    place: bool = False, always: bool = False,
) -> Argument:  # fmt: skip
    """Return an argument; without a `field` it maps to the field of the same name."""
    return Argument(name, default, name if field == "" else field, to, back, place, always)


class Api:
    """A callable of a framework: its name, other names for it, and its arguments in their order."""

    def __init__(self, name: str, *arguments: Argument, aliases: tuple[str, ...] = ()) -> None:
        self.name, self.arguments, self.names = name, arguments, (name, *aliases)
        self.signature = Signature(name, {a.name: a.default for a in arguments})

    def call(self, layer: object, note: Sentence | None = None, **computed: object) -> Call:
        """Return the call that makes the layer; `computed` are arguments that depend on more than one field."""
        args, kwargs = [], {}
        for a in self.arguments:
            if a.name in computed:
                value = computed[a.name]
            elif a.field is None:
                continue
            else:
                value = a.to(getattr(layer, a.field))
            if a.place:
                args.append(value)
            elif a.always or a.default is REQUIRED or value != a.default:
                kwargs[a.name] = value
        return Call(self.name, tuple(args), kwargs, note)

    def read(self, call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return field -> value, and the arguments that no field can hold. Raises SpecError if one is missing or given twice."""
        known = {name: value for name, value in call.kwargs.items() if name in self.signature.parameters}
        others = {name: value for name, value in call.kwargs.items() if name not in known}
        values = self.signature.bound(call.but(kwargs=known))
        fields = {}
        for a in self.arguments:
            value = one_number(values[a.name])
            try:
                if a.field is None:
                    raise ValueError
                fields[a.field] = a.back(value)
            except ValueError:
                if value != a.default:
                    others[a.name] = value
        return fields, others


def one_number(value: object) -> object:
    """Return 3 for (3, 3) and [3, 3], which mean the same in both frameworks; a list becomes a tuple; other values stay."""
    if isinstance(value, list | tuple):
        value = tuple(value)
        return value[0] if value and all(type(x) is int and x == value[0] for x in value) else value
    return value


@dataclass(frozen=True, slots=True)
class ApiStep:
    """One step of a layer in a framework: the call that makes an object for it, and an expression of `{x}` without an object.

    `function` is "" if the step has weights or behaves differently in training, and so needs its object.
    """

    call: Call
    function: str = ""
    function_note: Sentence | None = None
    suffix: str = ""  # of the object's name, where one layer becomes several
    weights: bool = False
    training: bool = False  # behaves differently in training


def refused(name: str) -> SpecError:
    """Return the error for a call that matches no layer."""
    return SpecError("There is no layer here that does what {name} does.", name=name)
