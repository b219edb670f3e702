"""The weights of a layer: every kernel as a picture with zero in white, and all of them as a histogram"""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.charts import layer_histograms, layer_pictures
from clsf.model.layers import Convolution
from clsf.ui.layers import parts
from clsf.ui.layers.filling import filter_title
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.parts import PictureItem, number, picture, row, table
from clsf.ui.shared.text import t, tn, words

MOST_KERNELS = 128
SHOWN_NUMBERS = 12
MOST_PLANES = 16  # input channels of one kernel that are drawn


def show(looked: InspectedLayer) -> None:
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
    parts.scale(limit)
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
        if depthwise:
            planes, place = kernel[:, :, n // filters, n % filters][..., None], n % filters
        else:
            planes, place = kernel[:, :, :MOST_PLANES, n], n
        title, by_hand = filter_title(looked.stage, place)
        if depthwise:
            title = f"{title} · {t('channel {channel}', channel=n // filters)}"
        note = t("{low} to {high}, sum {sum}", low=number(planes.min()), high=number(planes.max()), sum=number(planes.sum()))
        alt = t("Kernel {title}: {note}", title=title, note=note)
        items.append(PictureItem(layer_pictures.signed(_beside(planes), limit), title, alt, note, by_hand))
    shown = min(channels, MOST_PLANES)
    parts.gallery(items, "gallery_kernels", 84 if depthwise or shown == 1 else 150)
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
