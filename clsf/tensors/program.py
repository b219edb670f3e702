"""A program is a few real functions, run one after the other; what is shown is their source.

    create.from_list(values, dtype) -> t      cast.cast(t, target)      the last one's value is the result

A parameter is either an argument that the student chose or a name that an earlier step returned. The shown code is the
functions' own text: parameters of the first kind stand there as literals (or as an assignment above, where they are
long), `return t` of an inner step is left out, and the last `return x` is shown as `x`, as at the end of a notebook cell.
Nothing is assembled into code and executed: the functions are called.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import logging
import re
import textwrap
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import CodeType, ModuleType

from clsf.tensors.dtypes import DTYPES
from clsf.tensors.outcome import Outcome, Raised, SeenValue, cut
from clsf.tensors.printing import printed

INLINE = 28  # characters; a longer argument gets an assignment above the code

IMPORTS = {
    "np": "import numpy as np",
    "tf": "import tensorflow as tf",
    "keras": "import keras",
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "perf_counter": "from time import perf_counter",
}
"""How a name that a step uses is imported. Steps use no other names from outside."""


@dataclass(frozen=True, slots=True)
class Dtype:
    """A number type by name; what it is decides the framework that is asked for it."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in DTYPES:
            raise ValueError(f"not a number type of the playground: {self.name!r}")


@dataclass(frozen=True, slots=True)
class ArgumentList:
    """A list of arguments for calls: a plain number, or a tensor written as (nested values, dtype)."""

    items: tuple[float | tuple[object, str], ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """What stands between the brackets of `t[…]`, one entry per axis: a position, or (start, stop, step) with None for "left out"."""

    axes: tuple[int | tuple[int | None, int | None, int | None] | None, ...]

    def index(self) -> tuple[int | slice | None, ...]:
        """Return what Python hands to `__getitem__` for `t[…]`."""
        return tuple(slice(*axis) if isinstance(axis, tuple) else axis for axis in self.axes)

    def __str__(self) -> str:
        if not self.axes:
            return "..."
        return ", ".join(_slice_text(*axis) if isinstance(axis, tuple) else repr(axis) for axis in self.axes)


@dataclass(frozen=True, slots=True)
class ProgramCall:
    """One program to run: the names of its steps, and the arguments by name."""

    steps: tuple[str, ...]
    arguments: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, *steps: str, **arguments: object) -> ProgramCall:
        return cls(steps, tuple((name, frozen(value)) for name, value in arguments.items()))


@dataclass(frozen=True, slots=True)
class Frozen:
    """A list argument kept in a value that can be hashed; `value` gives the list back."""

    text: str

    @property
    def value(self) -> object:
        return ast.literal_eval(self.text)


def frozen(value: object) -> object:
    return Frozen(repr(value)) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Library:
    """One of NumPy, TensorFlow and PyTorch: its steps by name, its module for dtypes, and how its values are looked at."""

    prefix: str  # what its dtypes are shown with, such as tf
    make: str  # the function that makes a tensor of a list
    module: ModuleType
    steps: Mapping[str, Callable]
    look: Callable[[object], SeenValue]
    logger: str = ""  # where it logs its remarks

    def run(self, call: ProgramCall) -> Outcome:
        return run(self, call)

    def run_all(self, calls: Sequence[ProgramCall]) -> list[Outcome]:
        """Run programs one after the other. A first step called `inputs` is run once for all that begin with it."""
        inputs: dict[str, object] = {}
        return [run(self, call, inputs) for call in calls]


def steps_of(**modules: ModuleType) -> dict[str, Callable]:
    """Return the steps of some modules as "module.function": every public function that is written there."""
    return {
        f"{short}.{name}": function
        for short, module in modules.items()
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }


