"""TrainingService: an engine and a store, as one object. Pages and the command line train, watch and control runs through it alone."""

from __future__ import annotations

import atexit
import math
import os
import queue
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

from clsf import FRAMEWORKS, checks, continuing, examples, limits, logs, losses
from clsf.data import access, pretrained, private, temporary
from clsf.engine import installed, start_engine
from clsf.engine.base import COMMANDS, Engine, EngineState, RunRequest
from clsf.errors import DataError, EngineError
from clsf.events import Event, RunEnded, RunFailed
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import Plan
from clsf.runs import sharing, waiting
from clsf.runs.history import RunHistory, not_yours
from clsf.runs.ids import new_id
from clsf.runs.reached import Reached
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore, RunSummary
from clsf.settings import Settings, read
from clsf.words import Sentence, say, say_n

CLI = "cli"  # the owner of what the command line starts, which is alone on its engine

LINE_SECONDS = 2.0  # for which a known state of the queue answers all requests about it
NEWCOMER_SECONDS = 0.2  # the same for a run that is not known to be in it

DEVICES_SECONDS = 30.0  # that a comparison waits to learn which framework sees a GPU, where there may be one


def open_service(only: Sequence[str] = ()) -> TrainingService:
    """Open the store and start the engine, on this machine for the frameworks in `only`; (): for both. One that is not installed
    is left out, which the service's `notice` says. Raises EngineError (see `start_engine`) or StoreError.

    Closed with the process, if not before. Nothing else in this package keeps state for the whole process.
    """
    wanted, here, missing = _in_order(only or FRAMEWORKS), installed.installed(), ()
    if not os.environ.get("CLSF_SCHEDULER", "").strip():  # what a cluster has installed is the cluster's business
        missing = tuple(name for name in wanted if name not in here)
        if len(missing) == len(wanted):
            raise EngineError(installed.missing(missing))
    temporary.begin()
    store = RunStore.open()
    try:
        with access.working_for(access.PROGRAM):
            private.settle(store.history.first_user)
        started = tuple(name for name in wanted if name not in missing)
        service = TrainingService(start_engine() if started == FRAMEWORKS else start_engine(started), store, missing=missing)
    except BaseException:
        store.close()
        raise
    atexit.register(service.close)
    return service


