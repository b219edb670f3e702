"""What a capsule holds, and the names and limits that writing and reading share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from clsf.backends.base import Weights
from clsf.capsule.parcels import Parcels
from clsf.events import Event
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.record import RunRecord

FORMAT, VERSION = "clsf-capsule", 1
ABOUT, HISTORY, WEIGHTS = "capsule.json", "history.json", "weights.npz"

LEFT_OUT = ("data_progress", "layers_looked", "predictions_looked", "step_looked")
"""Events that are not packed: how the images were loaded, and what was recorded inside the model during training. They are large,
have no fixed shape, and need the images; the weights are packed and can be inspected again."""

MOST_NOTES = 20_000  # characters
MOST_TEXT = 300  # characters of a name

PAUSE = 0.002  # seconds: about a tenth of what a thousand events take


@dataclass(frozen=True, slots=True, eq=False)
class Capsule:
    """A run that came out of a capsule, fully checked."""

    framework: str
    model: ModelSpec
    plan: Plan
    created: float  # Unix time at which the run was queued
    events: Sequence[Event]  # a tuple; where it comes from another process, `clsf.capsule.parcels`
    weights: Weights | None
    input_shape: tuple[int, int, int]  # (height, width, channels)
    classes: tuple[str, ...]
    group: str = ""  # runs that were started together had the same
    race: bool = False
    machine: str = ""
    notes: str = ""
    program: dict[str, str] = field(default_factory=dict)  # versions of what wrote it

    def __reduce__(self) -> tuple:
        """Send events to another process as a few texts, and keep them packed there."""
        values = [getattr(self, one.name) for one in fields(self)]
        return Capsule, tuple(
            Parcels(value) if isinstance(value, tuple) and value is self.events else value for value in values
        )

    def record(self, run_id: str, group: str, owner: str = "") -> RunRecord:
        """Return a run of that id, with nothing folded into it yet."""
        return RunRecord(
            run_id, group, self.framework, self.model, self.plan, self.created, owner, self.race, self.machine
        )  # fmt: skip

    def folded(self) -> RunRecord:
        """Return the run as it was when the capsule was written."""
        record = self.record("capsule", self.group)
        for event in self.events:
            record.fold(event)
        return record
