"""Images behind the numbers: the most confident mistakes, disagreements of two models, the images of one cell of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.predict import metrics
from clsf.predict.values import Evaluated
from clsf.ui.predict.trying import class_names, fetched
from clsf.ui.shared import problems
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t, tn

PICTURES = "clsf.predict.evaluating:pictures"
MOST = 12


def show(measured_models: Sequence[tuple[AskedModel, Evaluated]]) -> None:
    """Show disagreements if there are two models, then each model's most confident mistakes."""
    if len(measured_models) == 2 and len(measured_models[0][1].labels) == len(measured_models[1][1].labels):
        _disagreements(*measured_models)
    for place, (model, evaluated) in zip(st.columns(len(measured_models)), measured_models, strict=True):
        with place:
            st.subheader(t("Most confident mistakes of {name}", name=model.name))
            which = metrics.confident_mistakes(evaluated.labels, evaluated.probabilities, MOST)
            if len(which):
                _grid([(model, evaluated)], which)
            else:
                st.success(t("None: every image was answered rightly."), icon=":material/check_circle:")
    st.caption(note("predict", "under-each-image"))


def cell(model: AskedModel, evaluated: Evaluated, shown: int, answered: int) -> None:
    """Show the images of one cell of the confusion matrix, the most confident first."""
    names = class_names(model.record)
    which = metrics.in_cell(evaluated.labels, evaluated.probabilities, shown, answered)
    st.markdown(
        tn(
            "**{count} image** shows {shown} and was answered with {answered}; the most confident first.",
            "**{count} images** show {shown} and were answered with {answered}; the most confident first.",
            len(which), shown=names[shown], answered=names[answered],
        )
    )  # fmt: skip
    if len(which):
        _grid([(model, evaluated)], which[:MOST])


def _disagreements(one: tuple[AskedModel, Evaluated], two: tuple[AskedModel, Evaluated]) -> None:
    st.subheader(t("Where the two disagree"))
    which = metrics.disagreements(one[1].probabilities, two[1].probabilities, MOST)
    if not len(which):
        st.success(t("Nowhere: both answer every image the same."), icon=":material/handshake:")
        return
    count = int((metrics.answers(one[1].probabilities) != metrics.answers(two[1].probabilities)).sum())
    if count > len(which):
        said = t("They disagree on {count} images. The {shown} whose probabilities are furthest apart are shown.", count=count, shown=len(which))  # fmt: skip
    else:
        said = t("All images on which they disagree, those whose probabilities are furthest apart first.")
    st.caption(said)
    _grid([one, two], which)


@problems.shown()
def _grid(measured_models: Sequence[tuple[AskedModel, Evaluated]], which: np.ndarray) -> None:
    record = measured_models[0][0].record
    names, labels = class_names(record), measured_models[0][1].labels
    items = []
    for pixels, n in zip(test_images(record, which), which, strict=True):
        said, alt = [f"<b>{escape(names[labels[n]])}</b>"], [t("shows {name}", name=names[labels[n]])]
        for model, e in measured_models:
            best = int(e.probabilities[n].argmax())
            share = f"{e.probabilities[n, best]:.0%}"
            said.append(f"<small>{model.html(f'{escape(names[best])} {share}')}</small>")
            alt.append(f"{model.name}: {names[best]} {share}")
        items.append((pixels, "; ".join(alt), "".join(said)))
    st.html(pictures.grid(items))


def test_images(record: object, which: Sequence[int]) -> np.ndarray:
    """Return test images as a run's model gets them, uint8 (n, h, w, c). Raises ClsfError."""
    return fetched(record, PICTURES, tuple(int(n) for n in which))