def run(library: Library, call: ProgramCall, inputs: dict[str, object] | None = None) -> Outcome:
    """Run a program and return its outcome. An exception of the program is a result like any other.

    `inputs` remembers what steps called `inputs` returned; the steps after these change nothing in place.
    """
    inputs = {} if inputs is None else inputs
    sources = [_source(library.steps[name]) for name in call.steps]
    arguments = dict(call.arguments)
    shown = _Shown(sources, {name: _text(value, library) for name, value in arguments.items()})
    names: dict[str, object] = {}  # what steps returned
    resolved: dict[str, object] = {}  # what arguments are in this library
    left: dict[str, object] = {}  # what a step that raised had made so far
    value: object = None
    raised: Raised | None = None
    with printed() as output, warnings.catch_warnings(record=True) as caught, _logged(library.logger) as told:
        warnings.simplefilter("always")
        for at, source in enumerate(sources):
            wanted = [name for name in source.parameters if name in arguments]
            try:
                resolved |= {name: _resolve(arguments[name], library) for name in wanted if name not in resolved}
            except Exception as error:  # such as a dtype that this library does not have
                raised = _raised(error, shown.line(at, source.first_use(set(wanted))))
                break
            key = repr(call.arguments) if call.steps[at].endswith(".inputs") else ""
            given = [names[name] if name in names else resolved[name] for name in source.parameters]
            try:
                value = inputs[key] if key in inputs else source.function(*given)
            except Exception as error:
                line, left = _where(error, source)
                raised = _raised(error, shown.line(at, line))
                break
            if key:
                inputs[key] = value
            if source.returned and at < len(sources) - 1:
                several = value if len(source.returned) > 1 else (value,)
                names |= zip(source.returned, several, strict=True)
        seen = None if raised else library.look(value)
        kept = (
            {name: library.look(item) for name, item in (names | left).items() if not inspect.isfunction(item)}
            if raised
            else {}
        )
    warned = tuple(dict.fromkeys([*(f"{w.category.__name__}: {w.message}" for w in caught), *told]))
    return Outcome(shown.text, seen, output.getvalue(), warned, raised, tuple(kept.items()))


@contextmanager
def _logged(name: str) -> Iterator[list[str]]:
    """Catch what this thread logs under `name` while the block runs."""
    told: list[str] = []
    if not name:
        yield told
        return
    thread, logger = threading.get_ident(), logging.getLogger(name)

    def heard(record: logging.LogRecord) -> bool:
        if threading.get_ident() != thread:
            return True
        told.append(cut(f"{record.levelname}: {record.getMessage()}"))
        return False

    logger.addFilter(heard)
    try:
        yield told
    finally:
        logger.removeFilter(heard)


def code_of(library: Library, call: ProgramCall) -> str:
    """Return what `run` would show, without running it."""
    arguments = {name: _text(value, library) for name, value in call.arguments}
    return _Shown([_source(library.steps[name]) for name in call.steps], arguments).text


def look_inside(value: object, look: Callable[[object], SeenValue]) -> SeenValue:
    """Describe what is no tensor: plain values, tuples and lists of tensors, exceptions."""
    if isinstance(value, BaseException):
        return SeenValue(cut(_plain(str(value))), type(value).__name__)
    text = cut(repr(value))
    if type(value) in (tuple, list) and len(value) <= 64:
        return SeenValue(text, type(value).__name__, parts=tuple(map(look, value)))
    return SeenValue(text, type(value).__name__, values=value if isinstance(value, bool | int | float | str) else None)


# How a function becomes text.


class _Source:
    """A step's function with its text: the body without indentation, and where its parameters stand in it."""

    def __init__(self, function: Callable) -> None:
        self.function = function
        self.code: CodeType = function.__code__
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
        assert isinstance(tree, ast.FunctionDef)  # noqa: S101  our own sources
        text = textwrap.dedent("".join(lines)).splitlines()
        self.parameters = tuple(a.arg for a in tree.args.args)
        body = tree.body
        self._begin = min([body[0].lineno, *(d.lineno for d in getattr(body[0], "decorator_list", []))])  # 1-based in `text`
        self.first_line = first + self._begin - 1  # in the file
        self.lines = text[self._begin - 1 :]
        self.indent = body[0].col_offset
        last = body[-1]
        self.returns = last if isinstance(last, ast.Return) and last.value is not None else None
        self.returned = _names(self.returns.value) if self.returns else ()
        slices = {id(node.slice) for node in ast.walk(tree) if isinstance(node, ast.Subscript)}
        self.uses = [
            (
                node.lineno - self._begin,
                node.col_offset,
                node.end_col_offset,
                node.id,
                id(node) in slices,
            )
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id in self.parameters and node.lineno >= self._begin
        ]
        own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self.imports = [line for name, line in IMPORTS.items() if name in own]

    def rendered(self, inline: dict[str, str], last: bool) -> list[str]:
        """Return the lines of the body with some parameters replaced by literals."""
        lines = list(self.lines)
        if self.returns is not None:
            at = self.returns.lineno - self._begin
            if last:
                lines[at] = lines[at].replace("return ", "", 1)
            else:
                lines = lines[:at]
        for line, start, end, name, whole in sorted(self.uses, reverse=True):
            if name not in inline or line >= len(lines):
                continue
            moved = len("return ") if last and self.returns is not None and line == self.returns.lineno - self._begin else 0
            replacement = inline[name]
            if name.startswith("index"):  # a Pick: t[0, 1] in a subscript, the tuple (0, 1) elsewhere
                inside = replacement[1:-1]
                replacement = inside if whole else f"({inside}{'' if ',' in inside else ','})"
            lines[line] = lines[line][: start - moved] + replacement + lines[line][end - moved :]
        return [line[self.indent :] for line in lines]

    def first_use(self, names: set[str]) -> int | None:
        lines = [line for line, _, _, name, _ in self.uses if name in names]
        return min(lines) + self.first_line if lines else None


