"""Batch normalisation: the statistics of the batch in training, the running statistics in inference, and how these are updated"""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from clsf.charts import layer_histograms, layer_statistics
from clsf.charts.style import STYLES
from clsf.ui.layers import asking, keys
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.parts import number, table
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.text import t, tn, words
from clsf.words import say

SHOWN = 8  # channels in the table
MOST_TIMES = 300


def show(looked: InspectedLayer) -> None:
    layer = looked.stage.layer
    if looked.is_picture:
        batch = looked.given.batch()
        inputs = (
            asking.outputs(tuple(s.layer for s in looked.chain[: looked.position]), batch, _earlier(looked))[-1]
            if looked.position
            else batch
        )
    else:
        inputs = looked.before
    st.markdown(
        tn(
            "In training each channel gets mean 0 and variance 1 over **the batch**: {count} image here. Inference uses the "
            "**running statistics** that training has gathered.",
            "In training each channel gets mean 0 and variance 1 over **the batch**: {count} images here. Inference uses the "
            "**running statistics** that training has gathered.",
            len(inputs),
        )
    )
    times = st.slider(t("Batches seen in training"), 1, MOST_TIMES, 50, key=keys.TIMES, **LINKED)
    both = asking.normalised(layer, inputs, looked.own_weights(), times)
    arrays = both[asking.FIRST]
    axes = tuple(range(inputs.ndim - 1))
    mean, variance = inputs.mean(axis=axes), inputs.var(axis=axes)
    left, right = st.columns(2, gap="medium")
    for place, name, running, batch_value in (
        (left, say("running mean"), arrays["means"], mean), (right, say("running variance"), arrays["variances"], variance),
    ):  # fmt: skip
        with place:
            figure = layer_statistics.figure(running, batch_value, name, words)
            alt = tn(
                "{title} after {times} batch; dotted: that of the batch.",
                "{title} after {times} batches; dotted: that of the batch.",
                times, title=words(name), times=times,
            )  # fmt: skip
            st.plotly_chart(figure, height=250, key=f"chart_{'mean' if place is left else 'variance'}", alt=alt)
    st.caption(
        t(
            "Dotted: the batch's own. With every batch {old} of the old running statistic is kept and {new} of the batch's added.",
            old=f"{layer.momentum:g}", new=f"{1 - layer.momentum:.3g}",
        )
    )  # fmt: skip
    _table(mean, variance, arrays)
    st.markdown(f"**{t('What comes out: with the statistics of the batch, and with the running ones')}**")
    figure = layer_histograms.figure(arrays["training"], arrays["inference"], said=words)
    figure["data"][0]["name"], figure["data"][1]["name"] = t("in training"), t("at inference")
    apart = layer_histograms.described(arrays["training"]), layer_histograms.described(arrays["inference"])
    alt = t(
        "Training: mean {mean}, deviation {deviation}. At inference: mean {other_mean}, deviation {other_deviation}.",
        mean=number(apart[0]["mean"]), deviation=number(apart[0]["deviation"]), other_mean=number(apart[1]["mean"]),
        other_deviation=number(apart[1]["deviation"]),
    )  # fmt: skip
    st.plotly_chart(figure, height=240, key="chart_normalised", alt=alt)
    st.caption(alt)
    difference = max(
        float(np.abs(both["tensorflow"][part] - both["torch"][part]).max())
        for part in ("training", "inference", "means", "variances")
    )
    titles, most = " · ".join(f"{look.mark} {look.title}" for look in STYLES.values()), f"{difference:.1e}"
    st.caption(t("{frameworks}: largest difference of all these numbers {difference}.", frameworks=titles, difference=most))


def _earlier(looked: InspectedLayer) -> dict[str, np.ndarray]:
    paths = tuple(f"{n}." for n in range(1, looked.position + 1))
    return {name: array for name, array in looked.weights.items() if name.startswith(paths)}


def _table(mean: np.ndarray, variance: np.ndarray, arrays: dict[str, np.ndarray]) -> None:
    rows = {
        t("mean of the batch"): mean, t("running mean"): arrays["means"][-1], t("variance of the batch"): variance,
        t("running variance"): arrays["variances"][-1],
    }  # fmt: skip
    cells = [(f"<th>{escape(title)}</th>", map(number, values[:SHOWN])) for title, values in rows.items()]
    table(t("channel"), range(min(SHOWN, len(mean))), cells)
