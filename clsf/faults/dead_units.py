"""Dead ReLU units: they are 0 for every image, so no gradient reaches them."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.signs import hardly_learns
from clsf.words import say

FAULT = Fault(
    kind="dead-units",
    title=say("Dead ReLU units"),
    what=say("A ReLU whose input is below 0 for all images gives 0 and gets no gradient, so it never comes back."),
    symptom=say("Looking inside shows layers in which most units are 0 for every image; the loss falls slowly or not at all."),
    mend=say("Lower the learning rate, begin with He's weights, or use leaky ReLU, ELU or GELU."),
    sources=("Lu et al. 2019, arXiv:1903.06733", "Maas et al. 2013, Rectifier nonlinearities improve neural network acoustic models"),
    level=3,
)  # fmt: skip

MOST, SOME = 0.95, 0.7


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.dead is None:
        return None
    layer, share = facts.dead
    if share >= MOST or (share >= SOME and hardly_learns(history, facts)):
        return Evidence(
            0.75, say("In the layer {layer}, {share} of the units are 0 for every image looked at.", layer=layer, share=f"{share:.0%}"), "activations"
        )  # fmt: skip
    return None
