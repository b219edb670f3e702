"""The probabilities that softmax computes from a few scores, in each framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from clsf.charts.style import SHARES, STYLES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]


def shares(scores: Mapping[str, Sequence[float]], names: Sequence[str], right: int, said: Said = str) -> dict:
    """Return the figure: a bar per class and framework; the right class's bars are full, the others faint."""
    data = [
        {
            "type": "bar", "x": list(names), "y": list(values), "name": STYLES[framework].title, "text": [f"{v:.3f}" for v in values],
            "textposition": "outside", "cliponaxis": False,
            "marker": {
                "color": STYLES[framework].colour, "opacity": [1.0 if at == right else 0.4 for at in range(len(values))],
                "pattern": {"shape": "" if framework == next(iter(scores)) else "/"},
            },
            "hovertemplate": "%{x}: %{y:.3f}<extra>" + STYLES[framework].title + "</extra>",
        }
        for framework, values in scores.items()
    ]  # fmt: skip
    return {
        "data": data,
        "layout": {
            "barmode": "group", "yaxis": {"title": {"text": said(say("share"))}, **SHARES, "range": [0, 1.1]},
            "legend": {"orientation": "h", "y": -0.2}, "margin": {"l": 55, "r": 10, "t": 10, "b": 40},
        },
    }  # fmt: skip
