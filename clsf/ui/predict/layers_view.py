"""The output of every layer for one image, both models on one scale, and the filters that respond most."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.model.layers import Convolution
from clsf.model.spec import KINDS
from clsf.predict.values import Inside, LayerInside
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t

TILE = 28  # pixels; the least side of a channel in the picture
PER_ROW = 8

Seen = tuple[AskedModel, Inside]


def show(seen: Sequence[Seen], pixels: np.ndarray) -> None:
    """Show every layer's channels; both models have the same layers and, per layer, the same scale."""
    st.caption(note("predict", "up-16-channels"))
    for layers in zip(*(inside.layers for _, inside in seen), strict=False):
        st.html(_layer([model for model, _ in seen], layers))


def _layer(models: Sequence[AskedModel], layers: Sequence[LayerInside]) -> str:
    first = layers[0]
    low, high = min(layer.lowest for layer in layers), max(layer.highest for layer in layers)
    rows = []
    for model, layer in zip(models, layers, strict=True):
        least, most = f"{layer.lowest:.3g}", f"{layer.highest:.3g}"
        alt = t("{model}, layer {path}: values from {low} to {high}", model=model.name, path=layer.path, low=least, high=most)
        picture = mosaic(layer.values, low, high) if layer.values.ndim == 3 else _coloured(layer.values[None, :], low, high)
        kind = "" if layer.values.ndim == 3 else "flat"
        rows.append(
            f'<span style="--own:{model.colour}">{model.mark}</span><div class="{kind}">{pictures.image(picture, alt)}</div>'
        )
    shape = "×".join(str(n) for n in first.shape)
    shown, count = len(first.shown), first.shape[-1]
    more = "" if shown == count else " · " + t("{shown} of {all} shown", shown=shown, all=count)
    return (
        f'<div class="pd pd-layer"><header><b>{escape(first.path)}. {escape(first.kind)}</b><span>{shape}{escape(more)}</span>'
        f'<span>{low:.3g} … {high:.3g}</span></header><div class="side">{"".join(rows)}</div></div>'
    )


def mosaic(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return channels, (h, w, n), as tiles in rows: uint8 (…, …, 4), transparent between them."""
    height, width, count = values.shape
    factor = max(1, -(-TILE // max(height, width)))
    per_row = min(PER_ROW, max(count, 1))
    rows = -(-count // per_row)
    high_tile, wide_tile, gap = height * factor, width * factor, 2
    out = np.zeros((rows * (high_tile + gap) - gap, per_row * (wide_tile + gap) - gap, 4), np.uint8)
    for number in range(count):
        tile = _coloured(values[..., number], low, high).repeat(factor, axis=0).repeat(factor, axis=1)
        top, left = (number // per_row) * (high_tile + gap), (number % per_row) * (wide_tile + gap)
        out[top : top + high_tile, left : left + wide_tile, :3] = tile
        out[top : top + high_tile, left : left + wide_tile, 3] = 255
    return out


def _coloured(values: np.ndarray, low: float, high: float) -> np.ndarray:
    if low < 0:
        return pictures.signed(values, max(-low, high))
    return pictures.coloured(values, high)


# Filters.


def show_filters(seen: Sequence[Seen], pixels: np.ndarray) -> None:
    """Show, for each layer with filters, those whose mean response to this image is largest."""
    st.caption(note("predict", "filters-each-convolution"))
    paths = [layer.path for layer in seen[0][1].layers if issubclass(KINDS[layer.kind], Convolution)]
    if not paths:
        st.info(t("This model has no convolutions, so it has no filters that could be shown."), icon=":material/info:")
        return
    for path in paths:
        st.markdown(f"### {path}. " + next(layer.kind for layer in seen[0][1].layers if layer.path == path))
        rows = [(model, inside, layer) for model, inside in seen for layer in inside.layers if layer.path == path]
        low, high = min(layer.lowest for *_, layer in rows), max(layer.highest for *_, layer in rows)
        for model, inside, layer in rows:
            items = []
            for place, channel in enumerate(layer.strongest):
                name = t("filter {number}", number=int(channel))
                said = model.html(f"{name}<small>{layer.means[place]:.3g}</small>")
                alt = t("{model}, {name}: mean response {mean}", model=model.name, name=name, mean=f"{layer.means[place]:.3g}")
                items.append((_coloured(layer.best[..., place], low, high), alt, said))
                if path == "1" and inside.kernels is not None:
                    kernel = inside.kernels[..., channel]
                    items.append((_kernel(kernel), t("{name}: its kernel", name=name), f"<small>{t('its kernel')}</small>"))
            st.html(pictures.grid(items, "small"))


def _kernel(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel, (kh, kw, channels): in colour if its input has colours, else blue for negative and red for positive."""
    if kernel.shape[2] != 3:
        return pictures.signed(kernel.mean(axis=2))
    most = max(float(np.abs(kernel).max()), 1e-12)
    return np.rint(127.5 + 127.5 * kernel / most).astype(np.uint8)
