"""The runs of a class: one symbol per run, accuracy against model size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from clsf.charts.style import SHARES, STYLES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]
HEIGHT = 380


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One run of a class."""

    who: str
    framework: str
    model: str
    parameters: int
    accuracy: float  # on validation images, a share


def figure(results: Sequence[ClassResult], said: Said = str) -> dict:
    """Return accuracies on validation images over parameters, on a logarithmic axis; one colour and symbol a framework."""
    traces = []
    for framework, style in STYLES.items():
        mine = [result for result in results if result.framework == framework]
        if mine:
            traces.append({
                "x": [r.parameters for r in mine], "y": [r.accuracy for r in mine], "mode": "markers", "name": style.title,
                "marker": {"color": style.colour, "symbol": style.symbol, "size": 11, "opacity": 0.8},
                "customdata": [[escape(r.who), escape(r.model)] for r in mine],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<br>%{x:,} · %{y:.1%}<extra></extra>",
            })  # fmt: skip
    layout = {
        "uirevision": "class", "showlegend": True, "legend": {"orientation": "h", "y": 1.12},
        "xaxis": {"type": "log", "title": {"text": said(say("parameters"))}, "dtick": 1},
        "yaxis": {"tickformat": ".0%", "title": {"text": said(say("accuracy, validation"))}, **SHARES},
    }  # fmt: skip
    return {"data": traces, "layout": layout}
