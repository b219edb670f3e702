"""The seven optimizers. Keras' own serve both for "native" and for "aligned": the aligned rule is Keras' rule."""

from __future__ import annotations

import keras

from clsf.plan import MOMENTUM


def optimizer(name: str, learning_rate: float, weight_decay: float = 0.0) -> keras.optimizers.Optimizer:
    """Return Keras' optimizer of that name with its defaults; they are listed in the twin, which follows them.

    Weight decay is decoupled, whatever the optimizer: each weight loses learning rate * weight_decay of itself before the
    update, and the gradient knows nothing of it (Loshchilov & Hutter 2017, arXiv:1711.05101).
    """
    decay = {"weight_decay": weight_decay} if weight_decay else {}
    match name:
        case "sgd":
            return keras.optimizers.SGD(learning_rate, **decay)
        case "momentum":
            return keras.optimizers.SGD(learning_rate, momentum=MOMENTUM, **decay)
        case "nesterov":
            return keras.optimizers.SGD(learning_rate, momentum=MOMENTUM, nesterov=True, **decay)
        case "adagrad":
            return keras.optimizers.Adagrad(learning_rate, **decay)
        case "adadelta":
            return keras.optimizers.Adadelta(learning_rate, **decay)
        case "rmsprop":
            return keras.optimizers.RMSprop(learning_rate, **decay)
        case "adam":
            return keras.optimizers.Adam(learning_rate, **decay)
    raise ValueError(f"no Keras optimizer stands for {name}")
