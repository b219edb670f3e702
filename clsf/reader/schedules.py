"""How a program changes its learning rate, as a schedule of ours: schedulers, callbacks, functions, and loops that set it by hand.

What a function or a loop computes is computed here too, by the reader's own arithmetic on a few steps, and the numbers are
recognised: there are too many ways to write `rate * 0.1 ** (epoch // 30)`.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass

from clsf.errors import PlanError
from clsf.plan import Schedule
from clsf.reader import folding
from clsf.reader.arrays import KNOWN
from clsf.reader.extent import validation_share
from clsf.reader.program import Program
from clsf.reader.values import UNKNOWN, Event, Made, ProgramFunction
from clsf.schedules import share
from clsf.words import Sentence, say

STEPS = 100
"""Steps of an epoch, where the program's own number can't be told: the shape of a schedule doesn't depend on it."""
SAMPLES = 200
EXACT = 2e-3  # share of the learning rate


@dataclass(frozen=True)
class ScheduleReading:
    """A schedule that was found: ours, the learning rate it begins with if it gives one, and what was not kept."""

    schedule: Schedule | None = None
    rate: float | None = None
    note: tuple[int, Sentence] | None = None


def schedule_of(program: Program, rate: object, epochs: int, batch: int) -> ScheduleReading:
    """Return how the learning rate changes. `rate` is what the optimizer was given: a number or a schedule of Keras."""
    if isinstance(rate, Made) and "schedules" in rate.path + _module(rate):
        return _keras(program, rate, epochs, batch)
    for event in program.events:
        if event.kind == "scheduler" and event["made"].name != "ReduceLROnPlateau":
            return _torch(program, event["made"], rate, epochs)
    first = float(rate) if folding.number(rate) and rate > 0 else None
    for numbers in (_callback(program, first, epochs), _by_steps(program, epochs), _by_epochs(program, first, epochs)):
        if numbers:
            reading = recognised(numbers, epochs)
            if reading is None and len({round(y, 9) for _, y in numbers}) > 1:
                return ScheduleReading(note=(0, say("The learning rate changes in a way that cannot be set here; a constant learning rate is assumed.")))  # fmt: skip
            return ScheduleReading(reading)
    return ScheduleReading()


def _module(made: Made) -> str:
    decays = ("ExponentialDecay", "CosineDecay", "PiecewiseConstantDecay", "PolynomialDecay", "InverseTimeDecay")
    return "schedules" if made.name in (*decays, "CosineDecayRestarts") else ""


# -- numbers


