"""Small pictures as text for HTML, scaled crisp by the browser."""

from __future__ import annotations

import base64
import io
import time

import numpy as np
import streamlit as st
from PIL import Image

from clsf.data import private
from clsf.errors import ClsfError
from clsf.plan import Plan
from clsf.ui.shared import service_access
from clsf.ui.train import keys

PATIENCE = 10.0  # seconds until a worker that could not be asked is asked again


def data_uri(pixels: np.ndarray) -> str:
    """Return uint8 pixels (h, w), (h, w, 1) or (h, w, 3) as a PNG in a data address."""
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def of_run(plan: Plan, framework: str, indices: tuple[int, ...]) -> list[str] | None:
    """Return these images of a run as data addresses, None if no worker could be asked; then not asked again for some seconds."""
    plain = Plan(plan.data, plan.preparation, plan.validation_share, plan.train_limit, plan.split, seed=plan.seed)
    refused = st.session_state.setdefault(keys.NO_PICTURES, {})
    if refused.get((plain, indices), 0.0) > time.monotonic():
        return None
    try:
        private.require(plan.data)
        return _of_run(plain, framework, indices)
    except ClsfError:
        refused[plain, indices] = time.monotonic() + PATIENCE
        return None


@st.cache_data(show_spinner=False, max_entries=50)
def _of_run(plan: Plan, framework: str, indices: tuple[int, ...]) -> list[str]:
    found = service_access.get_service().call(framework, "clsf.data.pick:pixels", plan.to_json(), list(indices))
    return [data_uri(image) for image in found]


def side_by_side(maps: np.ndarray, gap: int = 1) -> np.ndarray:
    """Return uint8 maps (n, h, w) in one row, with a transparent gap: uint8 (h, …, 4), grey."""
    count, height, width = maps.shape
    row = np.zeros((height, count * (width + gap) - gap, 4), np.uint8)
    for n, one in enumerate(maps):
        place = row[:, n * (width + gap) : n * (width + gap) + width]
        place[..., :3] = one[..., None]
        place[..., 3] = 255
    return row
