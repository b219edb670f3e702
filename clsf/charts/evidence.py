"""The curves of one run with what a verdict rests on drawn into them: loss and accuracy side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from clsf.charts.data_colours import PARTS
from clsf.charts.palette import WRONG
from clsf.charts.points import smoothed, thinned
from clsf.charts.style import SHARES
from clsf.faults.history import History
from clsf.faults.marks import Mark
from clsf.words import Sentence, say

TRAINED, VALIDATED, MARKED = *PARTS[:2], WRONG
GAP = 0.12  # of the width, between the two charts
SMOOTH = 0.8
"""Weight of the past in the line of the steps."""

_CHARTS = (("loss", "losses", "loss", "validation_loss"), ("accuracy", "accuracies", "accuracy", "validation_accuracy"))


def figure(history: History, marks: Sequence[Mark], words: Callable[[Sentence], str]) -> dict:
    """Return one figure. The horizontal axis counts steps; epochs for curves that know no steps."""
    every = len(history.losses) // len(history.epochs) if history.losses and history.epochs else 1
    below = words(say("steps (batches)") if history.losses else say("epochs"))
    titles = {"loss": words(say("loss")), "accuracy": words(say("accuracy"))}
    layout: dict = {"legend": {"orientation": "h", "y": -0.25}, "shapes": [], "annotations": [], "margin": {"t": 30}}
    traces = []
    width = (1 - GAP) / 2
    for number, (name, by_step, by_epoch, validated) in enumerate(_CHARTS):
        axis = "" if number == 0 else "2"
        left = number * (width + GAP)
        layout[f"xaxis{axis}"] = {"title": {"text": below}, "rangemode": "tozero", "domain": [left, left + width]}
        layout[f"yaxis{axis}"] = {"title": {"text": titles[name]}, "anchor": f"x{axis}", "rangemode": "tozero"} | (
            SHARES | {"tickformat": ".0%"} if name == "accuracy" else {}
        )
        steps = [v if math.isfinite(v) else None for v in getattr(history, by_step)]
        if steps:
            calm = smoothed(_array(steps), SMOOTH)
            at = thinned(calm)
            xs, ys = [int(n) + 1 for n in at], [_short(calm[n]) for n in at]
        else:
            ys = [_short(getattr(epoch, by_epoch)) for epoch in history.epochs]
            xs = list(range(1, len(ys) + 1))
        place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        traces.append(
            place
            | {
                "x": xs,
                "y": ys,
                "mode": "lines",
                "name": words(say("training")),
                "line": {"color": TRAINED, "width": 2},
                "showlegend": number == 0,
                "legendgroup": "t",
            }
        )
        told = [(every * n, _short(getattr(epoch, validated))) for n, epoch in enumerate(history.epochs, 1)]
        traces.append(
            place
            | {
                "x": [x for x, _ in told],
                "y": [y for _, y in told],
                "mode": "lines+markers",
                "name": words(say("validation")),
                "line": {"color": VALIDATED, "dash": "dot"},
                "showlegend": number == 0,
                "legendgroup": "v",
            }
        )
        for mark in (mark for mark in marks if mark.chart == name):
            _draw(mark, axis, layout, words)
    return {"data": traces, "layout": layout}


def in_words(history: History, marks: Sequence[Mark], words: Callable[[Sentence], str]) -> str:
    """Return what the figure shows, for those who don't see it."""
    return words(
        say("Loss and accuracy of the run. Marked: {marks}.", marks=", ".join(words(mark.said) for mark in marks) or "–")
    )


def _draw(mark: Mark, axis: str, layout: dict, words: Callable[[Sentence], str]) -> None:
    line = {"color": MARKED, "dash": "dash", "width": 1.5}
    text = {"text": words(mark.said), "showarrow": False, "font": {"color": MARKED, "size": 11}}
    if mark.level is not None:
        layout["shapes"].append(
            {
                "type": "line",
                "xref": f"x{axis} domain",
                "yref": f"y{axis}",
                "x0": 0,
                "x1": 1,
                "y0": mark.level,
                "y1": mark.level,
                "line": line,
            }
        )
        layout["annotations"].append(
            text
            | {"xref": f"x{axis} domain", "yref": f"y{axis}", "x": 1, "y": mark.level, "xanchor": "right", "yanchor": "bottom"}
        )
    else:
        layout["shapes"].append(
            {
                "type": "line",
                "xref": f"x{axis}",
                "yref": f"y{axis} domain",
                "x0": mark.step,
                "x1": mark.step,
                "y0": 0,
                "y1": 1,
                "line": line,
            }
        )
        layout["annotations"].append(
            text | {"xref": f"x{axis}", "yref": f"y{axis} domain", "x": mark.step, "y": 1, "yanchor": "bottom"}
        )


def _short(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")


def _array(values: list[float | None]):
    import numpy as np

    return np.array([math.nan if v is None else v for v in values], np.float64)
