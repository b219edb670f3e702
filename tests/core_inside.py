"""Helpers that tests of the training core run inside a framework's process; see also `tests.inside`."""

from __future__ import annotations

import numpy as np

from clsf import inspection, training
from clsf.backends.base import Weights
from clsf.control import Control
from clsf.data.augment import augment
from clsf.events import Event
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.stopping import Keeper
from tests import inside
from tests.inside import Job, Trained


def train_epochs(job: Job, epochs: list[list[np.ndarray]], first_step: int = 0) -> Trained:
    """Train epochs in the plan's variant as the loop does, with the schedule's rates and the augmented images."""
    backend, plan, reports, step = job.build(), job.plan, [], first_step
    framework = inside._framework
    for number, batches in enumerate(epochs, start=1):
        work = training.Epoch(job.prepared, plan, number, batches, step, None)
        control, pace = Control(), training.Pace(steps=4)
        taught = plan.variants[framework] in training.TAUGHT
        chunks = training.taught_chunks if taught else training.own_chunks
        reports += [chunk.report for chunk in chunks(backend, work, lambda: plan.learning_rate, pace, control)]
        step += len(batches)
    return inside._trained(backend, reports)


def full_story(job: Job) -> tuple[list[Event], Weights, Weights | None]:
    """Train by the shared loop; return the events, the kept weights, and the best epoch's if they were stored."""
    backend, keeper = job.build(), Keeper(job.plan.stopping)
    told = list(training.train(backend, inside._framework, job.prepared, job.plan, Control(), job.spec, keeper))
    return told, backend.get_weights(), keeper.weights or keeper.chosen_weights


def look_story(job: Job, looks: int) -> list[Event]:
    """Look at the first steps one by one, then stop."""
    control, told = Control(paused=True), []
    control.look()
    for event in training.train(job.build(), inside._framework, job.prepared, job.plan, control, job.spec):
        told.append(event)
        if type(event).__name__ == "StepInspected":
            looks -= 1
            control.look() if looks else control.stop()
    return told


def evaluate_with(job: Job, weights: Weights) -> tuple[float, float]:
    backend = job.build()
    backend.set_weights(weights)
    seen = backend.evaluate(job.prepared.validation)
    return seen.loss, seen.accuracy


def activations(job: Job, pixels: np.ndarray) -> dict[str, np.ndarray]:
    return job.build().activations(pixels)


def graph_nodes(job: Job) -> int | None:
    graph = job.build().graph()
    if graph is None:
        return None
    from tensorflow.core.framework.graph_pb2 import GraphDef

    return len(GraphDef.FromString(graph).node)


def augmented_loader(job: Job, order: list[np.ndarray], epoch: int) -> list[np.ndarray]:
    """Return the images that torch's DataLoader gives the model, (batch, height, width, channels)."""
    from clsf.backends.torch.fit import RunImages, loader

    backend, p = job.build(), job.prepared
    varied = lambda indices: augment(p.pixels[indices], job.plan.augmentation, job.plan.seed, epoch, indices)  # noqa: E731
    images = RunImages(p.pixels, p.labels, backend._cpu_inputs, varied)
    return [batch.permute(0, 2, 3, 1).numpy() for batch, _ in loader(images, order)]


