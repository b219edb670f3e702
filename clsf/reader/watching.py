"""Handwritten code for the best epoch so far: early stopping, keeping the weights, reducing the learning rate."""

from __future__ import annotations

import ast

from clsf.plan import Plateau
from clsf.reader import folding
from clsf.reader.program import Program
from clsf.reader.text import Patience


def watched(program: Program) -> tuple[dict, Plateau | None]:
    """Return the settings of our `Stopping` that a program's loops have, and the plateau they wait for."""
    stopping: dict = {}
    plateau: Plateau | None = None
    patience = Patience()
    for node in program.source.nodes:
        if patience.over():
            break
        bodies = [getattr(node, name, None) for name in ("body", "orelse")] if not isinstance(node, ast.Lambda) else []
        for body in bodies:
            for at, statement in enumerate(body if isinstance(body, list) else []):
                if patience.over():
                    break
                watch = _best(program, statement, body[max(at - 12, 0) : at]) if isinstance(statement, ast.If) else None
                if watch is None:
                    continue
                fields, waits, lowers = _after(program, statement, body[at + 1 : at + 9])
                if lowers is not None:
                    plateau = plateau or _plateau(waits or 1, watch["min_delta"], lowers)
                    continue
                kept = _kept(statement)
                if not fields and not kept and not watch.pop("named"):
                    continue
                watch.pop("named", None)
                delta = watch.pop("min_delta")
                stopping |= {k: x for k, x in {**watch, **fields, **kept}.items() if k not in stopping or x}
                if "patience" in fields:
                    stopping["min_delta"] = delta
    if stopping.get("in_memory"):
        stopping["restore_best"] = _restores(program, stopping["in_memory"])
    stopping.pop("in_memory", None)
    return (stopping if {"patience", "checkpoint", "restore_best"} & set(stopping) else {}), plateau


def _best(program: Program, node: ast.If, body: list[ast.stmt]) -> dict | None:
    """Return what is watched by `if value < best - delta: best = value`, or None for any other test."""
    test = node.test
    if (
        not isinstance(test, ast.Compare)
        or len(test.ops) != 1
        or not isinstance(test.ops[0], ast.Lt | ast.Gt | ast.LtE | ast.GtE)
    ):
        return None
    left, right = test.left, test.comparators[0]
    best, delta = right, 0.0
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Add | ast.Sub):
        best, given = right.left, number_of(program, right.right)
        delta = given if given is not None else 0.0
    lower = isinstance(test.ops[0], ast.Lt | ast.LtE)
    if not _sets(node.body, best):
        if not _sets(node.body, left):
            return None
        left, best, lower = best, left, not lower
    text = _origin(left, body)
    return {
        "monitor": "accuracy" if "acc" in text.lower() or "correct" in text.lower() or not lower else "loss",
        "min_delta": float(delta) if 0 <= delta <= 10 else 0.0,
        "named": "best" in ast.unparse(best).lower(),
    }


def _sets(body: list[ast.stmt], target: ast.expr) -> bool:
    wanted = ast.unparse(target)
    return isinstance(target, ast.Name | ast.Attribute) and any(
        ast.unparse(t) == wanted
        for statement in body
        if isinstance(statement, ast.Assign)
        for whole in statement.targets
        for t in (whole.elts if isinstance(whole, ast.Tuple) else [whole])
    )


def _origin(value: ast.expr, body: list[ast.stmt]) -> str:
    """Return the source of a value, and of what it was assigned from just before."""
    text = ast.unparse(value)
    for statement in body:
        if isinstance(statement, ast.Assign) and any(ast.unparse(t) == text for t in statement.targets):
            return f"{text} {ast.unparse(statement.value)}"
    return text


def _after(program: Program, node: ast.If, rest: list[ast.stmt]) -> tuple[dict, int | None, tuple | None]:
    """Return what happens when it is no better: patience, how long it waits, and by what the learning rate is reduced."""
    ends = bool(node.body) and isinstance(node.body[-1], ast.Return | ast.Continue)
    for place in (node.orelse, rest if ends or not node.orelse else []):
        for inner in [n for s in place for n in ast.walk(s) if isinstance(n, ast.If)]:
            waits = _waits(program, inner.test)
            if waits is None:
                continue
            if any(isinstance(n, ast.Break) for s in inner.body for n in ast.walk(s)) or _flags(inner.body):
                return {"patience": waits}, waits, None
            lowers = _lowers(program, inner.body)
            if lowers is not None:
                return {}, waits, lowers
    return {}, None, None


def _waits(program: Program, test: ast.expr) -> int | None:
    """Return the epochs without a better one that a test waits for: `waited >= patience`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.GtE | ast.Gt | ast.Eq):
        return None
    limit = number_of(program, test.comparators[0])
    if limit is None or limit != int(limit):
        return None
    waits = int(limit) + isinstance(test.ops[0], ast.Gt)
    return waits if 1 <= waits <= 1000 else None


def _flags(body: list[ast.stmt]) -> bool:
    """Whether it raises a flag that ends training: `self.early_stop = True`, `model.stop_training = True`."""
    return any(
        isinstance(s, ast.Assign) and "stop" in ast.unparse(s.targets[0]).lower() and getattr(s.value, "value", None) is True
        for s in body
    )


def _lowers(program: Program, body: list[ast.stmt]) -> tuple[float, float] | None:
    """Return factor and lowest learning rate of `rate = max(rate * factor, lowest)` or `rate *= factor`."""
    for node in [n for s in body for n in ast.walk(s)]:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Mult | ast.Div):
            factor = number_of(program, node.value)
            if factor:
                return (factor if isinstance(node.op, ast.Mult) else 1 / factor), 0.0
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            factor = number_of(program, node.right)
            factor = factor if factor is not None else number_of(program, node.left)
            if factor is not None and 0 <= factor < 1:
                call = next(
                    (c for s in body for c in ast.walk(s) if isinstance(c, ast.Call) and getattr(c.func, "id", "") == "max"),
                    None,
                )
                lowest = number_of(program, call.args[1]) if call is not None and len(call.args) == 2 else 0.0
                return factor, float(lowest or 0.0)
    return None


def _plateau(waits: int, delta: float, lowers: tuple[float, float]) -> Plateau | None:
    factor, lowest = lowers
    return Plateau(waits, float(factor), delta, lowest) if 0 <= factor < 1 and lowest >= 0 else None


def _kept(node: ast.If) -> dict:
    """Return whether the weights of a better epoch are saved, or kept in memory under which name."""
    settings: dict = {}
    for inner in [n for s in node.body for n in ast.walk(s)]:
        name = inner.func.attr if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) else ""
        if name in ("save", "save_weights", "save_model", "save_checkpoint"):
            settings["checkpoint"] = True
        if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
            text = ast.unparse(inner.value)
            if "state_dict()" in text or "get_weights()" in text:
                settings["in_memory"] = inner.targets[0].id
    return settings


def _restores(program: Program, name: str) -> bool:
    """Whether weights that were kept are put back."""
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr in ("load_state_dict", "set_weights")
        and any(isinstance(a, ast.Name) and a.id == name for a in n.args)
        for n in program.source.nodes
    )


def number_of(program: Program, node: ast.expr) -> float | None:
    """Return the number that an expression is, by names that the program gives numbers to."""
    value = program.machine.aside(program.machine.eval, node)
    if not folding.number(value):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        value = next((e["value"] for e in program.events if e.kind == "assign" and e["name"] == name), None)
        value = value if value is not None else program.source.defaults.get(name)
    return float(value) if folding.number(value) else None
