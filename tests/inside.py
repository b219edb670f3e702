"""Functions that tests run inside a framework's process: build a backend, use it, return NumPy arrays.

Every function takes a Job, so that each call is independent and leaves nothing behind. Frameworks are imported inside functions
because the pytest process imports this module too.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from unittest.mock import patch

import numpy as np

from clsf import backends, training
from clsf.backends.base import Backend, DeviceFacts, Evaluation, StepReport, Weights
from clsf.backends.initial import weights_hash
from clsf.control import Control
from clsf.data.images import Prepared
from clsf.events import BatchesEnded, Event
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

THREADS = 1  # two processes on two cores; also differs from the default, so tests see whether it is applied

NICE = 15
"""Steps back behind what is timed or looked at by a browser in the tests' other process; see `tests.distribution`."""

_framework = ""


@dataclass(frozen=True)
class Job:
    """A model, its plan, its images, and its initial weights."""

    spec: ModelSpec
    plan: Plan
    prepared: Prepared
    weights: Weights

    def build(self) -> Backend:
        # Through JSON, as for a run sent to a worker: a field lost in JSON is noticed here.
        spec = ModelSpec.from_text(json.dumps(self.spec.to_json()))
        plan = Plan.from_json(json.loads(json.dumps(self.plan.to_json())))
        return backends.load(_framework).build(spec, plan, self.prepared, self.weights)


@dataclass(frozen=True)
class Trained:
    """What the steps reported, and the state after them."""

    losses: np.ndarray
    correct: np.ndarray
    norms: np.ndarray | None
    weights: Weights


def start(framework: str) -> None:
    """Load the framework; raises EngineError if it is missing."""
    global _framework
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["CLSF_THREADS"] = str(THREADS)
    tempfile.tempdir = os.environ["TMPDIR"] = tempfile.mkdtemp(dir=Path(os.environ["CLSF_HOME"]).parent)  # removed with it
    if hasattr(os, "nice"):
        os.nice(NICE)
    backends.load(framework)
    _framework = framework


def _end_with_parent() -> None:
    """End this process when pytest's process ends, even if that is killed in the middle of a test."""
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def answer(function: str, *values: object) -> object:
    """Call a job by name, as a worker does."""
    from clsf.engine.work import resolve

    return resolve(function)(*values)


# For both frameworks.


def logits(job: Job, pixels: np.ndarray) -> np.ndarray:
    return job.build().logits(pixels)


def predict(job: Job, pixels: np.ndarray) -> np.ndarray:
    return job.build().predict(pixels)


def train(job: Job, order: np.ndarray, chunk: int = 0) -> Trained:
    """Take one step per row of `order`, `chunk` steps per call (0: all)."""
    backend = job.build()
    chunk = chunk or len(order)
    reports = [backend.train_steps(order[at : at + chunk], at) for at in range(0, len(order), chunk)]
    return _trained(backend, reports)


def train_at(job: Job, order: np.ndarray, first_step: int) -> Trained:
    """Take one step per row of `order`, as if `first_step` steps had been taken before."""
    backend = job.build()
    return _trained(backend, [backend.train_steps(order, first_step)])


def train_batches(job: Job, batches: list[np.ndarray]) -> Trained:
    """Take one step per batch; batches may differ in size."""
    backend = job.build()
    done = [backend.train_steps(batch[None], step) for step, batch in enumerate(batches)]
    return _trained(backend, done)


def train_at_rates(job: Job, order: np.ndarray, rates: list[float]) -> Trained:
    """Take one step per row of `order`, setting the learning rate before each."""
    backend, reports = job.build(), []
    for step, rate in enumerate(rates):
        backend.set_learning_rate(rate)
        reports.append(backend.train_steps(order[step : step + 1], step))
    return _trained(backend, reports)


def story(job: Job, stop_after: int | None = None) -> list[Event]:
    """Train by the shared loop; stop once a number of steps were reported."""
    control, told = Control(), []
    for event in training.train(job.build(), _framework, job.prepared, job.plan, control):
        told.append(event)
        if stop_after is not None and isinstance(event, BatchesEnded) and event.step + len(event.losses) > stop_after:
            control.stop()
    return told


def evaluate(job: Job, indices: np.ndarray) -> Evaluation:
    return job.build().evaluate(indices)


