"""Checks on a program that several kinds of fault use, and the creation of findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from clsf.faults.fault import Fault
from clsf.faults.finding import Certainty, Finding
from clsf.reader import folding
from clsf.reader import values as v
from clsf.reader.extent import epochs
from clsf.reader.program import Program
from clsf.reader.values import Array, Event, Loader, Made, ModelAnswer, Net, Op, Tensor
from clsf.words import Sentence

CLASS_LOSSES = ("sparse", "categorical", "binary", "cross-entropy", "nll")
WEIGHTED = ("Convolution", "Linear", "Separable", "Depthwise", "Conv1D", "Conv2DTranspose")
PROBABILITY = ("softmax", "sigmoid", "log_softmax")


def finding(
    fault: Fault, line: int, certainty: Certainty = "likely", new: str | None = None, *, before: str | None = None, after: str | None = None,
    sentence: Sentence | None = None, mend: Sentence | str | None = None,
) -> Finding:  # fmt: skip
    """Return a finding in the words of the catalogue, with the line that fixes it if there is one."""
    return Finding(fault.kind, max(line, 1), certainty, sentence or fault.what, mend or fault.mend, new, after, before)


@dataclass
class Ending:
    """A model's last layer: units and activation, with their lines."""

    units: int | None
    units_line: int
    activation: str  # "linear" for none
    activation_line: int
    op: Op | None  # the last operation with weights
    shape: tuple | None
    count: int = 1  # activations at the end, one after the other
    first: str = "linear"  # the one right after the weights
    first_line: int = 0


def ending(program: Program) -> Ending | None:
    """Return the model's last layer, including what the loop does with its output before the loss."""
    if program.output is None:
        return None
    tensor: Tensor | None = program.output
    acts: list[tuple[str, int]] = []
    while tensor is not None:
        op = tensor.op
        if op.kind == "Function":
            acts.append((op.settings.get("name") or "?", op.line))
        elif op.kind in WEIGHTED:
            own = op.settings.get("activation")
            if own not in (None, "linear"):
                acts.append(
                    (
                        own,
                        op.made.lines.get("activation", op.line)
                        if op.made is not None and op.made.lines.get("activation", op.line) >= op.line
                        else op.line,
                    )
                )
            elif own is None:
                acts.append(("?", op.line))
            units = op.settings.get("units", op.settings.get("filters"))
            line = _units_line(op)
            acts = [*reversed(acts)]
            after = _after(program)
            acts += after
            last = acts[-1] if acts else ("linear", op.line)
            first = acts[0] if acts else ("linear", op.line)
            return Ending(
                units if isinstance(units, int) else None,
                line,
                last[0],
                last[1],
                op,
                program.output.shape,
                len(acts),
                first[0],
                first[1],
            )
        elif op.kind in ("Unknown", "Add", "Multiply", "Concat", "Combine", "Argmax", "GlobalMax", "Input"):
            return None
        tensor = tensor.inputs[0] if tensor.inputs else None
    return None


def _units_line(op: Op) -> int:
    made = op.made
    if made is None:
        return op.line
    line = made.lines.get(
        1 if made.path.startswith("torch") else 0, made.lines.get("out_features", made.lines.get("units", op.line))
    )
    return line if op.line <= line <= max(made.end, op.line) else op.line


def _after(program: Program) -> list[tuple[str, int]]:
    """Return activations between the model's output and the loss."""
    for event in program.events:
        if event.kind == "loss" and isinstance(event["answer"], ModelAnswer):
            return [
                ({"logsoftmax": "log_softmax"}.get(what, what), line)
                for what, line in event["answer"].steps
                if what in ("softmax", "log_softmax", "logsoftmax", "sigmoid", "relu", "log")
            ]
    return []


def with_modes(program: Program) -> bool:
    """Whether training and evaluation differ for the model: it has dropout or batch normalisation."""
    if any(op.kind in ("Batchwise", "Drop") and op.settings.get("rate") != 0 for op in program.ops):
        return True
    return any(op.kind == "Unknown" and op.settings.get("pretrained") for op in program.ops)


def has(program: Program, kind: str) -> bool:
    return any(op.kind == kind for op in program.ops)


def pretrained(program: Program) -> bool:
    """Return whether parts of the model are already trained."""
    return any(op.kind == "Unknown" and op.settings.get("pretrained") for op in program.ops) or bool(
        program.net is not None and program.net.extra.get("pretrained")
    )


def events(program: Program, *kinds: str) -> Iterator[Event]:
    return (e for e in program.events if e.kind in kinds)


def training_loops(program: Program) -> dict[tuple, list[Event]]:
    """Return, for each innermost loop with a backward(), the events of one iteration by kind."""
    loops = {e.loop_ids[-1] for e in events(program, "backward", "apply") if e.loops}
    return {loop: [e for e in program.events if loop in e.loop_ids] for loop in loops}


def evaluating(program: Program) -> list[Event]:
    """Return the calls of the model without training: no backward() in the same loop, or gradients off."""
    trained = {e.loop_ids[-1] for e in events(program, "backward", "apply") if e.loops}
    found_ones = []
    for e in events(program, "forward"):
        if program.net is not None and e["net"] is not program.net:
            continue
        part = _part(e)
        looks = e.no_grad or part in ("test", "validation") or e["mode"] == "eval"
        if looks and not (e.loops and e.loop_ids[-1] in trained and not e.no_grad):
            found_ones.append(e)
    return found_ones


