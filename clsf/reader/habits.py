"""Handwritten code that our plan has a setting for: penalties on the weights, augmented images, clipped gradients."""

from __future__ import annotations

import ast
import re

from clsf.plan import Clipping
from clsf.reader import folding
from clsf.reader.program import Program
from clsf.reader.text import Patience
from clsf.reader.values import Made
from clsf.reader.watching import number_of

_SQUARES = re.compile(r"\.square\(|\.pow\(2|\*\* ?2|\.norm\((?!1|p=1|.*, ?1\))|norm\([^,)]*\)|l2_loss")
_SIZES = re.compile(r"\.abs\(|torch\.abs\(|\.norm\((?:p=)?1|norm\([^)]*, ?(?:p=)?1\)")
_WEIGHTS = re.compile(r"parameters\(\)|\.weight\b|trainable_(?:variables|weights)")


def penalties(program: Program) -> dict:
    """Return "l1" and "l2" of penalties that are added to the loss by hand."""
    factors: dict[str, float] = {}
    text = program.source.text
    if not (_SQUARES.search(text) or _SIZES.search(text) or ".mul_(" in text) or not _WEIGHTS.search(text):
        return factors
    patience = Patience()
    over = _lists_of_weights(program, patience)
    named = _sums(program, over, patience)
    for node in program.source.nodes:
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
            continue
        if patience.over():
            break
        for factor, size in ((node.left, node.right), (node.right, node.left)):
            value = _number(program, factor)
            if value is None or not 0 < value <= 10:
                continue
            kind = _kind(size, named, over, program)
            if kind:
                factors.setdefault(kind, value)
    by_hand = re.search(r"\.mul_\(1 - [^\n]*?(?:lr|rate)\S* \* (\w+|[\d.e-]+)\)", text)
    if by_hand and program.torch:
        value = _number(program, ast.parse(by_hand[1], mode="eval").body)
        if value and 0 < value <= 10:
            factors["weight_decay"] = value
    return factors


def _kind(size: ast.expr, named: dict[str, str], over: set[str], program: Program) -> str:
    """Return which penalty an expression is the sum of, "" for none."""
    if isinstance(size, ast.Name):
        return named.get(size.id, "")
    text = ast.unparse(size)
    if "sum" not in text and "norm" not in text and "l2_loss" not in text:
        return ""
    inside = {n.id for n in ast.walk(size) if isinstance(n, ast.Name)}
    if not (_WEIGHTS.search(text) or inside & over):
        return ""
    return "l2" if _SQUARES.search(text) else "l1" if _SIZES.search(text) else ""


def _sums(program: Program, over: set[str], patience: Patience) -> dict[str, str]:
    """Return name -> penalty of names that hold a sum over all weights."""
    kinds: dict[str, str] = {}
    for node in program.source.nodes:
        if patience.over():
            break
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            kind = _kind(node.value, {}, over, program) if not isinstance(node.value, ast.Name) else ""
            if kind:
                kinds[node.targets[0].id] = kind
        if isinstance(node, ast.For) and _WEIGHTS.search(ast.unparse(node.iter)):
            for inner in ast.walk(node):
                text = ast.unparse(inner.value) if isinstance(inner, ast.AugAssign | ast.Assign) else ""
                target = getattr(inner, "target", None) or (inner.targets[0] if isinstance(inner, ast.Assign) else None)
                if text and isinstance(target, ast.Name) and ("sum" in text or "norm" in text):
                    kind = "l2" if _SQUARES.search(text) else "l1" if _SIZES.search(text) else ""
                    if kind:
                        kinds[target.id] = kind
    return kinds


def _lists_of_weights(program: Program, patience: Patience) -> set[str]:
    """Return names that stand for one weight array or a list of them."""
    names: set[str] = set()
    for _ in range(2):
        for node in program.source.nodes:
            if patience.over():
                break
            if _is_list(node) and _WEIGHTS.search(ast.unparse(node.value)):
                names.add(node.targets[0].id)
            if isinstance(node, ast.comprehension | ast.For):
                text = ast.unparse(node.iter)
                if _WEIGHTS.search(text) or (isinstance(node.iter, ast.Name) and node.iter.id in names):
                    names |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    return names


def _is_list(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.ListComp)


def varied(program: Program) -> dict:
    """Return settings of our `Augmentation` that functions of the program write out: mirrored, shifted, turned images."""
    steps: dict = {}
    for node in program.source.nodes if "augment" in program.source.text.lower() else ():
        if isinstance(node, ast.FunctionDef) and "augment" in node.name.lower():
            for inner in ast.walk(node):
                _varied(program, inner, steps)
    return steps


