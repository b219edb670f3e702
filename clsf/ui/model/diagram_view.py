"""The design as a diagram."""

from __future__ import annotations

import streamlit as st

from clsf.charts.model_diagram import diagram
from clsf.model.spec import KINDS
from clsf.ui.model import keys
from clsf.ui.model.editor import ModelBench
from clsf.ui.shared import components
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.downloads import download
from clsf.ui.shared.layer_kinds import described
from clsf.ui.shared.text import t

_component = components.declared(
    "clsf_model_diagram",
    html='<div class="md"></div>\n<span hidden></span>',
    css="""
.md { overflow: auto; max-height: 80rem; color: var(--st-text-color); --mono: var(--st-code-font); text-align: center; }
.md svg { max-width: 100%; height: auto; font-family: var(--st-font); }
.md.full svg { max-width: none; }
.md g.box { cursor: pointer; }
""",
    js="""
export default function ({ data: [data], parentElement }) {
  const root = parentElement.querySelector(".md");
  if (root.dataset.svg !== data.svg) {
    root.innerHTML = data.svg; // drawn by Python, which escapes every text in it
    root.dataset.svg = data.svg;
  }
  root.classList.toggle("full", data.full);
  const tell = (path, how) => window.dispatchEvent(new CustomEvent("clsf-layer", { detail: { path, how, from: "diagram" } }));
  const mark = (path, name) => root.querySelectorAll("g.box").forEach((box) => box.classList.toggle(name, box.dataset.path === path));
  root.querySelectorAll("g.box").forEach((box) => {
    box.onmouseenter = () => { mark(box.dataset.path, "marked"); tell(box.dataset.path, "hover"); };
    box.onmouseleave = () => { mark(null, "marked"); tell(null, "hover"); };
    box.onclick = () => { mark(box.dataset.path, "chosen"); tell(box.dataset.path, "choose"); };
  });
  const heard = (event) => {
    if (event.detail.from !== "diagram") mark(event.detail.path, event.detail.how === "choose" ? "chosen" : "marked");
  };
  window.removeEventListener("clsf-layer", root.heard);
  window.addEventListener("clsf-layer", heard);
  root.heard = heard;
  return () => window.removeEventListener("clsf-layer", root.heard);
}
""",
)


def show(bench: ModelBench) -> None:
    """Show the diagram, with a download as a file."""
    svg = diagram(bench.seen, described, lambda kind: KINDS[kind].LOOK.group, t("Input"), t("Output"))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        full = st.toggle(t("Full size"), key=keys.DIAGRAM_FULL, help=t("Otherwise it is made to fit the page."), **LINKED)
        # Made on request; a file made in advance would be gone after an immediate redraw of the page.
        download(t("Download SVG"), lambda: svg, "model.svg", "download_svg")
    _component(key=keys.DIAGRAM, data={"svg": svg, "full": full})
