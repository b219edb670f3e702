"""The design as pictures: a diagram, and the outputs of its layers as blocks drawn to scale."""

from __future__ import annotations

import streamlit as st

from clsf.charts.model_diagram import diagram, spoken
from clsf.charts.model_volumes import HEIGHT, LONGEST, WIDTH, volumes
from clsf.model.edit import Card
from clsf.model.spec import KINDS
from clsf.ui.model import keys
from clsf.ui.model.given import ModelBench
from clsf.ui.shared import choose, components
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.downloads import download
from clsf.ui.shared.layer_kinds import described
from clsf.ui.shared.lessons import note
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


def diagram_view(bench: ModelBench) -> None:
    """Show the diagram, with a download as a file."""
    svg = diagram(bench.seen, described, lambda kind: KINDS[kind].LOOK.group, t("Input"), t("Output"))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        full = st.toggle(t("Full size"), key=keys.DIAGRAM_FULL, help=t("Otherwise it is made to fit the page."), **LINKED)
        # Made on request; a file made in advance would be gone after an immediate redraw of the page.
        download(t("Download SVG"), lambda: svg, "model.svg", "download_svg")
    _component(key=keys.DIAGRAM, data={"svg": svg, "full": full})


SMALL = 0.58  # share of its size on a phone


def volumes_view(bench: ModelBench) -> None:
    """Show the blocks; hovering shows their numbers, dragging rotates them."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        scale = choose.named(
            st.segmented_control, t("Lengths"), {"linear": t("to scale"), "root": t("square roots")}, keys.VOLUMES_SCALE,
            label_visibility="collapsed",
        )  # fmt: skip
        every = st.toggle(
            t("Every layer"), key=keys.VOLUMES_ALL, help=t("Also those that keep the shape they receive."), **choose.LINKED
        )
    figure = volumes(bench.seen, _title, lambda kind: KINDS[kind].LOOK.group, t("Input"), scale, every)
    # The scene is as high as the picture, whatever its width: in a narrower one its sides would be cut off. So it is drawn smaller.
    st.html(
        f"<style>.st-key-volumes_room {{ overflow-x: auto; }} .st-key-model_volumes {{ min-width: {WIDTH}px; }}"
        f"@media (max-width: 640px) {{ .st-key-volumes_room {{ overflow: hidden; height: {HEIGHT * SMALL:.0f}px; }}"
        f" .st-key-model_volumes {{ transform: scale({SMALL}); transform-origin: 0 0; width: {WIDTH}px; }}"
        " .st-key-model_volumes .modebar { display: none; } }</style>"  # too small for a finger, which rotates the scene itself
    )
    with st.container(key="volumes_room"):
        st.plotly_chart(figure, key="model_volumes", height=HEIGHT, alt=spoken(bench.seen, described))
    if scale == "linear":
        st.caption(
            note("model", "one-scale",
                times=LONGEST,
            )
        )  # fmt: skip
    else:
        st.caption(t("Every length is drawn as its square root, so that long vectors fit into the picture."))
    if bench.seen.output_shape is None:
        st.caption(t("Drawn up to the layer that does not fit."))


def _title(card: Card) -> str:
    said = described(card)
    return f"{card.kind} · {said}" if said else card.kind
