"""Curves of the bug lab: the faulty program alone; once the case is solved, also the fixed and the healthy program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from clsf.charts.inside_lines import Said
from clsf.charts.palette import GREY, RIGHT, SERIES, WRONG
from clsf.charts.style import powers
from clsf.words import say

FAULTY, FIXED, HEALTHY = WRONG, SERIES[0], RIGHT
"""Each colour is visible on light and dark backgrounds; lines also differ in their dashes."""

LOOKS = ((FAULTY, "solid", "circle"), (FIXED, "dash", "square"), (HEALTHY, "dot", "diamond"))
MOST = 20.0  # times the level: larger losses are drawn on a logarithmic axis


def losses(lines: Mapping[str, Sequence[float]], chance: float | None, said: Said = str) -> dict:
    """Return losses by step, nats, one line per name, and ln C as a level."""
    traces = [_line(n, name, values, len(values) < 40) for n, (name, values) in enumerate(lines.items())]
    longest = max((len(values) for values in lines.values()), default=0)
    if chance is not None:
        traces.append({
            "x": [1, max(longest, 20)], "y": [chance, chance], "mode": "lines", "name": "ln C", "hoverinfo": "skip",
            "line": {"color": GREY, "width": 1.5, "dash": "dot"},
        })  # fmt: skip
    numbers = [v for values in lines.values() for v in values if isfinite(v)]
    wide = bool(numbers) and min(numbers) > 0 and max(numbers) > MOST * (chance or 1)
    axis = powers(numbers) if wide else {"rangemode": "tozero"}
    return _figure(traces, said(say("steps (batches)")), {"title": {"text": said(say("loss"))}, **axis})


def accuracies(lines: Mapping[str, Sequence[float]], said: Said = str) -> dict:
    """Return accuracies by epoch, shares, one line per name."""
    traces = [_line(n, name, values, True) for n, (name, values) in enumerate(lines.items())]
    axis = {"title": {"text": said(say("accuracy"))}, "tickformat": ".0%", "range": [-0.03, 1.03]}
    return _figure(traces, said(say("epoch")), axis, {"dtick": 1})


def in_words(lines: Mapping[str, Sequence[float]]) -> str:
    """Return the last number of each line as a text alternative."""
    return "; ".join(f"{name}: {values[-1]:.3g}" for name, values in lines.items() if values)


def _line(number: int, name: str, values: Sequence[float], marked: bool) -> dict:
    colour, dash, symbol = LOOKS[number % len(LOOKS)]
    return {
        "x": list(range(1, len(values) + 1)), "y": [float(v) if isfinite(v) else None for v in values], "name": name,
        "mode": "lines+markers" if marked else "lines", "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {"symbol": symbol, "size": 6},
    }  # fmt: skip


def _figure(traces: list[dict], x: str, y: dict, more: dict | None = None) -> dict:
    return {
        "data": traces,
        "layout": {
            "uirevision": "buglab", "hovermode": "x", "showlegend": True, "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "xaxis": {"title": {"text": x}, "rangemode": "tozero", **(more or {})}, "yaxis": y,
        },
    }  # fmt: skip
