"""From an image to a vector: the order of its cells in each framework, and how the parameters of a dense layer grow with the image."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from clsf.charts import layer_growth, layer_pictures
from clsf.charts.style import STYLES
from clsf.frameworks import BY_NAME
from clsf.layer_stack.field import flat_index, place
from clsf.model.fields import field_of
from clsf.model.layers import BY_ROLE, made
from clsf.ui.layers import asking, keys
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.shared import choose
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t, tn, words

LECTURE_SIDE, LECTURE_UNITS = 28, 128
SHOWN_CELLS = 20  # cells that are written out


def order(looked: InspectedLayer) -> None:
    shape = looked.facts.in_shape
    count = looked.facts.out_shape[0]
    if len(shape) != 3:
        st.info(t("What goes in is flat already, so nothing changes."), icon=":material/horizontal_rule:")
        return
    numbered = np.arange(count, dtype=np.float32).reshape(shape)
    orders = {name: flat.astype(np.int64) for name, flat in asking.flattened(numbered).items()}
    st.markdown(note("layers", "every-cell", shape="×".join(map(str, shape))))
    at = choose.whole(t("Number of the vector to follow"), 0, count - 1, min(5, count - 1), keys.CELL, width=260)
    for name, order in orders.items():
        _line(name, order, shape, at)
    same = int((orders["tensorflow"] == orders["torch"]).sum())
    st.caption(
        tn(
            "{same} of {count} cell has the same place in both. Weights learned on one order do not fit the other, so this software reorders them.",
            "{same} of {count} cells have the same place in both. Weights learned on one order do not fit the other, so this software reorders them.",
            count,
            same=f"{same:,}", count=f"{count:,}",
        )
    )  # fmt: skip


def _line(name: str, order: np.ndarray, shape: tuple[int, int, int], at: int) -> None:
    look, channels_first = STYLES[name], name == "torch"
    start = max(0, min(at - SHOWN_CELLS // 2, len(order) - SHOWN_CELLS))
    cells = []
    for n in range(start, min(start + SHOWN_CELLS, len(order))):
        row, column, channel = place(int(order[n]), shape)  # the framework's value there, named as in the image
        colour = "rgb" + str(layer_pictures.CHANNEL_COLOURS[channel % len(layer_pictures.CHANNEL_COLOURS)])
        cells.append(f'<i class="{"on" if n == at else ""}" style="--c:{colour}">({row},{column},{channel})</i>')
    before, behind = ("<span>…</span>" if start else ""), ("<span>…</span>" if start + SHOWN_CELLS < len(order) else "")
    row, column, channel = place(int(order[at]), shape)
    told = t("Number {at} is row {row}, column {column}, channel {channel}.", at=at, row=row, column=column, channel=channel)
    counting = flat_index(row, column, channel, shape, channels_first)
    rule = (
        f"(channel·{shape[0]} + row)·{shape[1]} + column"
        if channels_first
        else f"(row·{shape[1]} + column)·{shape[2]} + channel"
    )
    strip = layer_pictures.by_channel(order % shape[2])
    alt = t("The whole vector, every number in the colour of its channel.")
    st.html(
        f'<div class="ls ls-order" style="--side:{look.colour}"><b>{look.mark} {look.title} · {BY_NAME[name].layout}</b>'
        f'<img src="{strip}" alt="{escape(alt)}"><div class="ls-cells">{before}{"".join(cells)}{behind}</div>'
        f"<figcaption>{escape(told)} <code>{rule} = {counting}</code></figcaption></div>"
    )


def growth(looked: InspectedLayer) -> None:
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
