"""Copies of a small network, each with its own part of a batch: losses and gradients, in float64. Twin of PyTorch's.

Only NumPy crosses: weights by the names of `clsf.course.workers.WEIGHTS`, images (n, pixels), labels (n,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

EPSILON = 1e-3  # in the root of batch normalisation, as Keras has it

Weights = Mapping[str, np.ndarray]


def gradients(
    copies: Sequence[Weights], images: Sequence[np.ndarray], labels: Sequence[np.ndarray], statistics: str
) -> tuple[list[float], list[dict[str, np.ndarray]]]:
    """Return each worker's loss and gradients. `statistics`: of batch normalisation; "none", "own", or "shared" by all workers."""
    held = [{name: tf.Variable(value) for name, value in copy.items()} for copy in copies]
    with tf.GradientTape() as tape:
        hidden = [tf.matmul(x, w["kernel_1"]) + w["bias_1"] for x, w in zip(images, held, strict=True)]
        if statistics != "none":
            everyone = tf.concat(hidden, axis=0)
            hidden = [_normalised(h, everyone if statistics == "shared" else h, w) for h, w in zip(hidden, held, strict=True)]
        losses = [
            tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(y, tf.matmul(tf.nn.relu(h), w["kernel_2"]) + w["bias_2"])
            )
            for h, y, w in zip(hidden, labels, held, strict=True)
        ]
        total = tf.add_n(losses)
    gradients = tape.gradient(total, held)
    return [float(loss) for loss in losses], [
        {name: (np.zeros_like(copy[name]) if g is None else g.numpy()) for name, g in one.items()}
        for one, copy in zip(gradients, copies, strict=True)
    ]


def _normalised(hidden, of, weights):
    mean, variance = tf.nn.moments(of, axes=0)
    return (hidden - mean) / tf.sqrt(variance + EPSILON) * weights["scale"] + weights["shift"]
