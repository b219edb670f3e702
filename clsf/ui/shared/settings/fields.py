"""Building blocks of the groups of settings: numbers, pairs of widgets, and the name of a setting in each framework."""

from __future__ import annotations

from html import escape
from math import isfinite

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf import FRAMEWORKS
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.marks import mark
from clsf.ui.shared.text import t


def pair() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return two places side by side, on a phone too."""
    grid = st.grid(2, min_column_width=96, gap="small")
    return grid.cell(), grid.cell()


def number(
    place: DeltaGenerator, label: str, key: str, default: float, high: float, step: float, help: str, low: float = 0.0
) -> float:
    """Show a number from `low` to `high`. A link may hold any value, so anything else becomes the default."""
    value = place.number_input(
        label, min_value=low, max_value=high, value=default, step=step, format="%g", key=key, help=help, **LINKED
    )
    return float(value) if value is not None and isfinite(value) else default


def toggle(label: str, key: str, help: str) -> bool:
    """Show a switch that is off at first."""
    return st.toggle(label, False, key=key, help=help, **LINKED)


def explained(text: str) -> None:
    """Offer the text that explains these settings, opened by a click on the same page."""
    with st.popover(t("Explained"), icon=":material/school:", type="tertiary"):
        st.markdown(text)


def twins(keras: str, torch: str) -> None:
    """Show the name of a setting in each framework, as code next to the framework's symbol."""
    rows = "".join(f"{mark(name)}<code>{escape(code)}</code>" for name, code in zip(FRAMEWORKS, (keras, torch), strict=True))
    st.html(f'<div class="tp tp-twins">{rows}</div>')
