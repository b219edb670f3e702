"""InlineEngine: runs in threads of this process, for tests. Only one framework may be loaded in a process."""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import asdict

from clsf import checks
from clsf.control import Control
from clsf.engine import work
from clsf.engine.base import COMMANDS, EngineState, Listener, RunRequest, WorkerState
from clsf.engine.machine import cores, machine_text
from clsf.engine.serial_executor import SerialExecutor
from clsf.errors import EngineError
from clsf.events import ReadEvents, RunFailed
from clsf.words import say


class InlineEngine:
    """The engine of `clsf.engine.base` without processes: every run trains at once, in a thread of its own.

    `frameworks` are the frameworks it serves: one, unless `job` and `warm` are fakes that load none.
    """

    def __init__(self, *frameworks: str, job: str = work.JOB, warm: str = work.WARM) -> None:
        self.job = job
        self.warm = warm
        self._frameworks = frameworks
        self._listener: Listener | None = None
        self._runs: dict[str, tuple[Control, threading.Thread]] = {}
        self._executor = SerialExecutor("clsf-inline")
        self._closed = False

    def listen(self, listener: Listener) -> None:
        self._listener = listener

    def admit(self, owner: str, start: str) -> None:
        """Admit every run: nothing waits here."""

    def submit(self, request: RunRequest) -> None:
        checks.known(EngineError, say("framework"), request.framework, self._frameworks)
        if self._closed:
            raise EngineError("The engine is closed, so nothing can be trained; start the app again.")
        control = Control()
        thread = threading.Thread(target=self._train, args=(request, control), name=f"run-{request.run_id}", daemon=True)
        self._runs[request.run_id] = control, thread
        thread.start()

    def control(self, run_id: str, command: str, value: float | None = None) -> None:
        checks.known(EngineError, say("command"), command, COMMANDS)
        if run_id in self._runs:
            work.obey(self._runs[run_id][0], command, value)

    def position(self, run_id: str) -> int | None:
        return 0 if run_id in self._runs else None

    def line(self) -> tuple[list[str], list[str]]:
        return list(self._runs), []

    def state(self) -> EngineState:
        status = "busy" if self._runs else "warm"
        workers = (
            WorkerState(name, status, os.getpid(), socket.gethostname(), "cpu", cores(), None) for name in self._frameworks
        )
        return EngineState("inline", "", tuple(workers), 0)

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        checks.known(EngineError, say("framework"), framework, self._frameworks)
        return work.resolve(function)(*args)

    def call_apart(self, framework: str, function: str, *args: object, timeout: float = 300.0) -> object:
        return self.call(framework, function, *args)

    def wait_warm(self, timeout: float) -> bool:
        return True

    def close(self) -> None:
        self._closed = True
        for control, thread in list(self._runs.values()):
            control.stop()
            thread.join(5)
        self._executor.close(timeout=5)

    def _train(self, request: RunRequest, control: Control) -> None:
        self._say("started", request.run_id, machine_text())

        def send(message: dict) -> None:
            self._say("events", request.run_id, ReadEvents(message["events"].split("\n")))

        result = work.carry_out(work.order(asdict(request), self.job, self.warm), control, send)
        if result["weights"] is not None:
            self._say("weights", request.run_id, result["weights"])
        del self._runs[request.run_id]
        [end] = last = ReadEvents([result["end"]])
        if isinstance(end, RunFailed):
            self._say("failed", request.run_id, end.sentence)
        else:
            self._say("events", request.run_id, last)

    def _say(self, what: str, *args: object) -> None:
        if self._listener is not None:
            self._executor.do(getattr(self._listener, what), *args)