def recognised(numbers: list[tuple[float, float]], epochs: int) -> Schedule | None:
    """Return the schedule whose shares are these at these times (in epochs), None for a constant or another one."""
    biggest = max(y for _, y in numbers)
    if biggest <= 0 or any(y < 0 or not math.isfinite(y) for _, y in numbers):
        return None
    warmup = _warmup(numbers)
    after = [(x, y) for x, y in numbers if x >= warmup]
    if len(after) < 2:
        return None
    (x0, y0), (x1, y1) = after[0], after[-1]
    candidates = [{"kind": "constant"}] if warmup else []
    if y0 > 0 and y1 > 0:
        change = next(((x, y) for x, y in after if abs(y - y0) > EXACT * y0), None)
        if change and change[1] < y0:
            every = max(1, round(change[0] - warmup))
            factor = _round(change[1] / y0)
            candidates.append({"kind": "step", "factor": factor, "every": every})
            candidates.append({"kind": "exponential", "factor": _round((y1 / y0) ** (1 / max(x1 - x0, 1e-9)))})
        if y1 > y0 and abs(y1 - 1) < 0.05:
            candidates.append({"kind": "range", "floor": y0})
    half = [(x, y) for x, y in after if 0.3 * epochs < x < 0.95 * epochs]
    if half and y1 < y0:
        x, y = half[len(half) // 2]
        part = (1 + math.cos(math.pi * (x - warmup) / max(epochs - warmup, 1e-9))) / 2
        floor = round((y - part) / (1 - part), 4) if part < 1 else 0.0
        candidates.append({"kind": "cosine", "floor": max(floor, 0.0) if floor > -0.01 else -1.0})
    for values in candidates:
        try:
            schedule = Schedule(warmup_epochs=warmup, **values)
        except PlanError:
            continue
        wanted = [share(schedule, round(x * STEPS), STEPS, epochs) for x, _ in numbers]
        if all(abs(a - y) <= 0.01 + EXACT for a, (_, y) in zip(wanted, numbers, strict=True)):
            return schedule
    return None


def _warmup(numbers: list[tuple[float, float]]) -> float:
    """Return the epochs of a straight line up to 1 at the beginning, 0 if there is none."""
    first = numbers[0][1]
    if not 0 < first < 0.9:
        return 0.0
    steps = round(1 / first)
    end = steps / STEPS
    line = [(x, y) for x, y in numbers if x < end]
    straight = len(line) > 1 and all(abs(y - (round(x * STEPS) + 1) / steps) < 0.01 for x, y in line)
    return round(end, 3) if straight else 0.0


def _round(x: float) -> float:
    return round(x, 4)


# -- sources of numbers


def _value(program: Program, function: object, *args: object) -> object:
    """Return what a function of the program gives, by the reader's own arithmetic."""
    if not isinstance(function, ProgramFunction):
        return UNKNOWN
    return program.machine.aside(program.machine.call_function, function, list(args), {}, function.node)


def _callback(program: Program, first: float | None, epochs: int) -> list[tuple[float, float]]:
    """Return the shares of `LearningRateScheduler(f)`: f takes the epoch, and the learning rate before it if it has room for one."""
    given = program.fit.kwargs.get("callbacks") if program.fit is not None else None
    for item in given if isinstance(given, list | tuple) else [given]:
        if not isinstance(item, Made) or item.name != "LearningRateScheduler":
            continue
        function = item.get("schedule", 0)
        now, rates = first, []
        for epoch in range(min(epochs, SAMPLES)):
            room = isinstance(function, ProgramFunction) and len(function.node.args.args) - (function.bound is not None) > 1
            value = _value(program, function, epoch, now) if room else _value(program, function, epoch)
            if not folding.number(value):
                return []
            now = value
            rates.append((float(epoch), float(value)))
        top = first or (rates[0][1] if rates else 0)
        return [(x, y / top) for x, y in rates] if top else []
    return []


def _by_steps(program: Program, epochs: int) -> list[tuple[float, float]]:
    """Return the shares of a function that the learning rate is multiplied with: `g["lr"] = rate * share(step)`."""
    for node in program.source.nodes:
        if not isinstance(node, ast.Assign) or not any(map(_is_rate, node.targets)) or not isinstance(node.value, ast.BinOp):
            continue
        for side in (node.value.left, node.value.right):
            if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and len(side.args) == 1:
                function = program.machine.module.names.get(side.func.id)
                if isinstance(function, ProgramFunction) and function.node.args.args:
                    _settle(program, function)
                    by_epoch = "epoch" in function.node.args.args[0].arg
                    times = range(epochs) if by_epoch else range(0, epochs * STEPS, max(1, epochs * STEPS // SAMPLES))
                    unit = 1 if by_epoch else STEPS
                    rates = [(t / unit, _value(program, function, t)) for t in times]
                    if not by_epoch:
                        last = epochs * STEPS - 1
                        rates.append((last / unit, _value(program, function, last)))
                    return [(x, float(y)) for x, y in rates] if all(folding.number(y) for _, y in rates) else []
    return []


def _settle(program: Program, function: ProgramFunction) -> None:
    """Give names that a function uses and that can't be told, such as the steps of an epoch, a number that stands for them."""
    machine, module = program.machine, program.machine.module
    used = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name)}
    for node in program.source.tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name = node.targets[0].id
        if folding.number(module.names.get(name)) or not (name in used or "step" in name.lower()):
            continue
        value = machine.aside(machine.eval, node.value)
        module.names[name] = value if folding.number(value) else STEPS if "step" in name.lower() else UNKNOWN


def _by_epochs(program: Program, first: float | None, epochs: int) -> list[tuple[float, float]]:
    """Return the shares of a loop, or of a function of the epoch, that sets the learning rate by hand."""
    for node in program.source.nodes:
        body = getattr(node, "body", None)
        if (
            isinstance(node, ast.FunctionDef)
            and any("epoch" in a.arg for a in node.args.args)
            and _sets(node)
            and not _trains(node)
        ):
            name = next(a.arg for a in node.args.args if "epoch" in a.arg)
            return _followed(program, body, name, first, epochs)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and isinstance(body, list):
            names = {n for s in body if _sets(s) and not _trains(s) for n in _names_of_rates(s)}
            chosen = [s for s in body if not _trains(s) and (_sets(s) or names & set(_assigned(s)))]
            if any(map(_sets, chosen)):
                return _followed(program, chosen, node.target.id, first, epochs)
    return []


def _followed(program: Program, body: list[ast.stmt], name: str, first: float | None, epochs: int) -> list[tuple[float, float]]:
    machine = program.machine
    scope = type(machine.scope)(machine.module, "rate")
    known = {n for s in body for n in _names_of_rates(s)}
    for other in known:
        value = machine.module.names.get(other, UNKNOWN)
        if value is not UNKNOWN and not folding.number(value):
            continue  # a module or a function, not a number that changes
        start = next((e["value"] for e in program.events if e.kind == "assign" and e["name"] == other), first)
        scope.names[other] = start if folding.number(start) else first
    now, rates = first, []

    def round_of(epoch: int) -> list[Event]:
        scope.names[name], seen = epoch, len(machine.events)
        machine.block(body)
        return machine.events[seen:]

    for epoch in range(min(epochs, SAMPLES)):
        happened = machine.aside(round_of, epoch, scope=scope)
        once: set[int] = set()  # a loop over groups of parameters is followed twice
        for event in happened if isinstance(happened, list) else ():
            if event.line in once or event.kind not in ("rate-set", "accumulate"):
                continue
            once |= {event.line} if event.kind == "accumulate" else set()
            if event.kind == "rate-set" and folding.number(event["value"]):
                now = event["value"]
            elif event.kind == "accumulate" and "lr" in str(event["name"]) and "[" in str(event["name"]):
                now = _changed(now, event["op"], event["value"])
        if now is None or not isinstance(happened, list):
            return []
        rates.append((float(epoch), float(now)))
    top = first or (rates[0][1] if rates else 0)
    return [(x, y / top) for x, y in rates] if top else []


def _changed(now: float | None, op: object, value: object) -> float | None:
    if now is None or not folding.number(value) or value == 0:
        return now
    return now * value if op is ast.Mult else now / value if op is ast.Div else now


def _is_rate(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript):
        return isinstance(target.slice, ast.Constant) and target.slice.value == "lr"
    return isinstance(target, ast.Attribute) and target.attr in ("learning_rate", "lr") and "optim" in ast.unparse(target.value)


def _sets(node: ast.AST) -> bool:
    return any(
        (isinstance(n, ast.Assign) and any(map(_is_rate, n.targets))) or (isinstance(n, ast.AugAssign) and _is_rate(n.target))
        for n in ast.walk(node)
    )


def _trains(node: ast.AST) -> bool:
    return any(
        isinstance(n, ast.Attribute) and n.attr in ("backward", "apply_gradients", "fit", "train") for n in ast.walk(node)
    )


def _names_of_rates(node: ast.AST) -> set[str]:
    return {
        n.id
        for a in ast.walk(node)
        if isinstance(a, ast.Assign) and any(map(_is_rate, a.targets))
        for n in ast.walk(a.value)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and "epoch" not in n.id
    }


def _assigned(node: ast.AST) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


# -- schedulers of the libraries


def _torch(program: Program, made: Made, rate: object, epochs: int) -> ScheduleReading:
    gamma = made.get("gamma", 2 if made.name in ("StepLR", "MultiStepLR") else 1, 0.1)
    match made.name:
        case "StepLR":
            every = made.get("step_size", 1)
            if isinstance(every, int) and 1 <= every <= 1000 and folding.number(gamma) and 0 < gamma <= 1:
                return ScheduleReading(Schedule("step", factor=float(gamma), every=every))
        case "ExponentialLR":
            if folding.number(gamma) and 0 < gamma <= 1:
                return ScheduleReading(Schedule("exponential", factor=float(gamma)))
        case "CosineAnnealingLR":
            low = made.get("eta_min", 2, 0)
            floor = low / rate if folding.number(low) and folding.number(rate) and rate > 0 else 0.0
            return ScheduleReading(Schedule("cosine", floor=floor if 0 <= floor <= 1 else 0.0))
        case "MultiStepLR":
            marks = made.get("milestones", 1)
            whole = isinstance(marks, list | tuple) and marks and all(isinstance(m, int) and m > 0 for m in marks)
            if whole and folding.number(gamma) and 0 < gamma <= 1 and all(m == marks[0] * n for n, m in enumerate(marks, 1)):
                return ScheduleReading(Schedule("step", factor=float(gamma), every=marks[0]))
        case "LambdaLR":
            function = made.get("lr_lambda", 1)
            if isinstance(function, ProgramFunction):
                _settle(program, function)
            values = [(float(n), _value(program, function, n)) for n in range(min(epochs, SAMPLES))]
            if values and all(folding.number(y) for _, y in values):
                reading = recognised(values, epochs)
                if reading is not None or len({y for _, y in values}) == 1:
                    return ScheduleReading(reading)
    return ScheduleReading(note=(made.line, say("The schedule {name} cannot be set here; a constant learning rate is assumed.", name=made.name)))  # fmt: skip


def _keras(program: Program, made: Made, epochs: int, batch: int) -> ScheduleReading:
    """Return what an object of `keras.optimizers.schedules` means; it counts steps, ours counts epochs."""
    first = made.get("initial_learning_rate", 0)
    rate = float(first) if folding.number(first) and first > 0 else None
    note = (made.line, say("The schedule {name} cannot be set here; a constant learning rate is assumed.", name=made.name))
    steps, per_epoch = made.get("decay_steps", 1), _steps_per_epoch(program, batch)
    if made.name == "CosineDecay":
        floor = made.get("alpha", 2, 0.0)
        return ScheduleReading(
            Schedule("cosine", floor=float(floor) if folding.number(floor) and 0 <= floor <= 1 else 0.0), rate
        )
    if made.name == "ExponentialDecay" and folding.number(steps) and steps > 0 and per_epoch:
        factor, stairs = made.get("decay_rate", 2), made.get("staircase", 3, False)
        if folding.number(factor) and 0 < factor <= 1:
            if stairs is True:
                every = max(1, min(round(steps / per_epoch), 1000))
                return ScheduleReading(Schedule("step", factor=float(factor), every=every), rate)
            return ScheduleReading(Schedule("exponential", factor=_round(factor ** (per_epoch / steps))), rate)
    return ScheduleReading(None, rate, note)


def _steps_per_epoch(program: Program, batch: int) -> int | None:
    known = KNOWN.get(program.x.source if program.x is not None else "")
    if not known or not isinstance(known[2], int) or not batch:
        return None
    return math.ceil(known[2] * (1 - (validation_share(program) or 0)) / batch)
