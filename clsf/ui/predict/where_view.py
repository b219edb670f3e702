"""Where a model looks: three methods, each with the question that it answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.predict.values import Inside
from clsf.ui.predict.trying import class_names
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t

Seen = tuple[AskedModel, Inside]


def show(seen: Sequence[Seen], pixels: np.ndarray) -> None:
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