def stock_loss(plan: Plan, outputs: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray | None:
    """Return each image's loss by the framework's own loss; None where it has none for this plan."""
    return (_torch_loss if inside._framework == "torch" else _keras_loss)(plan, outputs, labels, classes)


def own_loss(plan: Plan, outputs: np.ndarray, labels: np.ndarray, classes: int) -> tuple[np.ndarray, int]:
    """Return each image's loss and the right answers by the backend's objective."""
    if inside._framework == "torch":
        import torch

        from clsf.backends.torch.losses import Objective

        objective, y, o = Objective(plan, classes, None), torch.from_numpy(labels), torch.from_numpy(outputs)
        return objective.per_image(y, o).numpy(), int(objective.correct(y, o))
    import tensorflow as tf

    from clsf.backends.tensorflow.losses import Objective

    objective, y, o = Objective(plan, classes, None), tf.constant(labels), tf.constant(outputs)
    return objective.per_image(y, o).numpy(), int(objective.correct(y, o))


def _keras_loss(plan: Plan, outputs: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    import keras

    named = {"from_logits": not plan.probabilities, "dtype": plan.dtype, "reduction": None}
    if plan.loss == "sparse":
        return keras.losses.SparseCategoricalCrossentropy(**named)(labels, outputs).numpy()
    named["label_smoothing"] = plan.label_smoothing
    if plan.loss == "categorical":
        return keras.losses.CategoricalCrossentropy(**named)(np.eye(classes)[labels], outputs).numpy()
    return keras.losses.BinaryCrossentropy(**named)(labels[:, None].astype(plan.dtype), outputs).numpy()


def _torch_loss(plan: Plan, outputs: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray | None:
    import torch
    from torch import nn

    y, o = torch.from_numpy(labels), torch.from_numpy(outputs)
    if plan.loss == "binary":
        if plan.label_smoothing:
            return None  # torch's binary losses have no smoothing
        kind = nn.BCELoss if plan.probabilities else nn.BCEWithLogitsLoss
        return kind(reduction="none")(o[:, 0], y.to(o.dtype)).numpy()
    if plan.probabilities:
        return None if plan.label_smoothing else nn.NLLLoss(reduction="none")(torch.log(o), y).numpy()
    return nn.CrossEntropyLoss(reduction="none", label_smoothing=plan.label_smoothing)(o, y).numpy()


def keras_schedule(kind: str, base: float, steps: int, each: int, factor: float, every: int, floor: float) -> list[float]:
    """Return the learning rate of each step by Keras' own schedule."""
    import keras

    schedules = keras.optimizers.schedules
    rate = {
        "step": lambda: schedules.ExponentialDecay(base, every * each, factor, staircase=True),
        "exponential": lambda: schedules.ExponentialDecay(base, each, factor),
        "cosine": lambda: schedules.CosineDecay(base, steps, alpha=floor),
    }[kind]()
    return [float(rate(step)) for step in range(steps)]


def keras_warmup(base: float, warmup: int, steps: int, floor: float) -> list[float]:
    """Return the learning rates of Keras' CosineDecay with its warm-up from 0."""
    import keras

    rate = keras.optimizers.schedules.CosineDecay(0.0, steps - warmup, floor, warmup_target=base, warmup_steps=warmup)
    return [float(rate(step)) for step in range(steps)]


def torch_schedule(
    kind: str, base: float, steps: int, each: int, factor: float, every: int, floor: float, warmup: int = 0
) -> list[float]:
    """Return the learning rate of each step by torch's own scheduler, stepped once per batch."""
    import torch
    from torch.optim import lr_scheduler

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], base)
    after = {
        "constant": lambda: lr_scheduler.ConstantLR(optimizer, 1.0),
        "step": lambda: lr_scheduler.StepLR(optimizer, every * each, factor),
        "exponential": lambda: lr_scheduler.ExponentialLR(optimizer, factor ** (1 / each)),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, steps - warmup, eta_min=base * floor),
    }[kind]
    if warmup:
        rising = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1.0, warmup - 1)
        schedule = lr_scheduler.SequentialLR(optimizer, [rising, after()], [warmup])
    else:
        schedule = after()
    rates = []
    for _ in range(steps):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return rates


def stock_plateau(
    losses: list[float], base: float, patience: int, factor: float, min_delta: float, lowest: float
) -> list[float]:
    """Return the learning rate after each epoch by the framework's own ReduceLROnPlateau."""
    rates = []
    if inside._framework == "torch":
        import torch

        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], base)
        watch = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=factor, patience=patience - 1, threshold=min_delta, threshold_mode="abs", min_lr=lowest, eps=0
        )
        for loss in losses:
            watch.step(loss)
            rates.append(optimizer.param_groups[0]["lr"])
        return rates
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(base), loss="mse")
    watch = keras.callbacks.ReduceLROnPlateau("val_loss", factor, patience, min_delta=min_delta, min_lr=lowest, mode="min")
    watch.set_model(model)
    watch.on_train_begin()
    for epoch, loss in enumerate(losses):
        watch.on_epoch_end(epoch, {"val_loss": loss})
        rates.append(float(model.optimizer.learning_rate))
    return rates


