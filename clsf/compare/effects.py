"""What each difference does in lockstep by itself: a short lockstep for each, with nothing else switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clsf import FRAMEWORKS
from clsf.compare.differences import plans
from clsf.compare.lockstep import lockstep
from clsf.compare.recording import Recording
from clsf.compare.sides import EngineSide
from clsf.compare.values import FirstParting, LockstepResult
from clsf.errors import ClsfError
from clsf.words import Sentence

if TYPE_CHECKING:
    from clsf.engine.base import Engine
    from clsf.model.spec import ModelSpec
    from clsf.plan import Plan

STEPS = 2
"""Every entry shows in the first step; the second step tells whether the effect goes on."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of switching one difference on."""

    name: str
    option: str
    parting: FirstParting | None  # None: the two stayed equal
    failure: Sentence | None = None  # why it could not be measured


def effects(
    engine: Engine,
    spec: ModelSpec,
    plan: Plan,
    chosen: Sequence[tuple[str, str]],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Effect]:
    """Yield the effect of each (difference, option), measured by itself on this model and plan."""
    recording = Recording(STEPS, evaluate_every=1)
    for name, option in chosen:
        if stopped():
            return
        try:
            both = plans(plan, {name: option})
            sides = (EngineSide(engine, framework, spec, both[framework], recording) for framework in FRAMEWORKS)
            result = [said for said in lockstep(*sides, recording) if isinstance(said, LockstepResult)][-1]
        except ClsfError as error:
            yield Effect(name, option, None, error.sentence)
        else:
            yield Effect(name, option, result.first_parting, result.failure[1] if result.failure else None)
