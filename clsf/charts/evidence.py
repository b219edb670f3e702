"""The curves of one run with the evidence for a verdict drawn in: one figure for the loss, one for the accuracy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from clsf.charts.data_colours import PARTS
from clsf.charts.palette import WRONG
from clsf.charts.points import smoothed, thinned
from clsf.charts.style import SHARES, powers
from clsf.faults.history import History
from clsf.faults.marks import Mark
from clsf.words import Sentence, say

TRAINED, VALIDATED, MARKED = *PARTS[:2], WRONG
SMOOTH = 0.8
"""Weight of the past in the line of the steps; the steps themselves are drawn pale behind it."""

WIDE = 50.0  # ratio of largest to median loss from which the axis is logarithmic

CHARTS = ("loss", "accuracy")
_CURVES = {"loss": ("losses", "loss", "validation_loss"), "accuracy": ("accuracies", "accuracy", "validation_accuracy")}


def figure(history: History, marks: Sequence[Mark], words: Callable[[Sentence], str], name: str) -> dict:
    """Return one of `CHARTS` as a figure. The horizontal axis counts steps, or epochs for curves without steps."""
    by_step, by_epoch, validated = _CURVES[name]
    every = len(history.losses) // len(history.epochs) if history.losses and history.epochs else 1
    below = words(say("steps (batches)") if history.losses else say("epochs"))
    steps = [v if math.isfinite(v) else None for v in getattr(history, by_step)]
    log = name == "loss" and _wide(steps)
    axis: dict = {"title": {"text": words(say("loss") if name == "loss" else say("accuracy"))}, "rangemode": "tozero"}
    axis |= (
        powers(v for v in steps if v is not None) | {"rangemode": "normal"}
        if log
        else SHARES | {"tickformat": ".0%"}
        if name == "accuracy"
        else {}
    )
    layout: dict = {
        "xaxis": {"title": {"text": below}, "rangemode": "tozero"}, "yaxis": axis, "shapes": [], "annotations": [],
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}, "margin": {"t": 40},
    }  # fmt: skip
    traces: list[dict] = []
    line = {"color": TRAINED, "width": 2}
    if steps:
        values = _array(steps)
        for data, more in (
            (values, {"opacity": 0.25, "showlegend": False, "hoverinfo": "skip"}),
            (smoothed(values, SMOOTH), {}),
        ):
            at = thinned(data)
            traces.append(
                {"x": [int(n) + 1 for n in at], "y": [_short(data[n]) for n in at], "mode": "lines", "line": line} | more
            )
    else:
        ys = [_short(getattr(epoch, by_epoch)) for epoch in history.epochs]
        traces.append({"x": list(range(1, len(ys) + 1)), "y": ys, "mode": "lines", "line": line})
    traces[-1]["name"] = words(say("training"))
    told = [(every * n, _short(getattr(epoch, validated))) for n, epoch in enumerate(history.epochs, 1)]
    if told:
        traces.append({
            "x": [x for x, _ in told], "y": [y for _, y in told], "mode": "lines+markers", "name": words(say("validation")),
            "line": {"color": VALIDATED, "dash": "dot"},
        })  # fmt: skip
    for mark in (mark for mark in marks if mark.chart == name):
        _draw(mark, layout, words, log)
    return {"data": traces, "layout": layout}


def _wide(losses: Sequence[float | None]) -> bool:
    """Whether a few large losses would flatten all others."""
    known = sorted(v for v in losses if v is not None)
    return bool(known) and known[0] > 0 and known[-1] > WIDE * known[len(known) // 2]


def in_words(history: History, marks: Sequence[Mark], words: Callable[[Sentence], str], name: str) -> str:
    """Return a text alternative of the figure."""
    marked = ", ".join(words(mark.said) for mark in marks if mark.chart == name) or "–"
    if name == "loss":
        return words(say("Loss of the run. Marked: {marks}.", marks=marked))
    return words(say("Accuracy of the run. Marked: {marks}.", marks=marked))


def _draw(mark: Mark, layout: dict, words: Callable[[Sentence], str], log: bool) -> None:
    line = {"color": MARKED, "dash": "dash", "width": 1.5}
    text = {"text": words(mark.said), "showarrow": False, "font": {"color": MARKED, "size": 11}}
    if mark.level is not None:
        at = {"xref": "x domain", "x0": 0, "x1": 1, "y0": mark.level, "y1": mark.level}
        height = (
            math.log10(mark.level) if log else mark.level
        )  # on a logarithmic axis, Plotly takes the logarithm for the position of a text, but not for that of a line
        text |= {"xref": "x domain", "x": 1, "y": height, "xanchor": "right", "yanchor": "bottom"}
    else:
        at = {"yref": "y domain", "x0": mark.step, "x1": mark.step, "y0": 0, "y1": 1}
        text |= {"yref": "y domain", "x": mark.step, "y": 1, "yanchor": "top", "xanchor": "left"}
    layout["shapes"].append({"type": "line", "line": line} | at)
    layout["annotations"].append(text)


def _short(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")


def _array(values: list[float | None]) -> np.ndarray:
    return np.array([math.nan if v is None else v for v in values], np.float64)