def evaluate_between(job: Job, order: np.ndarray, indices: np.ndarray) -> tuple[Trained, list[Evaluation]]:
    """Train step by step and evaluate after each: evaluation must not change what is learned."""
    backend, reports, seen = job.build(), [], []
    for step, row in enumerate(order):
        reports.append(backend.train_steps(row[None], step))
        seen += [backend.evaluate(indices), backend.evaluate(indices)]
    return _trained(backend, reports), seen


def weights_back(job: Job, other: Weights) -> tuple[Weights, Weights]:
    """Return the weights after building, and after loading `other`."""
    backend = job.build()
    first = backend.get_weights()
    backend.set_weights(other)
    return first, backend.get_weights()


def start_hash(job: Job) -> str:
    """Return the hash of what the framework holds before training."""
    return weights_hash(job.build().get_weights())


def weights_before_and_after(job: Job, order: np.ndarray) -> tuple[Weights, Weights, Weights]:
    """Return a copy of the weights before training, the original arrays given out then, and the weights after."""
    backend = job.build()
    given = backend.get_weights()
    copied = {name: w.copy() for name, w in given.items()}
    backend.train_steps(order, 0)
    return copied, given, backend.get_weights()


def stock_start(spec: ModelSpec, shape: tuple[int, int, int]) -> Weights:
    """Return the first weights of the framework's own layers with their defaults: conv, depthwise, batch norm, dense."""
    if _framework == "torch":
        from torch import nn

        c, filters, multiplier = shape[2], spec.layers[0].filters, spec.layers[1].depth_multiplier
        n, units = spec.analyse(shape).layers[-1].in_shape[0], spec.layers[-1].units
        conv, depthwise = nn.Conv2d(c, filters, 3), nn.Conv2d(filters, filters * multiplier, 3, groups=filters)
        norm, dense = nn.BatchNorm2d(filters * multiplier), nn.Linear(n, units)
        arrays = [*conv.parameters(), *depthwise.parameters(), *norm.parameters(), norm.running_mean, norm.running_var]
        arrays = [a.detach().numpy() for a in (*arrays, *dense.parameters())]
    else:
        import keras

        model = keras.Sequential(
            [
                keras.Input(shape),
                keras.layers.Conv2D(spec.layers[0].filters, 3),
                keras.layers.DepthwiseConv2D(3, depth_multiplier=spec.layers[1].depth_multiplier),
                keras.layers.BatchNormalization(),
                keras.layers.Flatten(),
                keras.layers.Dense(spec.layers[-1].units),
            ]
        )
        arrays = model.get_weights()
    return dict(zip(spec.analyse(shape).named_weights(), arrays, strict=True))


def loaded_frameworks() -> list[str]:
    return [name for name in ("tensorflow", "torch") if name in sys.modules]


def facts(job: Job) -> tuple[DeviceFacts, int]:
    """Return the backend's facts, and the number of threads that the framework reports."""
    if _framework == "torch":
        import torch

        return job.build().facts(), torch.get_num_threads()
    import tensorflow as tf

    return job.build().facts(), tf.config.threading.get_intra_op_parallelism_threads()


def warm_up() -> tuple[str, str]:
    package = backends.load(_framework)
    return package.warm_up(), package.device_name


def train_stock(job: Job, order: np.ndarray) -> list[Weights]:
    """Train Flatten and Dense as in the framework's tutorial, with the optimizer's defaults; return the weights per step."""
    return (_train_stock_torch if _framework == "torch" else _train_stock_tensorflow)(job, order)


def train_each(job: Job, order: np.ndarray) -> list[Weights]:
    """Return the weights after each step of the backend."""
    backend, seen = job.build(), []
    for step, row in enumerate(order):
        backend.train_steps(row[None], step)
        seen.append(backend.get_weights())
    return seen


def _trained(backend: Backend, reports: list[StepReport]) -> Trained:
    norms = None if reports[0].gradient_norms is None else np.concatenate([r.gradient_norms for r in reports])
    losses, correct = np.concatenate([r.losses for r in reports]), np.concatenate([r.correct for r in reports])
    return Trained(losses, correct, norms, backend.get_weights())


