"""Runs the programs of the bug lab: one process at a time, each program once for all who ask, and says how far it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from clsf.errors import SpecError
from clsf.faults import running
from clsf.faults.running import Live, Ran
from clsf.faults.scene import Scene

SECONDS = 300
KEPT = 40  # answers that are kept
MOST_WAITING = 40


class Task:
    """Programs that were asked for together."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.live: dict[int, Live] = {}  # number of the program -> how far it is
        self.begun = False
        self.future: Future[tuple[Ran | None, ...]] = Future()

    @property
    def over(self) -> bool:
        return self.future.done()

    def result(self) -> tuple[Ran | None, ...]:
        """Return what the programs did; None for each that didn't end in time. Raises what went wrong with starting them."""
        return self.future.result()


class Bench:
    """Thread-safe."""

    def __init__(self) -> None:
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="bug-lab")
        self._lock = Lock()

    def ask(self, key: str, make: Callable[[], Sequence[Scene]]) -> Task:
        """Return the task of that name; `make` is asked for its programs, all of one framework, where nobody asked before.

        Raises SpecError while too many wait.
        """
        with self._lock:
            task = self._tasks.get(key)
            if task is not None:
                self._tasks.move_to_end(key)
                return task
            if sum(not other.over for other in self._tasks.values()) >= MOST_WAITING:
                raise SpecError("Too many programs wait to be run. Try again in a minute.")
            task = self._tasks[key] = Task(key)
            done = [name for name, other in self._tasks.items() if other.over]
            for name in done[: max(len(self._tasks) - KEPT, 0)]:
                del self._tasks[name]
        self._pool.submit(self._run, task, make)
        return task

    def forget(self, key: str) -> None:
        """Have the programs of that name run again when they are asked for next; what runs goes on."""
        with self._lock:
            if key in self._tasks and self._tasks[key].over:
                del self._tasks[key]

    def before(self, task: Task) -> int:
        """Return how many tasks are to be done before this one."""
        with self._lock:
            waiting = [other for other in self._tasks.values() if not other.over]
        return waiting.index(task) if task in waiting and not task.begun else 0

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, task: Task, make: Callable[[], Sequence[Scene]]) -> None:
        task.begun = True
        try:
            task.future.set_result(tuple(running.run(make(), SECONDS, task.live.__setitem__)))
        except BaseException as error:
            task.future.set_exception(error)
