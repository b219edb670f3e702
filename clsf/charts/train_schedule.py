"""The learning rate of every step, drawn before anything is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clsf.charts.palette import ACCENT, faint
from clsf.charts.points import thinned
from clsf.words import Sentence, say

COLOUR = ACCENT
MOST_POINTS = 240  # a small picture needs no more

Said = Callable[[Sentence], str]


def figure(rates: Sequence[float], steps_per_epoch: int, said: Said = str) -> dict:
    """Return the learning rate over the epochs; `rates` has one value per step."""
    kept = thinned(rates, MOST_POINTS)
    line = {
        "x": [round((i + 1) / steps_per_epoch, 4) for i in kept], "y": [float(f"{rates[i]:.5g}") for i in kept], "mode": "lines",
        "line": {"color": COLOUR, "width": 2.25}, "fill": "tozeroy", "fillcolor": faint(ACCENT, 0.12), "showlegend": False,
        "hovertemplate": "%{y:.4~g}<extra></extra>",
    }  # fmt: skip
    layout = {
        "uirevision": "schedule",
        "xaxis": {"title": {"text": said(say("epochs"))}, "fixedrange": True, "nticks": 6},
        "yaxis": {"rangemode": "tozero", "fixedrange": True, "nticks": 4, "tickformat": ".3~g"},
    }
    return {"data": [line], "layout": layout}


def in_words(rates: Sequence[float], said: Said = str) -> str:
    """Return a text alternative of the chart."""
    return said(
        say(
            "Learning rate: begins at {first}, at most {highest}, ends at {last}.",
            first=f"{rates[0]:.3g}", highest=f"{max(rates):.3g}", last=f"{rates[-1]:.3g}",
        )
    )  # fmt: skip