def _train_stock_torch(job: Job, order: np.ndarray) -> list[Weights]:
    import torch

    stock = {
        "sgd": torch.optim.SGD,
        "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
        "nesterov": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, nesterov=True),
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "adamax": torch.optim.Adamax,
        "nadam": torch.optim.NAdam,
    }
    model, batch = stock_dense(job)
    optimizer, seen = stock[job.plan.optimizer](model.parameters(), lr=job.plan.learning_rate), []
    for row in order:
        optimizer.zero_grad()
        images, labels = batch(row)
        torch.nn.CrossEntropyLoss()(model(images), labels).backward()
        optimizer.step()
        parameters = [p.detach().cpu().numpy() for p in model.parameters()]
        seen.append({"2.kernel": parameters[0].T.copy(), "2.bias": parameters[1].copy()})
    return seen


def stock_dense(job: Job) -> tuple[object, Callable[[np.ndarray], tuple]]:
    """Return PyTorch's own Flatten and Linear with the job's weights, and what gives images and labels of some indices.

    On the job's device: equal bits can be asked of one device only.
    """
    import torch

    from clsf.backends.torch import device

    kernel, scope = job.weights["2.kernel"], device.chosen(job.plan.device)[0]
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(*kernel.shape, dtype=getattr(torch, job.plan.dtype)))
    with torch.no_grad():
        model[1].weight.copy_(torch.from_numpy(kernel.T.copy()))
        model[1].bias.copy_(torch.from_numpy(job.weights["2.bias"]))
    images, labels = torch.from_numpy(_inputs(job)).to(scope), torch.from_numpy(job.prepared.labels).to(scope)
    return model.to(scope), lambda row: (images[row], labels[row])


def _train_stock_tensorflow(job: Job, order: np.ndarray) -> list[Weights]:
    import keras
    import tensorflow as tf

    stock = {
        "sgd": keras.optimizers.SGD,
        "momentum": lambda lr: keras.optimizers.SGD(lr, momentum=0.9),
        "nesterov": lambda lr: keras.optimizers.SGD(lr, momentum=0.9, nesterov=True),
        "adagrad": keras.optimizers.Adagrad,
        "adadelta": keras.optimizers.Adadelta,
        "rmsprop": keras.optimizers.RMSprop,
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "adamax": keras.optimizers.Adamax,
        "nadam": keras.optimizers.Nadam,
    }
    kernel = job.weights["2.kernel"]
    dtype = job.plan.dtype
    inputs = keras.Input(job.prepared.shape, dtype=dtype)
    outputs = keras.layers.Dense(kernel.shape[1], dtype=dtype)(keras.layers.Flatten(dtype=dtype)(inputs))
    model = keras.Model(inputs, outputs)
    model.set_weights([kernel, job.weights["2.bias"]])
    optimizer = stock[job.plan.optimizer](job.plan.learning_rate)
    images, labels, seen = _inputs(job), job.prepared.labels, []
    for row in order:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels[row], model(images[row], training=True))
            )
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True))
        seen.append(dict(zip(("2.kernel", "2.bias"), model.get_weights(), strict=True)))
    return seen


def _inputs(job: Job) -> np.ndarray:
    dtype = job.plan.dtype
    prepared = job.prepared
    return (prepared.pixels.astype(dtype) - prepared.mean.astype(dtype)) / prepared.deviation.astype(dtype)


# TensorFlow alone: its three ways of taking steps.


@dataclass(frozen=True)
class Calls:
    """Counts of how the steps were taken."""

    fits: int  # calls of keras.Model.fit
    layer_calls: int  # of the watched layer while training
    eager: tuple[bool, ...]  # for each call: whether TensorFlow executed eagerly


def train_counted(job: Job, batches: list[np.ndarray]) -> tuple[Trained, Calls]:
    """Train one epoch in the plan's variant, by `fit_epoch` if that is "fit", and count the calls.

    The watched layer is Dense; a graph calls it once, during tracing, eager code once per step.
    """
    import keras
    import tensorflow as tf

    fits, eager = [], []
    fit, call = keras.Model.fit, keras.layers.Dense.call

    def counted_fit(self, *args, **kwargs):
        fits.append(1)
        return fit(self, *args, **kwargs)

    def watched_call(self, inputs, training=None):
        if training:
            eager.append(tf.executing_eagerly())
        return call(self, inputs, training=training)

    with ExitStack() as patches:
        backend = job.build()
        patches.enter_context(patch.object(keras.Model, "fit", counted_fit))
        patches.enter_context(patch.object(keras.layers.Dense, "call", watched_call))
        if job.plan.variants["tensorflow"] == "fit":
            reports = list(backend.fit_epoch(batches, epoch=1))
        else:
            even = len({len(batch) for batch in batches[:-1]}) == 1
            cut = [np.stack(batches[:-1]), batches[-1][None]] if even else [batch[None] for batch in batches]
            starts = (0, len(batches) - 1) if even else range(len(batches))
            reports = [backend.train_steps(part, start) for part, start in zip(cut, starts, strict=True)]
        return _trained(backend, reports), Calls(len(fits), len(eager), tuple(eager))


