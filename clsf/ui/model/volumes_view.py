"""The outputs of the design's layers, as blocks drawn to scale."""

from __future__ import annotations

import streamlit as st

from clsf.charts.model_diagram import spoken
from clsf.charts.model_volumes import HEIGHT, LONGEST, WIDTH, volumes
from clsf.model.edit import Card
from clsf.model.spec import KINDS
from clsf.ui.model import keys
from clsf.ui.model.editor import ModelBench
from clsf.ui.shared import choose
from clsf.ui.shared.layer_kinds import described
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t

SMALL = 0.58  # share of its size on a phone


def show(bench: ModelBench) -> None:
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
