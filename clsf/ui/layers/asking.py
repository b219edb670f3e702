"""Asking the workers about pictures and layers; what was asked before is answered from memory"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS
from clsf.backends.base import Weights
from clsf.data import private
from clsf.errors import ClsfError
from clsf.model.spec import Layer, ModelSpec
from clsf.ui.shared import service_access

TIMEOUT = 20.0  # seconds; an answer takes milliseconds, unless a data set has to be made first
FIRST = "tensorflow"  # who computes what is shown where both say the same


def spec_of(layers: tuple[Layer, ...]) -> str:
    """Return layers as the JSON of a model, which is what crosses to a worker."""
    return json.dumps(ModelSpec("chain", layers).to_json())


def outputs(
    layers: tuple[Layer, ...], images: np.ndarray, weights: Weights, masks: Weights | None = None, framework: str = FIRST
) -> list[np.ndarray]:
    """Return what comes out of each layer, (n, …). Raises ClsfError if the worker can't be asked."""
    if not layers:
        return []
    return _job(framework, "run", spec_of(layers), images, weights, masks or {})


def outputs_of_both(
    layers: tuple[Layer, ...], images: np.ndarray, weights: Weights, masks: Weights | None = None
) -> dict[str, list[np.ndarray]]:
    """Return framework -> what comes out of each layer; both compute at the same time."""
    return _both("run", spec_of(layers), images, weights, masks or {})


def normalised(layer: Layer, inputs: np.ndarray, weights: Weights, times: int) -> dict[str, dict[str, np.ndarray]]:
    """Return framework -> what `one_layer.normalise` says."""
    return _both("normalise", spec_of((layer,)), inputs, weights, times)


def held(layer: Layer, shape: tuple[int, ...], weights: Weights) -> dict[str, Weights]:
    """Return framework -> the weights in its own layout."""
    return _both("held", spec_of((layer,)), shape, weights)


def flattened(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return framework -> the image in the order of its own Flatten."""
    return _both("flattened", image)


def own_words(layer: Layer, shape: tuple[int, ...]) -> dict[str, tuple[str, str, bool]]:
    """Return framework -> its own layer as code, what it says to an image of this shape, whether it refused."""
    return _both("own_words", spec_of((layer,)), shape)


def picture(function: str, *args: object) -> object:
    """Return what a function of `clsf.data.picture` gives. Raises ClsfError, a DataError for a picture that is none."""
    private.require(args)
    return _remembered("torch", f"clsf.data.picture:{function}", _key(args), args, service_access.get_service())


def trained(run: str) -> Weights:
    """Return the weights of a run. Raises StoreError if there are none."""
    return _weights_of(run, service_access.get_service())


def _both(function: str, *args: object) -> dict:
    # The service is asked for here: threads have no Streamlit session, and the cache belongs to none.
    service, key = service_access.get_service(), _key(args)
    with ThreadPoolExecutor(max_workers=len(FRAMEWORKS)) as threads:
        asked = {name: threads.submit(_remembered, name, _module(name, function), key, args, service) for name in FRAMEWORKS}
        return {name: future.result() for name, future in asked.items()}


def _job(framework: str, function: str, *args: object) -> object:
    """Ask one framework; if it is away and the other is there, that one answers: both compute the same."""
    key, service = _key(args), service_access.get_service()
    try:
        return _remembered(framework, _module(framework, function), key, args, service)
    except ClsfError:
        other = next(name for name in FRAMEWORKS if name != framework)
        return _remembered(other, _module(other, function), key, args, service)


def _module(framework: str, function: str) -> str:
    return f"clsf.backends.{framework}.one_layer:{function}"


@st.cache_data(show_spinner=False, max_entries=200)
def _remembered(framework: str, function: str, key: str, _args: tuple, _service: object) -> object:
    return _service.call(framework, function, *_args, timeout=TIMEOUT)


@st.cache_data(show_spinner=False, max_entries=8)
def _weights_of(run: str, _service: object) -> Weights:
    return _service.weights(run)


def _key(args: object) -> str:
    """Return a digest of plain values and arrays, nested."""
    digest = hashlib.blake2b(digest_size=16)
    _feed(digest, args)
    return digest.hexdigest()


def _feed(digest: object, value: object) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        for name, item in value.items():
            digest.update(f"{name}=".encode())
            _feed(digest, item)
    elif isinstance(value, list | tuple):
        digest.update(f"[{len(value)}]".encode())
        for item in value:
            _feed(digest, item)
    else:
        digest.update(repr(value).encode())
