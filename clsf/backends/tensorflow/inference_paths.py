"""The ways to get a trained model's predictions, each executed and timed."""

from __future__ import annotations

import time

import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.build import BuiltModel

CODES = ("model.predict(x, verbose=0)", "model(x)", "model(x, training=True)")


def asked(built: BuiltModel, inputs: np.ndarray) -> list[tuple[str, str, str, float, np.ndarray]]:
    """Predict for inputs, float (n, height, width, channels), in every way of CODES.

    Returns (code, type of the result, its dtype, seconds of the second call, values as an array (n, classes)). The last
    way is the mistake: dropout is active, and batch normalisation uses this batch; the weights are restored afterwards.
    """
    model, before = built.model, built.get_weights()
    ways = {
        CODES[0]: lambda: model.predict(inputs, verbose=0),
        CODES[1]: lambda: model(inputs),
        CODES[2]: lambda: model(inputs, training=True),
    }
    rows = []
    for code, ask in ways.items():
        ask()  # lazy initialisation happens now
        started = time.perf_counter()
        answer = ask()
        seconds = time.perf_counter() - started
        values = answer.numpy() if isinstance(answer, tf.Tensor) else answer
        rows.append((code, _kind(answer), str(np.dtype(values.dtype)), seconds, np.array(values)))
    built.set_weights(before)
    return rows


def _kind(answer: object) -> str:
    return "tf.Tensor" if isinstance(answer, tf.Tensor) else "numpy.ndarray"
