"""The augmentation that was taken over from the Data page for training: kept for the session."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from clsf.errors import PlanError
from clsf.plan import Augmentation
from clsf.ui.data import keys
from clsf.ui.shared.settings import keys as train_keys


def chosen() -> Augmentation:
    """Return the augmentation that was taken over last; one without any transformation if there is none."""
    try:
        return Augmentation(**st.session_state[keys.AUGMENTATION])
    except (KeyError, TypeError, PlanError):
        return Augmentation()


def take(augmentation: Augmentation) -> None:
    """Take this augmentation over: from now on, the settings of the Train page show it too."""
    st.session_state[keys.AUGMENTATION] = asdict(augmentation)
    st.session_state[train_keys.FLIP] = augmentation.flip
    st.session_state[train_keys.SHIFT] = augmentation.shift
    st.session_state[train_keys.ROTATION] = augmentation.rotation
    st.session_state[train_keys.BRIGHTNESS] = augmentation.brightness
    st.session_state[train_keys.CUTOUT] = augmentation.cutout
