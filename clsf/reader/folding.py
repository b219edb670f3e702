"""Arithmetic on constants of a program, with limits on the size of the results. Never Python's own `eval`."""

from __future__ import annotations

import ast
import math
import operator

from clsf.reader.values import UNKNOWN

MAX_BITS = 256
MAX_TEXT = 10_000  # characters
MAX_ITEMS = 10_000

_OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift,
}  # fmt: skip
_COMPARISONS = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_MATHS = {"sqrt", "ceil", "floor", "log", "log2", "log10", "exp", "prod", "cos", "sin", "tanh", "pow"}
CONSTANTS = {"math.pi": math.pi, "numpy.pi": math.pi, "math.e": math.e, "numpy.e": math.e, "math.inf": math.inf, "numpy.inf": math.inf, "torch.pi": math.pi}  # fmt: skip


def plain(value: object) -> bool:
    """Whether it is a constant of the program."""
    return value is None or isinstance(value, bool | int | float | str | bytes)


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def binary(kind: type, left: object, right: object) -> object:
    """Return `left kind right`, or UNKNOWN if it is unknown or too large."""
    sequence = isinstance(left, list | tuple | str) or isinstance(right, list | tuple | str)
    try:
        if kind is ast.Add and sequence:
            if type(left) is type(right) and len(left) + len(right) <= MAX_ITEMS:
                return left + right
            return UNKNOWN
        if kind is ast.Mult and sequence:
            items, times = (left, right) if isinstance(left, list | tuple | str) else (right, left)
            if isinstance(times, int) and len(items) * max(times, 0) <= MAX_ITEMS:
                return items * times
            return UNKNOWN
        if kind is ast.Mod and isinstance(left, str):
            return _formatted(left, right)
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            return UNKNOWN
        if kind is ast.Pow and (abs(right) > 512 or (isinstance(left, int) and left.bit_length() * abs(right) > MAX_BITS)):
            return UNKNOWN
        if kind in (ast.LShift, ast.RShift) and not 0 <= right <= MAX_BITS:
            return UNKNOWN
        return limited(_OPERATORS[kind](left, right))
    except (ArithmeticError, TypeError, ValueError, KeyError):
        return UNKNOWN


def limited(value: object) -> object:
    """Return the value, or UNKNOWN if it is too large to be of use."""
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return UNKNOWN
    if isinstance(value, str | bytes) and len(value) > MAX_TEXT:
        return UNKNOWN
    if isinstance(value, complex):
        return UNKNOWN
    return value


def _formatted(template: str, values: object) -> object:
    given = values if isinstance(values, tuple) else (values,)
    if (
        len(template) > 500
        or not all(plain(v) for v in given)
        or "*" in template
        or any(c.isdigit() for c in template.partition("%")[2][:3])
    ):
        return UNKNOWN
    return limited(template % values)


def unary(kind: type, value: object) -> object:
    if kind is ast.Not:
        return not value if plain(value) or isinstance(value, list | tuple | dict) else UNKNOWN
    if not isinstance(value, int | float):
        return UNKNOWN
    if kind is ast.USub:
        return -value
    return +value if kind is ast.UAdd else UNKNOWN if not isinstance(value, int) else ~value


def compare(kind: type, left: object, right: object) -> object:
    """Return the truth of a comparison, or UNKNOWN."""
    if kind in (ast.Is, ast.IsNot):
        if left is None or right is None or (isinstance(left, bool) and isinstance(right, bool)):
            if left is UNKNOWN or right is UNKNOWN:
                return UNKNOWN
            return (left is right) if kind is ast.Is else (left is not right)
        return UNKNOWN
    if kind in (ast.In, ast.NotIn):
        if (isinstance(right, str) and isinstance(left, str)) or (
            isinstance(right, list | tuple | dict | set) and plain(left) and all(plain(x) for x in right)
        ):
            inside = left in right
        else:
            return UNKNOWN
        return inside if kind is ast.In else not inside
    simple = (plain(left) and plain(right)) or (
        isinstance(left, list | tuple)
        and type(left) is type(right)
        and len(left) < 50
        and all(plain(x) for x in (*left, *right))
    )
    if not simple:
        return UNKNOWN
    try:
        return _COMPARISONS[kind](left, right)
    except (TypeError, KeyError):
        return UNKNOWN


def mathematics(name: str, args: list) -> object:
    """Return a function of `math`, or of NumPy on plain numbers."""
    try:
        if name == "prod" and len(args) == 1 and isinstance(args[0], list | tuple) and all(number(a) for a in args[0]):
            return limited(math.prod(args[0]))
        if name in _MATHS and name != "prod" and args and all(number(a) for a in args) and all(abs(a) < 1e100 for a in args):
            return limited(getattr(math, name)(*args))
    except (ArithmeticError, TypeError, ValueError):
        pass
    return UNKNOWN


def builtin(name: str, args: list, kwargs: dict) -> object:
    """Return the result of a Python built-in for constants, or UNKNOWN."""
    try:
        return _builtin(name, args, kwargs)
    except (ArithmeticError, TypeError, ValueError, IndexError, KeyError, AttributeError):
        return UNKNOWN


def _builtin(name: str, args: list, kwargs: dict) -> object:
    first = args[0] if args else None
    if name in ("int", "float", "str", "bool", "abs", "round") and args:
        if not plain(first) or first is None or isinstance(first, bytes) or (isinstance(first, str) and len(first) > 100):
            return UNKNOWN
        return limited(
            {"int": int, "float": float, "str": str, "bool": bool, "abs": abs, "round": round}[name](
                *args[: 2 if name == "round" else 1]
            )
        )
    if name in ("min", "max", "sum") and args:
        items = list(first) if len(args) == 1 and isinstance(first, list | tuple) else args
        if name == "sum":
            items = list(first)
        return (
            limited({"min": min, "max": max, "sum": sum}[name](items)) if items and all(number(x) for x in items) else UNKNOWN
        )
    if name in ("list", "tuple", "set", "sorted", "reversed"):
        if not args:
            return [] if name == "list" else () if name == "tuple" else UNKNOWN
        if isinstance(first, dict):
            first = list(first)
        if isinstance(first, str) and len(first) < 200:
            first = list(first)
        if isinstance(first, range):
            first = list(first[:MAX_ITEMS])
        if not isinstance(first, list | tuple):
            return UNKNOWN
        if name == "set":
            return list(dict.fromkeys(first)) if all(plain(x) for x in first) else UNKNOWN
        if name == "sorted":
            return sorted(first) if all(number(x) for x in first) or all(isinstance(x, str) for x in first) else UNKNOWN
        if name == "reversed":
            return list(first)[::-1]
        return list(first) if name == "list" else tuple(first)
    if name == "dict":
        return {**(first if isinstance(first, dict) else {}), **kwargs}
    if name == "range" and all(isinstance(a, int) for a in args):
        return range(*args)
    if name == "divmod":
        return divmod(*args) if all(number(a) for a in args) and args[1] else UNKNOWN
    return UNKNOWN
