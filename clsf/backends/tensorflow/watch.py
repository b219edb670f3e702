"""Run a printed Keras script and write what it computed: python -m clsf.backends.tensorflow.watch SCRIPT OUT [SCRIPT OUT …]."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.stock import layer_class
from clsf.backends.watched import RECORDED, Watch, kind_of, main, run


def watch(path: Path, target: Path) -> None:
    """Run the script at `path`, functions eagerly so that numbers can be read; write JSON to `target`."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.run_functions_eagerly(True)
    seen = Watch()
    models: list[keras.Model] = []
    own_loss, own_apply, own_compile, own_call = (
        keras.losses.Loss.__call__, keras.optimizers.Optimizer.apply, keras.Model.compile, keras.layers.Layer.__call__,
    )  # fmt: skip
    flags: list = []

    def _evaluates() -> bool:
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_name in ("evaluate", "test_step"):
                return True
            frame = frame.f_back
        return False

    def loss_called(self: keras.losses.Loss, y_true: object, y_pred: object, sample_weight: object = None) -> object:
        loss = own_loss(self, y_true, y_pred, sample_weight)
        if type(self).__name__ != "CompileLoss" and hasattr(loss, "numpy") and hasattr(y_pred, "numpy"):
            seen.facts.setdefault("loss_name", type(self).__name__)
            config = self.get_config()
            if "from_logits" in config:
                seen.facts.setdefault("from_logits", bool(config["from_logits"]))
            values = np.asarray(y_pred), np.asarray(y_true), float(loss)
            seen.judged(not _evaluates(), *values)
        return loss

    def apply(self: keras.optimizers.Optimizer, gradients: list, trainable_variables: list | None = None) -> object:
        given = list(trainable_variables if trainable_variables is not None else self._trainable_variables)
        gradients = list(gradients)
        weights = _weights(models[0]) if models else {v.path: np.asarray(v) for v in given}
        by_name = dict.fromkeys(weights)
        by_name |= {v.path: None if g is None else np.asarray(g) for v, g in zip(given, gradients, strict=True)}
        seen.facts.setdefault("optimizer", type(self).__name__.lower())
        for fact in ("momentum", "epsilon", "weight_decay"):
            if isinstance(getattr(self, fact, None), int | float):
                seen.facts.setdefault(fact, float(getattr(self, fact)))
        seen.stepped(by_name, float(np.asarray(self.learning_rate)), lambda: weights)
        applied = own_apply(self, gradients, trainable_variables)
        seen.updated(lambda: _weights(models[0]) if models else {v.path: np.asarray(v) for v in given})
        return applied

    def called(self: keras.Model, inputs: object, *arguments: object, **named: object) -> object:
        if not models:
            models.append(self)
        evaluates = _evaluates()
        if not seen.over and self is models[0] and hasattr(inputs, "numpy"):
            seen.received(not evaluates, np.asarray(inputs, np.float32))
            if not evaluates:
                flags.append(named.get("training"))
        return own_call(self, inputs, *arguments, **named)

    def layer_called(self: keras.layers.Layer, *arguments: object, **named: object) -> object:
        output = own_call(self, *arguments, **named)
        if models and self is not models[0] and len(seen.losses) < RECORDED and hasattr(output, "numpy") and not _evaluates():
            seen.came_out(self.name, np.asarray(output))
        return output

    def compiled(self: keras.Model, *arguments: object, **named: object) -> None:
        if not models:
            models.append(self)
        own_compile(self, *arguments, **(named | {"run_eagerly": True}))

    keras.losses.Loss.__call__, keras.optimizers.Optimizer.apply = loss_called, apply
    keras.layers.Layer.__call__, keras.Model.__call__, keras.Model.compile = layer_called, called, compiled
    run(path, target, seen, lambda names: _after(seen, names, flags))


def _weights(model: keras.Model) -> dict[str, np.ndarray]:
    moving = {v.path for layer in model.layers for v in layer.non_trainable_variables if "moving" in v.path or "seed" in v.path}
    return {v.path: np.asarray(v) for v in model.variables if v.path not in moving and "seed" not in v.path}


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
