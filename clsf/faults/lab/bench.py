"""Runs the programs of the bug lab: one process at a time, each program once for all users, and reports the progress."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread

from clsf.errors import SpecError
from clsf.faults import running
from clsf.faults.running import Live, Ran
from clsf.faults.scene import Scene

SECONDS = 300
KEPT = 40  # cached results
MOST_WAITING = 40


class BenchTask:
    """Programs that were requested together."""

    def __init__(self, key: str, number: int) -> None:
        self.key, self.number = key, number
        self.live: dict[int, Live] = {}  # number of the program -> its progress
        self.future: Future[tuple[Ran | None, ...]] = Future()

    @property
    def over(self) -> bool:
        return self.future.done()

    def result(self) -> tuple[Ran | None, ...]:
        """Return the results of the programs; None for each that didn't end in time. Raises the error of starting them."""
        return self.future.result()


class ProgramBench:
    """Thread-safe."""

    def __init__(self) -> None:
        self._tasks: OrderedDict[str, BenchTask] = OrderedDict()
        self._queue: SimpleQueue[tuple[BenchTask, Callable[[], Sequence[Scene]]] | None] = SimpleQueue()
        self._lock = Lock()
        self._asked = 0
        Thread(target=self._work, name="bug-lab", daemon=True).start()  # a stopping server doesn't wait for a program

    def ask(self, key: str, make: Callable[[], Sequence[Scene]]) -> BenchTask:
        """Return the task of that name; if it is new, `make` is called for its programs, all of one framework.

        Raises SpecError if too many are waiting.
        """
        with self._lock:
            task = self._tasks.get(key)
            if task is not None:
                self._tasks.move_to_end(key)
                return task
            if sum(not other.over for other in self._tasks.values()) >= MOST_WAITING:
                raise SpecError("Too many programs wait to be run. Try again in a minute.")
            self._asked += 1
            task = self._tasks[key] = BenchTask(key, self._asked)
            done = [name for name, other in self._tasks.items() if other.over]
            for name in done[: max(len(self._tasks) - KEPT, 0)]:
                del self._tasks[name]
        self._queue.put((task, make))
        return task

    def forget(self, key: str) -> None:
        """Run the programs of that name again at the next request; a running task continues."""
        with self._lock:
            if key in self._tasks and self._tasks[key].over:
                del self._tasks[key]

    def before(self, task: BenchTask) -> int:
        """Return how many tasks are before this one."""
        with self._lock:
            return sum(not other.over and other.number < task.number for other in self._tasks.values())

    def close(self) -> None:
        """Accept no further tasks; those already requested are finished."""
        self._queue.put(None)

    def _work(self) -> None:
        while (asked := self._queue.get()) is not None:
            self._run(*asked)

    def _run(self, task: BenchTask, make: Callable[[], Sequence[Scene]]) -> None:
        try:
            task.future.set_result(tuple(running.run(make(), SECONDS, task.live.__setitem__)))
        except BaseException as error:
            task.future.set_exception(error)
