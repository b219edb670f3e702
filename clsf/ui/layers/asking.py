"""Asks the workers about pictures and layers; repeated questions are answered from a cache"""

from __future__ import annotations

import json

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS
from clsf.backends.base import Weights
from clsf.errors import ClsfError
from clsf.model.spec import Layer, ModelSpec
from clsf.ui.shared import service_access
from clsf.ui.shared.asking import ask, at_once

FIRST = "tensorflow"  # computes what is shown where both give the same result


def spec_of(layers: tuple[Layer, ...]) -> str:
    """Return layers as the JSON of a model, the form sent to a worker."""
    return json.dumps(ModelSpec("chain", layers).to_json())


def outputs(
    layers: tuple[Layer, ...], images: np.ndarray, weights: Weights, masks: Weights | None = None, framework: str = FIRST
) -> list[np.ndarray]:
    """Return the output of each layer, (n, …). Raises ClsfError if the worker can't be asked."""
    if not layers:
        return []
    return _job(framework, "run", spec_of(layers), images, weights, masks or {})


def outputs_of_both(
    layers: tuple[Layer, ...], images: np.ndarray, weights: Weights, masks: Weights | None = None
) -> dict[str, list[np.ndarray]]:
    """Return framework -> the output of each layer; both compute at the same time."""
    return _both("run", spec_of(layers), images, weights, masks or {})


def normalised(layer: Layer, inputs: np.ndarray, weights: Weights, times: int) -> dict[str, dict[str, np.ndarray]]:
    """Return framework -> the result of `one_layer.normalise`."""
    return _both("normalise", spec_of((layer,)), inputs, weights, times)


def held(layer: Layer, shape: tuple[int, ...], weights: Weights) -> dict[str, Weights]:
    """Return framework -> the weights in its own layout."""
    return _both("held", spec_of((layer,)), shape, weights)


def flattened(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return framework -> the image in the order of its own flattening."""
    return _both("flattened", image)


def own_words(layer: Layer, shape: tuple[int, ...]) -> dict[str, tuple[str, str, bool]]:
    """Return framework -> its own layer as code, its response to an image of this shape, whether it refused."""
    return _both("own_words", spec_of((layer,)), shape)


def picture(function: str, *args: object) -> object:
    """Return the result of a function of `clsf.data.picture`. Raises ClsfError; a DataError for an invalid picture."""
    return ask("torch", f"clsf.data.picture:{function}", *args)


def trained(run: str) -> Weights:
    """Return the weights of a run. Raises StoreError if there are none."""
    return _weights_of(run, service_access.get_service())


def _both(function: str, *args: object) -> dict:
    return at_once(FRAMEWORKS, lambda name, service: ask(name, _module(name, function), *args, service=service))


def _job(framework: str, function: str, *args: object) -> object:
    """Ask one framework; if only the other one is available, ask that, because both compute the same."""
    try:
        return ask(framework, _module(framework, function), *args)
    except ClsfError:
        other = next(name for name in FRAMEWORKS if name != framework)
        return ask(other, _module(other, function), *args)


def _module(framework: str, function: str) -> str:
    return f"clsf.backends.{framework}.one_layer:{function}"


@st.cache_data(show_spinner=False, max_entries=8)
def _weights_of(run: str, _service: object) -> Weights:
    return _service.weights(run)
