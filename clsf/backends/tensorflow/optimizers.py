"""The seven optimizers. Keras' own serve both for "native" and for "aligned": the aligned rule is Keras' rule."""

from __future__ import annotations

import keras

from clsf.plan import MOMENTUM


def optimizer(name: str, learning_rate: float) -> keras.optimizers.Optimizer:
    """Return Keras' optimizer of that name with its defaults; they are listed in the twin, which follows them."""
    match name:
        case "sgd":
            return keras.optimizers.SGD(learning_rate)
        case "momentum":
            return keras.optimizers.SGD(learning_rate, momentum=MOMENTUM)
        case "nesterov":
            return keras.optimizers.SGD(learning_rate, momentum=MOMENTUM, nesterov=True)
        case "adagrad":
            return keras.optimizers.Adagrad(learning_rate)
        case "adadelta":
            return keras.optimizers.Adadelta(learning_rate)
        case "rmsprop":
            return keras.optimizers.RMSprop(learning_rate)
        case "adam":
            return keras.optimizers.Adam(learning_rate)
    raise ValueError(f"no Keras optimizer stands for {name}")
