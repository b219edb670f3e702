"""The values inside models for one image: where they look, every layer, the filters that respond most."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.model.layers import Convolution
from clsf.model.spec import KINDS
from clsf.predict.values import Inside, LayerInside
from clsf.ui.predict.trying import class_names
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t

TILE = 28  # pixels; the least side of a channel in the picture
PER_ROW = 8

Seen = tuple[AskedModel, Inside]


def where(seen: Sequence[Seen], pixels: np.ndarray) -> None:
    """Show saliency, Grad-CAM and occlusion of each model, on one scale per method."""
    names = class_names(seen[0][0].record)
    answers = ", ".join(
        t("{model}: {name} ({share})", model=m.name, name=names[i.wanted], share=f"{i.probabilities[i.wanted]:.1%}")
        for m, i in seen
    )
    st.caption(t("This explains what the last layer says of a class, for {answers}.", answers=answers))
    _method(
        t("Saliency"), seen, [inside.saliency for _, inside in seen], pixels, signed=False,
        question=t("If this pixel changed a very little, how much would the score change?"),
        how=note("predict", "slope-score-respect"),
    )  # fmt: skip
    if all(inside.cam is not None for _, inside in seen):
        first = seen[0][1]
        _method(
            t("Grad-CAM"), seen, [inside.cam for _, inside in seen], pixels, signed=False,
            question=t("Where do the filters respond that speak for this class?"),
            how=note("predict", "maps-layer-each", height=first.cam_size[0], width=first.cam_size[1], path=first.cam_layer),
        )  # fmt: skip
    else:
        st.caption(t("Grad-CAM needs a layer that outputs images; this model has none."))
    _method(
        t("Occlusion"), seen, [inside.occlusion for _, inside in seen], pixels, signed=True,
        question=t("If this place were covered, how far would the probability fall?"),
        how=note("predict", "patch-pixels-image", patch=seen[0][1].patch),
    )  # fmt: skip


def _method(
    title: str, seen: Sequence[Seen], maps: Sequence[np.ndarray], pixels: np.ndarray, *, signed: bool, question: str, how: str
) -> None:
    st.markdown(f"### {title}\n*{question}*")
    most = max(float(np.abs(m).max()) for m in maps)
    maps_of, over = [], []
    for (model, _), values in zip(seen, maps, strict=True):
        colours = pictures.signed(values, most) if signed else pictures.coloured(values, most)
        strongest = np.unravel_index(int(values.argmax()), values.shape)
        row, column = map(int, strongest)
        alt = t(
            "{title} of {model}; strongest in row {row}, column {column}", title=title, model=model.name, row=row, column=column
        )
        maps_of.append((colours, alt, model.html()))
        where = t("over the image")
        over.append((pictures.overlaid(pixels, colours), f"{alt} ({where})", f"{model.html()} <small>{where}</small>"))
    st.html(pictures.grid([*maps_of, *over], "four"))
    scale = t("The strongest colour is {most}.", most=f"{most:.3g}")
    if len(seen) > 1:
        scale = t("Both on one scale: the strongest colour is {most}.", most=f"{most:.3g}")
    st.caption(f"{how} {scale}")


def layers(seen: Sequence[Seen], pixels: np.ndarray) -> None:
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
        picture = _mosaic(layer.values, low, high) if layer.values.ndim == 3 else _coloured(layer.values[None, :], low, high)
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


def _mosaic(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return channels, (h, w, n), as tiles in rows."""
    factor = max(1, -(-TILE // max(values.shape[:2])))
    tiles = _coloured(np.moveaxis(values, 2, 0), low, high)
    return pictures.tiled(tiles.repeat(factor, axis=1).repeat(factor, axis=2), PER_ROW)


def _coloured(values: np.ndarray, low: float, high: float) -> np.ndarray:
    if low < 0:
        return pictures.signed(values, max(-low, high))
    return pictures.coloured(values, high)


def filters(seen: Sequence[Seen], pixels: np.ndarray) -> None:
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
