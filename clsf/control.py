"""Control: the commands from outside to a running loop. Thread-safe; the loop checks it between chunks of steps."""

from __future__ import annotations

import threading

COMMANDS: tuple[str, ...] = ("pause", "resume", "step", "look", "stop")


class Control:
    """Pause, resume, one step, one step reported in detail, stop, another learning rate, another image to watch.

    `paused=True`: wait before the first step.
    """

    def __init__(self, paused: bool = False) -> None:
        self._changed = threading.Condition()
        self._paused = paused
        self._stopped = False
        self._steps = 0  # steps asked for while paused and not yet taken
        self._looks = 0  # how many of these are to be told in detail
        self._watched = 0
        self._learning_rate: float | None = None

    def pause(self) -> None:
        self._set(paused=True)

    def resume(self) -> None:
        self._set(paused=False)

    def stop(self) -> None:
        self._set(stopped=True)

    def step(self) -> None:
        """Pause, and let one more step be taken."""
        with self._changed:
            self._paused = True
            self._steps += 1
            self._changed.notify_all()

    def look(self) -> None:
        """Pause, and let one more step be taken that is reported in detail."""
        with self._changed:
            self._looks += 1
        self.step()

    def watch(self, image: int) -> None:
        """Let another of the fixed validation images be the one whose activations are reported, 0-based."""
        self._set(watched=max(int(image), 0))

    def learning_rate(self, value: float) -> None:
        self._set(learning_rate=value)

    def _set(self, **changes: object) -> None:
        with self._changed:
            for name, value in changes.items():
                setattr(self, f"_{name}", value)
            self._changed.notify_all()

    # Called by the loop.

    @property
    def stopped(self) -> bool:
        return self._stopped

    @property
    def stepping(self) -> bool:
        """Whether the next chunk must be one step long."""
        return self._paused

    @property
    def waiting(self) -> bool:
        """Whether the loop has to wait: paused, and no step asked for."""
        return self._paused and not self._steps and not self._stopped

    def wait(self, seconds: float) -> bool:
        """Wait until the loop need not wait any more, at most `seconds`. Return whether it may go on."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.waiting, seconds)

    @property
    def looking(self) -> bool:
        """Whether the next step is to be told in detail."""
        return self._paused and self._looks > 0

    @property
    def watched(self) -> int:
        """Which of the fixed validation images is watched, 0-based."""
        return self._watched

    def take_step(self) -> None:
        """Note that one of the steps asked for was taken."""
        with self._changed:
            self._steps = max(self._steps - 1, 0)
            self._looks = max(self._looks - 1, 0)

    def take_learning_rate(self) -> float | None:
        """Return the learning rate asked for since the last call, once."""
        with self._changed:
            value, self._learning_rate = self._learning_rate, None
            return value
