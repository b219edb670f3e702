"""Requests to the workers about trained models, for pages: both frameworks at once; weights go only to a worker without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from clsf.data import access
from clsf.errors import ClsfError, EngineError
from clsf.predict.values import ModelRequest
from clsf.runs.record import RunRecord


class AskingService(Protocol):
    """The methods needed from `clsf.training_service.TrainingService`."""

    def call(self, framework: str, function: str, *args: object, timeout: float = ...) -> object: ...

    def weights(self, run_id: str) -> dict: ...


SECONDS = 120.0  # the time limit of an answer; TensorFlow may have to be imported first

_threads = ThreadPoolExecutor(8, thread_name_prefix="clsf-predict")


@dataclass(frozen=True, slots=True)
class Failed:
    """The error of a request."""

    error: ClsfError


def request_of(record: RunRecord) -> ModelRequest:
    """Return the request to a worker for a run that has started."""
    return ModelRequest(
        record.run_id, record.framework, record.model.to_json(), record.plan.to_json(), tuple(record.started.input_shape),
        classes_of(record), record.started.scale,
    )  # fmt: skip


def classes_of(record: RunRecord) -> int:
    """Return how many classes a run's model distinguishes."""
    return 2 if record.plan.loss_kind.one_output else record.model.analyse(record.started.input_shape).output_shape[0]


def ask(service: AskingService, record: RunRecord, function: str, *args: object, timeout: float = SECONDS) -> object:
    """Return the result of `function(request, *args)` in the run's framework. Raises ClsfError."""
    return ask_with(service, request_of(record), lambda: service.weights(record.run_id), function, *args, timeout=timeout)


def ask_with(
    service: AskingService, request: ModelRequest, weights: Callable[[], dict], function: str, *args: object, timeout: float = SECONDS
) -> object:  # fmt: skip
    """Return the result of `function(request, *args)` in the request's framework; weights are sent if needed. Raises ClsfError."""
    framework = request.framework
    answer = service.call(framework, function, request, *args, timeout=timeout)
    if answer is None:
        service.call(framework, "clsf.predict.session:hold", request, plain_arrays(weights()), timeout=timeout)
        answer = service.call(framework, function, request, *args, timeout=timeout)
    if answer is None:  # a different worker answered than the one that got the weights
        raise EngineError("The {framework} worker has lost the model again. Try once more.", framework=framework)
    return answer


def ask_all(
    service: AskingService, records: Sequence[RunRecord], function: str, *args: object, timeout: float = SECONDS
) -> list:
    """Return each run's answer, or Failed in its place; runs of different frameworks are asked at the same time."""

    def one(record: RunRecord) -> object:
        try:
            return ask(service, record, function, *args, timeout=timeout)
        except ClsfError as error:
            return Failed(error)

    return in_threads([lambda record=record: one(record) for record in records])


def in_threads(work: Sequence[Callable[[], object]]) -> list:
    """Return each result; all run at the same time."""
    return [future.result() for future in [_threads.submit(access.carried(each)) for each in work]]


def plain_arrays(weights: dict) -> dict[str, np.ndarray]:
    return {name: np.ascontiguousarray(array) for name, array in weights.items()}
