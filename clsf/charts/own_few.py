"""The learning curve of own classes: validation accuracy over the number of training images per class, a line per framework."""

from __future__ import annotations

from collections.abc import Sequence

from clsf.charts.curves import Said
from clsf.charts.style import SHARES, STYLES
from clsf.own.few import Enough
from clsf.words import say

Curve = tuple[str, Sequence[Enough]]


def figure(curves: Sequence[Curve], said: Said = str) -> dict:
    """Return the figure: means as lines, each split's accuracy as a faint symbol."""
    data = []
    for framework, points in curves:
        style = STYLES[framework]
        data.append(
            {
                "type": "scatter", "mode": "markers", "x": [one.size for one in points for _ in one.accuracies],
                "y": [value for one in points for value in one.accuracies], "opacity": 0.35, "hoverinfo": "skip", "showlegend": False,
                "marker": {"color": style.colour, "symbol": style.symbol, "size": 6},
            }
        )  # fmt: skip
        data.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": style.title, "x": [one.size for one in points],
                "y": [one.mean for one in points], "line": {"color": style.colour, "dash": style.dash, "width": 2.5},
                "marker": {"color": style.colour, "symbol": style.symbol, "size": style.size},
            }
        )  # fmt: skip
    sizes = [one.size for one in curves[0][1]] if curves else []
    layout = {
        "xaxis": {"type": "log", "title": {"text": said(say("training images per class"))}, "tickvals": sizes, "ticktext": [str(n) for n in sizes]},
        "yaxis": {"title": {"text": said(say("validation accuracy"))}, "tickformat": ".0%", **SHARES},
        "legend": {"orientation": "h", "y": 1.12}, "margin": {"l": 60, "r": 10, "t": 30, "b": 50},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def in_words(curves: Sequence[Curve], said: Said = str) -> str:
    """Return the same in words."""
    parts = []
    for framework, points in curves:
        if points:
            first, last = points[0], points[-1]
            parts.append(
                said(
                    say(
                        "{framework}: {first} right with {few} per class, {last} with {many}.",
                        framework=STYLES[framework].title, first=f"{first.mean:.0%}", few=first.size, last=f"{last.mean:.0%}", many=last.size,
                    )
                )
            )  # fmt: skip
    return " ".join(parts)
