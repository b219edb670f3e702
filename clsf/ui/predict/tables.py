"""Numbers of an evaluation as HTML tables: they are read, not computed with."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from clsf.predict import metrics
from clsf.ui.shared import units
from clsf.ui.shared.text import t

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
