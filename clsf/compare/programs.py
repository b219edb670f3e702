"""The proof of a planted fault: the first tensor in which two programs of one framework differ, found as lockstep finds it.

Both programs are watched while they run, each in its own process with the same seed. Where they compute the same, the values
are equal to the last bits, so the first tensor that differs is where the fault begins to matter.
"""

from __future__ import annotations

import numpy as np

from clsf.compare.measure import TOLERANCES, compared_tensors
from clsf.compare.recording import Recorded
from clsf.compare.values import FirstParting, Phase
from clsf.faults.probes import Answer, Bars
from clsf.faults.recorded import RecordedTensor, StepRecord, Tensors
from clsf.faults.running import Ran
from clsf.words import Sentence, say

TOLERANCE = TOLERANCES["float32"]
SHOWN = 10  # numbers of the tensor that are drawn


def first_difference(faulty: Ran, healthy: Ran) -> Answer:
    """Return the first tensor that differs, in the order in which programs compute, with some of its numbers from both.

    Where every tensor of the recorded steps is equal: the first step whose loss or gradient differs, else other values reported.
    """
    if faulty.history.error:
        return Answer(
            say("The healthy program runs to its end; the faulty one stops: {error}", error=faulty.history.error[:200])
        )
    mine, theirs = faulty.recording, healthy.recording
    answer = _other_weights(theirs.start, mine.start) or _parted(1, "forward", theirs.start, mine.start, before=True)
    before = min(mine.evaluated_after, theirs.evaluated_after)
    for number, (one, other) in enumerate(zip(mine.steps, theirs.steps, strict=False), 1):
        answer = answer or (_evaluation(faulty, healthy) if before and number > before else None) or _step(number, one, other)
    if answer is not None:
        return answer
    return _curves(faulty, healthy, before)


def _other_weights(healthy: Tensors, faulty: Tensors) -> Answer | None:
    """Return the first weight with another shape, or that only one has. Models that aren't alike draw other numbers everywhere."""
    for name in healthy:
        if name in faulty and faulty[name].shape != healthy[name].shape:
            return _shapes(say("Before the first step"), name, faulty[name], healthy[name])
    return _alone(say("Before the first step"), healthy, faulty)


def _step(number: int, faulty: StepRecord, healthy: StepRecord) -> Answer | None:
    answer = _parted(number, "forward", healthy.forward, faulty.forward)
    if answer is not None:
        return answer
    if _apart(faulty.loss, healthy.loss):
        return _numbers(say("loss"), number, faulty.loss, healthy.loss)
    return _parted(number, "backward", healthy.backward, faulty.backward) or _parted(
        number, "update", healthy.update, faulty.update
    )


def _evaluation(faulty: Ran, healthy: Ran) -> Answer | None:
    return _parted(0, "evaluation", healthy.recording.evaluated, faulty.recording.evaluated)


def _parted(step: int, phase: Phase, healthy: Tensors, faulty: Tensors, before: bool = False) -> Answer | None:
    """Return the first tensor of a phase that differs. One that only one program has counts as different too."""
    parted = FirstParting.of(
        step, compared_tensors(phase, *({n: _recorded(t) for n, t in side.items()} for side in (healthy, faulty)), TOLERANCE)
    )
    if parted is None:
        return _alone(_where(step, phase, before), healthy, faulty)
    one, other = faulty[parted.tensor], healthy[parted.tensor]
    where = _where(step, phase, before)
    if one.shape != other.shape:
        return _shapes(where, parted.tensor, one, other)
    said = say(
        "{where}: {tensor} differs by up to {difference}. Up to there both programs computed the same.",
        where=where, tensor=parted.tensor, difference=f"{parted.difference:.3g}",
    )  # fmt: skip
    return Answer(said, _bars(one, other))


def _alone(where: Sentence, healthy: Tensors, faulty: Tensors) -> Answer | None:
    alone = [name for name in faulty if name not in healthy] or [name for name in healthy if name not in faulty]
    if not alone or not faulty or not healthy:
        return None
    has = say("only the faulty program has it") if alone[0] in faulty else say("only the healthy program has it")
    return Answer(say("{where}: {tensor}; {has}.", where=where, tensor=alone[0], has=has))


def _shapes(where: Sentence, name: str, one: RecordedTensor, other: RecordedTensor) -> Answer:
    shapes = [str(tensor.shape) for tensor in (one, other)]
    return Answer(
        say(
            "{where}: {tensor} has the shape {one} in place of {other}.",
            where=where,
            tensor=name,
            one=shapes[0],
            other=shapes[1],
        )
    )


def _where(step: int, phase: Phase, before: bool) -> Sentence:
    if before:
        return say("Before the first step")
    match phase:
        case "forward":
            return say("Step {step}, forward", step=step)
        case "backward":
            return say("Step {step}, gradients", step=step)
        case "update":
            return say("Step {step}, weights after the update", step=step)
        case _:
            return say("First evaluation")


def _bars(one: RecordedTensor, other: RecordedTensor) -> Bars:
    """Return the numbers around the first position that differs."""
    mine, theirs = np.array(one.values), np.array(other.values)
    apart = np.flatnonzero(~np.isclose(mine, theirs, rtol=TOLERANCE, atol=TOLERANCE * max(one.largest, other.largest, 1e-12)))
    first = max(min(int(apart[0]) if len(apart) else 0, len(mine) - SHOWN), 0)
    places = range(first, min(first + SHOWN, len(mine)))
    return Bars(
        tuple(str(n + 1) for n in places),
        ((say("faulty"), tuple(mine[list(places)].tolist())), (say("healthy"), tuple(theirs[list(places)].tolist()))),
        say("numbers of the tensor"),
    )


def _curves(faulty: Ran, healthy: Ran, before: int) -> Answer:
    """Compare beyond the recorded steps: losses and gradients step by step, the first evaluation in its place."""
    pairs = (
        (say("loss"), faulty.history.losses, healthy.history.losses),
        (say("gradient norm"), faulty.history.gradient_norms, healthy.history.gradient_norms),
    )
    evaluation = _evaluation(faulty, healthy)
    for step in range(max(len(values) for _, one, other in pairs for values in (one, other))):
        if evaluation is not None and step >= before:
            return evaluation
        for name, mine, theirs in pairs:
            if step < min(len(mine), len(theirs)):
                if _apart(mine[step], theirs[step]):
                    return _numbers(name, step + 1, mine[step], theirs[step])
            elif len(mine) != len(theirs):
                return Answer(say("The number of steps: {one} in place of {other}.", one=len(mine), other=len(theirs)))
    if evaluation is not None:
        return evaluation
    if any(a != b for a, b in zip(faulty.history.epochs, healthy.history.epochs, strict=False)) or len(
        faulty.history.epochs
    ) != len(healthy.history.epochs):
        return Answer(say("All steps are equal; only what is reported at the end of an epoch differs."))
    return Answer(say("All numbers are equal; what differs is memory or time."))


def _numbers(name: Sentence, step: int, mine: float, theirs: float) -> Answer:
    return Answer(
        say(
            "Step {step}: the {what} is {one} in place of {other}. Up to there both programs computed the same.",
            what=name, step=step, one=f"{mine:.5g}", other=f"{theirs:.5g}",
        )
    )  # fmt: skip


def _recorded(tensor: RecordedTensor) -> Recorded:
    return Recorded(tensor.shape, tensor.norm, tensor.largest, np.array(tensor.values))


def _apart(one: float, other: float) -> bool:
    return not abs(one - other) <= TOLERANCE * max(abs(one), abs(other), 1e-12) and not (one != one and other != other)
