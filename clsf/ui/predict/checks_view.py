"""The lecture's checks on the new evaluation: first predictions, rows that sum to 1, accuracy by hand, ways to predict."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf.predict import metrics
from clsf.ui.predict import tables
from clsf.ui.predict.trying import class_names
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t
from clsf.ui.shared.units import duration

FIRST = 5  # predictions that the lecture prints
CLOSE = 1e-6  # of a share that the framework counted in floating point


def show(measured_models: Sequence[tuple]) -> None:
    """Show the checks for each model."""
    names = class_names(measured_models[0][0].record)
    st.subheader(t("The lecture's checks"))
    st.html(_first(measured_models, names))
    rows = []
    for model, e in measured_models:
        sums = e.probabilities.sum(axis=1)
        hand = metrics.accuracy(e.labels, e.probabilities)
        agree = abs(hand - e.accuracy) < CLOSE
        rows.append(
            [tables.marked(model), f"{sums.min():.9f} … {sums.max():.9f}", f"{hand:.6f}", f"{e.accuracy:.6f}",
             f"✓ {t('equal')}" if agree else f"✗ {t('not equal')}"]
        )  # fmt: skip
    by_evaluate = t("Accuracy of `evaluate`").replace("`", "")
    head = [t("Model"), t("Each row of probabilities sums to"), t("Accuracy by hand"), by_evaluate, ""]
    st.html(tables.table(head, rows, t("Checks")))
    one = measured_models[0][1].inputs[1:]
    st.markdown(note("predict", "one-image-has", one=f"`{one}`", batch=f"`{(1, *one)}`", many=f"`{(32, *one)}`"))
    _ways(measured_models)


def _first(measured_models: Sequence[tuple], names: Sequence[str]) -> str:
    """Return the first predictions of each model with the true classes."""
    labels = measured_models[0][1].labels[:FIRST]
    rows = [[t("shows"), *(f"<b>{escape(names[n])}</b>" for n in labels)]]
    for model, e in measured_models:
        p = e.probabilities[:FIRST]
        best = p.argmax(axis=1)
        cells = [
            f"{'' if b == label else '✗ '}{escape(names[b])} <small>{row.max():.1%}</small>"
            for b, label, row in zip(best, labels, p, strict=True)
        ]  # fmt: skip
        rows.append([tables.marked(model), *cells])
    head = ["", *(t("image {number}", number=n) for n in range(len(labels)))]
    return tables.table(head, rows, t("The first five predictions"))


def _ways(measured_models: Sequence[tuple]) -> None:
    """Show the result of each way to predict."""
    st.markdown(f"**{t('Ways to ask for the same batch of 32')}**")
    rows = [
        [f"<code>{escape(way.code)}</code>", tables.marked(model), f"<code>{escape(way.kind)}</code>", way.dtype, _short(way.seconds),
         "–" if not number else f"{way.apart:.1e}" if way.apart else "0"]
        for model, e in measured_models
        for number, way in enumerate(e.ways)
    ]  # fmt: skip
    head = [t("Code"), t("Model"), t("Comes back"), t("Type"), t("Time"), t("Furthest from the first way")]
    st.html(tables.table(head, rows, t("Ways to ask for the same batch of 32"), left=(1, 2, 3)))
    dropped = [m.name for m, e in measured_models if e.ways[-1].apart > 1e-3]
    told = t("These models have neither, so it changes nothing here.")
    if dropped:
        told = t("Here it changed the answers of {names}.", names=", ".join(dropped))
    st.caption(f"{note('predict', 'model-predict-keras')} {told}")


def _short(seconds: float) -> str:
    return f"{1e3 * seconds:.1f} ms" if seconds < 1 else duration(float(np.round(seconds, 1)))
