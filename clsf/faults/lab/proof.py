"""The proof of a case: the first number in which the faulty program differs from the healthy one."""

from __future__ import annotations

from clsf.faults.running import Ran
from clsf.words import Sentence, say

CLOSE = 1e-4  # relative; what both programs compute alike is equal to the last bits


def first_difference(faulty: Ran, healthy: Ran) -> Sentence:
    """Return what differs first, in the order in which a program computes it."""
    if faulty.history.error:
        return say("The healthy program runs to its end; the faulty one stops: {error}", error=faulty.history.error[:200])
    one, other = faulty.facts, healthy.facts
    if one.inputs and other.inputs and _apart(one.inputs[1], other.inputs[1]):
        return say(
            "First difference: what the model receives, up to {one} in place of {other}.",
            one=f"{one.inputs[1]:.4g}",
            other=f"{other.inputs[1]:.4g}",
        )
    if one.outputs != other.outputs:
        return say(
            "First difference: the outputs, {one} in place of {other}.", one=one.outputs or "–", other=other.outputs or "–"
        )
    curves = (
        (say("loss"), faulty.history.losses, healthy.history.losses),
        (say("gradient norm"), faulty.history.gradient_norms, healthy.history.gradient_norms),
    )
    for step in range(max(len(faulty.history.losses), len(healthy.history.losses))):
        for name, mine, theirs in curves:
            if step >= len(mine) or step >= len(theirs):
                if len(mine) != len(theirs):
                    return say(
                        "First difference: the number of steps, {one} in place of {other}.", one=len(mine), other=len(theirs)
                    )
            elif _apart(mine[step], theirs[step]):
                return say(
                    "First difference: {what} of step {step}, {one} in place of {other}.",
                    what=name, step=step + 1, one=f"{mine[step]:.5g}", other=f"{theirs[step]:.5g}",
                )  # fmt: skip
    told = [(a, b) for a, b in zip(faulty.history.epochs, healthy.history.epochs, strict=False) if a != b]
    if told:
        return say("All steps are equal; only what is told at the end of an epoch differs.")
    return say("All numbers are equal; what differs is memory or time.")


def _apart(one: float, other: float) -> bool:
    return not abs(one - other) <= CLOSE * max(abs(one), abs(other), 1e-12)
