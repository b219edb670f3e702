"""Lockstep between the two real frameworks, each in its test process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar

from clsf.compare.lockstep import lockstep
from clsf.compare.recording import Recording
from clsf.compare.session import Opened, RecordedStep
from clsf.compare.sides import EngineSide
from clsf.compare.values import LockstepResult, LockstepStarted, StepDifference
from clsf.engine.base import EngineState
from clsf.engine.work import resolve
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import LEARNING_RATES, Plan, Preparation
from tests import frameworks


class Processes:
    """The part of an engine that lockstep uses: jobs in the test processes."""

    def call(self, framework: str, function: str, *args: object, timeout: float) -> object:
        return frameworks.process(framework).run(call_there, function, *args)

    def state(self) -> EngineState:
        return EngineState("inline", "", (), 0)


def call_there(function: str, *args: object) -> object:
    """Look the function up in that process: only that process may be able to import its module."""
    return resolve(function)(*args)


@dataclass(frozen=True)
class Compared:
    started: LockstepStarted
    steps: list[StepDifference]
    result: LockstepResult


class Remembered:
    """A side that caches answers: locksteps with the same framework, model, plan and recording share them."""

    answers: ClassVar[dict[str, object]] = {}  # request -> answer

    def __init__(self, side: EngineSide, recording: Recording) -> None:
        self._side, self._opened = side, False
        self.framework, self.spec, self.plan = side.framework, side.spec, side.plan
        self._key = json.dumps([side.framework, side.spec.to_json(), side.plan.to_json(), repr(recording)])

    def open(self) -> Opened:
        return self._once("open")

    def advance(self, first: int, count: int, tell_all: bool = False) -> list[RecordedStep]:
        return self._once("advance", first, count, tell_all)

    def close(self) -> None:
        if self._opened:
            self._side.close()

    def _once(self, name: str, *values: object) -> object:
        key = f"{self._key} {name} {values}"
        if key not in self.answers:
            if not self._opened:
                self._opened = True
                opened = self._side.open()
                if name == "open":
                    return self.answers.setdefault(key, opened)
            self.answers[key] = getattr(self._side, name)(*values)
        return self.answers[key]


def digits(optimizer: str = "sgd", **changes: object) -> Plan:
    """Return a small plan: 8×8 digits, float64, 400 images."""
    defaults = {
        "optimizer": optimizer, "learning_rate": LEARNING_RATES[optimizer], "dtype": "float64", "device": "cpu", "train_limit": 400,
    }  # fmt: skip
    return Plan("digits", **{**defaults, **changes})


def compared(
    spec: ModelSpec | str,
    plan: Plan,
    torch_plan: Plan | None = None,
    tensorflow_plan: Plan | None = None,
    remember: bool = False,
    **recording: object,
) -> Compared:
    """Run a lockstep to its end; TensorFlow is the reference. With `remember`, earlier answers of a side are reused."""
    spec = preset(spec, 10) if isinstance(spec, str) else spec
    asked = Recording(**recording)
    sides = [
        EngineSide(Processes(), framework, spec, other or plan, asked)
        for framework, other in (("tensorflow", tensorflow_plan), ("torch", torch_plan))
    ]
    if remember:
        sides = [Remembered(side, asked) for side in sides]
    started, *steps, result = lockstep(*sides, asked)
    return Compared(started, steps, result)


def big(plan: Plan) -> Plan:
    """Return the plan for 32×32×3 images."""
    return plan.but(preparation=Preparation(image_size=32, colour="rgb"))


# Faults, planted inside a framework's process.

_undo = []


def transpose_kernel(name: str) -> None:
    """Make the PyTorch backend load the kernel of that name with rows and columns swapped, until `mend`."""
    build = import_module("clsf.backends.torch.build")  # its package has a function of that name
    turned = build._turned

    def faulty(weight: str, array):
        return turned(weight, array.swapaxes(0, 1) if weight == name else array)

    build._turned = faulty
    _undo.append(lambda: setattr(build, "_turned", turned))


def mend() -> None:
    """Take all faults away."""
    while _undo:
        _undo.pop()()


def forget_sessions() -> None:
    """Drop every session of the process, as after a replaced worker."""
    from clsf.compare.session import _sessions

    for token in list(_sessions._open):
        _sessions.close(token)
