"""A lab without workers: runs advance when they are looked at, by a clock that a test can set."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from clsf.errors import EngineError, StoreError
from clsf.events import BatchesEnded, DataProgress, EpochEnded, Paused, Resumed, RunEnded, RunStarted
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.history import RunHistory, not_yours
from clsf.runs.reached import Reached
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from clsf.runs.waiting import QueuePlace
from tests.app import looks


@dataclass
class FakeLab:
    """Signatures as in clsf.training_service.TrainingService. `speed`: steps per second; None: a run is over as soon as it is looked at."""

    speed: float | None = None
    refusal: str | None = None
    records: dict[str, RunRecord] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    commands: list[tuple[str, str, float | None]] = field(default_factory=list)
    _store: RunStore | None = None

    def train(
        self, spec: ModelSpec, plan: Plan, frameworks: tuple[str, ...], owner: str = "", race: bool = False, start: str = "",
        arm: int | None = None,
    ) -> list[str]:  # fmt: skip
        if self.refusal:
            raise EngineError("{why}", why=self.refusal)
        group = f"group{len(self.records)}"
        ids = [f"{group}-{framework}" for framework in frameworks]
        for run_id, framework in zip(ids, frameworks, strict=True):
            self.records[run_id] = RunRecord(run_id, group, framework, spec, plan, time.time(), owner, race)
            self.began[run_id] = time.monotonic()
        if arm is not None:
            self.history.tie(ids, start, arm)
        return ids

    def check(self, spec: ModelSpec, plan: Plan) -> None:
        """Accept everything."""

    @property
    def history(self) -> RunHistory:
        """Return the history of an in-memory store, which has none of the runs that this lab pretends to train."""
        return self._kept_nowhere().history

    @property
    def reached(self) -> Reached:
        """Return the progress in the same store."""
        return self._kept_nowhere().reached

    def _kept_nowhere(self) -> RunStore:
        if self._store is None:
            self._store = RunStore(Path("/dev/null/nowhere"))
        return self._store

    def record(self, run_id: str) -> RunRecord:
        if run_id not in self.records:
            raise StoreError("There is no run '{run}'.", run=run_id)
        self._advance(self.records[run_id])
        return self.records[run_id]

    def group(self, run_id: str) -> list[RunRecord]:
        group = self.record(run_id).group
        return [self.record(other) for other, record in list(self.records.items()) if record.group == group]

    def control(self, run_id: str, command: str, value: float | None = None, owner: str | None = None) -> None:
        if owner is not None and self.records[run_id].owner != owner:
            raise not_yours(run_id)
        self.commands.append((run_id, command, value))
        if command == "look" and self.speed is None:
            self.speed = 0.001  # steps are taken one at a time from now on
        record = self.record(run_id)
        if record.over:
            return
        if command == "stop":
            record.fold(RunEnded(record.framework, "stopped", len(record.epochs), 1.0, 900.0))
        elif command == "pause":
            record.fold(Paused(len(record.steps)))
        elif command == "resume":
            record.fold(Resumed(len(record.steps)))
        elif command == "look":
            looks.begin(self, record)
            record.fold(looks.step(record))
            record.fold(Paused(len(record.steps)))

    def place(self, run_id: str) -> QueuePlace | None:
        return None

    def recent(self, owner: str, limit: int = 20) -> list:
        return []

    def state(self) -> SimpleNamespace:
        workers = tuple(
            SimpleNamespace(framework=f, status="warm", pid=1, host="here", device="cpu", threads=2, memory_mb=612)
            for f in ("tensorflow", "torch")
        )
        return SimpleNamespace(
            kind="local", address="tcp://127.0.0.1:1", workers=workers, waiting=0, small=False, worker_bytes=None
        )

    def notice(self) -> None:
        return None

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        """Refuse, because there are no workers; a page must be able to show the refusal."""
        raise EngineError("There is no {framework} worker at the moment. Try again in a few seconds.", framework=framework)

    call_apart = call

    def tensorboard(self, run_id: str) -> bytes:
        return b"PK" + run_id.encode()

    def close(self) -> None:
        pass

    def _advance(self, record: RunRecord) -> None:
        passed = time.monotonic() - self.began[record.run_id]
        if self.speed is not None and passed < 1:
            if passed > 0.5 and record.plan.data == "mnist":
                record.fold(DataProgress("download", int(passed * 1e7), 11_594_722))
            return
        every = 45
        if record.started is None:
            record.fold(
                RunStarted(
                    record.framework,
                    "graph",
                    "cpu",
                    2,
                    {},
                    record.plan.epochs,
                    every,
                    1150,
                    287,
                    (8, 8, 1),
                    45_398,
                    "a" * 16,
                    "b" * 16,
                    0.5,
                )
            )
        total = record.total_steps
        due = total if self.speed is None else min(int((passed - 1) * self.speed), total)
        while record.status == "running" and len(record.steps) < due:
            self._epoch_or_batches(record, min(due - len(record.steps), every - len(record.steps) % every), every)
        if record.status == "running" and len(record.steps) == total:
            last = record.epochs[-1]
            record.fold(
                RunEnded(
                    record.framework,
                    "finished",
                    len(record.epochs),
                    record.steps.seconds[-1],
                    3900.0,
                    last.train_loss,
                    last.train_accuracy,
                    last.validation_loss,
                    last.validation_accuracy,
                )
            )

    def _epoch_or_batches(self, record: RunRecord, count: int, every: int) -> None:
        noise = random.Random(len(record.steps) + (record.framework == "torch"))
        done = len(record.steps)
        losses = tuple(2.3 * math.exp(-(done + i) / 150) * (1 + noise.uniform(-0.25, 0.25)) + 0.05 for i in range(count))
        accuracies = tuple(min(1.0, 1 - x / 2.6) for x in losses)
        norms = tuple(x * 0.8 for x in losses)
        record.fold(
            BatchesEnded(
                done // every + 1, done + 1, losses, accuracies, norms, record.plan.learning_rate, 3900.0, (done + count) / 120
            )
        )
        if len(record.steps) % every == 0:
            loss = 2.3 * math.exp(-len(record.steps) / 140) + 0.08
            record.fold(
                EpochEnded(len(record.epochs) + 1, loss * 1.1, 1 - loss / 2.6, loss, 1 - loss / 2.5, 0.37, 0.02, 3900.0)
            )
            looks.after_epoch(record)
