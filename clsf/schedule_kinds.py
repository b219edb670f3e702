"""Declares each schedule once: its settings, its share of the learning rate, its source code, its names in both frameworks.

Menus, forms, checks of plans, the rates of a run, printed code, comparisons and the reader of source take everything from
here. A share is a number from 0 to 1 that the plan's learning rate is multiplied with. Let t be the steps since the
warm-up, E the steps of an epoch, and D the steps from the warm-up to the end of the run.
Sources: Loshchilov & Hutter 2016, arXiv:1608.03983, equation 5 (one cosine, no restart); Smith 2015, arXiv:1506.01186,
section 3.3 (the range test); keras/src/optimizers/schedules and torch/optim/lr_scheduler.py of the versions in requirements.txt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi
from typing import Any

from clsf.calls import Call, Name
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class ScheduleSetting:
    """A number of a schedule, a field of `clsf.plan_parts.Schedule`, as it is asked for. A whole one counts epochs."""

    field: str
    title: Sentence
    usual: float
    high: float
    step: float
    help: Sentence | None = None  # None: the lesson of Train says it
    low: float = 0.0
    whole: bool = False
    key: str = ""  # of the widget, where two schedules ask for one field in two ways; "": the field


@dataclass(frozen=True, slots=True)
class ScheduleKind:
    """One kind of schedule. `share` gets the schedule, t, E and D; `source` the schedule, and t and D as they are written."""

    name: str
    title: Sentence
    short: Sentence | None  # for the line about a run; None: it needs no mention
    formula: str
    settings: tuple[ScheduleSetting, ...]
    share: Callable[[Any, int, int, int], float]
    source: Callable[[Any, str, str], tuple[str, ...]]
    keras: Callable[[Any], Call] | None = None
    torch: Callable[[Any], Call] | None = None
    remark: Callable[[Any], str] = lambda schedule: ""  # what the calls' names stand for
    read: tuple[str, tuple[tuple[str, str, Any], ...]] | None = None
    """PyTorch's class, and which of its arguments is which field, in their order after the optimizer, with their defaults."""
    keras_read: str = ""  # Keras' class, where its name alone says all fields
    depends: tuple[str, ...] = ()  # the parts of a schedule that it depends on, besides its warm-up
    whole_run: bool = False  # whether it depends on how long the run is

    @property
    def math(self) -> bool:
        """Whether its source needs the module `math`."""
        return any("math." in line for line in self.source(_PLAIN, "t", "D"))


_FACTOR = ScheduleSetting(
    "factor", say("Factor"), 0.5, 1.0, 0.05, say("What the learning rate is multiplied by, `gamma` in PyTorch."), low=0.001
)
_EVERY = ScheduleSetting("every", say("Every … epochs"), 1, 1000, 1, say("Multiplied every … epochs."), low=1, whole=True)
_OPTIMIZER, _STEPS, _RATE = Name("optimizer"), Name("steps"), Name("lr")


def _done(since: str, total: str) -> str:
    return f"done = min({since} / max({total}, 1), 1)"


def _cosine(schedule: Any, since: str, total: str) -> tuple[str, ...]:
    low, wave = schedule.floor, "(1 + math.cos(math.pi * done)) / 2"
    return _done(since, total), f"return {low!r} + {1 - low!r} * {wave}" if low else f"return {wave}"


@dataclass(frozen=True, slots=True)
class _Plain:
    factor: float = 0.5
    every: int = 1
    floor: float = 0.0
    begins: float = 1e-5


_PLAIN = _Plain()

_ALL = (
    ScheduleKind(
        "constant", say("Constant"), None, "1", (), lambda s, t, e, d: 1.0, lambda s, t, d: ("return 1.0",),
    ),
    ScheduleKind(
        "step", say("Steps down"), say("rate in steps"), "factor ^ floor(t / (every · E))", (_FACTOR, _EVERY),
        lambda s, t, e, d: s.factor ** (t // (s.every * e)),
        lambda s, t, d: (f"return {s.factor!r} ** ({t} // ({s.every} * STEPS_PER_EPOCH))",),
        lambda s: Call("schedules.ExponentialDecay", (_RATE, _STEPS, s.factor), {"staircase": True}),
        lambda s: Call("lr_scheduler.StepLR", (_OPTIMIZER,), {"step_size": s.every, "gamma": s.factor}),
        lambda s: f"steps: of {s.every} epochs" if s.every > 1 else "steps: of an epoch",
        read=("StepLR", (("step_size", "every", None), ("gamma", "factor", 0.1))), depends=("factor", "every"),
    ),
    ScheduleKind(
        "exponential", say("Exponential decay"), say("rate decays"), "factor ^ (t / E)", (_FACTOR,),
        lambda s, t, e, d: s.factor ** (t / e),
        lambda s, t, d: (f"return {s.factor!r} ** ({t} / STEPS_PER_EPOCH)",),
        lambda s: Call("schedules.ExponentialDecay", (_RATE, _STEPS, s.factor)),
        lambda s: Call("lr_scheduler.ExponentialLR", (_OPTIMIZER,), {"gamma": s.factor}),
        lambda s: "steps: of an epoch",
        read=("ExponentialLR", (("gamma", "factor", None),)), depends=("factor",),
    ),
    ScheduleKind(
        "cosine", say("Cosine"), say("cosine rate"), "floor + (1 - floor) · (1 + cos(π t / D)) / 2",
        (ScheduleSetting("floor", say("Ends at this share"), 0.0, 1.0, 0.01),),
        lambda s, t, e, d: s.floor + (1 - s.floor) * (1 + cos(pi * min(t / max(d, 1), 1.0))) / 2, _cosine,
        lambda s: Call("schedules.CosineDecay", (_RATE, _STEPS), {"alpha": s.floor}),
        lambda s: Call("lr_scheduler.CosineAnnealingLR", (_OPTIMIZER,), {"T_max": _STEPS}),
        lambda s: "steps: of the whole run",
        read=("CosineAnnealing", ()), keras_read="CosineDecay", depends=("floor",), whole_run=True,
    ),
    ScheduleKind(
        "range", say("Range test: rising"), say("range test"), "floor ^ (1 - t / (D - 1))",
        (
            ScheduleSetting(
                "floor", say("Begins at this share"), 1e-5, 0.9, 1e-5,
                say(
                    "Of the learning rate above, which is reached at the last step. At every step the loss is noted; where it falls "
                    "fastest is a good learning rate, and where it turns up is too much (Smith 2015)."
                ),
                low=1e-12, key="range_floor",
            ),
        ),
        lambda s, t, e, d: s.begins ** (1 - min(t / max(d - 1, 1), 1.0)),
        lambda s, t, d: (_done(t, f"{d} - 1"), f"return {s.begins!r} ** (1 - done)"),
        lambda s: Call("schedules.ExponentialDecay", (Name("lowest"), _STEPS, 1 / s.begins)),
        lambda s: Call("lr_scheduler.ExponentialLR", (_OPTIMIZER,), {"gamma": Name("gamma")}),
        lambda s: f"lowest = lr * {s.begins:g}, gamma = {1 / s.begins:g} ** (1 / steps), steps: of the whole run",
        depends=("begins",), whole_run=True,
    ),
)  # fmt: skip

SCHEDULE_KINDS: dict[str, ScheduleKind] = {kind.name: kind for kind in _ALL}
"""Name -> declaration, in the order of menus."""

CONSTANT, RANGE = "constant", "range"
"""The schedule of a plan that says none, and the one that measures instead of training."""
