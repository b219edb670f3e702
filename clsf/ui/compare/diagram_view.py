"""The model as a diagram that marks the first layer where the two frameworks differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from clsf.charts.compare_diagram import marked
from clsf.charts.compare_lockstep import LayerRow
from clsf.charts.model_diagram import diagram
from clsf.model.edit import design_of
from clsf.model.edit_facts import design_facts
from clsf.model.shapes import Shape
from clsf.model.spec import KINDS, ModelSpec
from clsf.ui.shared import components
from clsf.ui.shared.layer_kinds import described
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t, words

_component = components.declared(
    "clsf_parting_diagram",
    html='<div class="pd" tabindex="0"></div>',
    css="""
.pd { overflow: auto; max-height: 46rem; color: var(--st-text-color); --mono: var(--st-code-font); text-align: center; }
.pd svg { max-width: 100%; height: auto; font-family: var(--st-font); }
""",
    js="""
export default function ({ data: [data], parentElement }) {
  const root = parentElement.querySelector(".pd");
  if (root.dataset.svg === data.svg) return;
  root.innerHTML = data.svg; // drawn by Python, which escapes every text in it
  root.dataset.svg = data.svg;
}
""",
)


def show(spec: ModelSpec, shape: Shape, rows: Sequence[LayerRow]) -> None:
    """Show the model with the result of one step at every layer."""
    seen = design_facts(design_of(spec), shape)
    svg = diagram(seen, described, lambda kind: KINDS[kind].LOOK.group, t("Input"), t("Output"))
    _component(key="parting_diagram", data={"svg": marked(svg, rows, words)})
    st.caption(note("compare", "beside-each-layer"))
