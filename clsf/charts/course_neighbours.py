"""Accuracy after each epoch, on digits and on the same digits with their pixels in another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from clsf.charts.style import STYLES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]


def figure(accuracies: Mapping[tuple[str, bool], Sequence[float]], said: Said = str) -> dict:
    """Return the figure. `accuracies`: (framework, whether the pixels were shuffled) -> share after each epoch."""
    data = []
    for (framework, shuffled), values in accuracies.items():
        style = STYLES[framework]
        name = said(say("{framework}, shuffled", framework=style.title)) if shuffled else style.title
        data.append(
            {
                "x": list(range(1, len(values) + 1)), "y": list(values), "mode": "lines+markers", "name": name,
                "line": {"color": style.colour, "width": 2, "dash": "dot" if shuffled else "solid"},
                "marker": {"symbol": style.symbol + ("-open" if shuffled else ""), "size": style.size, "color": style.colour},
                "hovertemplate": "%{y:.1%}<extra>" + name + "</extra>",
            }
        )  # fmt: skip
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": said(say("epoch"))}, "dtick": 1},
            "yaxis": {"title": {"text": said(say("validation accuracy"))}, "tickformat": ".0%", "range": [0, 1.02]},
            "legend": {"orientation": "h", "y": -0.38}, "margin": {"l": 60, "r": 10, "t": 10, "b": 110},
        },
    }  # fmt: skip
