"""The same pair of plans, trained with several seeds: the noise of a comparison is measured from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clsf import FRAMEWORKS
from clsf.compare.cases.runner import CaseService, ServiceTrainer
from clsf.compare.cases.steps import MAX_SEEDS
from clsf.compare.differences import ENTRIES, plans
from clsf.errors import EngineError
from clsf.plan import Plan

if TYPE_CHECKING:
    from clsf.model.spec import ModelSpec
    from clsf.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class ComparedArm:
    """One of two things that are compared: a framework, and the plan that it trains."""

    framework: str
    plan: Plan


@dataclass(frozen=True, slots=True, eq=False)
class SeedPair:
    """Both arms, trained with one seed."""

    seed: int
    records: tuple[RunRecord, RunRecord]


def arms(plan: Plan, difference: str | None = None) -> tuple[ComparedArm, ComparedArm]:
    """Return the arms to compare: both frameworks, or one of them without and with a difference in its first option."""
    if difference is None:
        one, two = FRAMEWORKS
        return ComparedArm(one, plan), ComparedArm(two, plan)
    return with_and_without(plan, difference, ENTRIES[difference].options[-1].name)


def with_and_without(plan: Plan, difference: str, option: str) -> tuple[ComparedArm, ComparedArm]:
    """Return the framework that behaves differently, without and with the difference."""
    framework = next(iter(ENTRIES[difference].option(option).does))
    return ComparedArm(framework, plan), ComparedArm(framework, plans(plan, {difference: option})[framework])


def train_seeds(
    service: CaseService,
    spec: ModelSpec,
    compared: tuple[ComparedArm, ComparedArm],
    seeds: Sequence[int],
    owner: str = "",
    stopped: Callable[[], bool] = lambda: False,
    watch: Callable[[RunRecord], None] = lambda record: None,
) -> Iterator[SeedPair]:
    """Train both arms with each seed, one run after another, and yield a pair as soon as both are over.

    Stops between runs and within one; a stopped run ends the generator. `watch` is called with every run as it ends. Raises
    EngineError with the reason if a run fails.
    """
    trainer = ServiceTrainer(service, owner, stopped)
    for seed in seeds:
        records = []
        for arm in compared:
            if stopped():
                return
            record = trainer.train(arm.framework, spec, arm.plan.but(seed=seed))
            if record.status == "stopped":
                return
            if record.failure is not None:
                raise EngineError(record.failure)
            watch(record)
            records.append(record)
        yield SeedPair(seed, tuple(records))


__all__ = ["MAX_SEEDS", "ComparedArm", "SeedPair", "arms", "train_seeds", "with_and_without"]
