"""Gradients that vanish, explode, or move the weights too far in one step."""

from __future__ import annotations

import math

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.signs import hardly_learns, steps_per_epoch
from clsf.words import say

FAULT = Fault(
    kind="gradient-size",
    title=say("Gradients vanish or explode"),
    what=say("Gradients are products over the layers. Where the factors are small, nothing reaches the first layers; where they are large, one step destroys the weights."),
    symptom=say("The gradient's norm grows a hundredfold, or the first layers' is a thousandth of the last's; or a step changes weights by more than a tenth."),
    mend=say("Use ReLU with He's weights, batch normalisation or shortcuts against vanishing; clip gradients or lower the learning rate against exploding."),
    sources=("Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks", "Pascanu et al. 2013, arXiv:1211.5063"),
    level=3,
)  # fmt: skip

LEAST = 12  # steps
GROWS, LARGE = 100.0, 10.0  # times, from the first steps to others; and the norm then
VANISHES = 1e-3  # first kernel's gradient over the last's
NOTHING = 1e-4  # the same ratio, small enough to be sure without other evidence
FAR = 0.03  # share of a kernel that one step moves; in healthy runs of all optimizers it was 0.011 at most


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    norms = [norm for norm in history.gradient_norms if math.isfinite(norm)]
    if len(norms) >= LEAST:
        each = max(len(norms) // 50, 2)
        parts = [sum(norms[n : n + each]) / each for n in range(0, len(norms) - each + 1, each)]
        early, most = (
            sum(norms[:2]) / 2,
            max(parts),
        )  # exploded gradients may be small again at the end, when the weights are already ruined
        if early > 0 and most > GROWS * early and most > LARGE:
            epoch = steps_per_epoch(history)
            return Evidence(
                0.7, say("The gradient's norm has grown from {early} to {late}.", early=f"{early:.3g}", late=f"{most:.3g}"), "gradients",
                epoch=parts.index(most) * each // epoch + 1 if epoch else None,
            )  # fmt: skip
    ratio = facts.first_to_last_gradient
    if ratio is not None and ratio < VANISHES and hardly_learns(history, facts):
        return Evidence(
            0.75 if ratio > NOTHING else 0.925,
            say("The first layer's gradient is {ratio} times the last layer's.", ratio=f"{ratio:.1g}"),
            "gradients",
        )
    if facts.update_ratio is not None and facts.update_ratio > FAR and hardly_learns(history, facts):
        return Evidence(
            0.7, say("One step changes the weights by {share} of their size; about 0.1 % is usual.", share=f"{facts.update_ratio:.0%}"), "weights"
        )  # fmt: skip
    return None
