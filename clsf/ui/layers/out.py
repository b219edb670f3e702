"""The output of a layer: its feature maps, and the numbers before and after on one axis"""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.charts import layer_histograms, layer_pictures
from clsf.charts.palette import NEGATIVE, POSITIVE
from clsf.model.layers import Convolution
from clsf.ui.layers import keys, parts
from clsf.ui.layers.filling import filter_title
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.parts import PictureItem, number, picture, row, table
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.text import t, tn, words

MOST_MAPS = 64


def show(looked: InspectedLayer) -> None:
    values = looked.after[0]
    if values.ndim == 3:
        _maps(looked, values)
    else:
        _vector(looked, values)
    _numbers(looked)


def _maps(looked: InspectedLayer, values: np.ndarray) -> None:
    count = values.shape[2]
    own = st.toggle(
        t("Each map on its own scale"), key=keys.OWN_SCALE, **LINKED,
        help=t("Off: the same colour means the same number in every map. On: weak maps are seen better."),
    )  # fmt: skip
    limit = layer_pictures.scale_of(values)
    items = []
    for n in range(min(count, MOST_MAPS)):
        part = values[..., n]
        title, by_hand = _title(looked, n)
        note = t("{low} to {high}, mean {mean}", low=number(part.min()), high=number(part.max()), mean=number(part.mean()))
        alt = t("Feature map {title}: {note}", title=title, note=note)
        items.append(PictureItem(layer_pictures.signed(part, None if own else limit), title, alt, note, by_hand))
    parts.gallery(items, "gallery_maps", 92 if count > 4 else 150)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        if not own:
            parts.scale(limit)
        st.caption(t("Blue is negative, white is zero, red is positive. Click a map to enlarge it."), width="content")
    if count > MOST_MAPS:
        st.caption(t("The first {shown} of {count} maps.", shown=MOST_MAPS, count=count))


def _title(looked: InspectedLayer, n: int) -> tuple[str, bool]:
    """Name a map after the filter that produced it; layers that work per channel pass the names on."""
    for stage, facts in reversed(list(zip(looked.chain, looked.look.facts, strict=False))[: looked.position + 1]):
        many = getattr(stage.layer, "depth_multiplier", 0)
        if many and not stage.layer.WIDTH:
            title, by_hand = filter_title(stage, n % many)
            return f"{title} · {t('channel {channel}', channel=n // many)}", by_hand
        if isinstance(stage.layer, Convolution):
            return filter_title(stage, n)
        if len(facts.in_shape) != 3:
            break
    return t("channel {channel}", channel=n), False


def _vector(looked: InspectedLayer, values: np.ndarray) -> None:
    limit = layer_pictures.scale_of(values)
    title = tn("{count} number, folded into rows", "{count} numbers, folded into rows", len(values), count=f"{len(values):,}")
    row(picture(layer_pictures.folded(values), title, title, "min(100%, 26rem)"))
    parts.scale(limit)
    if looked.stage.layer.role == "Linear" and len(values) <= 128:
        colours = [POSITIVE if x > 0 else NEGATIVE for x in values]
        figure = {
            "data": [
                {"type": "bar", "x": list(range(len(values))), "y": [float(x) for x in values], "marker": {"color": colours},
                 "hovertemplate": "%{x}: %{y:.4g}<extra></extra>"}
            ],
            "layout": {"xaxis": {"title": {"text": t("unit")}}, "yaxis": {"title": {"text": t("output")}}, "margin": {"l": 10, "r": 10, "t": 10, "b": 10}},
        }  # fmt: skip
        st.plotly_chart(figure, height=240, key="chart_units", alt=t("The number that comes out of each unit."))


def _numbers(looked: InspectedLayer) -> None:
    before, after = layer_histograms.described(looked.before), layer_histograms.described(looked.after)
    cuts = looked.stage.layer.function == "relu"
    st.markdown(f"**{t('The numbers before and after')}**")
    figure = layer_histograms.figure(looked.before, looked.after, cuts, words)
    alt = t(
        "Before: {low} to {high}. After: {low_after} to {high_after}.",
        low=number(before["low"]), high=number(before["high"]), low_after=number(after["low"]), high_after=number(after["high"]),
    )  # fmt: skip
    st.plotly_chart(figure, height=260, key="chart_numbers", alt=alt)
    columns = {
        "low": t("min"), "high": t("max"), "mean": t("mean"), "deviation": t("deviation"), "negative": t("below 0"),
        "zero": t("exactly 0"),
    }  # fmt: skip
    shares = ("negative", "zero")
    rows = [
        (f"<th>{title}</th>", [f"{told[name]:.1%}" if name in shares else number(told[name]) for name in columns])
        for title, told in ((t("before the layer"), before), (t("after the layer"), after))
    ]
    table("", columns.values(), rows)
    if cuts:
        share = before["negative"] if looked.stage.layer.role == "Function" else after["zero"]
        st.caption(
            t("ReLU cuts at 0: {share} of the numbers come out as exactly 0, the others pass unchanged.", share=f"{share:.1%}")
        )
