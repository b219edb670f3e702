"""Training curves: the numbers of each run over steps, epochs or seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from clsf.charts.points import smoothed, thinned
from clsf.charts.run import ChartedRun
from clsf.charts.style import SHARES, STYLES
from clsf.words import Sentence, say, say_n

Axis = Literal["steps", "epochs", "seconds"]
FAINT_POINTS = 600
"""Most points in a line of single batches: a chart is some 500 pixels wide. Every viewer gets them with every update."""
CALM_POINTS = 300  # of a smoothed line

Said = Callable[[Sentence], str]
"""The function that turns a sentence into text: `str` for English, the page's own function for the reader's language."""


@dataclass(frozen=True, slots=True)
class CurveView:
    """The reader's display settings for curves."""

    x: Axis = "steps"
    log: bool = False  # where a chart allows it: a logarithmic vertical axis
    smoothing: float = 0.8  # weight of the past in the smoothed line, 0 to 0.99
    apart: bool = False  # one panel per run, with the same axes


@dataclass(frozen=True, slots=True)
class CurveKind:
    """One chart: the number it shows for each step and, if any, for each epoch."""

    name: str
    title: Sentence
    steps: str  # field of Steps
    epochs: str | None = None  # field of EpochEnded
    smooth: bool = True
    share: bool = False  # a fraction, shown as per cent
    may_log: bool = False


KINDS = {
    kind.name: kind
    for kind in (
        CurveKind("loss", say("Loss (cross-entropy, lower is better)"), "losses", "validation_loss", may_log=True),
        CurveKind("accuracy", say("Accuracy (higher is better)"), "accuracies", "validation_accuracy", share=True),
        CurveKind("gradient-norm", say("Size of the gradient (L2 norm)"), "gradient_norms", may_log=True),
        CurveKind("speed", say("Images per second"), "images_per_second"),
        CurveKind("learning-rate", say("Learning rate"), "learning_rates", smooth=False, may_log=True),
    )
}

_AXES = {"steps": say("steps (batches)"), "epochs": say("epochs"), "seconds": say("seconds of training")}


def figure(kind: CurveKind, runs: Sequence[ChartedRun], view: CurveView, said: Said = str) -> dict:
    """Return one figure with every run in it: batches faint, their smoothed course strong, validation as symbols.

    The reader's zoom is kept (`uirevision`) until the axis or the runs change.
    """
    log = view.log and kind.may_log
    panels = len(runs) if view.apart else 1
    layout: dict = {"uirevision": f"{kind.name} {' '.join(r.run_id for r in runs)} {view.x} {log} {panels}"}
    for number in range(1, panels + 1):
        layout |= _axes(kind, view, said, log, number, panels)
    traces = []
    for position, run in enumerate(runs, start=1):
        place = _suffix(position if view.apart else 1)
        traces += [trace | {"xaxis": f"x{place}", "yaxis": f"y{place}"} for trace in _traces(kind, run, view, said)]
    return {"data": traces, "layout": layout}


def _axes(kind: CurveKind, view: CurveView, said: Said, log: bool, number: int, panels: int) -> dict:
    width = (1 - 0.05 * (panels - 1)) / panels
    left = (number - 1) * (width + 0.05)
    x = {"title": {"text": said(_AXES[view.x])}, "rangemode": "tozero", "domain": [left, left + width]}
    y = {
        "type": "log" if log else "linear",
        "tickformat": ".0%" if kind.share else "",
        "rangemode": "normal" if log else "tozero",
    }
    if kind.share:
        y |= SHARES
    if number > 1:
        x["matches"] = "x"
        y |= {"matches": "y", "anchor": f"x{number}", "showticklabels": False}
    return {f"xaxis{_suffix(number)}": x, f"yaxis{_suffix(number)}": y}


def _suffix(number: int) -> str:
    """Return the suffix of an axis name in Plotly: "", "2", "3", …"""
    return "" if number == 1 else str(number)


