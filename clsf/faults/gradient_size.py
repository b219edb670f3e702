"""Gradients that vanish, explode, or move the weights too far in one step."""

from __future__ import annotations

import math

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.signs import hardly_learns
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
GROWS = 100.0  # times, from the first tenth of the steps to the last
VANISHES = 1e-3  # first kernel's gradient over the last's
NOTHING = 1e-4  # of it that says so by itself, whatever else could keep the loss where it is
FAR = 0.03  # share of a kernel that one step moves; in healthy runs of all optimizers it was 0.011 at most


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    norms = [norm for norm in history.gradient_norms if math.isfinite(norm)]
    if len(norms) >= LEAST:
        tenth = max(len(norms) // 10, 2)
        early, late = sum(norms[:tenth]) / tenth, sum(norms[-tenth:]) / tenth
        if early > 0 and late > GROWS * early and late > 10:
            return Evidence(
                0.7, say("The gradient's norm has grown from {early} to {late}.", early=f"{early:.3g}", late=f"{late:.3g}"), "gradients"
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
