"""Schedules: the learning rate of every step, computed once, here, in Python: the same number for both frameworks.

Steps are counted from 0 over the whole run. While warming up for W steps the share is (step + 1) / W; what it is then is
said in `clsf.schedule_kinds`. Keras' own warm-up begins at a learning rate of 0, so that its first step learns nothing;
this one at 1 / W. Source: Goyal et al. 2017, arXiv:1706.02677, section 2.2 (gradual warm-up).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clsf.schedule_kinds import SCHEDULE_KINDS

if TYPE_CHECKING:
    from clsf.plan import Plan
    from clsf.plan_parts import Schedule


def share(schedule: Schedule, step: int, steps_per_epoch: int, epochs: int) -> float:
    """Return what the learning rate is multiplied with at `step` (0-based): a number from 0 to 1."""
    warmup = warmup_steps(schedule, steps_per_epoch)
    if step < warmup:
        return (step + 1) / warmup
    rest = epochs * steps_per_epoch - warmup
    return SCHEDULE_KINDS[schedule.kind].share(schedule, step - warmup, steps_per_epoch, rest)


def warmup_steps(schedule: Schedule, steps_per_epoch: int) -> int:
    """Return how many steps the warm-up has."""
    return round(schedule.warmup_epochs * steps_per_epoch)


def preview(plan: Plan, steps_per_epoch: int) -> list[float]:
    """Return the learning rate of every step of a plan, as it will be unless a reader or a plateau changes it."""
    steps = range(plan.epochs * steps_per_epoch)
    return [plan.learning_rate * share(plan.schedule, step, steps_per_epoch, plan.epochs) for step in steps]