def _traces(kind: CurveKind, run: ChartedRun, view: CurveView, said: Said) -> list[dict]:
    style = STYLES[run.framework]
    count = len(run.steps)  # read first: a live run may grow while it is drawn
    values = np.asarray(getattr(run.steps, kind.steps), dtype=np.float64)[:count]
    place = _place(run, view)
    strong = {"color": style.colour, "dash": style.dash, "width": 2.25}
    symbol = {"color": style.colour, "symbol": style.symbol, "size": style.size}
    small = symbol | {"size": max(3, style.size * 12 // max(12, len(run.epochs)))}  # so that many do not hide the lines
    number = "%{y:.1%}" if kind.share else "%{y:.4~g}"
    beside = {"legendgroup": run.run_id, "showlegend": False}
    traces = [
        {
            "x": [None], "y": [None], "mode": "lines+markers" if kind.epochs else "lines", "line": strong, "marker": symbol,
            "name": style.title, "legendgroup": run.run_id, "hoverinfo": "skip",
        }
    ]  # fmt: skip
    smooth = kind.smooth and view.smoothing > 0
    if smooth:
        faint = {"line": {"color": style.faint(), "width": 1}, "hoverinfo": "skip"}
        traces.append(beside | faint | _line(place, values, FAINT_POINTS))
    calm = smoothed(values, view.smoothing if kind.smooth else 0)
    shape = "linear" if kind.smooth else "hv"
    traces.append(
        beside
        | _line(place, calm, CALM_POINTS if smooth else FAINT_POINTS)
        | {"name": style.title, "line": strong | {"shape": shape}, "hovertemplate": number}
    )
    if kind.epochs and run.epochs:
        name = said(say("{framework}, validation", framework=style.title))
        marks = {"mode": "markers", "name": name, "marker": small, "hovertemplate": number}
        traces.append(beside | marks | _validation(kind.epochs, run, count, place))
        traces += [beside | trace for trace in _best(kind.epochs, run, count, place, number, said)]
    return traces


def _best(field: str, run: ChartedRun, count: int, place: Callable[[int], float], number: str, said: Said) -> list[dict]:
    """Return a star around the best epoch's validation symbol, if the run recorded its best epoch."""
    best, epochs = getattr(run, "best", None), list(run.epochs)
    every = run.started.batches_per_epoch if run.started else 1
    if best is None or best.epoch > len(epochs) or best.epoch * every > count:
        return []
    style = STYLES[run.framework]
    name = said(say("{framework}, best epoch: {epoch}", framework=style.title, epoch=best.epoch))
    value = _short(getattr(epochs[best.epoch - 1], field))
    star = {"symbol": "star-open", "size": 20, "color": style.colour, "line": {"width": 2}}
    return [
        {
            "x": [place(best.epoch * every - 1)],
            "y": [value],
            "mode": "markers",
            "name": name,
            "marker": star,
            "hovertemplate": number,
        }
    ]


def _line(place: Callable[[int], float], ys: np.ndarray, most: int) -> dict:
    kept = thinned(ys, most)
    return {"x": [place(i) for i in kept], "y": [_short(ys[i]) for i in kept], "mode": "lines"}


def _validation(field: str, run: ChartedRun, count: int, place: Callable[[int], float]) -> dict:
    """Return the positions of the validation symbols: the last step of each epoch."""
    every = run.started.batches_per_epoch if run.started else 1
    ended = [(place(e.epoch * every - 1), getattr(e, field)) for e in list(run.epochs) if e.epoch * every <= count]
    return {"x": [x for x, _ in ended], "y": [_short(y) for _, y in ended]}


def _place(run: ChartedRun, view: CurveView) -> Callable[[int], float]:
    """Return the function from the index of a step to its position on the horizontal axis."""
    if view.x == "seconds":
        return lambda index: round(run.steps.seconds[index], 3)
    every = run.started.batches_per_epoch if view.x == "epochs" and run.started else 1
    return (lambda index: index + 1) if every == 1 else (lambda index: round((index + 1) / every, 4))


def _short(value: float) -> float | None:
    """Return the value with five digits, more than a screen shows; None, which leaves a gap, if it is not finite."""
    return float(f"{value:.5g}") if isfinite(value) else None


def in_words(kind: CurveKind, runs: Sequence[ChartedRun], said: Said = str) -> str:
    """Return a text alternative of a chart."""
    parts = [say("{title}.", title=kind.title)]
    for run in runs:
        values = getattr(run.steps, kind.steps)
        count, title = len(values), STYLES[run.framework].title
        if not count:
            parts.append(say("{framework}: nothing yet.", framework=title))
            continue
        lately = _number(kind, smoothed(values[max(count - 200, 0) : count], 0.9)[-1])
        parts.append(
            say_n(
                "{framework}: {count} step, lately {value}.",
                "{framework}: {count} steps, lately {value}.",
                count,
                framework=title,
                value=lately,
            )
        )
        if kind.epochs and run.epochs:
            last = run.epochs[-1]
            value = _number(kind, getattr(last, kind.epochs))
            parts.append(say("Validation after epoch {epoch}: {value}.", epoch=last.epoch, value=value))
            if getattr(run, "best", None) is not None:
                parts.append(say("Best epoch: {epoch}.", epoch=run.best.epoch))
    return " ".join(said(part) for part in parts)


def _number(kind: CurveKind, value: float) -> str:
    return f"{value:.1%}" if kind.share else f"{value:.4g}"