def _part(event: Event) -> str:
    loader = event["loader"]
    return loader.x.part if isinstance(loader, Loader) else event["given"].part if isinstance(event["given"], Array) else ""


def training(program: Program) -> list[Event]:
    """Return the calls of the model whose output goes into a backward()."""
    loops = {e.loop_ids[-1] for e in events(program, "backward", "apply") if e.loops}
    return [e for e in events(program, "forward") if e.loops and e.loop_ids[-1] in loops and not e.no_grad]


def model_name(program: Program, line: int) -> str:
    """Return the model's variable name in a line that uses it."""
    names = {name for name, value in program.machine.module.names.items() if value is program.net}
    usual = ("model", "net", "self.model", "self.net")
    called = re.findall(r"\b([\w.]+)\(", program.line(line))
    return next((name for name in called if name in names or name in usual), next(iter(names), "model"))


def optimizer_name(program: Program) -> str:
    """Return the optimizer's variable name."""
    names = [name for name, value in program.machine.module.names.items() if value is program.optimizer]
    return names[0] if names else "optimizer"


_OPTIMIZER_METHODS = {"step", "zero_grad", "state_dict", "load_state_dict", "add_param_group"}  # torch.optim.Optimizer


def misnamed_step(program: Program) -> ast.Call | None:
    """Return the call of a method that PyTorch's optimizers don't have, in a program that never takes a step."""
    made = program.optimizer
    if not program.torch or made is None or not made.path.startswith("torch.optim.") or any(events(program, "optimizer-step")):
        return None
    name = optimizer_name(program)
    for node in program.source.nodes:
        called = node.func if isinstance(node, ast.Call) else None
        own = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == name
        if own and called.attr not in _OPTIMIZER_METHODS and not called.attr.startswith("register_"):
            return node
    return None


def swap(program: Program, line: int, pattern: str, new: str) -> str | None:
    """Return the line with the first match of a pattern replaced, or None where it has none."""
    text = program.line(line)
    changed = re.sub(pattern, new, text, count=1)
    return changed if changed != text else None


_CALLED = r"((?:[^(),]|\([^()]*\))*)(?:,(?:[^()]|\([^()]*\))*)?\)"  # arguments: the first one, and the others
_LIBRARIES = r"(?:F|torch|(?:torch\.)?nn\.functional|tf\.nn|(?:keras\.)?ops|(?:keras\.)?activations)"


def sigmoid_for_softmax(program: Program, line: int) -> str | None:
    """Return the line with its softmax as a sigmoid, which takes no dimension; None where it has none, or one of logarithms."""
    if re.search(r"(?i)log_?softmax", program.line(line)):
        return None
    ours = r"torch.sigmoid(\2)" if program.torch else r"\1.sigmoid(\2)"
    layer = r"\1Sigmoid()" if program.torch else r'\1Activation("sigmoid")'
    for pattern, new in (
        (rf"\b({_LIBRARIES})\.softmax\({_CALLED}", ours), (r"\.softmax\([^()]*\)", ".sigmoid()"),
        (r"\b((?:\w+\.)*)Softmax\([^()]*\)", layer), (r"\bsoftmax\b", "sigmoid"),
    ):  # fmt: skip
        changed = swap(program, line, pattern, new)
        if changed is not None:
            return changed
    return None


def indent(program: Program, line: int) -> str:
    return re.match(r"\s*", program.line(line))[0]


def number(value: object) -> bool:
    return folding.number(value)


def is_label(node: ast.AST) -> bool:
    """Whether a name is one that labels usually have: y, y_train, labels, train_targets."""
    return isinstance(node, ast.Name) and bool(re.fullmatch(r"(?i)(?:\w+_)?(?:y|labels?|targets?)(?:_\w+)?", node.id))


def hidden(program: Program) -> list[tuple[Tensor, list[Tensor]]]:
    """Return each tensor with weights that leads to another one with weights, with what stands between."""
    users: dict[int, list[Tensor]] = {}
    for t in program.tensors:
        for i in t.inputs:
            users.setdefault(id(i), []).append(t)
    result = []
    for t in program.tensors:
        if t.op.kind not in WEIGHTED:
            continue
        between, current = [], t
        while len(users.get(id(current), ())) == 1:
            current = users[id(current)][0]
            if current.op.kind in WEIGHTED:
                result.append((t, [*between, current]))
                break
            between.append(current)
            if current.op.kind in ("Unknown", "Add", "Multiply", "Concat", "Combine"):
                break
    return result


def rounds(program: Program) -> int | None:
    """Return the number of epochs that is written in the program."""
    count = epochs(program)
    return count if isinstance(count, int) else None


__all__ = [
    "CLASS_LOSSES",
    "PROBABILITY",
    "WEIGHTED",
    "Array",
    "Ending",
    "Event",
    "Loader",
    "Made",
    "ModelAnswer",
    "Net",
    "Op",
    "Program",
    "ending",
    "evaluating",
    "events",
    "finding",
    "has",
    "hidden",
    "indent",
    "model_name",
    "number",
    "pretrained",
    "rounds",
    "swap",
    "training",
    "training_loops",
    "v",
    "with_modes",
]  # fmt: skip
