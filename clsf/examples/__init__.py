"""Runs that come with the program, so that a page has something real to show before anybody has trained.

Each is a capsule in `data/`, named GROUP-FRAMEWORK or GROUP-NUMBER-FRAMEWORK, and was trained by `python -m clsf.cli.examples`.
`TrainingService` answers for them by their ids as for any other run; they stand in no store and have no owner.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from pathlib import Path

from clsf import FRAMEWORKS, capsule
from clsf.backends.base import Weights
from clsf.capsule import Capsule
from clsf.compare.values import LockstepStarted, SideFacts, StepDifference
from clsf.data.catalogue import NAMES
from clsf.errors import StoreError
from clsf.examples.folder import FOLDER
from clsf.experiments.start import ExperimentRuns, Member
from clsf.experiments.values import text
from clsf.runs.history import ExperimentRow
from clsf.runs.record import RunRecord

ENDING = ".clsf.zip"
PREFIX = "example-"

DIGITS, FIRST, RATES, SEEDS = "digits", "first", "rates", "seeds"
"""Groups: models that read drawn digits, with their weights; what a first training gives; one small network with several
learning rates; the same with several seeds, in both frameworks."""

LOCKSTEP = "lockstep.json"

_ID = re.compile(PREFIX + r"[a-z0-9-]{1,40}")


def is_example(run_id: str) -> bool:
    """Return whether a run of this id comes with the program."""
    return isinstance(run_id, str) and _ID.fullmatch(run_id) is not None and _path(run_id).is_file()


def ids(group: str) -> list[str]:
    """Return the ids of the runs of a group: by number, then in the order of FRAMEWORKS."""
    known = [PREFIX + path.name.removesuffix(ENDING) for path in FOLDER.glob(f"{group}-*{ENDING}")]
    return sorted(known, key=lambda run_id: (*_numbers(run_id), FRAMEWORKS.index(framework_of(run_id))))


def group_of(run_id: str) -> list[str]:
    """Return the ids of the runs that were started with this one, itself too."""
    return ids(run_id.removeprefix(PREFIX).rpartition("-")[0])


def framework_of(run_id: str) -> str:
    return run_id.rpartition("-")[2]


def record(run_id: str) -> RunRecord:
    """Return a run as it was when it ended. The same object each time; nothing may change it."""
    return _folded(run_id)


def weights(run_id: str) -> Weights:
    """Return a run's final weights, name -> array. Raises StoreError where it came without."""
    arrays = _opened(run_id).weights
    if arrays is None:
        raise StoreError("The run {run_id} came with the program, but without its weights. Train again.", run_id=run_id)
    return arrays


def rates() -> ExperimentRuns:
    """Return the runs with several learning rates as an experiment."""
    records = [record(run_id) for run_id in ids(RATES)]
    varied = [(("learning_rate", text(one.plan.learning_rate)),) for one in records]
    members = tuple(Member(arm, said, one) for arm, (said, one) in enumerate(zip(varied, records, strict=True)))
    return ExperimentRuns(
        ExperimentRow("", "", "", records[0].created, {"kind": "learning-rate"}), "learning-rate", members, len(members)
    )


@cache
def lockstep() -> tuple[LockstepStarted, tuple[StepDifference, ...]]:
    """Return a lockstep in float32: what began it, and each step without its single tensors."""
    stored = json.loads((FOLDER / LOCKSTEP).read_text("utf-8"))
    sides = tuple(SideFacts(**side) for side in stored["started"].pop("sides"))
    started = LockstepStarted(
        sides=sides, weights=(), **{**stored["started"], "input_shape": tuple(stored["started"]["input_shape"])}
    )
    steps = [{**step, "losses": tuple(step["losses"]), "seconds": tuple(step["seconds"])} for step in stored["steps"]]
    return started, tuple(StepDifference(tensors=(), **step) for step in steps)


def picture(data: str) -> str | None:
    """Return some images of a data set in one row, class by class, as a PNG's address; None if they did not come along."""
    path = FOLDER / f"{data}.png"
    if data not in NAMES or not path.is_file():
        return None
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def content(run_id: str) -> bytes:
    """Return the capsule of a run."""
    return _path(run_id).read_bytes()


def _path(run_id: str) -> Path:
    return FOLDER / (run_id.removeprefix(PREFIX) + ENDING)


def _numbers(run_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in run_id.split("-") if part.isdigit())


@cache
def _opened(run_id: str) -> Capsule:
    return capsule.read(content(run_id))


@cache
def _folded(run_id: str) -> RunRecord:
    opened = _opened(run_id)
    made = opened.record(run_id, PREFIX + run_id.removeprefix(PREFIX).rpartition("-")[0])
    for event in opened.events:
        made.fold(event)
    return made
