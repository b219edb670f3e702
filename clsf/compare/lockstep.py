"""Lockstep: both frameworks take the same steps from the same weights, and every tensor is compared.

In every comparison the reference comes first. Nothing is trained "for" the other framework: each computes its own step from
its own weights. The exception is `isolate`: each layer of the other framework gets the reference's input, each gradient is
computed from the reference's gradient of the layer's output, and the optimizer gets the reference's gradients. One fault
then blames no other layer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from clsf.compare import verdict
from clsf.compare.measure import ROUNDING, TOLERANCES, compared, compared_tensors
from clsf.compare.pairs import FRAMEWORKS_PAIR, Pair
from clsf.compare.recording import Recording
from clsf.compare.session import Opened, RecordedStep
from clsf.compare.sides import Side
from clsf.compare.values import FirstParting, LockstepResult, LockstepStarted, SideFacts, StepDifference
from clsf.errors import ClsfError
from clsf.words import Sentence

CHUNK_SECONDS = 1.0  # of steps per call: the worker stays free for others, and the chart moves
MOST_AT_ONCE = 20  # steps per call; each brings some hundred kilobytes

Said = LockstepStarted | StepDifference | LockstepResult


class _HalfFailedError(Exception):
    """One framework could not go on."""

    def __init__(self, framework: str, sentence: Sentence) -> None:
        super().__init__(framework)
        self.framework, self.sentence = framework, sentence


def lockstep(
    reference: Side,
    other: Side,
    recording: Recording,
    tolerance: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
    pair: Pair = FRAMEWORKS_PAIR,
) -> Iterator[Said]:
    """Open both sides, advance them together and compare; close them at the end, also when the generator is closed.

    Yields LockstepStarted, one StepDifference per step, and LockstepResult. A side that fails after the start ends the
    lockstep: the result names that side, and earlier steps remain valid. Raises the ClsfError of a side that can't even begin.
    """
    tolerance = TOLERANCES[reference.plan.dtype] if tolerance is None else tolerance
    with ThreadPoolExecutor(2, thread_name_prefix="lockstep") as pool:
        try:
            both = [pool.submit(side.open) for side in (reference, other)]
            started = _started(*(future.result() for future in both), recording, reference.plan.dtype, tolerance)
            pair.check(started)
            yield started
            steps: list[StepDifference] = []
            failure = None
            try:
                for step in _steps(reference, other, recording, tolerance, stopped, pool):
                    steps.append(step)
                    yield step
            except _HalfFailedError as error:
                failure = error.framework, error.sentence
            yield _result(started, steps, reference, other, recording, pair, failure)
        finally:
            for side in (reference, other):
                with suppress(ClsfError):  # it may be gone
                    side.close()


def _steps(
    reference: Side, other: Side, recording: Recording, tolerance: float, stopped: Callable[[], bool], pool: ThreadPoolExecutor
) -> Iterator[StepDifference]:
    first, count = 1, 1
    while first <= recording.steps and not stopped():
        count = min(count, recording.steps - first + 1)
        before = time.perf_counter()
        if recording.isolate:
            pairs = _isolated(reference, other, first)
        else:
            halves = [(side, pool.submit(side.advance, first, count)) for side in (reference, other)]
            pairs = list(zip(*(_taken(side, future.result) for side, future in halves), strict=True))
        seconds = time.perf_counter() - before
        for mine, theirs in pairs:
            step = compared(mine, theirs, tolerance)
            yield step
            if not all(map(math.isfinite, step.losses)):
                return
        first += len(pairs)
        if not recording.isolate and first > 2:  # the first step pays for tracing
            count = min(max(int(len(pairs) * CHUNK_SECONDS / max(seconds, 1e-3)), 1), 2 * count, MOST_AT_ONCE)


def _isolated(reference: Side, other: Side, step: int) -> list[tuple[RecordedStep, RecordedStep]]:
    mine = _taken(reference, lambda: reference.advance(step, 1, tell_all=True))[0]
    return [(mine, _taken(other, lambda: other.isolate(step, *mine.told)))]


def _taken(side: Side, ask: Callable[[], object]) -> object:
    try:
        return ask()
    except ClsfError as error:
        raise _HalfFailedError(side.framework, error.sentence) from error


def _started(reference: Opened, other: Opened, recording: Recording, dtype: str, tolerance: float) -> LockstepStarted:
    return LockstepStarted(
        sides=(_facts(reference), _facts(other)),
        steps=recording.steps,
        dtype=dtype,
        rounding=ROUNDING[dtype],
        tolerance=tolerance,
        input_shape=reference.input_shape,
        classes=len(reference.classes),
        parameters=reference.parameters,
        weights=compared_tensors("forward", reference.weights, other.weights, tolerance),
        same_weights=reference.weights_hash == other.weights_hash,
        same_order=reference.order_hash == other.order_hash,
    )


def _facts(opened: Opened) -> SideFacts:
    names = ("framework", "device", "threads", "versions", "weights_hash", "order_hash")
    return SideFacts(**{name: getattr(opened, name) for name in names})


def _result(
    started: LockstepStarted,
    steps: list[StepDifference],
    reference: Side,
    other: Side,
    recording: Recording,
    pair: Pair,
    failure: tuple[str, Sentence] | None,
) -> LockstepResult:
    parting = FirstParting.of(1, started.weights)
    for step in steps if parting is None else ():
        parting = FirstParting.of(step.step, step.tensors)
        if parting is not None:
            break
    evaluations = [step.evaluation for step in steps if step.evaluation is not None]
    growth = parting is not None and not recording.isolate
    growth = growth and (pair.alone or verdict.grew(started, steps, parting, reference, other))

    def largest(name: str) -> float:
        return max((getattr(step, name) for step in steps), default=0.0)

    return LockstepResult(
        steps=len(steps),
        dtype=started.dtype,
        max_loss_difference=largest("loss"),
        max_logit_difference=largest("logits"),
        max_activation_difference=largest("activations"),
        max_gradient_difference=largest("gradients"),
        max_weight_difference=largest("weights"),
        max_evaluation_difference=max(evaluations, default=None),
        first_parting=parting,
        growth=growth,
        sentence=verdict.sentence(started, steps, parting, growth, reference, other, recording.isolate, pair),
        failure=failure,
    )