def fit_and_wait(job: Job, batches: list[np.ndarray], taken: int, seconds: float) -> tuple[int, int, list[str]]:
    """Take some reports of `fit`, wait, then close the iterator.

    Returns the steps done after the wait, those done after closing, and the threads of `fit` that still run.
    """
    backend = job.build()
    before = set(threading.enumerate())
    reports = backend.fit_epoch(batches, epoch=1)
    for _ in range(taken):
        next(reports)
    time.sleep(seconds)
    waited = int(backend.model.optimizer.iterations)
    reports.close()
    return (
        waited,
        int(backend.model.optimizer.iterations),
        [t.name for t in set(threading.enumerate()) - before if t.is_alive()],
    )


def fit_fails(job: Job, batches: list[np.ndarray]) -> str:
    """Return the name of the error that `fit` raises when a batch names an image that does not exist."""
    reports = job.build().fit_epoch(batches, epoch=1)
    try:
        list(reports)
    except Exception as error:
        return type(error).__name__
    return ""


def fit_epochs(job: Job, epochs: list[list[np.ndarray]], rates: list[float]) -> Trained:
    """Train several epochs by `fit`, with a learning rate set before each."""
    backend, reports = job.build(), []
    for epoch, (batches, rate) in enumerate(zip(epochs, rates, strict=True), start=1):
        backend.set_learning_rate(rate)
        reports += list(backend.fit_epoch(batches, epoch))
    return _trained(backend, reports)


def flat_parameters() -> dict[str, object]:
    """Torch only: put parameters of three layouts into one vector, change it, and return the results."""
    import torch

    from clsf.backends.torch.flat import ALIGNED, Flat, norm

    torch.manual_seed(0)
    kernel = torch.nn.Parameter(torch.randn(5, 3, 2, 2).contiguous(memory_format=torch.channels_last))
    parameters = [kernel, torch.nn.Parameter(torch.randn(7)), torch.nn.Parameter(torch.randn(4, 9))]
    before = [p.detach().clone() for p in parameters]
    flat = Flat(parameters)
    unchanged = all(torch.equal(a, b) and a.stride() == b.stride() for a, b in zip(parameters, before, strict=True))
    for p in parameters[:2]:
        p.grad = torch.randn(p.shape)  # the kernel's gradient has a different layout from the kernel
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    with torch.no_grad():
        flat.values.sub_(flat.gradient())
    off = max(float((p.detach() - (b - g)).abs().max()) for p, b, g in zip(parameters, before, gradients, strict=True))
    expected = torch.nn.utils.get_total_norm([p.grad for p in parameters[:2]])
    return {
        "unchanged": unchanged,
        "off": off,
        "starts": [p.storage_offset() % ALIGNED for p in parameters],
        "norm": float(norm(p.grad for p in parameters[:2])),
        "expected": float(expected),
    }


def threads_of(job: Job) -> tuple[int, int]:
    """Torch only: return the threads of a run's steps, and how many are allowed, as the run reports."""
    import torch

    told = job.build().facts().threads
    return torch.get_num_threads(), told


def averages(job: Job, order: np.ndarray, taught: bool) -> tuple[list[Weights], Weights, Weights]:
    """Take one step per row; return the weights after each step, those evaluated at the end, and those after that."""
    backend, each = job.build(), []
    if taught:
        for _ in backend.fit_epoch(list(order), 1):
            each.append(backend.get_weights())
    else:
        for step, row in enumerate(order):
            backend.train_steps(row[None], step)
            each.append(backend.get_weights())
    with backend.judged():
        judged = backend.get_weights()
    return each, judged, backend.get_weights()