def keras_stops(cases: list[tuple[list[float], int, float]], monitor: str) -> list[tuple[int, int]]:
    """Return, for (course, patience, min_delta), the epoch after which Keras' EarlyStopping stops and the one it restores.

    Epochs count from 1; 0 if it never stops. The weights encode their epoch.
    """
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(optimizer="sgd", loss="mse")
    found = []
    for course, patience, min_delta in cases:
        mode = "min" if monitor == "loss" else "max"
        watch = keras.callbacks.EarlyStopping(f"val_{monitor}", min_delta, patience, mode=mode, restore_best_weights=True)
        watch.set_model(model)
        watch.on_train_begin()
        model.stop_training, stopped = False, 0
        for epoch, value in enumerate(course):
            model.set_weights([np.array([[epoch + 1.0]])])
            watch.on_epoch_end(epoch, {f"val_{monitor}": value})
            if model.stop_training:
                stopped = epoch + 1
                break
        watch.on_train_end()
        found.append((stopped, int(model.get_weights()[0][0, 0])))
    return found


def stock_decay(job: Job, order: np.ndarray, **arguments: object) -> Weights:
    """Train Flatten and Dense with the framework's own optimizer class and arguments."""
    images, labels = inside._inputs(job), job.prepared.labels
    kernel, bias = job.weights["2.kernel"], job.weights["2.bias"]
    name = str(arguments.pop("name"))
    if inside._framework == "torch":
        import torch

        model, batch = inside.stock_dense(job)
        optimizer = getattr(torch.optim, name)(model.parameters(), **arguments)
        for row in order:
            optimizer.zero_grad()
            x, y = batch(row)
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        own_kernel, own_bias = (p.detach().cpu().numpy() for p in model.parameters())
        return {"2.kernel": own_kernel.T.copy(), "2.bias": own_bias.copy()}
    import keras
    import tensorflow as tf

    inputs = keras.Input(job.prepared.shape, dtype=job.plan.dtype)
    model = keras.Model(
        inputs, keras.layers.Dense(kernel.shape[1], dtype=job.plan.dtype)(keras.layers.Flatten(dtype=job.plan.dtype)(inputs))
    )
    model.set_weights([kernel, bias])
    optimizer = getattr(keras.optimizers, name)(**arguments)
    for row in order:
        with tf.GradientTape() as tape:
            said = tf.nn.sparse_softmax_cross_entropy_with_logits(labels[row], model(images[row]))
            loss = tf.reduce_mean(said)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True))
    return dict(zip(("2.kernel", "2.bias"), model.get_weights(), strict=True))


def looks_of(job: Job) -> list[Event]:
    """Train by the shared loop and return the events of looking inside."""
    told = training.train(job.build(), inside._framework, job.prepared, job.plan, Control(), job.spec)
    return [event for event in told if type(event).__name__ in ("LayersInspected", "PredictionsInspected")]


def digest_of_looks(job: Job, indices: np.ndarray) -> tuple[Weights, dict[str, np.ndarray], Weights]:
    """Take one step with looking inside on; return the weights before it, the gradients and the weights after it."""
    backend = job.build()
    detail = inspection.StepDetail(backend, indices, None)
    backend.train_steps(indices[None], 0, keep_gradients=True)
    detail.done()
    return detail.before, detail.gradients, detail.after


def stopped_story(job: Job, after: int) -> tuple[list[Event], Weights]:
    """Train by the shared loop, step by step, and stop after a number of steps; return the events and the kept weights."""
    backend, control, told = job.build(), Control(paused=True), []
    for event in training.train(backend, inside._framework, job.prepared, job.plan, control, job.spec):
        told.append(event)
        if type(event).__name__ == "BatchesEnded" and event.step == after:
            control.stop()
        elif type(event).__name__ in ("Paused", "BatchesEnded"):
            control.step()
    return told, backend.get_weights()


def run_losses(spec: ModelSpec, plan: Plan) -> list[float]:
    """Return the loss of every step of a whole run."""
    told: list[Event] = []
    training.run(inside._framework, spec, plan, Control(), told.append)
    return [loss for event in told if type(event).__name__ == "BatchesEnded" for loss in event.losses]
