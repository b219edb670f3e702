"""The input of every view of a layer: the picture, the chain, its weights, and the output of each layer"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from clsf.backends.base import Weights
from clsf.layer_stack.facts import StackFacts
from clsf.layer_stack.stages import LayerStack, Stage
from clsf.model.walk import LayerFacts
from clsf.ui.layers.source import ChosenPicture


@dataclass(frozen=True, slots=True, eq=False)
class InspectedLayer:
    """One layer, counted from 0, in its chain. Arrays are float32 with a batch axis of 1."""

    given: ChosenPicture
    first: np.ndarray  # what goes into the chain
    is_picture: bool  # whether that is the picture itself and not the output of a run's layers
    chain: LayerStack
    look: StackFacts
    weights: Weights
    outputs: list[np.ndarray]  # the output of each stage that fits
    position: int

    @property
    def stage(self) -> Stage:
        return self.chain[self.position]

    @property
    def facts(self) -> LayerFacts:
        return self.look.facts[self.position]

    @property
    def before(self) -> np.ndarray:
        """Return the input of the layer."""
        return self.outputs[self.position - 1] if self.position else self.first

    @property
    def after(self) -> np.ndarray:
        """Return the output of the layer."""
        return self.outputs[self.position]

    @property
    def shows_picture(self) -> bool:
        """Return whether the input of the layer is the picture itself."""
        return self.position == 0 and self.is_picture

    def own_weights(self) -> Weights:
        """Return only the weights of this layer, named as in a model of one layer."""
        path = f"{self.position + 1}."
        return {f"1.{name.removeprefix(path)}": array for name, array in self.weights.items() if name.startswith(path)}

    def linear(self) -> object:
        """Return the layer without its activation."""
        layer = self.stage.layer
        return replace(layer, activation="linear") if hasattr(layer, "activation") else layer
