"""A lockstep session, inside a worker: one framework takes training steps and returns everything they compute.

A session is a cache: the request (framework, model, plan) identifies it, and any worker can answer for any step. A worker
that does not have the session opens it and catches up, so a replaced worker, or another one of a cluster, continues where the
first one was. Sessions that were not used for ten minutes end by themselves, and the oldest is closed when a fifth opens.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from clsf import backends
from clsf.backends.base import Observation, Weights
from clsf.backends.initial import weights_hash
from clsf.backends.start import start_weights
from clsf.chunks import Epoch
from clsf.compare.recording import (
    EVALUATED,
    LOGITS,
    LOSS,
    Recorded,
    Recording,
    check_size,
    recorded,
    recorded_step,
    recorded_weights,
)
from clsf.data.order import order_hash
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.errors import EngineError
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.training import epoch_order

UNUSED_SECONDS = 600.0
MOST_SESSIONS = 4


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """Identifies a session. The token distinguishes two equal ones."""

    token: str
    framework: str
    model: dict  # ModelSpec JSON
    plan: dict  # Plan JSON; its differences are those of this framework
    any_order: bool = False  # on a GPU: kernels may add in any order


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """The state that a session begins with."""

    framework: str
    device: str  # "cpu", or the GPU's name
    threads: int
    versions: dict[str, str]
    input_shape: tuple[int, ...]
    classes: tuple[str, ...]
    parameters: int
    train_images: int
    batches_per_epoch: int
    weights_hash: str
    order_hash: str  # of the first epoch's batches
    weights: dict[str, Recorded]  # before the first step


@dataclass(frozen=True, slots=True, eq=False)
class RecordedStep:
    """The values that one step computed in one framework."""

    step: int  # 1-based
    batch: str  # hash of the batch's image numbers
    loss: float  # of the batch before the update, nats
    phases: dict[str, dict[str, Recorded]]  # "forward", "backward", "update" -> name -> tensor, in order of computation
    evaluation: dict[str, Recorded] | None  # logits and loss of validation images after the update, dropout off
    seconds: float  # to take the step and record it
    told: tuple[Observation, Weights] | None = None  # everything, and the weights before, for the other side's `isolate`


def open_session(request: SessionRequest, recording: Recording) -> Opened:
    """Build the model and return its initial state. Raises ClsfError if it can't be built or is too much to record."""
    return _sessions.open(request, recording).opened


def advance(
    request: SessionRequest, recording: Recording, first: int, count: int, tell_all: bool = False
) -> list[RecordedStep]:
    """Take the steps number `first` … `first + count - 1` (1-based) and return the values that each computed.

    Earlier steps that this worker has not taken are taken silently. `tell_all`: complete observations are returned too.
    """
    session = _sessions.of(request, recording)
    with session.lock:
        session.catch_up(first)
        return [session.take(tell_all) for _ in range(count)]


def isolate(request: SessionRequest, recording: Recording, step: int, told: Observation, before: Weights) -> RecordedStep:
    """Do each part of step number `step` by itself, from the reference's values.

    Raises EngineError if this worker did not do the earlier steps, because it can't catch up on them.
    """
    session = _sessions.of(request, recording)
    with session.lock:
        return session.isolate(step, told, before)


def close_session(token: str) -> None:
    """Forget a session; an unknown one is ignored."""
    _sessions.close(token)


