"""Two runs laid over each other: loss above accuracy, over one axis, so that both are zoomed together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from clsf.charts.palette import OTHER
from clsf.charts.points import smoothed, thinned
from clsf.charts.run import ChartedRun
from clsf.charts.style import STYLES
from clsf.frameworks import Style
from clsf.words import Sentence, say, say_n

Said = Callable[[Sentence], str]
Axis = Literal["epochs", "seconds"]

SMOOTHING = 0.8

SCALE_POINTS = 40  # from seconds to epochs; training runs at a steady pace, so a few points are enough

_SECOND = {"colour": OTHER, "dash": "dot", "symbol": "diamond", "size": 10, "mark": "◆"}
"""The style of the second run where both runs use the same framework."""

_AXES = {"epochs": say("epochs"), "seconds": say("seconds of training")}
_PANELS = (
    ("loss", say("loss"), "losses", "validation_loss", (0.54, 1.0), ""),
    ("accuracy", say("accuracy"), "accuracies", "validation_accuracy", (0.0, 0.46), ".0%"),
)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A run as drawn: its name in the legend and its style."""

    run: ChartedRun
    name: str
    style: Style


def contestants(runs: Sequence[ChartedRun], names: Sequence[str]) -> tuple[Contestant, ...]:
    """Give each run its framework's style; if both frameworks are the same, the second run gets a different one."""
    same = len({run.framework for run in runs}) < len(runs)
    return tuple(
        Contestant(run, name, replace(STYLES[run.framework], **_SECOND) if same and number else STYLES[run.framework])
        for number, (run, name) in enumerate(zip(runs, names, strict=True))
    )


def figure(contestants: Sequence[Contestant], axis: Axis, said: Said = str) -> dict:
    """Return both panels: batches faint, their smoothed course strong, validation as symbols."""
    layout: dict = {"uirevision": f"{axis} {' '.join(c.run.run_id for c in contestants)}"}
    traces = []
    for number, (_, title, steps, epochs, domain, form) in enumerate(_PANELS, start=1):
        place = "" if number == 1 else str(number)
        y = {"title": {"text": said(title)}, "domain": list(domain), "rangemode": "tozero", "tickformat": form}
        layout[f"yaxis{place}"] = y | ({"anchor": "x2"} if number == 2 else {})
        x = {"rangemode": "tozero", "anchor": f"y{place}"}
        layout[f"xaxis{place}"] = x | (
            {"matches": "x", "title": {"text": said(_AXES[axis])}} if number == 2 else {"showticklabels": False}
        )
        on = {"xaxis": f"x{place}", "yaxis": f"y{place}"}
        traces += [
            t | on
            for c in contestants
            for t in _traces(c, axis, steps, epochs, "%{y:.1%}" if form else "%{y:.4~g}", number == 1)
        ]
    return {"data": traces, "layout": layout}


def link(contestants: Sequence[Contestant], axis: Axis) -> dict:
    """Return what `live_chart` needs so that this chart and the chart over the other axis zoom together.

    Each run reaches the same epoch after a different number of seconds, so each run has its own scale from seconds to epochs.
    """
    return {"group": " ".join(c.run.run_id for c in contestants), "scales": [_scale(c, axis) for c in contestants]}


def _scale(c: Contestant, axis: Axis) -> list[list[float]]:
    seconds = list(c.run.steps.seconds)
    if c.run.started is None or not seconds:
        return []
    kept = sorted({round(i * (len(seconds) - 1) / (SCALE_POINTS - 1)) for i in range(SCALE_POINTS)})
    epochs = [round((i + 1) / c.run.started.batches_per_epoch, 4) for i in kept]
    own = epochs if axis == "epochs" else [round(seconds[i], 4) for i in kept]
    return [[0.0, 0.0], *map(list, zip(own, epochs, strict=True))]


def in_words(contestants: Sequence[Contestant], axis: Axis, said: Said = str) -> str:
    """Return a text alternative of the chart."""
    parts = [say("Loss and accuracy over {axis}.", axis=_AXES[axis])]
    for c in contestants:
        if not c.run.epochs:
            parts.append(say_n("{name}: {count} step so far.", "{name}: {count} steps so far.", len(c.run.steps), name=c.name))
            continue
        last = c.run.epochs[-1]
        parts.append(
            say(
                "{name}: after epoch {epoch}, validation loss {loss}, accuracy {accuracy}.",
                name=c.name, epoch=last.epoch, loss=f"{last.validation_loss:.4g}", accuracy=f"{last.validation_accuracy:.1%}",
            )
        )  # fmt: skip
    return " ".join(said(part) for part in parts)


def _traces(c: Contestant, axis: Axis, steps: str, epochs: str, number: str, legend: bool) -> list[dict]:
    run, style = c.run, c.style
    count = len(run.steps)  # read first: a live run may grow while it is drawn
    values = list(getattr(run.steps, steps)[:count])
    every = run.started.batches_per_epoch if run.started else 1
    places = list(run.steps.seconds[:count]) if axis == "seconds" else [(i + 1) / every for i in range(count)]
    beside = {"legendgroup": run.run_id, "showlegend": False}
    strong = {"color": style.colour, "dash": style.dash, "width": 2.25}
    marker = {"color": style.colour, "symbol": style.symbol, "size": style.size}
    traces = []
    if legend:
        traces.append(
            {
                "x": [None], "y": [None], "mode": "lines+markers", "line": strong, "marker": marker, "name": c.name,
                "legendgroup": run.run_id, "hoverinfo": "skip",
            }
        )  # fmt: skip
    faint = {"line": {"color": style.faint(), "width": 1}, "hoverinfo": "skip"}
    traces.append(beside | _line(places, values) | faint)
    course = _line(places, smoothed(values, SMOOTHING))
    traces.append(beside | course | {"line": strong, "name": c.name, "hovertemplate": number})
    ended = [e for e in list(run.epochs) if e.epoch * every <= count]
    xs, ys = [places[e.epoch * every - 1] for e in ended], [_short(getattr(e, epochs)) for e in ended]
    small = marker | {"size": max(3, style.size * 12 // max(12, len(ended)))}
    traces.append(
        beside
        | {"x": [round(x, 4) for x in xs], "y": ys, "mode": "markers", "marker": small, "name": c.name, "hovertemplate": number}
    )
    return traces


def _line(places: Sequence[float], values: Sequence[float]) -> dict:
    kept = thinned(values)
    return {"x": [round(places[i], 4) for i in kept], "y": [_short(values[i]) for i in kept], "mode": "lines"}


def _short(value: float) -> float | None:
    return float(f"{value:.5g}") if isfinite(value) else None
