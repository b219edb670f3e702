"""The curves of many runs in the same axes: one small figure per quantity, all with the same layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from clsf.charts.arm_styles import ArmStyle
from clsf.charts.points import smoothed, thinned
from clsf.charts.run import ChartedRun
from clsf.charts.style import SHARES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]
Axis = Literal["epochs", "seconds"]

MOST_POINTS = 160  # of one line; two dozen lines are drawn at once
SMOOTHING = 0.9
ASTRAY = 8  # times the median run's largest loss: a run above it is cut off at the top


@dataclass(frozen=True, slots=True)
class Drawn:
    """A run as drawn: its name, its style, and whether it is faint because other runs are emphasised."""

    run: ChartedRun
    name: str
    look: ArmStyle
    dimmed: bool = False


@dataclass(frozen=True, slots=True)
class CurvePanel:
    """One small figure."""

    title: Sentence
    steps: str | None  # field of Steps, if the value is known for every batch
    epochs: str  # field of EpochEnded
    share: bool


PANELS: dict[str, CurvePanel] = {
    "training-loss": CurvePanel(say("Loss, training"), "losses", "train_loss", False),
    "validation-loss": CurvePanel(say("Loss, validation"), None, "validation_loss", False),
    "training-accuracy": CurvePanel(say("Accuracy, training"), "accuracies", "train_accuracy", True),
    "validation-accuracy": CurvePanel(say("Accuracy, validation"), None, "validation_accuracy", True),
}

_AXES = {"epochs": say("epochs"), "seconds": say("seconds of training")}


def figure(name: str, drawn: Sequence[Drawn], axis: Axis = "epochs", said: Said = str) -> dict:
    """Return one panel. Training: a smoothed line over the batches. Validation: a symbol after each epoch."""
    panel = PANELS[name]
    traces = [_trace(panel, d, axis) for d in sorted(drawn, key=lambda d: not d.dimmed)]
    layout = {
        "uirevision": f"{name} {axis} {len(drawn)}",
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {"title": {"text": said(_AXES[axis])}, "rangemode": "tozero"},
        "yaxis": {
            "tickformat": ".0%" if panel.share else "",
            "rangemode": "normal" if panel.share else "tozero",
            **(SHARES if panel.share else {}),
        },
    }
    top = _top(traces)
    if not panel.share and top is not None:
        layout["yaxis"] |= {"range": [0, top], "autorange": False}
    return {"data": traces, "layout": layout}


def in_words(name: str, drawn: Sequence[Drawn], said: Said = str) -> str:
    """Return a text alternative of a panel."""
    panel, parts = PANELS[name], []
    for d in drawn:
        if d.run.epochs:
            value = getattr(d.run.epochs[-1], panel.epochs)
            text = f"{value:.1%}" if panel.share else f"{value:.4g}"
            parts.append(
                said(say("{name}: {value} after epoch {epoch}.", name=d.name, value=text, epoch=d.run.epochs[-1].epoch))
            )
    return " ".join([said(panel.title) + ".", *parts])


def link(drawn: Sequence[Drawn], group: str) -> dict:
    """Return what `live_chart` needs so that all panels of a `group` zoom together: they have the same horizontal axis."""
    return {"group": group, "scales": [[[0.0, 0.0], [1.0, 1.0]] for _ in drawn]}


def _trace(panel: CurvePanel, d: Drawn, axis: Axis) -> dict:
    run, look = d.run, d.look
    count = len(run.steps)  # read first: a live run may grow while it is drawn
    every = run.started.batches_per_epoch if run.started else 1
    number = "%{y:.1%}" if panel.share else "%{y:.4~g}"
    trace = {
        "name": d.name, "opacity": 0.16 if d.dimmed else 1.0,
        "hovertemplate": f"{d.name.replace('%{', '% {')}: {number}<extra></extra>",
        "line": {"color": look.colour, "dash": look.dash, "width": 1.5 if d.dimmed else 2},
        "marker": {"color": look.colour, "symbol": look.marker, "size": 7, "line": {"color": look.colour, "width": 1.5}},
    }  # fmt: skip
    if panel.steps is not None:
        values = smoothed(getattr(run.steps, panel.steps)[:count], SMOOTHING)
        kept = thinned(values, MOST_POINTS)
        places = list(run.steps.seconds[:count]) if axis == "seconds" else [(i + 1) / every for i in range(count)]
        return trace | {"x": [_short(places[i]) for i in kept], "y": [_short(values[i]) for i in kept], "mode": "lines"}
    ended = [e for e in list(run.epochs) if e.epoch * every <= count]
    xs = [run.steps.seconds[e.epoch * every - 1] if axis == "seconds" else float(e.epoch) for e in ended]
    ys = [_short(getattr(e, panel.epochs)) for e in ended]
    mode = "lines+markers" if len(ended) <= 30 else "lines"
    return trace | {"x": [_short(x) for x in xs], "y": ys, "mode": mode}


def _top(traces: Sequence[dict]) -> float | None:
    """Return the upper end of a loss axis, None to leave it to Plotly: one diverging run should not flatten all others."""
    highest = sorted(max(known) for trace in traces if (known := [y for y in trace["y"] if y is not None]))
    if len(highest) < 2 or highest[-1] <= ASTRAY * highest[len(highest) // 2]:
        return None
    return 2 * highest[len(highest) // 2]


def _short(value: float) -> float | None:
    return float(f"{value:.5g}") if isfinite(value) else None
