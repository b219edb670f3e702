"""Values before and after a layer, as two histograms on one axis, with what ReLU cuts off; and the histogram of weights"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clsf.charts.palette import ACCENT, MUTED, NEGATIVE, SIGNED
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

BINS = 60
BEFORE, AFTER = MUTED, ACCENT
CUT = NEGATIVE


def figure(before: np.ndarray, after: np.ndarray, cuts: bool = False, said: Said = str) -> dict:
    """Return two histograms with the same bins, as shares of the values; `cuts`: the layer sets negative values to 0."""
    before, after = _finite(before), _finite(after)
    edges = _edges(np.concatenate([before, after]))
    middle = (edges[:-1] + edges[1:]) / 2
    data = [
        _bars(before, edges, middle, said(say("before the layer")), BEFORE),
        _bars(after, edges, middle, said(say("after the layer")), AFTER),
    ]
    shapes = []
    if cuts and edges[0] < 0:
        shapes.append(
            {
                "type": "rect", "x0": float(edges[0]), "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0},
                "fillcolor": CUT, "opacity": 0.1, "layer": "below",
            }
        )  # fmt: skip
        shapes.append({"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": CUT, "width": 2}})
    layout = {
        "barmode": "overlay",
        "bargap": 0,
        "xaxis": {"title": {"text": said(say("number"))}},
        "yaxis": {"title": {"text": said(say("share of the numbers"))}, "tickformat": "~%", "type": "log", "dtick": 1},
        "shapes": shapes,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return {"data": data, "layout": layout}


def weights(values: np.ndarray, said: Said = str) -> dict:
    """Return the histogram of a layer's weights, zero in the middle."""
    values = _finite(values)
    limit = float(np.abs(values).max()) or 1.0
    edges = np.linspace(-limit, limit, BINS + 2)  # an odd number of bins: zero is in the middle of one
    counts, _ = np.histogram(values, edges)
    middle = (edges[:-1] + edges[1:]) / 2
    bars = {
        "type": "bar", "x": middle.tolist(), "y": counts.tolist(), "width": float(edges[1] - edges[0]),
        "marker": {"color": middle.tolist(), "cmin": -limit, "cmax": limit, "colorscale": _scale(), "line": {"width": 0.5, "color": "#88909a"}},
        "hovertemplate": "%{x:.3g}: %{y}<extra></extra>",
    }  # fmt: skip
    layout = {
        "bargap": 0,
        "xaxis": {"title": {"text": said(say("weight"))}},
        "yaxis": {"title": {"text": said(say("how many"))}},
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
    }
    return {"data": [bars], "layout": layout}


def described(values: np.ndarray) -> dict[str, float]:
    """Return minimum, maximum, mean, standard deviation, and the shares below and at zero."""
    values = _finite(values)
    return {
        "low": float(values.min()), "high": float(values.max()), "mean": float(values.mean()), "deviation": float(values.std()),
        "negative": float((values < 0).mean()), "zero": float((values == 0).mean()),
    }  # fmt: skip


def _bars(values: np.ndarray, edges: np.ndarray, middle: np.ndarray, title: str, colour: str) -> dict:
    counts, _ = np.histogram(values, edges)
    shares = counts / max(len(values), 1)
    return {
        "type": "bar", "name": title, "x": middle.tolist(), "y": [share or None for share in shares.tolist()],
        "width": float(edges[1] - edges[0]), "marker": {"color": colour, "line": {"width": 0}}, "opacity": 0.62,
        "hovertemplate": "%{x:.3g}: %{y:.2%}<extra>" + title + "</extra>",
    }  # fmt: skip


def _edges(values: np.ndarray) -> np.ndarray:
    """Return bin edges over all values; zero is an edge, so that no bin mixes values that ReLU keeps with values that it cuts."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    step = (high - low) / BINS
    first = np.floor(low / step) if low < 0 else low / step
    count = int(np.ceil((high - first * step) / step + 1e-9)) or 1
    return (first + np.arange(count + 1)) * step


def _finite(values: np.ndarray) -> np.ndarray:
    flat = np.asarray(values, np.float64).ravel()
    return flat[np.isfinite(flat)]


def _scale() -> list:
    return [[n / (len(SIGNED) - 1), f"rgb{stop}"] for n, stop in enumerate(SIGNED)]
