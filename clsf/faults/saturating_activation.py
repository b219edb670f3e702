"""Sigmoid or tanh in deep hidden layers."""

from __future__ import annotations

from dataclasses import replace

from clsf.faults.fault import Fault
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.model.layers import Dense
from clsf.words import say

FAULT = Fault(
    kind="saturating-activation",
    title=say("Sigmoid or tanh in deep hidden layers"),
    what=say(
        "The derivative of sigmoid is at most 0.25. In several layers in a row the gradient shrinks by that factor "
        "at least each time."
    ),
    symptom=say(
        "The loss stays at ln C for a long time. Gradients of the first layers are many times smaller than those of the last."
    ),
    mend=say("Use ReLU in hidden layers, or batch normalisation."),
    sources=("Glorot and Bengio 2010",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    layers = each_layer(scene, lambda layer: replace(layer, activation="sigmoid") if hasattr(layer, "activation") else layer)
    return layers.layered(lambda layers: [*layers[:-1], *(Dense(32, activation="sigmoid") for _ in range(4)), layers[-1]])
