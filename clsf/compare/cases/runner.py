"""Trains the steps of a case in a training service, one run after another, and has its workers evaluate trained weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from clsf.compare.cases.case import SIDE
from clsf.predict.asking import ask, ask_with, request_of

if TYPE_CHECKING:
    from clsf.model.spec import ModelSpec
    from clsf.plan import Plan
    from clsf.predict.recalibrating import Judgement
    from clsf.runs.record import RunRecord

JUDGE = "clsf.predict.recalibrating:judge"
SECONDS = 300.0  # the longest that a worker may take to evaluate


class CaseService(Protocol):
    """The part of `clsf.training_service.TrainingService` that is needed here."""

    def train(self, spec: ModelSpec, plan: Plan, frameworks: Sequence[str], owner: str = "") -> list[str]: ...

    def wait(self, run_ids: Sequence[str], timeout: float | None = None) -> bool: ...

    def control(self, run_id: str, command: str) -> None: ...

    def record(self, run_id: str) -> RunRecord: ...

    def weights(self, run_id: str) -> dict: ...

    def call(self, framework: str, function: str, *args: object, timeout: float = ...) -> object: ...


@dataclass(slots=True)
class ServiceTrainer:
    """Trains the runs of a case. `done` collects the runs that are over; `stopped` ends the one in progress."""

    service: CaseService
    owner: str = ""
    stopped: Callable[[], bool] = lambda: False
    done: list[RunRecord] = field(default_factory=list)

    def train(self, framework: str, spec: ModelSpec, plan: Plan) -> RunRecord | None:
        """Train one run and return its record when it is over."""
        [run_id] = self.service.train(spec, plan, (framework,), self.owner)
        while not self.service.wait([run_id], timeout=0.5):
            if self.stopped():
                self.service.control(run_id, "stop")
        record = self.service.record(run_id)
        self.done.append(record)
        return record

    def carried(self, record: RunRecord, spec: ModelSpec, plan: Plan) -> tuple[float, float]:
        """Return validation loss and accuracy of the run's weights in PyTorch, in this model and with this plan's differences."""
        asked = request_of(record)
        other = hashlib.sha256(f"{record.run_id} {plan.differences} {spec.to_json()}".encode()).hexdigest()[:24]
        request = replace(asked, token=other, framework=SIDE, model=spec.to_json(), plan=plan.to_json())
        names = spec.analyse(asked.shape).named_weights()  # a layer without weights may come in between, so paths differ

        def weights() -> dict:
            return dict(zip(names, self.service.weights(record.run_id).values(), strict=True))

        judgement: Judgement = ask_with(self.service, request, weights, JUDGE, timeout=SECONDS)
        return judgement.before.loss, judgement.before.accuracy

    def recalibrated(self, record: RunRecord) -> tuple[float, float]:
        """Return the run's validation accuracy before and after fresh statistics of batch normalisation."""
        judgement: Judgement = ask(self.service, record, JUDGE, True, timeout=SECONDS)
        return judgement.before.accuracy, judgement.after.accuracy
