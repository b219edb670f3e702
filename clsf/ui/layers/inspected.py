"""What every view of a layer is given: the picture, the chain, its weights, and what came out of each layer"""

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
    is_picture: bool  # whether that is the picture itself, not what a run's layers made of it
    chain: LayerStack
    look: StackFacts
    weights: Weights
    outputs: list[np.ndarray]  # what comes out of each stage that fits
    position: int

    @property
    def stage(self) -> Stage:
        return self.chain[self.position]

    @property
    def facts(self) -> LayerFacts:
        return self.look.facts[self.position]

    @property
    def before(self) -> np.ndarray:
        """What goes into the layer."""
        return self.outputs[self.position - 1] if self.position else self.first

    @property
    def after(self) -> np.ndarray:
        """What comes out of the layer."""
        return self.outputs[self.position]

    @property
    def shows_picture(self) -> bool:
        """Whether what goes into the layer is the picture itself."""
        return self.position == 0 and self.is_picture

    def own_weights(self) -> Weights:
        """Return the weights of the layer alone, named as those of a model of one layer."""
        path = f"{self.position + 1}."
        return {f"1.{name.removeprefix(path)}": array for name, array in self.weights.items() if name.startswith(path)}

    def linear(self) -> object:
        """Return the layer without its activation."""
        layer = self.stage.layer
        return replace(layer, activation="linear") if hasattr(layer, "activation") else layer