class LockstepSession:
    """A built model that takes step after step."""

    def __init__(self, request: SessionRequest, recording: Recording) -> None:
        self.lock = threading.Lock()
        self.used = time.monotonic()
        self._request, self._recording = request, recording
        spec, plan = ModelSpec.from_json(request.model), Plan.from_json(request.plan)
        plan = plan.but(variants={"tensorflow": "graph"})  # the observed values don't depend on it
        plan = plan.as_prepared
        self._plan = plan
        self._prepared = prepare(open_dataset(plan.data), plan)
        analysis = spec.check(self._prepared.shape, len(self._prepared.classes))
        check_size(analysis, plan, recording)
        self._weights = start_weights(analysis, plan)
        self._spec = changed(spec, plan.differences)
        self._extra = str(len(self._spec.layers)) if len(self._spec.layers) > len(spec.layers) else None
        self._epochs: dict[int, list[np.ndarray]] = {}
        self._build()
        facts, batches = self._backend.facts(), self._epoch(1)
        self.opened = Opened(
            framework=request.framework,
            device=facts.device,
            threads=facts.threads,
            versions=facts.versions,
            input_shape=self._prepared.shape,
            classes=self._prepared.classes,
            parameters=analysis.parameters,
            train_images=len(self._prepared.train),
            batches_per_epoch=len(batches),
            weights_hash=weights_hash(self._weights),
            order_hash=order_hash(batches),
            weights=recorded_weights(self._weights),
        )

    def _build(self) -> None:
        self._backend = backends.load(self._request.framework).build(self._spec, self._plan, self._prepared, self._weights)
        if self._request.any_order:
            self._backend.add_in_any_order()
        self._done = 0  # steps

    def catch_up(self, first: int) -> None:
        """Take the steps before `first` again, from the beginning if the session is beyond it."""
        if self._done >= first:
            self._build()
        while self._done < first - 1:
            self._backend.observe(self._batch(self._done), self._done, **self._steered())
            self._evaluated()
            self._done += 1

    def take(self, tell_all: bool) -> RecordedStep:
        """Take the next step."""
        started, batch = time.perf_counter(), self._batch(self._done)
        before = self._backend.get_weights() if tell_all else {}
        told = self._backend.observe(batch, self._done, **self._steered())
        return self._recorded(told, batch, started, (told, before) if tell_all else None)

    def isolate(self, step: int, told: Observation, before: Weights) -> RecordedStep:
        if self._done != step - 1:
            raise EngineError(
                "The {framework} half of this lockstep was lost at step {step} and can't be caught up on while each layer is "
                "looked at by itself. Start it again.",
                framework=self._request.framework, step=step,
            )  # fmt: skip
        started, batch = time.perf_counter(), self._batch(self._done)
        mine = self._backend.isolate(told, before, batch, self._done, **self._steered())
        if self._extra in mine.activations:  # the loss would receive this side's own last layer, not the reference's
            mine = replace(mine, logits=mine.activations[self._extra])
        return self._recorded(mine, batch, started, None)

    def _recorded(
        self, told: Observation, batch: np.ndarray, started: float, everything: tuple[Observation, Weights] | None
    ) -> RecordedStep:
        step = self._done + 1
        phases = recorded_step(told, full=step <= self._recording.full_steps)
        evaluation = self._evaluated()
        self._done, self.used = step, time.monotonic()
        seconds = time.perf_counter() - started
        return RecordedStep(step, order_hash([batch]), told.loss, phases, evaluation, seconds, everything)

    def _evaluated(self) -> dict[str, Recorded] | None:
        if not self._recording.evaluates(self._done + 1):
            return None
        indices = self._prepared.validation[:EVALUATED]
        logits = self._backend.logits(self._prepared.pixels[indices])
        seen = self._backend.evaluate(indices)  # in the mode that a run's evaluation uses, forgotten switches included
        return {LOGITS: recorded(LOGITS, logits), LOSS: recorded(LOSS, np.array([seen.loss]))}

    def _steered(self) -> dict[str, np.ndarray]:
        """Set the next step's learning rate, where a schedule varies it; return its images, where they are augmented."""
        each = len(self._epoch(1))
        number, at = self._done // each + 1, self._done % each
        epoch = Epoch(self._prepared, self._plan, number, self._epoch(number), (number - 1) * each, None)
        if self._plan.schedule.varies:
            self._backend.set_learning_rate(epoch.rate(self._plan.learning_rate, at))
        return {"pixels": epoch.pixels(epoch.batches[at])} if self._plan.augmentation.any else {}

    def _batch(self, done: int) -> np.ndarray:
        each = len(self._epoch(1))
        return self._epoch(done // each + 1)[done % each]

    def _epoch(self, number: int) -> list[np.ndarray]:
        if number not in self._epochs:
            if number > 1:  # keep the first, whose length may be asked for
                self._epochs = {1: self._epochs[1]}
            self._epochs[number] = epoch_order(self._prepared, self._plan, number)
        return self._epochs[number]


class Sessions:
    """The open sessions of this process, the longest unused first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, make: Callable = LockstepSession) -> None:
        self._clock, self._make = clock, make
        self._lock = threading.RLock()
        self._open: OrderedDict[str, LockstepSession] = OrderedDict()
        self._timer: threading.Timer | None = None

    def open(self, request: SessionRequest, recording: Recording) -> LockstepSession:
        """Open a new session; the longest unused one is closed if there are too many."""
        session = self._make(request, recording)
        with self._lock:
            session.used = self._clock()
            self._open[request.token] = session
            while len(self._open) > MOST_SESSIONS:
                self._open.popitem(last=False)
        self.sweep()
        return session

    def of(self, request: SessionRequest, recording: Recording) -> LockstepSession:
        """Return the session, opened now if it is not."""
        with self._lock:
            session = self._open.get(request.token)
            if session is not None:
                session.used = self._clock()
                self._open.move_to_end(request.token)
                return session
        return self.open(request, recording)

    def close(self, token: str) -> None:
        with self._lock:
            self._open.pop(token, None)
        gc.collect()  # a model is part of reference cycles

    def sweep(self) -> None:
        """Forget sessions that were unused for too long, and schedule the next check for when another may be."""
        with self._lock:
            now = self._clock()
            old = [token for token, session in self._open.items() if now - session.used >= UNUSED_SECONDS]
            for token in old:
                del self._open[token]
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._open:
                self._timer = threading.Timer(UNUSED_SECONDS / 10, self.sweep)
                self._timer.daemon = True
                self._timer.start()
        gc.collect()

    def __len__(self) -> int:
        return len(self._open)


_sessions = Sessions()
