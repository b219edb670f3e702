"""The first minute, on one screen: draw a digit, two frameworks answer; train your own; flip one switch and the curves separate."""

from __future__ import annotations

import streamlit as st

from clsf.ui.home import answers, training
from clsf.ui.shared import problems, service_access


def show() -> None:
    """Show both cards side by side; on a phone one above the other."""
    with problems.shown():
        service_access.at_hand()
        left, right = st.columns([1, 1.2], gap="small")
        with left.container(border=True, height="stretch", gap="xsmall", key="first_draw"):
            answers.show()
        with right.container(border=True, height="stretch", gap="xsmall", key="first_train"):
            training.show()
