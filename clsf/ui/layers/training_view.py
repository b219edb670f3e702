"""Layers that differ between training and inference, in both frameworks: dropout by seed, and the statistics of batch normalisation."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from clsf.backends.initial import dropout_masks
from clsf.charts import layer_histograms, layer_pictures, layer_statistics
from clsf.charts.style import STYLES
from clsf.ui.layers import asking, keys
from clsf.ui.layers.inspected import InspectedLayer, number, picture, row, side, table
from clsf.ui.shared import choose
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t, tn, words
from clsf.words import say

SHOWN_CHANNELS = 8  # channels in the table of a batch
MOST_TIMES = 300


def dropout(looked: InspectedLayer) -> None:
    layer, inputs = looked.stage.layer, looked.before
    with st.container(horizontal=True, gap="small"):
        seeds = [
            choose.whole(t("First seed"), 0, 2**31 - 1, 0, keys.SEED_ONE, width=140),
            choose.whole(t("Second seed"), 0, 2**31 - 1, 1, keys.SEED_TWO, width=140),
        ]
        chosen = _map(inputs)
    training = {
        seed: asking.both("run", (layer,), inputs, {}, _masks(layer.rate, layer.mask_shape(inputs.shape[1:]), seed))
        for seed in dict.fromkeys(seeds)
    }
    inference = asking.both("run", (layer,), inputs, {}, {})
    limit = layer_pictures.scale_of(_part(training[seeds[0]]["torch"][0][0], chosen))
    shown = [(t("what goes in"), inputs), (t("at inference"), inference["tensorflow"][0])]
    shown += [(t("training, seed {seed}", seed=seed), training[seed]["tensorflow"][0]) for seed in seeds]
    row(*(picture(_drawn(values[0], chosen, limit), title, _said(title, values), "10rem") for title, values in shown))
    st.caption(note("layers", "white-is-zero", rate=f"{layer.rate:.0%}", keep=f"{1 - layer.rate:.2f}"))
    _dropped(looked, seeds, training, inference)


def _masks(rate: float, shape: tuple[int, ...], seed: int) -> dict[str, np.ndarray]:
    """Return the mask of the first step, drawn in NumPy, the same for both frameworks."""
    return {path: mask[0] for path, mask in dropout_masks({"1": (rate, shape)}, seed, 0, 1, 1).items()}


def _map(inputs: np.ndarray) -> int:
    if inputs.ndim != 4 or inputs.shape[3] == 1:
        return 0
    return choose.whole(t("Channel to show"), 0, inputs.shape[3] - 1, 0, keys.MAP, width=120)


def _part(values: np.ndarray, chosen: int) -> np.ndarray:
    return values[..., chosen] if values.ndim == 3 else values


def _drawn(values: np.ndarray, chosen: int, limit: float) -> str:
    part = _part(values, chosen)
    return layer_pictures.signed(part, limit) if part.ndim == 2 else layer_pictures.folded(part, limit)


def _said(title: str, values: np.ndarray) -> str:
    return title + ": " + t("mean {mean}, exactly 0: {zero}", mean=number(values.mean()), zero=f"{(values == 0).mean():.1%}")


def _dropped(looked: InspectedLayer, seeds: list[int], training: dict, inference: dict) -> None:
    rows = []
    for name in STYLES:
        unchanged = bool((inference[name][0] == looked.before).all())
        kept = training[seeds[0]][name][0] != 0
        again = training[seeds[1]][name][0] != 0
        cells = [
            f'<span class="{"same" if unchanged else "apart"}">{t("yes, to the last bit") if unchanged else t("no")}</span>',
            f"{1 - kept[looked.before != 0].mean():.1%}" if (looked.before != 0).any() else "–",
            f"{(kept != again).mean():.1%}",
        ]
        rows.append((side(name), cells))
    table("", (t("unchanged at inference"), t("dropped with the first seed"), t("differs between the seeds")), rows)


def batch(looked: InspectedLayer) -> None:
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
    both = asking.both("normalise", (layer,), inputs, looked.own_weights(), times)
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
    _statistics(mean, variance, arrays)
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


def _statistics(mean: np.ndarray, variance: np.ndarray, arrays: dict[str, np.ndarray]) -> None:
    rows = {
        t("mean of the batch"): mean, t("running mean"): arrays["means"][-1], t("variance of the batch"): variance,
        t("running variance"): arrays["variances"][-1],
    }  # fmt: skip
    cells = [(f"<th>{escape(title)}</th>", map(number, values[:SHOWN_CHANNELS])) for title, values in rows.items()]
    table(t("channel"), range(min(SHOWN_CHANNELS, len(mean))), cells)
