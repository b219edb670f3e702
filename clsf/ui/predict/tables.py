"""Numbers of an evaluation as HTML tables, and the lecture's checks of them: they are read, not computed with."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf.predict import metrics
from clsf.ui.predict.trying import class_names
from clsf.ui.shared import units
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t
from clsf.ui.shared.units import duration

MOST_ROWS = 60


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", left: Sequence[int] = ()) -> str:
    """Return a table of cells that are HTML already; the first column names the rows."""

    def kind(number: int) -> str:
        return ' class="l"' if number in left else ""

    top = "".join(f'<th scope="col"{kind(n)}>{cell}</th>' for n, cell in enumerate(head))
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td{kind(n)}>{c}</td>" for n, c in enumerate(row[1:], 1)) + "</tr>"
        for row in rows
    )
    said = f'<caption class="pd-hidden">{escape(caption)}</caption>' if caption else ""
    return f'<div class="pd pd-table"><table>{said}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def marked(model: object) -> str:
    """Return a model's name with its symbol in its colour."""
    return f'<span class="pd-name"><span style="color:{model.colour}">{model.mark}</span> {escape(model.name)}</span>'


def headline(measured_models: Sequence[tuple]) -> str:
    """Return loss and accuracy of each model, with the interval of the accuracy."""
    rows = []
    for model, e in measured_models:
        right = int((metrics.answers(e.probabilities) == e.labels).sum())
        interval = metrics.wilson(right, len(e.labels))
        rows.append(
            [marked(model), f"{e.loss:.4f}", f"<b>{e.accuracy:.2%}</b>", f"{interval.low:.2%} – {interval.high:.2%}",
             f"{right:,} / {len(e.labels):,}", units.duration(e.seconds)]
        )  # fmt: skip
    head = [t("Model"), t("Loss"), t("Accuracy"), t("95 % interval"), t("Right"), t("Time")]
    return table(head, rows, t("What the test set says"))


def per_class(measured_models: Sequence[tuple], names: Sequence[str]) -> str:
    """Return precision, recall and F1 of each class and model, and their plain mean over the classes."""
    head = [t("Class"), t("Images")]
    for model, _ in measured_models:
        head += [f"{t('Precision')} {_sign(model)}", f"{t('Recall')} {_sign(model)}", f"F1 {_sign(model)}"]
    support = measured_models[0][1].per_class.support
    rows = []
    for number, name in list(enumerate(names))[:MOST_ROWS]:
        scores = [f"{column[number]:.1%}" for _, e in measured_models for column in _columns(e)]
        rows.append([escape(name), f"{support[number]:,}", *scores])
    means = [f"{column.mean():.1%}" for _, e in measured_models for column in _columns(e)]
    rows.append([f"<b>{t('Mean over classes')}</b>", f"{support.sum():,}", *means])
    return table(head, rows, t("Class by class"))


def mix_ups(evaluated: object, names: Sequence[str], most: int = 20) -> str:
    """Return the most frequent mistakes of one model."""
    wrong = evaluated.confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    rows = [
        [escape(names[r]), escape(names[c]), str(wrong[r, c])]
        for r, c in zip(*np.unravel_index(order, wrong.shape), strict=True)
        if wrong[r, c]
    ]
    return table([t("Shows"), t("Answered"), t("Images")], rows, t("The most frequent mix-ups"), left=(1,))


def _sign(model: object) -> str:
    return f'<span style="color:{model.colour}" title="{escape(model.name)}">{model.mark}</span>'


def _columns(evaluated: object) -> tuple:
    scores = evaluated.per_class
    return scores.precision, scores.recall, scores.f1


FIRST = 5  # predictions that the lecture prints
CLOSE = 1e-6  # of a share that the framework counted in floating point


def checks(measured_models: Sequence[tuple]) -> None:
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
            [marked(model), f"{sums.min():.9f} … {sums.max():.9f}", f"{hand:.6f}", f"{e.accuracy:.6f}",
             f"✓ {t('equal')}" if agree else f"✗ {t('not equal')}"]
        )  # fmt: skip
    by_evaluate = t("Accuracy of `evaluate`").replace("`", "")
    head = [t("Model"), t("Each row of probabilities sums to"), t("Accuracy by hand"), by_evaluate, ""]
    st.html(table(head, rows, t("Checks")))
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
        rows.append([marked(model), *cells])
    head = ["", *(t("image {number}", number=n) for n in range(len(labels)))]
    return table(head, rows, t("The first five predictions"))


def _ways(measured_models: Sequence[tuple]) -> None:
    """Show the result of each way to predict."""
    st.markdown(f"**{t('Ways to ask for the same batch of 32')}**")
    rows = [
        [f"<code>{escape(way.code)}</code>", marked(model), f"<code>{escape(way.kind)}</code>", way.dtype, _short(way.seconds),
         "–" if not number else f"{way.apart:.1e}" if way.apart else "0"]
        for model, e in measured_models
        for number, way in enumerate(e.ways)
    ]  # fmt: skip
    head = [t("Code"), t("Model"), t("Comes back"), t("Type"), t("Time"), t("Furthest from the first way")]
    st.html(table(head, rows, t("Ways to ask for the same batch of 32"), left=(1, 2, 3)))
    dropped = [m.name for m, e in measured_models if e.ways[-1].apart > 1e-3]
    told = t("These models have neither, so it changes nothing here.")
    if dropped:
        told = t("Here it changed the answers of {names}.", names=", ".join(dropped))
    st.caption(f"{note('predict', 'model-predict-keras')} {told}")


def _short(seconds: float) -> str:
    return f"{1e3 * seconds:.1f} ms" if seconds < 1 else duration(float(np.round(seconds, 1)))