def _varied(program: Program, node: ast.AST, steps: dict) -> None:
    text = ast.unparse(node) if isinstance(node, ast.Assign | ast.Call | ast.BinOp) else ""
    if isinstance(node, ast.Assign) and re.search(r"flip|\[:, ::-1\]|mirrored", text):
        steps["flip"] = True
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("deg2rad", "radians") and node.args:
        value = next((v for n in ast.walk(node.args[0]) if (v := _number(program, n)) and 1 < v <= 180 and isinstance(n, ast.Constant)), None)  # fmt: skip
        if value and "rand" in text:
            steps["rotation"] = value
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "randint" and len(node.args) >= 2:
        low = _number(program, node.args[0])
        if low is not None and -128 <= low < 0:
            steps["shift"] = int(-low)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.right, ast.BinOp) and "rand" in text:
        share = _number(program, node.right.left)
        if _number(program, node.left) == 1 and isinstance(node.right.op, ast.Mult) and share and 0 < share <= 1:
            steps["brightness"] = share
    if isinstance(node, ast.Assign) and re.search(r"hole|mask|cut", ast.unparse(node.targets[0])):
        sides = [int(n) for n in re.findall(r"< \w+ \+ (\d+)", text)]
        if sides and 0 < sides[0] <= 128:
            steps["cutout"] = sides[0]


def clipping(program: Program) -> Clipping | None:
    """Return how gradients are clipped, by a call of torch or an argument of Keras' optimizer."""
    made = program.optimizer
    if made is not None and program.keras:
        for name, kind in (("clipnorm", "norm"), ("clipvalue", "value"), ("global_clipnorm", "global-norm")):
            limit = made.get(name)
            if folding.number(limit) and 0 < limit <= 1e12:
                return Clipping(kind, float(limit))
    for node in program.source.nodes if program.torch else ():
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if name in ("clip_grad_norm_", "clip_grad_norm", "clip_grad_value_") and node.args:
            given = next((k.value for k in node.keywords if k.arg in ("max_norm", "clip_value")), None)
            given = given if given is not None else node.args[1] if len(node.args) > 1 else None
            limit = _number(program, given) if given is not None else None
            if limit and 0 < limit <= 1e12:
                whole = "parameters" in ast.unparse(node.args[0])
                return Clipping("value" if "value" in name else "global-norm" if whole else "norm", limit)
    return None


def updates(program: Program) -> dict:
    """Return other plan settings of an update: accumulated batches, averaged weights, classes that count more, bfloat16."""
    settings: dict = {}
    text, made = program.source.text, program.optimizer
    if made is not None and program.keras:
        steps, average = made.get("gradient_accumulation_steps"), made.get("ema_momentum", None, 0.99)
        if isinstance(steps, int) and 2 <= steps <= 1000:
            settings["accumulate"] = steps
        if made.get("use_ema") is True and folding.number(average) and 0 < average < 1:
            settings["average"] = float(average)
    if (program.fit is not None and program.fit.kwargs.get("class_weight") is not None) or _weighted(program):
        settings["balanced"] = True
    if re.search(r"set_global_policy\(\s*['\"]mixed_|torch\.autocast\(|amp\.autocast\(", text):
        settings["mixed"] = True
    if re.search(r"set_default_dtype\(\s*torch\.(?:float64|double)|set_floatx\(\s*['\"]float64", text):
        settings["dtype"] = "float64"
    if program.torch:
        share = re.search(r"get_ema_multi_avg_fn\(\s*([\d.]+)", text)
        if share and 0 < float(share[1]) < 1:
            settings["average"] = float(share[1])
        settings |= _accumulated(program)
        weights = program.loss.made.get("weight") if program.loss is not None and isinstance(program.loss.made, Made) else None
        if weights is not None:
            settings["balanced"] = True
    return settings


def _weighted(program: Program) -> bool:
    """Whether the loss is weighted by class: `class_weights[labels] * losses`, `sample_weight=...`."""
    text = program.source.text
    return bool(re.search(r"(?i)\bclass_?weights?\b\s*=\s*(?!None)", text)) and bool(
        re.search(r"(?i)weights?\[(?:labels|targets?|y)\]|gather\(\s*class_?weights?", text)
    )


def _accumulated(program: Program) -> dict:
    """Return how many batches make one update: `if (i + 1) % 4 == 0: optimizer.step()`."""
    for node in program.source.nodes:
        if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare) or not isinstance(node.test.left, ast.BinOp):
            continue
        if isinstance(node.test.left.op, ast.Mod) and any(
            isinstance(n, ast.Call)
            and ast.unparse(n.func).endswith((".step", "optim.step"))
            and "sched" not in ast.unparse(n.func)
            for s in node.body
            for n in ast.walk(s)
        ):
            steps = _number(program, node.test.left.right)
            if steps and 2 <= steps <= 1000:
                return {"accumulate": int(steps)}
    return {}


def _number(program: Program, node: ast.expr) -> float | None:
    if not isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.UnaryOp | ast.BinOp | ast.Subscript):
        return None
    if any(isinstance(n, ast.Call) for n in ast.walk(node)):
        return None
    return number_of(program, node)