class TrainingService:
    """Thread-safe."""

    def __init__(self, engine: Engine, store: RunStore, settings: Settings | None = None, missing: Sequence[str] = ()) -> None:
        self.engine = engine
        self.store = store
        self.settings = settings or read()
        self.missing = tuple(missing)  # frameworks that are not installed
        self._changed = threading.Condition()
        self._closed = False
        self._line: dict[str, waiting.QueuePlace | None] = {}  # run that trains or waits -> its place, as read last
        self._line_read = -math.inf
        self._line_lock = threading.Lock()
        engine.listen(_News(store, self._changed))

    # Training.

    def train(
        self, spec: ModelSpec, plan: Plan, frameworks: Sequence[str], owner: str = "", race: bool = False, start: str = "",
        arm: int | None = None,
    ) -> list[str]:  # fmt: skip
        """Queue one run per framework, all in one new group, and return their ids, which can't be guessed.

        One run trains after the other, so that their times mean something; with `race` all at once, of an experiment as many as
        there are cores. A comparison uses one kind of device: where only one of the frameworks sees a GPU, the plan's device
        becomes "cpu" for both. `start` names what several calls have in common that count as one where an owner's starts are
        limited, such as an experiment; with `arm`, the place in the experiment of that id, the runs are put into the store only
        as they begin. Raises ClsfError, and queues nothing, if the model does not fit the data, the plan can't be run, or the
        owner has queued enough.

        A plan with `begin_from` begins with the weights that this run kept, in whichever framework it was.
        """
        wanted = [name for name in _in_order(frameworks) if name not in self.missing]
        if not wanted:
            raise EngineError(installed.missing(self.missing))
        self.check(spec, plan)
        plan, weights = self._begun(plan)
        plan = self._same_device(plan, wanted)
        group, created = new_id(), time.time()
        session = "" if owner == CLI else owner
        self.engine.admit(session, start or group)
        race = race and (len(wanted) > 1 or arm is not None)
        records = [RunRecord(new_id(), group, name, spec, plan, created, owner, race) for name in wanted]
        for record in records:
            if arm is None:
                self.store.create(record)
            else:
                self.store.plan(record, start, arm)
        for record in records:
            request = RunRequest(
                record.run_id, record.framework, spec.to_json(), plan.to_json(), record.group, record.race, session, start,
                weights,
            )  # fmt: skip
            try:
                self.engine.submit(request)
            except EngineError as error:
                for other in records[records.index(record) :]:
                    if arm is None:
                        self.store.append(other.run_id, [RunFailed(error.sentence)])
                    else:
                        self.store.give_up(other.run_id, RunFailed(error.sentence))
                raise
        return [record.run_id for record in records]

    def check(self, spec: ModelSpec, plan: Plan) -> None:
        """Raise ClsfError for what can be known to go wrong without training, as `train` would."""
        analysis, images = _check(spec, plan)
        state = self.engine.state()
        allowed = self.settings.for_small_host() if state.small else self.settings
        limits.require(allowed, analysis, plan, images, state.worker_bytes)

    def control(self, run_id: str, command: str, value: float | None = None, owner: str | None = None) -> None:
        """Ask a run to pause, resume, step, look (a step told in detail), stop, take another learning_rate (`value`), or watch
        another of the fixed validation images (`value`, 0-based). A run that is over ignores it.

        `owner` is the caller: anyone with a link can look, but only the run's owner may control it. None is the program itself,
        which ends its own runs. Raises StoreError if the run is unknown or another owner's, EngineError if another program
        trains it.
        """
        checks.known(EngineError, say("command"), command, COMMANDS)
        record = self._known(run_id)
        if owner is not None and (not owner or record.owner != owner):
            raise not_yours(run_id)
        if record.over:
            return
        if not self.store.is_own(run_id):
            raise EngineError(
                "The run {run_id} is trained by another program on this machine, which alone can {command} it.",
                run_id=run_id, command=command,
            )  # fmt: skip
        self.engine.control(run_id, command, value)

    def control_group(self, group: str, command: str, value: float | None = None) -> None:
        """Do the same to every run of a group."""
        for run_id in self.store.group(group):
            self.control(run_id, command, value)

    # Looking.

    def record(self, run_id: str) -> RunRecord:
        """Return everything known of a run; a live one keeps growing. Raises StoreError if it is unknown.

        A reader who may not see its images gets a copy without them, made at each call; see `clsf.runs.sharing`. The runs that come
        with the program (`clsf.examples`) are known, too.
        """
        return sharing.seen(self._known(run_id))

    def group(self, run_id: str) -> list[RunRecord]:
        """Return the records of all runs that were started with this one, itself too, in the order of FRAMEWORKS."""
        if examples.is_example(run_id):
            return [self.record(other) for other in examples.group_of(run_id)]
        return [self.record(other) for other in self.store.group(self.store.record(run_id).group)]

    def weights(self, run_id: str, best: bool = False) -> dict:
        """Return the final weights, name -> array; `best`: those of the best epoch, which a checkpoint also keeps.

        Raises StoreError if there are none.
        """
        if examples.is_example(run_id) and not best:
            return examples.weights(run_id)
        return self.store.weights(run_id, best)

    def tensorboard(self, run_id: str) -> bytes:
        """Return what TensorBoard shows of a run, a zip file for `tensorboard --logdir`; see `clsf.logs`.

        The graph of a TensorFlow run is asked from a worker; it is left out if none answers.
        """
        record = self.record(run_id)
        graph = None
        if record.framework == "tensorflow" and record.started is not None:
            try:
                graph = self.call(
                    "tensorflow", "clsf.logs.graph:graph_of", record.model.to_json(), record.plan.to_json(),
                    list(record.started.input_shape),
                )  # fmt: skip
            except EngineError:
                graph = None
        return logs.tensorboard_zip(record, graph)

    def recent(self, owner: str | None = None, limit: int = 100) -> list[RunSummary]:
        """Return the newest runs, newest first; of one owner if given."""
        return self.store.runs(owner, limit)

    @property
    def history(self) -> RunHistory:
        """The owners' work with their runs: names, notes, deletions, experiments."""
        return self.store.history

    @property
    def reached(self) -> Reached:
        """The owners' progress in the lessons and the bug lab."""
        return self.store.reached

    def hand_over(self, old: str, new: str) -> None:
        """Give everything of one owner to another: both are proven to be the same person."""
        self.store.hand_over(old, new)
        private.hand_over(old, new)

    def claim(self, name: str, owner: str) -> None:
        """Give images that an older program kept without owner to the reader opening their link, if no run reveals their name."""
        if self.notice() is None and self.history.first_user(name) is None:
            private.claim(name, owner)

    def place(self, run_id: str) -> waiting.QueuePlace | None:
        """Return the place in the queue of a run that waits, and about how long it still does; None if it does not wait.

        It may be LINE_SECONDS old, because a class that waits asks many times a second, and then all runs are counted at once.
        """
        with self._line_lock:
            if time.monotonic() - self._line_read > (LINE_SECONDS if run_id in self._line else NEWCOMER_SECONDS):
                self._line, self._line_read = self._places(), time.monotonic()
            return self._line.get(run_id)

    def _places(self) -> dict[str, waiting.QueuePlace | None]:
        state, (training, queued) = self.engine.state(), self.engine.line()
        records = [self.store.record(run_id) for run_id in (*training, *queued)]
        recent, longest = self.recent(None, 100), self.settings.max_run_seconds
        if state.kind == "remote":  # each framework has workers of its own
            workers = Counter(worker.framework for worker in state.workers if worker.status != "lost")
            lines = [([r for r in records if r.framework == name], workers[name]) for name in FRAMEWORKS]
        else:
            lines = [(records, 1)]
        waits = {}
        for line, at_once in lines:
            waits |= zip((r.run_id for r in line), waiting.waits(line, recent, at_once, longest), strict=True)
        places = {run_id: waiting.QueuePlace(number, waits[run_id]) for number, run_id in enumerate(queued, start=1)}
        return dict.fromkeys(training) | places

    def state(self) -> EngineState:
        return self.engine.state()

    def notice(self) -> Sentence | None:
        """Return what the user should know about saved runs or a missing framework, None if all is well."""
        return self.store.notice or (installed.missing(self.missing) if self.missing else None)

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        """Have a framework's worker compute something now, even while it trains; see `Engine.call`.

        Raises DataError if it is to open images that the reader may not see, EngineError if the framework is not installed.
        """
        self._may_call(framework, args)
        return self.engine.call(framework, function, *args, timeout=timeout)

    def call_apart(self, framework: str, function: str, *args: object, timeout: float = 300.0) -> object:
        """Do as `call` for a slow job, in a process of its own; see `Engine.call_apart`."""
        self._may_call(framework, args)
        return self.engine.call_apart(framework, function, *args, timeout=timeout)

    def _may_call(self, framework: str, args: tuple) -> None:
        private.require(args)
        if framework in self.missing:
            raise EngineError(installed.missing((framework,)))

    def subscribe(self, run_id: str, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with each event of a run of this service, from the first one on. Return a function that ends it.

        It is called from the engine's thread and must be quick and not call the service.
        """
        return self.store.listen(run_id, callback)

    def follow(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Event]]:
        """Yield (run id, event) of runs of this service as they happen, from the first event on, until all of them are over."""
        heard: queue.SimpleQueue[tuple[str, Event]] = queue.SimpleQueue()
        stops = [self.subscribe(run_id, lambda event, run_id=run_id: heard.put((run_id, event))) for run_id in run_ids]
        left = set(run_ids)
        try:
            while left:
                run_id, event = heard.get()
                if isinstance(event, RunEnded | RunFailed):
                    left.discard(run_id)
                yield run_id, event
        finally:
            for stop in stops:
                stop()

    def wait(self, run_ids: Sequence[str], timeout: float | None = None) -> bool:
        """Wait until all these runs are over, at most `timeout` seconds. Return whether they are."""
        until = None if timeout is None else time.monotonic() + timeout
        while not all(self.store.record(run_id).over for run_id in run_ids):
            left = 0.5 if until is None else min(0.5, until - time.monotonic())  # runs of other processes send no notice
            if left <= 0:
                return False
            with self._changed:
                self._changed.wait(left)
        return True

    def wait_warm(self, timeout: float) -> bool:
        """Wait until every worker has imported its framework, at most `timeout` seconds. Return whether they have."""
        return self.engine.wait_warm(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every run as cut-off, every worker process, and close the store. May be called twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
        atexit.unregister(self.close)
        self.engine.close()
        self.store.close()

    # Inside.

    def _known(self, run_id: str) -> RunRecord:
        return examples.record(run_id) if examples.is_example(run_id) else self.store.record(run_id)

    def _begun(self, plan: Plan) -> tuple[Plan, str]:
        """Return the plan and the weights that it begins with; "" for a plan that draws them."""
        if plan.begin_from is None:
            return plan, ""
        earlier = self._known(plan.begin_from)
        epochs = earlier.restored.epoch if earlier.restored else len(earlier.epochs)
        return (
            continuing.continued(plan, earlier.run_id, earlier.plan, epochs),
            continuing.packed(self.weights(plan.begin_from)),
        )

    def _same_device(self, plan: Plan, frameworks: list[str]) -> Plan:
        if len(frameworks) < 2 or plan.device == "cpu" or (self.engine.state().kind == "local" and not _may_have_gpu()):
            return plan
        if any(device == "" for device in self._devices(frameworks)):
            self.engine.wait_warm(DEVICES_SECONDS)
        sees_gpu = {device not in ("", "cpu") for device in self._devices(frameworks)}
        return plan.but(device="cpu") if sees_gpu == {True, False} else plan

    def _devices(self, frameworks: list[str]) -> list[str]:
        return [worker.device for worker in self.engine.state().workers if worker.framework in frameworks]


class _News:
    """Puts the engine's reports into the store, and wakes the threads that wait for a run."""

    def __init__(self, store: RunStore, changed: threading.Condition) -> None:
        self._store = store
        self._changed = changed

    def started(self, run_id: str, machine: str) -> None:
        self._store.started(run_id, machine)

    def events(self, run_id: str, events: list[Event]) -> None:
        self._store.append(run_id, events)
        self._wake()

    def weights(self, run_id: str, content: bytes) -> None:
        self._store.save_weights(run_id, content)

    def failed(self, run_id: str, sentence: Sentence) -> None:
        self._store.append(run_id, [RunFailed(sentence)])
        self._wake()

    def ended_early(self, run_id: str, reason: Literal["stopped", "cut-off"]) -> None:
        self._store.end_early(run_id, reason)
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _in_order(frameworks: Sequence[str]) -> list[str]:
    for name in frameworks:
        checks.known(EngineError, say("framework"), name, FRAMEWORKS)
    if not frameworks:
        raise EngineError("No framework was chosen; choose one of {names}, or both.", names=", ".join(FRAMEWORKS))
    return [name for name in FRAMEWORKS if name in frameworks]


def _check(spec: ModelSpec, plan: Plan) -> tuple[Analysis, int]:
    """Raise ClsfError for what can be known to go wrong without opening an image.

    Return what arithmetic says of the model, and on how many images it will train.
    """
    from clsf.data.catalogue import info
    from clsf.data.prepare import prepared_shape

    dataset = info(plan.data)
    analysis = losses.check(spec, plan, prepared_shape(dataset, plan.preparation), len(dataset.classes))
    if plan.weights is not None:
        pretrained.checked(analysis, plan.weights)
    images = dataset.trained(plan.validation_share, plan.train_limit)
    if plan.batch_size > images:
        raise DataError(say_n(
            "A batch has {batch_size} images, but there is only {count} to train on. Choose a batch size of at "
            "most {count}, or train on more images.",
            "A batch has {batch_size} images, but there are only {count} to train on. Choose a batch size of at most {count}, "
            "or train on more images.",
            images,
            batch_size=plan.batch_size,
        ))  # fmt: skip
    return analysis, images


def _may_have_gpu() -> bool:
    """Return False if this machine surely has no GPU that a framework could use."""
    if sys.platform != "linux":
        return True
    return any(Path("/dev", name).exists() for name in ("nvidia0", "nvidiactl", "kfd", "dxg", "dri/renderD128"))