def body_of(function: Callable) -> list[str]:
    """Return the lines of a function's body, without indentation."""
    return _source(function).rendered({}, last=True)


@cache
def _source(function: Callable) -> _Source:
    return _Source(function)


class _Shown:
    """The text of a program, and which of its lines a line of a step's file is."""

    def __init__(self, sources: Sequence[_Source], arguments: dict[str, str]) -> None:
        used = dict.fromkeys(name for source in sources for name in source.parameters if name in arguments)
        above = [name for name in used if len(arguments[name]) > INLINE]
        inline = {name: arguments[name] for name in used if name not in above}
        imports = list(dict.fromkeys(line for source in sources for line in source.imports))
        imports += [
            line for name, line in IMPORTS.items()
            if line not in imports and any(re.search(rf"\b{name}\.[a-z]", arguments[one]) for one in used)
        ]  # fmt: skip
        lines = sorted(imports, key=lambda line: list(IMPORTS.values()).index(line)) + [f"{n} = {arguments[n]}" for n in above]
        self._starts: list[tuple[int, int, int]] = []
        for number, source in enumerate(sources):
            body = source.rendered(inline, last=number == len(sources) - 1)
            self._starts.append((source.first_line, len(lines), len(body)))
            lines += body
        self.text = "\n".join(lines)

    def line(self, step: int, file_line: int | None) -> int | None:
        if file_line is None:
            return None
        first, start, length = self._starts[step]
        return start + file_line - first if 0 <= file_line - first < length else None


def _names(value: ast.expr) -> tuple[str, ...]:
    if isinstance(value, ast.Name):
        return (value.id,)
    if isinstance(value, ast.Tuple) and all(isinstance(e, ast.Name) for e in value.elts):
        return tuple(e.id for e in value.elts)
    return ()


def _text(value: object, library: Library) -> str:
    prefix = library.prefix
    match value:
        case Dtype():
            return f"{prefix}.{value.name}"
        case ArgumentList():
            tensor = f"{prefix}.{library.make}({{0!r}}, dtype={prefix}.{{1}})"
            return f"[{', '.join(tensor.format(*item) if isinstance(item, tuple) else repr(item) for item in value.items)}]"
        case Pick():
            return f"[{value}]"
        case Frozen():
            return value.text
        case _:
            return repr(value)


def _slice_text(start: int | None, stop: int | None, step: int | None) -> str:
    text = f"{'' if start is None else start}:{'' if stop is None else stop}"
    return text if step is None else f"{text}:{step}"


def _resolve(value: object, library: Library) -> object:
    match value:
        case Dtype():
            return getattr(library.module, value.name)  # may raise: that is an answer too
        case ArgumentList():
            make = getattr(library.module, library.make)
            return [
                make(item[0], dtype=getattr(library.module, item[1])) if isinstance(item, tuple) else item
                for item in value.items
            ]
        case Pick():
            index = value.index()
            return index[0] if len(index) == 1 else index or builtins.Ellipsis
        case Frozen():
            return value.value
        case _:
            return value


def _raised(error: Exception, line: int | None) -> Raised:
    return Raised(type(error).__name__, cut(_plain(str(error))), line)


def _where(error: BaseException, source: _Source) -> tuple[int | None, dict[str, object]]:
    """Return the line of the step's file that raised, and the step's variables at that moment."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code is source.code:
            arguments = set(source.parameters)
            return line, {name: item for name, item in frame.f_locals.items() if name not in arguments}
    return None, {}


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t").strip()
