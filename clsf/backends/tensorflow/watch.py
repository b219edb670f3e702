"""Run a printed Keras script and write what it computed: python -m clsf.backends.tensorflow.watch SCRIPT OUT [SCRIPT OUT …]."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.stock import layer_class
from clsf.backends.watched import RECORDED, Watch, kind_of, main, run


def watch(path: Path, target: Path) -> None:
    """Run the script at `path`, functions eagerly so that numbers can be read; write JSON to `target`.

    A step of `fit` takes most of its time in Python then. So once the steps with all their tensors are recorded, further ones run
    as a graph, with the same operations, which reports the numbers that are recorded of every step.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.run_functions_eagerly(True)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})  # a graph computes what eager steps would
    seen = Watch()
    models: list[keras.Model] = []
    own_loss, own_apply, own_compile, own_call, own_step = (
        keras.losses.Loss.__call__, keras.optimizers.Optimizer.apply, keras.Model.compile, keras.layers.Layer.__call__,
        keras.Model.train_step,
    )  # fmt: skip
    flags: list = []
    in_graph: list[bool] = []  # not empty during a step that runs as a graph
    graphs: dict[keras.Model, Callable] = {}  # compiled model -> its training step as a graph

    def _evaluates() -> bool:
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_name in ("evaluate", "test_step"):
                return True
            frame = frame.f_back
        return False

    def loss_called(self: keras.losses.Loss, y_true: object, y_pred: object, sample_weight: object = None) -> object:
        loss = own_loss(self, y_true, y_pred, sample_weight)
        if type(self).__name__ != "CompileLoss" and _readable(loss) and _readable(y_pred):
            seen.facts.setdefault("loss_name", type(self).__name__)
            config = self.get_config()
            if "from_logits" in config:
                seen.facts.setdefault("from_logits", bool(config["from_logits"]))
            trains = not _evaluates()
            _tell(lambda outputs, labels, value: seen.judged(trains, outputs, labels, float(value)), y_pred, y_true, loss)
        return loss

    def apply(self: keras.optimizers.Optimizer, gradients: list, trainable_variables: list | None = None) -> object:
        given = list(trainable_variables if trainable_variables is not None else self._trainable_variables)
        gradients = list(gradients)
        seen.facts.setdefault("optimizer", type(self).__name__.lower())
        for fact in ("momentum", "epsilon", "weight_decay"):
            if isinstance(getattr(self, fact, None), int | float):
                seen.facts.setdefault(fact, float(getattr(self, fact)))
        names = _paths(models[0]) if models else [v.path for v in given]
        known = [(v.path, g) for v, g in zip(given, gradients, strict=True) if g is not None]

        def weights() -> dict[str, np.ndarray]:
            return _weights(models[0]) if models else {v.path: np.asarray(v) for v in given}

        def stepped(rate: np.ndarray, *values: np.ndarray) -> None:
            found = {path: value for (path, _), value in zip(known, values, strict=True)}
            seen.stepped(dict.fromkeys([*names, *(v.path for v in given)]) | found, float(rate), weights)

        _tell(stepped, self.learning_rate, *(g for _, g in known))
        applied = own_apply(self, gradients, trainable_variables)
        if not in_graph:
            seen.updated(weights)
        return applied

    def called(self: keras.Model, inputs: object, *arguments: object, **named: object) -> object:
        if not models:
            models.append(self)
        evaluates = _evaluates()
        if not seen.over and self is models[0] and _readable(inputs):

            def received(images: np.ndarray) -> None:
                seen.received(not evaluates, images.astype(np.float32, copy=False))
                if not evaluates:
                    flags.append(named.get("training"))

            _tell(received, inputs)
        return own_call(self, inputs, *arguments, **named)

    def layer_called(self: keras.layers.Layer, *arguments: object, **named: object) -> object:
        output = own_call(self, *arguments, **named)
        if models and self is not models[0] and len(seen.losses) < RECORDED and hasattr(output, "numpy") and not _evaluates():
            seen.came_out(self.name, np.asarray(output))
        return output

    def compiled(self: keras.Model, *arguments: object, **named: object) -> None:
        if not models:
            models.append(self)
        graphs.pop(self, None)
        own_compile(self, *arguments, **(named | {"run_eagerly": True}))

    def step(self: keras.Model, data: object) -> object:
        if self is not models[0] or len(seen.losses) < RECORDED:
            return own_step(self, data)
        if self not in graphs:
            graphs[self] = tf.function(lambda data: own_step(self, data), reduce_retracing=True, autograph=False)
        in_graph.append(True)
        tf.config.run_functions_eagerly(False)
        try:
            return graphs[self](data)
        finally:
            tf.config.run_functions_eagerly(True)
            in_graph.clear()

    def _readable(tensor: object) -> bool:
        return hasattr(tensor, "numpy") or (bool(in_graph) and tf.is_symbolic_tensor(tensor))

    keras.losses.Loss.__call__, keras.optimizers.Optimizer.apply, keras.Model.train_step = loss_called, apply, step
    keras.layers.Layer.__call__, keras.Model.__call__, keras.Model.compile = layer_called, called, compiled
    run(path, target, seen, lambda names: _after(seen, names, flags))


