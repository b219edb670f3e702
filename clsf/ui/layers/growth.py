"""Parameter counts as the image grows: a dense layer compared with a convolution on the same pictures"""

from __future__ import annotations

import streamlit as st

from clsf.charts import layer_growth
from clsf.model.fields import field_of
from clsf.model.layers import BY_ROLE, made
from clsf.ui.layers import keys
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.shared import choose
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t, tn, words

LECTURE_SIDE, LECTURE_UNITS = 28, 128


def show(looked: InspectedLayer) -> None:
    layer = looked.stage.layer
    dense = layer if layer.role == "Linear" else None
    conv = layer if layer.role == "Convolution" else made("Convolution", 8, 3)
    with st.container(horizontal=True, gap="small"):
        if dense is None:
            most = field_of(BY_ROLE["Linear"], "units").rule.few
            units = choose.whole(t("Units of the dense layer"), 1, most, LECTURE_UNITS, keys.GROWTH_UNITS, width=200)
            dense = made("Linear", units)
        channels = int(choose.one(t("Channels"), ("1", "3"), keys.GROWTH_CHANNELS, "1", st.segmented_control))
    shape = looked.given.pixels.shape
    figure = layer_growth.figure(dense, conv, channels, max(shape[:2]), words)
    small, large = (layer_growth.parameters(dense, side, channels) for side in (LECTURE_SIDE, layer_growth.SIDES[-1]))
    fixed = layer_growth.parameters(conv, LECTURE_SIDE, channels)
    said = tn(
        "{dense} with {units} unit: {small} parameters on {side}×{side}×{channels}, {large} on "
        "{far}×{far}×{channels}. {conv} with {filters} filters: {fixed}, always.",
        "{dense} with {units} units: {small} parameters on {side}×{side}×{channels}, {large} on {far}×{far}×{channels}. "
        "{conv} with {filters} filters: {fixed}, always.",
        dense.units, dense=type(dense).__name__, conv=type(conv).__name__,
        units=dense.units, small=f"{small:,}", side=LECTURE_SIDE, channels=channels, large=f"{large:,}", far=layer_growth.SIDES[-1],
        filters=conv.filters, fixed=f"{fixed:,}",
    )  # fmt: skip
    st.plotly_chart(figure, height=320, key="chart_growth", alt=said)
    st.markdown(said)
    st.caption(note("layers", "twice-the-side"))
