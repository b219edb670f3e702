"""The student's own design, as every page may use it: kept for the session, made on the Model page."""

from __future__ import annotations

import json

import streamlit as st

from clsf.errors import SpecError
from clsf.model.spec import ModelSpec
from clsf.ui import state

MY_MODEL = "my-model"
"""What the own design is called in links and lists of models, beside the names of the presets."""


def keep(spec: ModelSpec) -> None:
    """Make this the design of the session."""
    st.session_state[state.DESIGN] = json.dumps(spec.to_json())


def designed() -> ModelSpec | None:
    """Return the design of the session, None if none was made yet."""
    try:
        return ModelSpec.from_json(json.loads(st.session_state[state.DESIGN]))
    except (KeyError, ValueError, SpecError):
        return None
