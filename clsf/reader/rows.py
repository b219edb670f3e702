"""Which rows of the data a name holds: slices, and arrays taken in an order, followed from line to line. Nothing is computed.

Bounds are kept as they are written, so that `x[:held]` and `x[held:]` are told apart without knowing `held`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from clsf.reader.text import Source

_WHAT = r"(?:x|y|images|labels|inputs|targets|data|set|idx|indices|loader|ds|dataset|generator)"


def _named(part: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)^(?:\w+_)?{_WHAT}_?{part}$|^(?:\w+_)?{part}_?{_WHAT}$")


VALIDATES, TRAINS = _named("(?:val|valid|validation|dev)"), _named("(?:tr|train|training)")
"""Names of images and labels, or of loaders, for validation and for training; `val_loss` is none."""

_LABELS = re.compile(r"(?i)^(?:\w*_)?(?:y|labels?|targets?|classes)(?:_\w+)?$")
_MIXES = ("permutation", "permuted", "randperm", "sample", "choice")
_KEEPS = (
    "astype", "copy", "array", "asarray", "from_numpy", "as_tensor", "tensor", "float", "long", "to", "from_tensor_slices", "TensorDataset",
    "DataLoader", "batch", "map", "prefetch", "cache", "repeat",
)  # fmt: skip

Order = Literal["", "mixed", "sorted"]


@dataclass(frozen=True)
class Rows:
    """Some rows of something."""

    root: str  # what they are rows of
    first: str = ""  # where they begin, "" for the beginning
    last: str = ""  # where they end, "" for the end
    order: Order = ""  # drawn at random, sorted by class, or as they were
    line: int = 0  # where the order was made
    index: bool = False  # numbers of rows, not the rows themselves


@dataclass(frozen=True)
class Training:
    """One place where a model is trained: a call of fit, or a loop with a step back through the model."""

    line: int
    trained: tuple[Rows, ...]
    validated: tuple[Rows, ...]
    share: bool = False  # fit itself takes the last rows for validation


def overlap(one: Rows, other: Rows) -> bool:
    """Return whether they have rows in common for sure."""
    if one.root != other.root:
        return False
    if not (one.first or one.last) or not (other.first or other.last):
        return True  # one of them is all rows
    return not (one.first or other.first) or not (one.last or other.last)


def trainings(source: Source) -> list[Training]:
    """Return where a program trains, with the rows that it trains and validates on, as far as they can be followed."""
    found: list[Training] = []
    _Follower(found).block(source.tree.body)
    return found


def loops(source: Source) -> Iterator[ast.For | ast.While]:
    """Yield the outermost loops that train."""
    held: set[int] = set()
    for node in source.nodes:
        if isinstance(node, ast.For | ast.While) and id(node) not in held and steps_back(node):
            held |= {id(inner) for inner in ast.walk(node)}
            yield node


def steps_back(node: ast.AST) -> bool:
    """Return whether these lines contain a training step: by name, because it may be in a separate function."""
    return any(
        isinstance(n, ast.Call)
        and (
            (isinstance(n.func, ast.Attribute) and n.func.attr in ("backward", "apply_gradients", "train_on_batch"))
            or (isinstance(n.func, ast.Name) and n.func.id == "train_step")
        )
        for n in ast.walk(node)
    )


def names_in(target: ast.AST) -> list[str]:
    """Return the names that an assignment sets."""
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


class _Follower:
    def __init__(self, found: list[Training]) -> None:
        self.held: dict[str, Rows] = {}
        self.found = found

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            match node:
                case ast.Assign(targets=[target, *_]):
                    self.see(node)
                    self.assign(target, node.value)
                case ast.FunctionDef():
                    inner = _Follower(self.found)
                    inner.held = dict(self.held)
                    inner.block(node.body)
                case ast.For() | ast.While() if steps_back(node):
                    self.loop(node)
                    self.block(node.body)
                case ast.For() | ast.While() | ast.With():
                    self.block(node.body)
                case ast.If():
                    self.block(node.body)
                    self.block(node.orelse)
                case ast.Expr(value=ast.Call() as call):
                    self.see(node)
                    if ast.unparse(call.func).endswith("shuffle"):
                        for name in (a.id for a in call.args if isinstance(a, ast.Name)):
                            self.held[name] = Rows(f"{name}@{node.lineno}", order="mixed", line=node.lineno, index=True)
                case _:
                    pass

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        if (
            isinstance(target, ast.Tuple | ast.List)
            and isinstance(value, ast.Tuple | ast.List)
            and len(target.elts) == len(value.elts)
        ):
            known = [(one, self.rows(other)) for one, other in zip(target.elts, value.elts, strict=True)]
        else:
            known = (
                [(one, None) for one in target.elts]
                if isinstance(target, ast.Tuple | ast.List)
                else [(target, self.rows(value))]
            )
        for one, rows in known:
            if isinstance(one, ast.Name):
                self.held[one.id] = rows or Rows(f"{one.id}@{one.lineno}")

    def rows(self, node: ast.expr) -> Rows | None:
        """Return the rows that an expression gives; None if unknown."""
        match node:
            case ast.Name():
                return self.held.setdefault(node.id, Rows(node.id))
            case ast.Tuple(elts=[first, *_]) | ast.List(elts=[first, *_]):
                return self.rows(first)
            case ast.Subscript(value=value, slice=ast.Slice(step=None) as part):
                return self.part(self.rows(value), part)
            case ast.Subscript(value=value, slice=ast.Tuple(elts=[ast.Slice(step=None) as part, *_])):
                return self.part(self.rows(value), part)
            case ast.Subscript(value=value, slice=chosen):
                taken = self.rows(chosen) if isinstance(chosen, ast.Name | ast.Subscript | ast.Call) else None
                if taken is None or not taken.index:
                    return None
                of = self.rows(value)
                return replace(taken, index=bool(of and of.index))
            case ast.Call():
                return self.called(node)
        return None

    def part(self, rows: Rows | None, part: ast.Slice) -> Rows | None:
        if rows is None:
            return None
        first = ast.unparse(part.lower) if part.lower is not None else ""
        last = ast.unparse(part.upper) if part.upper is not None else ""
        if first == "0":
            first = ""
        if rows.first and first:
            first = f"{rows.first} + {first}"
        if rows.first and last:
            last = f"{rows.first} + {last}"
        return replace(rows, first=first or rows.first, last=last or rows.last)

    def called(self, call: ast.Call) -> Rows | None:
        name = ast.unparse(call.func).rpartition(".")[2]
        here = f"{name}@{call.lineno}.{call.col_offset}"
        if name in _MIXES:
            return Rows(here, order="mixed", line=call.lineno, index=True)
        if name == "argsort":
            of = call.args[0] if call.args else getattr(call.func, "value", None)
            while isinstance(of, ast.Subscript):
                of = of.value
            labels = isinstance(of, ast.Name) and bool(_LABELS.match(of.id))
            return Rows(here, order="sorted" if labels else "", line=call.lineno, index=True)
        if name in ("arange", "range"):
            return Rows(here, line=call.lineno, index=True)
        if any(k.arg in ("sampler", "batch_sampler") for k in call.keywords):
            return None  # it takes some of the rows, and which can't be told
        if name in _KEEPS:
            own = isinstance(call.func, ast.Attribute) and name in (
                "astype",
                "copy",
                "float",
                "long",
                "to",
                "batch",
                "map",
                "prefetch",
                "cache",
                "repeat",
            )
            return self.rows(call.func.value) if own else self.rows(call.args[0]) if call.args else None
        if name == "shuffle" and isinstance(call.func, ast.Attribute):
            found = self.rows(call.func.value)
            return found and replace(found, order="mixed")
        return None

    def see(self, node: ast.stmt) -> None:
        """Look for calls of fit in a line."""
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "fit":
                given = {k.arg: k.value for k in call.keywords}
                first = call.args[0] if call.args else given.get("x")
                trained = self.rows(first) if first is not None else None
                other = given.get("validation_data")
                validated = self.rows(other) if other is not None else None
                self.found.append(Training(
                    call.lineno, tuple(r for r in (trained,) if r), tuple(r for r in (validated,) if r), "validation_split" in given,
                ))  # fmt: skip

    def loop(self, node: ast.For | ast.While) -> None:
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        trained, validated = (
            [self.held[n] for n in sorted(used) if n in self.held and kind.search(n)] for kind in (TRAINS, VALIDATES)
        )
        self.found.append(Training(node.lineno, tuple(trained), tuple(validated)))
