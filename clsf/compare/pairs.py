"""Which two sides a lockstep compares: the two frameworks, or PyTorch with itself where a GPU is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clsf import FRAMEWORKS
from clsf.compare.recording import Recording
from clsf.compare.sides import EngineSide
from clsf.compare.values import LockstepStarted
from clsf.errors import EngineError
from clsf.frameworks import TITLES
from clsf.model.spec import ModelSpec
from clsf.plan import Device, Plan
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.engine.base import Engine, WorkerState

TORCH = "torch"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides: the frameworks, or one framework with the same rules on other devices or again."""

    name: str
    title: Sentence
    sides: tuple[Sentence | str, Sentence | str]  # in a verdict
    keys: tuple[str, str]  # in files
    devices: tuple[Device | None, Device | None] = (None, None)  # the plan's wish; None: as it is
    any_order: bool = False  # whether a GPU's kernels may add in any order
    why: Sentence | None = None  # where both sides have the same rules: what makes them differ

    @property
    def alone(self) -> bool:
        """Whether one framework, PyTorch, is compared with itself."""
        return self.why is not None

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks that it needs."""
        return (TORCH,) if self.alone else tuple(FRAMEWORKS)

    def of(self, engine: Engine, spec: ModelSpec, plans: Mapping[str, Plan], recording: Recording) -> list[EngineSide]:
        """Return the sides, the reference first, from each framework's plan."""
        if not self.alone:
            return [EngineSide(engine, name, spec, plans[name], recording) for name in FRAMEWORKS]
        return [
            EngineSide(engine, TORCH, spec, plans[TORCH].but(device=device), recording, self.any_order)
            for device in self.devices
        ]

    def possible(self, workers: tuple[WorkerState, ...]) -> bool:
        """Return whether these workers can take part: PyTorch alone needs a GPU."""
        return not self.alone or any(w.framework == TORCH and w.device not in ("", "cpu") for w in workers)

    def check(self, started: LockstepStarted) -> None:
        """Raise EngineError if a GPU is needed and the second side has none."""
        if self.alone and started.sides[1].device == "cpu":
            raise EngineError(
                "PyTorch finds no GPU here, so there is nothing to compare with its processor. Run this on a machine with a GPU."
            )


PAIRS: dict[str, Pair] = {
    pair.name: pair
    for pair in (
        Pair("frameworks", say("TensorFlow and PyTorch"), tuple(TITLES[name] for name in FRAMEWORKS), tuple(FRAMEWORKS)),
        Pair(
            "device", say("PyTorch on CPU and GPU"), (say("PyTorch on the CPU"), say("PyTorch on the GPU")),
            ("cpu", "gpu"), ("cpu", "auto"),
            why=say("A GPU adds the same numbers in another order than a CPU, and each order rounds differently."),
        ),
        Pair(
            "gpu-nondeterminism", say("PyTorch twice on a GPU"), (say("Run 1"), say("Run 2")),
            ("first", "second"), ("auto", "auto"), any_order=True,
            why=say(
                "The seed and the machine are the same. The GPU's kernels may add in any order here, so rounding differs each time, "
                "and training enlarges it."
            ),
        ),
    )
}  # fmt: skip
"""Name -> pair, the default first."""

FRAMEWORKS_PAIR = PAIRS["frameworks"]
