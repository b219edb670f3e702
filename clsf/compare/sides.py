"""The two sides of a lockstep, each in its own process."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Protocol

from clsf.compare import session
from clsf.compare.recording import Recording, check_size
from clsf.compare.session import Opened, RecordedStep, SessionRequest
from clsf.errors import EngineError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

if TYPE_CHECKING:
    from clsf.backends.base import Observation, Weights
    from clsf.engine.base import Engine

OPEN_SECONDS = 600.0  # a data set may have to be fetched and prepared first
STEP_SECONDS = 120.0  # one step of the largest model that may be recorded, on a slow machine, takes a few seconds


def check(spec: ModelSpec, plan: Plan, recording: Recording) -> None:
    """Raise ClsfError for anything that can be known to fail, by arithmetic, before a worker opens an image."""
    from clsf.data.catalogue import info
    from clsf.data.prepare import prepared_shape

    dataset = info(plan.data)
    check_size(spec.check(prepared_shape(dataset, plan.preparation), len(dataset.classes)), plan, recording)


class Side(Protocol):
    """One framework, taking steps. All methods raise ClsfError where the framework can't continue."""

    framework: str
    spec: ModelSpec
    plan: Plan

    def open(self) -> Opened: ...

    def advance(self, first: int, count: int, tell_all: bool = False) -> list[RecordedStep]: ...

    def isolate(self, step: int, told: Observation, before: Weights) -> RecordedStep: ...

    def close(self) -> None: ...


class EngineSide:
    """A side in a worker of an engine. `any_order`: on a GPU kernels may add in any order, whatever the plan's rules."""

    def __init__(
        self, engine: Engine, framework: str, spec: ModelSpec, plan: Plan, recording: Recording, any_order: bool = False
    ) -> None:
        self.framework, self.spec, self.plan = framework, spec, plan
        self._engine, self._recording = engine, recording
        self._request = SessionRequest(secrets.token_hex(8), framework, spec.to_json(), plan.to_json(), any_order)

    def open(self) -> Opened:
        if self._engine.state().small:
            raise EngineError(
                "This server has little memory and holds one framework at a time, but a lockstep needs both at once. Run it on a "
                "machine of your own: python -m clsf lockstep."
            )
        return self._call("open_session", self._request, self._recording, timeout=OPEN_SECONDS)

    def advance(self, first: int, count: int, tell_all: bool = False) -> list[RecordedStep]:
        return self._call("advance", self._request, self._recording, first, count, tell_all, timeout=STEP_SECONDS * count)

    def isolate(self, step: int, told: Observation, before: Weights) -> RecordedStep:
        return self._call("isolate", self._request, self._recording, step, told, before, timeout=STEP_SECONDS)

    def close(self) -> None:
        self._call("close_session", self._request.token, timeout=10)

    def _call(self, function: str, *args: object, timeout: float) -> object:
        return self._engine.call(self.framework, f"{session.__name__}:{function}", *args, timeout=timeout)