def _tell(report: Callable[..., None], *tensors: object) -> None:
    """Call `report` with the tensors' numbers: now, or each time that the graph in the making runs."""
    if tf.executing_eagerly():
        report(*map(np.asarray, tensors))
    else:
        tf.numpy_function(lambda *values: report(*values) or (), tensors, [])


def _paths(model: keras.Model) -> list[str]:
    """Return the names of the weights, without averages and random states."""
    moving = {v.path for layer in model.layers for v in layer.non_trainable_variables if "moving" in v.path or "seed" in v.path}
    return [v.path for v in model.variables if v.path not in moving and "seed" not in v.path]


def _weights(model: keras.Model) -> dict[str, np.ndarray]:
    paths = set(_paths(model))
    return {v.path: np.asarray(v) for v in model.variables if v.path in paths}


def _after(seen: Watch, names: dict, flags: list) -> None:
    model = names.get("model")
    if not isinstance(model, keras.Model):
        return
    facts = seen.facts
    seen.ended(_weights(model))
    facts["modes"] = [bool(flag) for flag in flags] if flags else []
    layers = model.layers
    facts["dropouts"] = [layer.rate for layer in layers if isinstance(layer, layer_class("Drop"))]
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    facts["batch_norms"] = len(norms)
    if norms:
        facts["norm_momentum"] = float(norms[0].momentum)
    weighted = [layer for layer in layers if isinstance(layer, layer_class("Linear") | layer_class("Convolution"))]
    facts["weighted"] = len(weighted)
    used = [getattr(layer.activation, "__name__", "") for layer in layers if hasattr(layer, "activation")]
    facts["activations"] = [name for name in used if name not in ("linear", "softmax", "")]
    facts["frozen"] = not model.trainable_variables
    facts["penalty"] = float(names.get("L2") or names.get("L1") or 0)
    held = (names.get("x_val"), names.get("y_val"))
    if all(isinstance(v, np.ndarray) for v in held) and "prepare" in names:
        images = names["prepare"](held[0])
        first, second = (np.asarray(model(images, training=False)) for _ in range(2))
        facts["evaluation_varies"] = bool(not np.array_equal(first, second, equal_nan=True))
        facts["true_accuracy"] = float((first.argmax(1) == held[1]).mean())
        if isinstance(names.get("val_data"), tf.data.Dataset):
            one, other = (np.asarray(next(iter(names["val_data"]))[0]) for _ in range(2))
            if "take(" not in Path(str(names.get("__file__"))).read_text(
                "utf-8"
            ):  # a split that is drawn again is something else
                facts["judging_varies"] = not np.array_equal(one, other)
        facts["outputs_at_end"] = kind_of(first)
        seen.measures["modes"] = _modes(model, names)


def _modes(model: keras.Model, names: dict) -> dict[str, list[float]]:
    """Return accuracy of training and of validation images, in evaluation mode and in training mode. The model stays as it is."""
    kept = model.get_weights()
    means: dict[str, list[float]] = {}
    for part, images, labels in (("training", "x_train", "y_train"), ("validation", "x_val", "y_val")):
        for training in (False, True):
            starts = range(0, min(len(names[images]), 1024), 64)
            parts = [np.asarray(model(names["prepare"](names[images][n : n + 64]), training=training)) for n in starts]
            right = np.concatenate(parts).argmax(1) == names[labels][:1024]
            means.setdefault(part, []).append(float(right.mean()))
    model.set_weights(kept)  # training mode has moved the averages of batch normalisation
    return means


if __name__ == "__main__":
    main(watch)
