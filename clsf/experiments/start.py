"""Starts an experiment in the queue, and loads it again with its results so far."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from clsf import FRAMEWORKS
from clsf.errors import ClsfError
from clsf.experiments.sets import KINDS
from clsf.experiments.together import together
from clsf.experiments.values import Experiment, Varied, label, text
from clsf.runs.history import ExperimentRow, RunHistory
from clsf.runs.ids import new_id
from clsf.runs.record import RunRecord
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.model.spec import ModelSpec
    from clsf.plan import Plan


class ExperimentService(Protocol):
    """What an experiment needs of `clsf.training_service.TrainingService`."""

    @property
    def history(self) -> RunHistory: ...

    def check(self, spec: ModelSpec, plan: Plan) -> None: ...

    def train(
        self, spec: ModelSpec, plan: Plan, frameworks: Sequence[str], owner: str = "", race: bool = False, start: str = "",
        arm: int | None = None,
    ) -> list[str]: ...  # fmt: skip

    def control(self, run_id: str, command: str, value: float | None = None, owner: str | None = None) -> None: ...

    def record(self, run_id: str) -> RunRecord: ...


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One run of an experiment, and what sets it apart."""

    arm: int  # place of its arm, from 0
    varied: Varied
    record: RunRecord

    @property
    def label(self) -> Sentence:
        return label(self.varied)


@dataclass(frozen=True, slots=True, eq=False)
class ExperimentRuns:
    """An experiment that was started: its kind and its runs, in the order of arms, then of frameworks."""

    row: ExperimentRow
    kind: str
    members: tuple[Member, ...]
    planned: int = 0  # runs that there were to be; more than `members` where some never began, or were deleted

    @property
    def over(self) -> bool:
        return all(member.record.over for member in self.members)

    @property
    def frameworks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(member.record.framework for member in self.members))


def start(service: ExperimentService, experiment: Experiment, owner: str, name: str, in_turn: bool = False) -> str:
    """Queue all runs and return the experiment's id, which can't be guessed. Each run is put into the store as it begins.

    Small runs share the cores (see `clsf.experiments.together`), unless they are to train `in_turn`, one after the other.
    Raises ClsfError if an arm can't be trained, or the queue has no room; then nothing of it is left waiting.
    """
    for arm in experiment.arms:
        service.check(arm.spec, arm.plan)
    experiment_id, queued, share = new_id(), [], not in_turn and together(experiment) > 1
    try:
        for place, arm in enumerate(experiment.arms):
            queued += service.train(arm.spec, arm.plan, experiment.frameworks, owner, share, experiment_id, place)
    except ClsfError:
        for run_id in queued:
            with contextlib.suppress(ClsfError):
                service.control(run_id, "stop")
        raise
    body = {
        "kind": experiment.kind,
        "about": [experiment.arms[0].spec.name, experiment.arms[0].plan.data],
        "arms": [[[what, value.to_json()] for what, value in arm.varied] for arm in experiment.arms],
        "frameworks": list(experiment.frameworks),
    }
    service.history.begin(ExperimentRow(experiment_id, owner, " ".join(name.split()), time.time(), body))
    return experiment_id


def find(service: ExperimentService, experiment_id: str) -> ExperimentRuns:
    """Return the experiment with its runs as they are now; runs that were deleted or can't be read are left out.

    Raises StoreError if there is no such experiment.
    """
    row = service.history.experiment(experiment_id)
    arms = row.body.get("arms", [])
    members = []
    for run_id, place in service.history.members(experiment_id):
        with contextlib.suppress(ClsfError):
            members.append(Member(place, _varied(arms, place), service.record(run_id)))
    members.sort(key=lambda member: (member.arm, FRAMEWORKS.index(member.record.framework)))
    kind, frameworks = row.body.get("kind"), row.body.get("frameworks")
    planned = len(arms) * len(frameworks) if isinstance(arms, list) and isinstance(frameworks, list) else 0
    return ExperimentRuns(row, kind if kind in KINDS else "own", tuple(members), max(planned, len(members)))


def _varied(arms: object, place: int) -> Varied:
    try:
        return tuple((str(what), Sentence.from_json(value)) for what, value in arms[place])
    except (LookupError, TypeError, ValueError, AttributeError):
        return (("run", text(place + 1)),)


def title(row: ExperimentRow) -> Sentence:
    """Return an experiment's title: the name that its owner gave, or its description."""
    if row.name:
        return say("{name}", name=row.name)
    about = row.body.get("about")
    parts = [str(part) for part in about] if isinstance(about, list) else []
    kind = row.body.get("kind")
    whole = KINDS[kind if kind in KINDS else "own"]
    for part in parts:
        whole = say("{one} · {other}", one=whole, other=part)
    return whole


def stop(service: ExperimentService, experiment: ExperimentRuns, owner: str | None = None) -> None:
    """End all runs of an experiment, the waiting ones first, so that none begins meanwhile. `owner`: as `TrainingService.control`."""
    for member in sorted(experiment.members, key=lambda m: m.record.status != "queued"):
        if not member.record.over:
            service.control(member.record.run_id, "stop", owner=owner)
