"""Changes of a printed program that plant several faults. Each returns the changed scene, or None if it is not possible."""

from __future__ import annotations

from collections.abc import Callable

from clsf.faults.scene import KERAS, TORCH, Scene
from clsf.model.layers import keras_name

LOSS = {
    KERAS: "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    TORCH: "loss_fn = nn.CrossEntropyLoss()  # applies softmax itself, so the model has none",
}
"""The line that defines the usual loss."""

PREPARED = "    return images / 255\n"
SHUFFLED = "order = rng.permutation(len(x_train))  # shuffled first: a sorted set would hold back whole classes"
SETTLED = "x_train, y_train = x_train[order], y_train[order]\n"
"""Lines of both frameworks' programs: the end of `prepare`, and the split."""


def returning(scene: Scene, expression: str) -> Scene | None:
    """Return the PyTorch scene whose model returns an expression of `x`."""
    return None if scene.keras else scene.edited(("        return x\n\n\nmodel", f"        return {expression}\n\n\nmodel"))


def last_dense(scene: Scene, arguments: str) -> Scene | None:
    """Return the Keras scene whose last layer has more arguments."""
    last = scene.spec.layers[-1]
    units = last.units if last.role == "Linear" else 0
    return other_last(scene, f"{units}{arguments}")


def other_last(scene: Scene, arguments: str) -> Scene | None:
    """Return the Keras scene whose last layer has other arguments."""
    made = f"layers.{keras_name('Linear')}"
    old = f"{made}({classes(scene)}),\n    ]"
    return scene.edited((old, f"{made}({arguments}),\n    ]")) if scene.keras else None


def last_line(scene: Scene, new: str) -> Scene | None:
    """Return the Keras scene with one more layer at the end."""
    return scene.edited(("),\n    ],\n    name=", f"),\n        {new},\n    ],\n    name=")) if scene.keras else None


def other_loss(scene: Scene, text: str) -> Scene | None:
    """Return the scene with another loss in place of the usual one."""
    return scene.edited((LOSS[scene.framework], text))


def one_hot(scene: Scene, keras: str, accuracy: str | None = None, probabilities: bool = True) -> Scene | None:
    """Return the Keras scene with one-hot labels, a softmax if wanted, and another loss."""
    scene = scene.planned(loss="categorical", probabilities=probabilities)
    new = scene.with_pattern(r"keras\.losses\.CategoricalCrossentropy\(from_logits=(True|False)\)", keras)
    if new is not None and accuracy is not None:
        new = new.with_pattern(r"keras\.metrics\.CategoricalAccuracy\(", f"keras.metrics.{accuracy}(")
    return new


def classes(scene: Scene) -> int:
    """Return the number of classes: the outputs of the last layer."""
    return scene.spec.layers[-1].units


def normed(scene: Scene) -> bool:
    """Return whether the model has batch normalisation."""
    return any(layer.role == "Batchwise" for layer in scene.spec.layers)


def each_layer(scene: Scene, change: Callable[[object], object]) -> Scene:
    """Return the scene with each layer but the last changed."""
    return scene.layered(lambda layers: [*(change(layer) for layer in layers[:-1]), layers[-1]])
