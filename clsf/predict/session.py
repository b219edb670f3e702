"""A trained model inside a worker: built once, used many times, and released when it is no longer needed.

A worker that does not have the model a request names answers None; the caller then sends the weights (`hold`) and asks
again. So a replaced worker, or another one of a cluster, needs no earlier state.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from clsf import backends
from clsf.backends.base import Backend, Weights
from clsf.data.images import Images, Prepared
from clsf.data.prepare import prepare, prepared_test
from clsf.data.sources import open_dataset
from clsf.errors import EngineError
from clsf.frameworks import USUAL
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.plan import FIXED_SCALES, Plan, fixed_scale
from clsf.predict.values import ModelRequest, Prediction

T = TypeVar("T")

MOST_MODELS = 3
UNUSED_SECONDS = 900.0


class Held:
    """A built model with its trained weights."""

    def __init__(self, request: ModelRequest, weights: Weights) -> None:
        self.lock = threading.RLock()
        self.used = time.monotonic()
        self.request = request
        self.spec = ModelSpec.from_json(request.model)
        self.plan = for_asking(Plan.from_json(request.plan))
        self.built_spec = changed(self.spec, self.plan.differences)
        self._weights = weights
        self._images: dict[str, object] = {}
        mean, deviation = self._scale()
        empty = np.zeros(0, np.int64)
        nothing = np.zeros((1, *request.shape), np.uint8)
        names = tuple(str(n) for n in range(request.classes))
        self.prepared = Prepared(nothing, np.zeros(1, np.int64), names, empty, empty, mean, deviation)
        self.backend: Backend = self.build(self.prepared)
        self.dtype = np.dtype(self.plan.dtype)
        self._activation_reader = None

    def build(self, prepared: Prepared) -> Backend:
        """Build the model around some images, with the trained weights."""
        return backends.load(self.request.framework).build(self.built_spec, self.plan, prepared, self._weights)

    def inputs(self, pixels: np.ndarray) -> np.ndarray:
        """Return the first layer's input for uint8 (n, h, w, c): the same arithmetic as the backend's, in its dtype."""
        mean, deviation = self.prepared.mean.astype(self.dtype), self.prepared.deviation.astype(self.dtype)
        return (pixels.astype(self.dtype) - mean) / deviation

    def test(self) -> tuple[str, Images]:
        """Return "test" and the test images prepared for this model; or "validation" and those if there are no test images."""
        if "test" not in self._images:
            dataset = open_dataset(self.plan.data)
            like = prepare(dataset, self.plan)
            if dataset.test is not None and len(dataset.test):
                self._images["test"] = "test", prepared_test(dataset, self.plan, like)
            else:
                at = np.sort(like.validation)
                self._images["test"] = "validation", Images(like.pixels[at], like.labels[at], like.classes)
        return self._images["test"]

    def remembered(self, name: str, make: Callable[[], T]) -> T:
        """Return the cached result of `make` under this name, for this model's images."""
        if name not in self._images:
            self._images[name] = make()
        return self._images[name]

    @property
    def activation_reader(self):
        """The inspector, made when it is first needed."""
        if self._activation_reader is None:
            from importlib import import_module

            self._activation_reader = import_module(f"clsf.backends.{self.request.framework}.activations").ActivationReader(
                self.backend.built
            )
        return self._activation_reader

    def _scale(self) -> tuple[np.ndarray, np.ndarray]:
        scale, channels = self.plan.preparation.scale, self.request.shape[2]
        if scale in FIXED_SCALES:
            mean, deviation = fixed_scale(scale, channels)
            return np.array(mean), np.array(deviation)
        if self.request.scale is not None:
            return tuple(np.array(part, np.float64) for part in self.request.scale)
        like = prepare(open_dataset(self.plan.data), self.plan)  # a run of an older version that did not store its scale
        return like.mean, like.deviation


def for_asking(plan: Plan) -> Plan:
    """Return the plan without the training-only settings, so that building it is quick."""
    return plan.as_prepared.but(variants=USUAL)


class Models:
    """The models in this process, the least recently used first."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._timer: threading.Timer | None = None

    def take(self, held: Held) -> None:
        with self._lock:
            self._held[held.request.token] = held
            while len(self._held) > MOST_MODELS:
                self._held.popitem(last=False)
        self.sweep()

    def of(self, request: ModelRequest) -> Held | None:
        with self._lock:
            held = self._held.get(request.token)
            if held is None or held.request != request:
                return None
            held.used = time.monotonic()
            self._held.move_to_end(request.token)
            return held

    def sweep(self) -> None:
        """Release what was unused for too long, and check again later."""
        with self._lock:
            now = time.monotonic()
            for token in [t for t, held in self._held.items() if now - held.used >= UNUSED_SECONDS]:
                del self._held[token]
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._held:
                self._timer = threading.Timer(UNUSED_SECONDS / 10, self.sweep)
                self._timer.daemon = True
                self._timer.start()
        gc.collect()

    def __len__(self) -> int:
        return len(self._held)


models = Models()


def hold(request: ModelRequest, weights: Weights) -> bool:
    """Build the model and keep it. Raises ClsfError if the weights do not match the model, or the data can't be opened."""
    expected = ModelSpec.from_json(request.model).analyse(request.shape).named_weights()
    wrong = [n for n, w in expected.items() if n not in weights or weights[n].shape != tuple(w.shape)]
    if wrong:
        raise EngineError(
            "The weights of this run are not those of its model ('{name}' does not fit). Train it again.", name=wrong[0]
        )
    models.take(Held(request, {name: weights[name] for name in expected}))
    return True


def predict(request: ModelRequest, pixels: np.ndarray) -> Prediction | None:
    """Return the predictions for prepared pixels, uint8 (n, h, w, c); None if the model is not here."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        started = time.perf_counter()
        probabilities = held.backend.predict(pixels)
        inputs = held.inputs(pixels)
        return Prediction(probabilities, float(inputs.min()), float(inputs.max()), time.perf_counter() - started)
