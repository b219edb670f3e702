"""DaskEngine: runs and interactive jobs on dask workers, on this machine or on a cluster.

Threads: dask's event loop receives messages and passes them on at once; the executor, one thread, keeps the state and
calls the listener; worker executors (in `clsf.engine.worker_pool`) tell workers things that may take time. State is read and
written under one lock, which is never held while the listener is called.
"""

from __future__ import annotations

import atexit
import json
import logging
import threading
import time
from collections import Counter
from dataclasses import asdict, replace
from typing import Any

from clsf import FRAMEWORKS, checks
from clsf.engine import queue, run_log, work
from clsf.engine.base import COMMANDS, EngineState, Listener, RunRequest
from clsf.engine.calls import Calls
from clsf.engine.error_messages import memory_exceeded, sentence_of, worker_lost
from clsf.engine.machine import cores
from clsf.engine.running import Running
from clsf.engine.serial_executor import SerialExecutor
from clsf.engine.worker_pool import WorkerPool, WorkerSource
from clsf.errors import EngineError
from clsf.events import ReadEvents, RunFailed, event_to_text
from clsf.settings import Settings, read
from clsf.words import Sentence, say, say_n

logger = logging.getLogger("clsf.engine")

STOP_SECONDS = 3.0
"""How long a run without a training step so far may take to react to stop before its worker is ended. After that, a second stop
ends any run at once."""

KEEP_SECONDS = 60.0
"""How long a run that has trained may take to react to stop: ending its worker would lose its weights, and on a busy machine
a step, a validation and sending the weights take many seconds."""

WARMING_SECONDS = 60.0
"""How long a stop waits for a worker that is still importing its framework (5–20 s); ending it would start that again."""

MISSING_SECONDS = 2.0
"""How long the end of a run waits for messages that are still on their way."""

PAUSE_SECONDS = 600.0
"""How long a run may be paused while runs of others wait; then it continues by itself."""

LEFT_SECONDS = 1.0
"""How long after a worker has left the scheduler may still report on its run."""

SHARED_SECONDS = 120.0
"""How long workers that were started for an experiment stay after it, for the next one: starting takes seconds, and they use
memory."""

LOOK_SECONDS = 5.0  # between checks for changes that no message reports
MOST_SERVED = 1000  # owners whose last turn is remembered


