"""The numbers of a layer, as pictures with zero in white and as histograms: what comes out of it, and its weights."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.charts import layer_histograms, layer_pictures
from clsf.charts.palette import NEGATIVE, POSITIVE
from clsf.model.layers import Convolution
from clsf.ui.layers import keys
from clsf.ui.layers.filling import filter_title
from clsf.ui.layers.inspected import InspectedLayer, PictureItem, gallery, number, picture, row, scale, table
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.text import t, tn, words

MOST_MAPS = 64
MOST_KERNELS = 128
SHOWN_NUMBERS = 12
MOST_PLANES = 16  # input channels of one kernel that are drawn


def out(looked: InspectedLayer) -> None:
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
        title, by_hand = _map_title(looked, n)
        note = t("{low} to {high}, mean {mean}", low=number(part.min()), high=number(part.max()), mean=number(part.mean()))
        alt = t("Feature map {title}: {note}", title=title, note=note)
        items.append(PictureItem(layer_pictures.signed(part, None if own else limit), title, alt, note, by_hand))
    gallery(items, "gallery_maps", 92 if count > 4 else 150)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        if not own:
            scale(limit)
        st.caption(t("Blue is negative, white is zero, red is positive. Click a map to enlarge it."), width="content")
    if count > MOST_MAPS:
        st.caption(t("The first {shown} of {count} maps.", shown=MOST_MAPS, count=count))


def _map_title(looked: InspectedLayer, n: int) -> tuple[str, bool]:
    """Name a map after the filter that produced it; layers that work per channel pass the names on."""
    for stage, facts in reversed(list(zip(looked.chain, looked.look.facts, strict=False))[: looked.position + 1]):
        many = getattr(stage.layer, "depth_multiplier", 0)
        if many and not stage.layer.WIDTH:
            return filter_title(stage, n, many)
        if isinstance(stage.layer, Convolution):
            return filter_title(stage, n)
        if len(facts.in_shape) != 3:
            break
    return t("channel {channel}", channel=n), False


def _vector(looked: InspectedLayer, values: np.ndarray) -> None:
    limit = layer_pictures.scale_of(values)
    title = tn("{count} number, folded into rows", "{count} numbers, folded into rows", len(values), count=f"{len(values):,}")
    row(picture(layer_pictures.folded(values), title, title, "min(100%, 26rem)"))
    scale(limit)
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


def weights(looked: InspectedLayer) -> None:
    own = looked.own_weights()
    if not looked.stage.layer.KERNELS:
        _single(own)
        return
    kernel = next(array for name, array in own.items() if name.endswith("kernel"))
    if isinstance(looked.stage.layer, Convolution):
        _kernels(looked, kernel)
    else:
        inputs, units = kernel.shape
        title = tn(
            "{inputs} inputs down, {units} unit across", "{inputs} inputs down, {units} units across", units,
            inputs=f"{inputs:,}", units=units,
        )  # fmt: skip
        shown = kernel[:4096]
        row(picture(layer_pictures.signed(shown), title, title, "min(100%, 24rem)"))
        if len(kernel) > len(shown):
            st.caption(t("The first {shown} inputs of {count}.", shown=len(shown), count=f"{len(kernel):,}"))
    limit = layer_pictures.scale_of(kernel)
    scale(limit)
    described = layer_histograms.described(kernel)
    note = tn(
        "{count} weight, {low} to {high}, mean {mean}, deviation {deviation}.",
        "{count} weights, {low} to {high}, mean {mean}, deviation {deviation}.",
        kernel.size,
        count=f"{kernel.size:,}", low=number(described["low"]), high=number(described["high"]), mean=number(described["mean"]),
        deviation=number(described["deviation"]),
    )  # fmt: skip
    st.plotly_chart(layer_histograms.weights(kernel, words), height=230, key="chart_weights", alt=note)
    st.caption(note)
    bias = own.get("1.bias")
    if bias is not None:
        values = ", ".join(number(x) for x in bias[:12]) + (" …" if len(bias) > 12 else "")
        st.caption(f"bias: {values}")


def _kernels(looked: InspectedLayer, kernel: np.ndarray) -> None:
    """Draw every kernel; its input channels lie side by side."""
    limit = layer_pictures.scale_of(kernel)
    depthwise = hasattr(looked.stage.layer, "depth_multiplier")
    side, channels, filters = kernel.shape[0], kernel.shape[2], kernel.shape[3]
    items = []
    for n in range(min(filters * (channels if depthwise else 1), MOST_KERNELS)):
        planes = kernel[:, :, n // filters, n % filters][..., None] if depthwise else kernel[:, :, :MOST_PLANES, n]
        title, by_hand = filter_title(looked.stage, n, filters if depthwise else 0)
        note = t("{low} to {high}, sum {sum}", low=number(planes.min()), high=number(planes.max()), sum=number(planes.sum()))
        alt = t("Kernel {title}: {note}", title=title, note=note)
        items.append(PictureItem(layer_pictures.signed(_beside(planes), limit), title, alt, note, by_hand))
    shown = min(channels, MOST_PLANES)
    gallery(items, "gallery_kernels", 84 if depthwise or shown == 1 else 150)
    st.caption(t("Zero is white. Click a kernel to enlarge it."))
    if not depthwise and channels > 1:
        st.caption(
            tn(
                "Each kernel has one plane of {side}×{side} per input channel: {count} plane.",
                "Each kernel has one plane of {side}×{side} per input channel: {count} planes beside each other.",
                shown,
                side=side,
            )
            + (" " + t("The first {shown} of {count}.", shown=shown, count=channels) if channels > shown else "")
        )


def _beside(planes: np.ndarray) -> np.ndarray:
    """Return planes (k, k, n) side by side in up to four columns, empty cells between them."""
    side, _, count = planes.shape
    columns = min(count, 4 if count > 3 else count)
    rows = -(-count // columns)
    canvas = np.full((rows * (side + 1) - 1, columns * (side + 1) - 1), np.nan)
    for n in range(count):
        top, left = n // columns * (side + 1), n % columns * (side + 1)
        canvas[top : top + side, left : left + side] = planes[..., n]
    return canvas


def _single(own: dict[str, np.ndarray]) -> None:
    """Show weights that are no kernels, one number for each channel or value, side by side."""
    titles = {
        "gamma": t("scale"), "beta": t("shift"), "moving_mean": t("running mean"), "moving_variance": t("running variance"),
        "alpha": t("slope below 0"),
    }  # fmt: skip
    rows = {name.removeprefix("1."): array.ravel() for name, array in own.items()}
    count = max(array.size for array in rows.values())
    by_channel = all(array.shape[-1] == array.size for array in own.values())
    cells = [
        (f"<th>{titles[name]} <code>{name}</code></th>", map(number, array[:SHOWN_NUMBERS])) for name, array in rows.items()
    ]
    table(t("channel") if by_channel else t("value"), range(min(SHOWN_NUMBERS, count)), cells)
    if count > SHOWN_NUMBERS:
        st.caption(t("The first {shown} of {count}.", shown=SHOWN_NUMBERS, count=f"{count:,}"))
