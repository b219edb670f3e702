"""Schedules: the learning rate of every step, computed once, here, in Python: the same number for both frameworks.

Steps are counted from 0 over the whole run. Let W be the steps of the warm-up, t the steps since, and D the steps after
the warm-up until the end of the run. The learning rate in force is the plan's (or what it was changed to) times

    while warming up   (step + 1) / W
    constant           1
    step               factor ** floor(t / (every * steps per epoch))
    exponential        factor ** (t / steps per epoch)
    range              floor ** (1 - t / (D - 1))
    cosine             floor + (1 - floor) * (1 + cos(pi * t / D)) / 2

Sources: Loshchilov & Hutter 2016, arXiv:1608.03983, equation 5 (one cosine, no restart); Goyal et al. 2017,
arXiv:1706.02677, section 2.2 (gradual warm-up); Smith 2015, arXiv:1506.01186, section 3.3 (the range test). In Keras: ExponentialDecay (with `staircase=True` for "step") and
CosineDecay, given to the optimizer; in torch: StepLR, ExponentialLR, CosineAnnealingLR and LinearLR, stepped once per
batch. Keras' own warm-up begins at a learning rate of 0, so that its first step learns nothing; this one at 1 / W.
"""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clsf.plan import Plan
    from clsf.plan_parts import Schedule


def share(schedule: Schedule, step: int, steps_per_epoch: int, epochs: int) -> float:
    """Return what the learning rate is multiplied with at `step` (0-based): a number from 0 to 1."""
    warmup = warmup_steps(schedule, steps_per_epoch)
    if step < warmup:
        return (step + 1) / warmup
    since = step - warmup
    match schedule.kind:
        case "step":
            return schedule.factor ** (since // (schedule.every * steps_per_epoch))
        case "exponential":
            return schedule.factor ** (since / steps_per_epoch)
        case "range":
            last = max(epochs * steps_per_epoch - warmup - 1, 1)
            return schedule.begins ** (1 - min(since / last, 1.0))
        case "cosine":
            left = max(epochs * steps_per_epoch - warmup, 1)
            return schedule.floor + (1 - schedule.floor) * (1 + cos(pi * min(since / left, 1.0))) / 2
    return 1.0


def warmup_steps(schedule: Schedule, steps_per_epoch: int) -> int:
    """Return how many steps the warm-up has."""
    return round(schedule.warmup_epochs * steps_per_epoch)


def preview(plan: Plan, steps_per_epoch: int) -> list[float]:
    """Return the learning rate of every step of a plan, as it will be if nobody and no plateau changes it."""
    steps = range(plan.epochs * steps_per_epoch)
    return [plan.learning_rate * share(plan.schedule, step, steps_per_epoch, plan.epochs) for step in steps]
