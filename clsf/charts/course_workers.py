"""Several workers compared with one device: how far their weights differ, and how batch size and learning rate change the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from clsf.charts.palette import ACCENT, WARNING
from clsf.charts.style import STYLES
from clsf.words import Sentence, say, say_n

Said = Callable[[Sentence], str]
LEAST = 1e-18  # where a difference of 0 is drawn, because the axis is logarithmic


def difference(apart: Mapping[str, Sequence[float]], bar: float, said: Said = str) -> dict:
    """Return the largest difference of any weight after each step, framework -> values, and the line `bar`."""
    data = [
        {
            "x": list(range(1, len(values) + 1)), "y": [max(value, LEAST) for value in values], "mode": "lines+markers",
            "name": STYLES[framework].title, "line": {"color": STYLES[framework].colour, "dash": STYLES[framework].dash, "width": 2},
            "marker": {"symbol": STYLES[framework].symbol, "size": 6, "color": STYLES[framework].colour},
            "hovertemplate": "%{y:.1e}<extra>" + STYLES[framework].title + "</extra>",
        }
        for framework, values in apart.items()
    ]  # fmt: skip
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": said(say("step"))}},
            "yaxis": {
                "type": "log", "range": [-18.5, 0.5], "tickformat": ".0e", "dtick": 3,
                "title": {"text": said(say("largest difference of any weight"))},
            },
            "shapes": [{
                "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": bar, "y1": bar,
                "line": {"color": "rgba(125,135,144,0.9)", "dash": "dash", "width": 1.5},
            }],
            "legend": {"orientation": "h", "y": -0.3}, "margin": {"l": 75, "r": 10, "t": 10, "b": 40},
        },
    }  # fmt: skip


LOOKS = (
    ("circle", "#5c6670", "solid"),
    ("square", WARNING, "dot"),
    ("diamond", ACCENT, "dash"),
)  # of the curves, in order


def rates(curves: Sequence[object], said: Said = str) -> dict:
    """Return the loss over the number of images seen: one device, several with its rate, several with a larger one."""
    data = []
    for curve, (symbol, colour, dash) in zip(curves, LOOKS, strict=True):
        name = said(
            say_n(
                "{count} device, learning rate {rate}", "{count} devices, learning rate {rate}", curve.workers,
                count=curve.workers, rate=f"{curve.rate:g}",
            )
        )  # fmt: skip
        data.append(
            {
                "x": list(curve.images), "y": [round(loss, 4) for loss in curve.losses], "mode": "lines+markers", "name": name,
                "line": {"color": colour, "width": 2, "dash": dash}, "marker": {"symbol": symbol, "size": 7, "color": colour},
                "hovertemplate": "%{y:.3f}<extra>" + name + "</extra>",
            }
        )  # fmt: skip
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": said(say("images seen"))}}, "yaxis": {"title": {"text": said(say("loss"))}},
            "legend": {"orientation": "h", "y": -0.3}, "margin": {"l": 60, "r": 10, "t": 10, "b": 40},
        },
    }  # fmt: skip
