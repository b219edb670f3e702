"""The evidence of a verdict as lines in the curves of a run: levels to compare with, and the step where the fault begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from clsf.faults.doctor import RunVerdict
from clsf.faults.history import History, RunFacts
from clsf.faults.signs import double_softmax_floor, hardly_learns, steps_per_epoch
from clsf.words import Sentence, say

NEAR = 0.12  # share of ln C within which a loss is compared with it


@dataclass(frozen=True)
class Mark:
    """A line in one of the two charts of a run: at a height, or from a step on (1-based)."""

    chart: str  # "loss" or "accuracy"
    said: Sentence
    level: float | None = None
    step: float | None = None


def marks(verdict: RunVerdict, history: History, facts: RunFacts) -> tuple[Mark, ...]:
    """Return the lines that show the evidence of a verdict; none where a number shows it better than a line."""
    drawn: list[Mark] = []
    losses = [v for v in history.losses or history.loss if math.isfinite(v)]
    if facts.chance is not None and losses:
        late = losses[-max(len(losses) // 10, 1) :]
        if abs(sum(late) / len(late) - facts.chance) < NEAR * facts.chance or hardly_learns(history, facts):
            drawn.append(Mark("loss", say("ln {classes}: a model that knows nothing", classes=facts.classes), facts.chance))
        if verdict.evidence.probe == "floor" or verdict.kind == "softmax-then-logits-loss":
            drawn.append(
                Mark(
                    "loss",
                    say("ln(1 + {others}/e): as low as a second softmax lets it", others=facts.classes - 1),
                    double_softmax_floor(facts.classes),
                )
            )
    broken = next((n for n, v in enumerate(history.losses or history.loss, 1) if not math.isfinite(v)), None)
    if broken is not None:
        drawn.append(Mark("loss", say("nan or infinite from here on"), step=broken))
    if verdict.kind in ("imbalance",) and facts.largest_class:
        drawn.append(Mark("accuracy", say("always the largest class"), facts.largest_class))
    elif facts.classes and hardly_learns(history, facts):
        drawn.append(Mark("accuracy", say("chance: 1/{classes}", classes=facts.classes), 1 / facts.classes))
    if verdict.evidence.epoch is not None:
        every = (steps_per_epoch(history) or 1) if history.losses else 1
        for chart in ("loss", "accuracy"):
            drawn.append(Mark(chart, say("epoch {epoch}", epoch=verdict.evidence.epoch), step=verdict.evidence.epoch * every))
    return tuple(drawn)
