"""Asks the workers about pictures and layers; repeated questions are answered from a cache."""

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
_JOB = "clsf.backends.{}.one_layer:{}"


def spec_of(layers: tuple[Layer, ...]) -> str:
    """Return layers as the JSON of a model, the form sent to a worker."""
    return json.dumps(ModelSpec("chain", layers).to_json())


def outputs(layers: tuple[Layer, ...], images: np.ndarray, weights: Weights) -> list[np.ndarray]:
    """Return the output of each layer, (n, …). Raises ClsfError if no worker can be asked.

    If only the other framework is available, it is asked, because both compute the same.
    """
    if not layers:
        return []
    given = spec_of(layers), images, weights, {}
    try:
        return ask(FIRST, _JOB.format(FIRST, "run"), *given)
    except ClsfError:
        other = next(name for name in FRAMEWORKS if name != FIRST)
        return ask(other, _JOB.format(other, "run"), *given)


def both(function: str, layers: tuple[Layer, ...], *args: object) -> dict:
    """Return framework -> the result of a function of its `one_layer`; both compute at the same time."""
    return at_once(
        FRAMEWORKS, lambda name, service: ask(name, _JOB.format(name, function), spec_of(layers), *args, service=service)
    )


def flattened(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return framework -> the image in the order of its own flattening."""
    return at_once(FRAMEWORKS, lambda name, service: ask(name, _JOB.format(name, "flattened"), image, service=service))


def picture(function: str, *args: object) -> object:
    """Return the result of a function of `clsf.data.picture`. Raises ClsfError; a DataError for an invalid picture."""
    return ask("torch", f"clsf.data.picture:{function}", *args)


def trained(run: str) -> Weights:
    """Return the weights of a run. Raises StoreError if there are none."""
    return _weights_of(run, service_access.get_service())


@st.cache_data(show_spinner=False, max_entries=8)
def _weights_of(run: str, _service: object) -> Weights:
    return _service.weights(run)
