"""The picture of the idea: one plan goes through both frameworks into one chart. Its words are the reader's."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from clsf.charts.style import STYLES
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t

_CSS = """
.clsf-picture {{ width: 100%; max-width: 30rem; display: block; margin: 0 auto; font-family: var(--st-font); fill: var(--st-text-color); }}
.clsf-picture .box {{ fill: var(--st-secondary-background-color); stroke: var(--st-border-color); stroke-width: 1.5; }}
.clsf-picture .tensorflow-line {{ stroke: {tensorflow}; }}
.clsf-picture .tensorflow-mark {{ fill: {tensorflow}; }}
.clsf-picture .torch-line {{ stroke: {torch}; }}
.clsf-picture .torch-mark {{ fill: {torch}; }}
"""

_JS = """
export default function ({ data, parentElement }) {
  parentElement.querySelector("svg").setAttribute("aria-label", data.alt);
  for (const place of parentElement.querySelectorAll("[data-text]")) place.textContent = data[place.dataset.text];
}
"""

_component = st.components.v2.component(
    "clsf_picture",
    html=(Path(__file__).parent / "picture.svg").read_text("utf-8"),
    css=_CSS.format(**{framework: style.colour for framework, style in STYLES.items()}),
    js=_JS,
)


def picture() -> None:
    """Show the picture."""
    texts = {
        "alt": note("home", "one-model-one"),
        "plan": t("One model, one plan"),
        "equal": t("the same weights, the same batches"),
        "chart": t("One chart for both"),
    }
    _component(key="picture", data=texts)
