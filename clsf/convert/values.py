"""The result of reading a file, as plain values sent by a worker: a network with its weights, or a bare state_dict."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from clsf.backends.base import Weights
from clsf.model.spec import ModelSpec
from clsf.words import Sentence

GRAPHS = ("keras", "onnx")
STATES = ("pt", "safetensors")


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model from a file. A state_dict alone has `state` and no model: `clsf.convert.binding` joins it with one."""

    kind: str  # of GRAPHS or STATES
    name: str  # of the file
    framework: str  # in which its outputs are computed
    model: dict | None  # ModelSpec JSON
    shape: tuple[int, int, int] | None  # (height, width, channels) of what the model receives
    weights: Weights  # in the agreed layout
    names: dict[str, str]  # path -> the layer's name in the file
    keys: dict[str, str]  # weight -> its name in the file
    state: dict[str, np.ndarray] = field(default_factory=dict)  # a state_dict as it is in the file
    misfits: dict[str, np.ndarray] = field(default_factory=dict)  # weight -> array of the file whose shape is not the layer's
    scaling: tuple[float, float] | None = None  # scale and offset of a layer that scales the pixels first
    notes: tuple[Sentence, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)  # the program that wrote the file

    @property
    def spec(self) -> ModelSpec:
        return ModelSpec.from_json(self.model)
