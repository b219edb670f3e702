"""The images of a run, asked from a worker."""

from __future__ import annotations

import json
import time

import streamlit as st

from clsf.data import png, private
from clsf.errors import ClsfError
from clsf.plan import Plan
from clsf.ui.shared import service_access
from clsf.ui.train import keys

PATIENCE = 10.0  # seconds until a worker that could not be asked is asked again


def of_run(plan: Plan, framework: str, indices: tuple[int, ...]) -> list[str] | None:
    """Return these images of a run as data addresses, None if no worker could be asked; then not asked again for some seconds."""
    plain = Plan(plan.data, plan.preparation, plan.validation_share, plan.train_limit, plan.split, seed=plan.seed)
    text = json.dumps(plain.to_json())  # a plan can't be a key of Streamlit's cache
    refused = st.session_state.setdefault(keys.NO_PICTURES, {})
    if refused.get((text, indices), 0.0) > time.monotonic():
        return None
    try:
        private.require(plan.data)
        return _of_run(text, framework, indices)
    except ClsfError:
        refused[text, indices] = time.monotonic() + PATIENCE
        return None


@st.cache_data(show_spinner=False, max_entries=50)
def _of_run(plan: str, framework: str, indices: tuple[int, ...]) -> list[str]:
    picture = service_access.get_service().call(framework, "clsf.data.pick:pixels", json.loads(plan), list(indices))
    return [png.address(image) for image in picture]
