"""A learning-rate range test: the smoothed loss over the learning rate on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clsf.charts.points import thinned
from clsf.charts.style import STYLES
from clsf.range_test import RangeTest
from clsf.words import Sentence, say

MOST_POINTS = 300
Said = Callable[[Sentence], str]


def figure(tests: Mapping[str, RangeTest], said: Said = str) -> dict:
    """Return the curve of each framework, with a mark where it falls fastest."""
    traces = []
    for name, test in tests.items():
        style, kept = STYLES[name], thinned(test.rates, MOST_POINTS)
        traces.append(
            {
                "x": [float(f"{test.rates[i]:.4g}") for i in kept], "y": [float(f"{test.smoothed[i]:.5g}") for i in kept],
                "mode": "lines", "name": style.title, "line": {"color": style.colour, "dash": style.dash, "width": 2.25},
                "hovertemplate": "%{x:.2~e}: %{y:.4~g}<extra>" + style.title + "</extra>",
            }
        )  # fmt: skip
        if test.steepest is not None:
            at = test.rates.index(test.steepest)
            traces.append(
                {
                    "x": [float(f"{test.steepest:.4g}")], "y": [float(f"{test.smoothed[at]:.5g}")], "mode": "markers",
                    "marker": {"color": style.colour, "symbol": style.symbol, "size": style.size + 2}, "showlegend": False,
                    "hovertemplate": "%{x:.2~e}<extra>" + said(say("falls fastest")) + "</extra>",
                }
            )  # fmt: skip
    layout = {
        "uirevision": "range",
        "xaxis": {"type": "log", "title": {"text": said(say("learning rate"))}, "tickformat": ".0e", "nticks": 8},
        "yaxis": {"title": {"text": said(say("loss, smoothed"))}, "nticks": 6},
        "legend": {"orientation": "h", "y": 1.12},
    }
    return {"data": traces, "layout": layout}


def in_words(tests: Mapping[str, RangeTest], said: Said = str) -> str:
    """Return a text alternative of the chart, one sentence for each framework and finding."""
    sentences = []
    for name, test in tests.items():
        title = STYLES[name].title
        if test.steepest is None:
            sentences.append(said(say("{framework}: the loss does not fall at any of these learning rates.", framework=title)))
        else:
            sentences.append(
                said(say("{framework}: the loss falls fastest at {rate}.", framework=title, rate=f"{test.steepest:.2g}"))
            )
        if test.turns is not None:
            sentences.append(said(say("It diverges from {rate} on.", rate=f"{test.turns:.2g}")))
    return " ".join(sentences)