class DaskEngine:
    """The engine of `clsf.engine.base` on dask workers. `job` and `warm` name the functions that train and warm up, for tests."""

    def __init__(
        self, workers: WorkerSource, job: str = work.JOB, warm: str | None = work.WARM, settings: Settings | None = None
    ) -> None:
        self.job = job
        self._settings = settings or read()
        self._workers = workers
        self._listener: Listener | None = None
        self._waiting: list[Running] = []
        self._running: dict[str, Running] = {}
        self._served: dict[str, int] = {}  # owner -> number of the last turn
        self._admitted: dict[tuple[str, str], None] = {}  # starts that were let into the queue, the newest last
        self._turns = 0
        self._shared = float("-inf")  # monotonic; when runs shared the cores last
        self._closed = False
        self._executor = SerialExecutor("clsf-engine")
        self._pool = WorkerPool(workers, self._executor, warm, self._heard, self._worker_is_free, self._worker_left)
        self._lock = self._pool.changed
        self._calls = Calls(self._pool, lambda: workers.small and bool(self._running))
        self._pool.start()
        self._executor.do(self._look)
        # An app need not close it; but unless we do, multiprocessing ends the workers and their nannies start new ones.
        atexit.register(self.close)

    # Called by the app, from any thread.

    def listen(self, listener: Listener) -> None:
        self._listener = listener

    def admit(self, owner: str, start: str) -> None:
        most = self._settings.running_per_session + self._settings.waiting_per_session
        with self._lock:
            entries = [run.entry for run in (*self._running.values(), *self._waiting)]
            known = (owner, start) in self._admitted or any((entry.start or entry.group) == start for entry in entries)
            waiting = {run.entry.start or run.entry.group for run in self._waiting}
            if owner and not known and len(waiting) >= self._settings.waiting_in_all:
                raise EngineError(say_n(
                    "{count} training waits here already, and no more can be queued. Try again when some "
                    "are done.",
                    "{count} trainings wait here already, and no more can be queued. Try again when some are done.",
                    len(waiting),
                ))  # fmt: skip
            if owner and not known and queue.starts(entries, owner) >= most:
                raise EngineError(
                    "{count} of your trainings run or wait already, and here {most} may at once, so that everybody gets a turn. "
                    "Stop one of them, or try again when one is done.",
                    count=queue.starts(entries, owner), most=most,
                )  # fmt: skip
            self._admitted[owner, start] = None  # its other runs follow, and the first may be over before the last is queued
            if len(self._admitted) > MOST_SERVED:
                del self._admitted[next(iter(self._admitted))]

    def submit(self, request: RunRequest) -> None:
        checks.known(EngineError, say("framework"), request.framework, FRAMEWORKS)
        with self._lock:
            if self._closed:
                raise EngineError("The engine is closed, so nothing can be trained; start the app again.")
            self._waiting.append(Running(request))
        self._executor.do(self._start_runs)

    def control(self, run_id: str, command: str, value: float | None = None) -> None:
        checks.known(EngineError, say("command"), command, COMMANDS)
        if command == "learning_rate":
            checks.number(EngineError, checks.field("learning_rate"), value, 0, 1e12)
        with self._lock:
            waiting = next((run for run in self._waiting if run.run_id == run_id), None)
            if waiting and command == "stop":
                self._waiting.remove(waiting)
                self._executor.do(self._say, "ended_early", run_id, "stopped")
                return
            run = waiting or self._running.get(run_id)
            if run is None:
                return
            run.commands.append((command, value))
            if command == "stop" and run.stop_by is None:
                run.stop_by = time.monotonic() + STOP_SECONDS
                self._executor.after(STOP_SECONDS, self._stop_harder, run)
            elif command == "stop" and time.monotonic() > run.stop_by:  # stopped twice: the weights are not worth the wait
                run.stop_at_once = True
                self._executor.do(self._stop_harder, run)
            self._pass_on_commands(run)

    def position(self, run_id: str) -> int | None:
        with self._lock:
            running = [run.entry for run in self._running.values()]
            return queue.position(self._in_turn(running), running, run_id)

    def line(self) -> tuple[list[str], list[str]]:
        with self._lock:
            running = [run.entry for run in self._running.values()]
            waiting = self._in_turn(running)
        return [entry.run_id for entry in running], [entry.run_id for entry in waiting]

    def state(self) -> EngineState:
        with self._lock:
            training = {run.address for run in self._running.values() if run.address}
            states = tuple(self._pool.states(training))
            return EngineState(
                self._workers.kind, self._workers.address, states, len(self._waiting), self._workers.small,
                self._workers.memory_limit,
            )  # fmt: skip

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        return self._calls.call(framework, function, args, timeout)

    def call_apart(self, framework: str, function: str, *args: object, timeout: float = 300.0) -> object:
        return self._calls.call(framework, function, args, timeout, slow=True)

    def wait_warm(self, timeout: float) -> bool:
        with self._lock:
            return self._lock.wait_for(lambda: self._closed or self._pool.all_warm, timeout) and not self._closed

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        atexit.unregister(self.close)
        self._calls.close()
        self._executor.do(self._cut_off)
        self._executor.close(timeout=5)
        self._pool.close()

    # On the executor: the queue.

    def _start_runs(self) -> None:
        with self._lock:
            if self._closed:
                return
            running = [run.entry for run in self._running.values()]
            waiting = self._in_turn(running)
            alone = self._workers.one_at_a_time
            held = queue.held_back(waiting, running, self._settings.running_per_session, alone)
            waiting = [entry for entry in waiting if entry.run_id not in held]
            coming = self._pool.table.coming()
            if self._workers.small and waiting and not running:
                self._pool.want(waiting[0].framework)
                coming = [waiting[0].framework]  # its turn, even if another framework's worker is loaded now
            chosen = queue.startable(
                waiting,
                running,
                self._pool.table.free(Counter(run.framework for run in self._running.values())),
                alone,
                coming,
                cores(),
            )
            for entry in chosen:
                if all(entry.group != other.group for other in running):
                    self._turns += 1
                    self._served.pop(entry.owner, None)
                    self._served[entry.owner] = self._turns
                    if len(self._served) > MOST_SERVED:
                        del self._served[next(iter(self._served))]
            names = {entry.run_id for entry in chosen}
            runs = [run for run in self._waiting if run.run_id in names]
            self._waiting = [run for run in self._waiting if run.run_id not in names]
            self._running |= {run.run_id: run for run in runs}
            self._fit_workers()
        for run in runs:
            try:
                self._send(run)
            except Exception as error:
                logger.exception("Run %s could not be sent to a worker", run.run_id)
                self._fail(run, sentence_of(error))

    def _fit_workers(self) -> None:
        """Start as many workers as an experiment that shares the cores can use; long after the last one, end the extra ones."""
        sharing = [run for run in self._running.values() if run.request.race and run.request.start]
        if not sharing:
            if not self._running and time.monotonic() > self._shared + SHARED_SECONDS:
                self._pool.shrink()
            return
        self._shared = time.monotonic()
        start = sharing[0].request.start
        wanted = Counter(run.framework for run in (*sharing, *self._waiting) if run.request.start == start)
        if wanted.total() > len(sharing) + 1 and len(wanted) < cores():
            self._pool.enlarge(wanted.most_common(1)[0][0], min(cores() - len(wanted), wanted.total() - len(wanted)))

    def _in_turn(self, running: list[queue.QueueEntry]) -> list[queue.QueueEntry]:
        return queue.in_turn([run.entry for run in self._waiting], running, self._served)

    def _send(self, run: Running) -> None:
        with self._lock:
            commands, run.commands = run.commands, []
            taken = {other.address or other.meant_for for other in self._running.values() if other is not run}
            worker = self._pool.table.idle(run.framework, taken)
            run.meant_for = worker.address if worker else ""
        order = work.order(asdict(run.request), self.job, self._pool.warm or work.WARM, commands)
        run.tries += 1
        run.future = self._pool.client.submit(
            work.run_job, json.dumps(order),
            key=f"clsf-run-{run.run_id}-{run.tries}", pure=False, retries=0,
            resources={worker.resource if worker else run.framework.upper(): 1},
        )  # fmt: skip
        # Not future.add_done_callback: its threads are gone when an app exits, and dask complains on stderr.
        threading.Thread(target=self._fetch, args=(run, run.future), name=f"clsf-{run.run_id}", daemon=True).start()

    def _worker_is_free(self) -> None:
        """Clean up where nothing runs, and let others start."""
        training = {run.address for run in self._running.values()}
        for address in list(self._pool.table.workers):
            if address not in training:
                self._pool.tidy(address)
        self._start_runs()

    # On the executor: what a run reports.

    def _heard(self, message: dict) -> None:
        if "run_id" not in message:
            self._pool.woke_up(message)
            return
        run = self._running.get(message["run_id"])
        if run is None:
            return
        if run.attempt and run.attempt != message["attempt"]:
            # The scheduler of a cluster retries a run that died; half of it is shown already, so the run ends here.
            run.future.cancel()
            self._pool.tell(message["worker"], run.run_id, "stop", None)
            self._fail(run, worker_lost(run.framework))
        elif message["number"] == 0:
            with self._lock:
                run.attempt, run.address, run.pid = message["attempt"], message["worker"], message["pid"]
                run.began = time.monotonic()
                self._pass_on_commands(run)
            self._say("started", run.run_id, message["machine"])
        else:
            for events in run.take(message["number"], message["events"]):
                self._say("events", run.run_id, events)
            if run.complete:
                self._end(run)

    def _fetch(self, run: Running, future: Any) -> None:
        """Wait for the result; in a thread of its own."""
        try:
            result, error = future.result(), None
        except BaseException as raised:  # CancelledError is one
            result, error = None, raised
        self._executor.do(self._done, run, future, result, error)

    def _done(self, run: Running, future: Any, result: dict | None, error: BaseException | None) -> None:
        if self._running.get(run.run_id) is not run or future is not run.future:
            return
        if error is not None:
            self._broke(run, error)
            return
        run.result = result
        if run.complete:
            self._end(run)
        else:
            self._executor.after(MISSING_SECONDS, self._end_without_the_rest, run)

    def _end_without_the_rest(self, run: Running) -> None:
        if self._running.get(run.run_id) is run:
            logger.warning("Run %s: a message never came", run.run_id)
            for events in run.rest():
                self._say("events", run.run_id, events)
            self._end(run)

    # On the executor: how a run ends.

    def _end(self, run: Running) -> None:
        if str(run.tally) != run.result["tally"]:
            logger.error("Run %s: %s events were sent and %s delivered", run.run_id, run.result["tally"], run.tally)
        logger.info("run=%s event=delivered tally=%s", run.run_id, run.tally)
        if run.result["weights"] is not None:
            self._say("weights", run.run_id, run.result["weights"])
        [end] = last = ReadEvents([run.result["end"]])
        if isinstance(end, RunFailed):
            self._fail(run, end.sentence)
            return
        if run.time_is_up and end.reason == "stopped":
            last = ReadEvents([event_to_text(replace(end, reason="time-limit"))])
        self._over(run, "events", last)

    def _fail(self, run: Running, sentence: Sentence) -> None:
        self._over(run, "failed", sentence)

    def _over(self, run: Running, what: str, content: object) -> None:
        self._forget(run)
        self._say(what, run.run_id, content)
        if run.future is not None:
            run.future.release()
        self._worker_is_free()

    def _broke(self, run: Running, error: BaseException) -> None:
        """End a run that has no result because its worker died, or the connection did."""
        kind = type(error).__name__
        if kind == "KilledWorker":
            address = run.address or getattr(getattr(error, "last_worker", None), "address", "")
            self._pool.mark_lost(address)
            memory = self._pool.memory_death(address)
            if run.stop_by is not None:
                self._over(run, "ended_early", "stopped")
            elif not run.attempt and run.tries < 2:  # the worker died before the run began: nothing is lost, try another
                self._forget(run)
                with self._lock:
                    self._waiting.insert(0, run)
                self._pool.refresh()
            else:
                self._fail(run, memory_exceeded(run.framework, *memory) if memory else worker_lost(run.framework))
        elif "Cancelled" in kind:
            self._fail(run, say("The connection to the scheduler was lost while the run trained. Try again when it is back."))
        else:
            logger.error("Run %s failed", run.run_id, exc_info=error)
            self._fail(run, sentence_of(error))

    def _worker_left(self, address: str) -> None:
        """Expect the end of the run on a lost worker, and don't wait for ever.

        Our own scheduler reports it at once (KilledWorker). A scheduler that someone else set up may keep the run until another
        worker is free, to try it again, and reports nothing.
        """
        if self._workers.kind == "local":
            return
        for run in self._running.values():
            if run.address == address:
                self._executor.after(LEFT_SECONDS, self._give_up, run, address)

    def _give_up(self, run: Running, address: str) -> None:
        if self._running.get(run.run_id) is not run or run.address != address or run.result:
            return
        if address in self._pool.table.workers:  # it is back: only a message was late
            return
        self._forget(run)
        run.future.cancel()
        memory = self._pool.memory_death(address)
        if run.stop_by is not None:
            self._over(run, "ended_early", "stopped")
        else:
            self._fail(run, memory_exceeded(run.framework, *memory) if memory else worker_lost(run.framework))

    def _stop_harder(self, run: Running) -> None:
        """End the worker of a run that was asked to stop and did not."""
        if self._running.get(run.run_id) is not run or run.result:
            return
        if run.learned and not run.stop_at_once and time.monotonic() < run.stop_by + KEEP_SECONDS:
            self._executor.after(0.5, self._stop_harder, run)
            return
        if self._pool.is_waking(run.address, run.framework) and time.monotonic() < run.stop_by + WARMING_SECONDS:
            self._executor.after(1.0, self._stop_harder, run)
            return
        self._forget(run)
        run.future.cancel()  # first, or dask counts the death against the run and reports it
        if run.address:
            logger.warning("Run %s did not stop in time; its worker is ended", run.run_id)
            self._pool.end(run.address, run.pid)
        self._over(run, "ended_early", "stopped")

    def _cut_off(self) -> None:
        with self._lock:
            runs = [*self._running.values(), *self._waiting]
            self._running, self._waiting = {}, []
        for run in runs:
            self._say("ended_early", run.run_id, "cut-off")

    def _forget(self, run: Running) -> None:
        with self._lock:
            if self._running.get(run.run_id) is run:
                del self._running[run.run_id]

    # Helpers.

    def _pass_on_commands(self, run: Running) -> None:
        """Pass the command to the worker, if the run has begun; under the lock, so that commands keep their order."""
        if run.address:
            commands, run.commands = run.commands, []
            for name, value in commands:
                self._pool.tell(run.address, run.run_id, name, value)

    def _look(self) -> None:
        """Do regular checks that no message triggers."""
        if not self._closed:
            self._resume_forgotten()
            self._end_long_ones()
            self._start_runs()
            self._executor.after(LOOK_SECONDS, self._look)

    def _end_long_ones(self) -> None:
        """Stop runs that have trained for longer than this server allows; their weights are kept."""
        most = self._settings.max_run_seconds
        if not most:
            return
        with self._lock:
            late = [
                run
                for run in self._running.values()
                if run.request.owner and run.began and time.monotonic() > run.began + most and not run.time_is_up
            ]
            for run in late:
                run.time_is_up = True
        for run in late:
            logger.info("Run %s has trained for %d s, which is all that is allowed", run.run_id, most)
            self.control(run.run_id, "stop")

    def _resume_forgotten(self) -> None:
        """Let a run continue that was paused and forgotten while others wait for the worker."""
        now = time.monotonic()
        with self._lock:
            groups = {run.request.group for run in self._waiting}
            for run in self._running.values():
                late = run.paused_since is not None and now > run.paused_since + PAUSE_SECONDS
                if late and groups - {run.request.group}:
                    run.paused_since = None
                    run.commands.append(("resume", None))
                    self._pass_on_commands(run)

    def _say(self, what: str, run_id: str, content: object) -> None:
        run_log.tell(what, run_id, content)
        if self._listener is None:
            return
        try:
            getattr(self._listener, what)(run_id, content)
        except Exception:  # whatever error the listener raises, the queue continues
            logger.exception("The news '%s' was not taken", what)
