"""Charts of shuffling: the position of each image before and after, and the order of the classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from clsf.charts.style import STYLES
from clsf.words import say, say_n

MOST = 1500  # points drawn
BINS = 60


def positions(order: np.ndarray, framework: str, said: Callable = str) -> tuple[dict, str]:
    """Return a figure and its text alternative; `order[k]` is the position before shuffling of the image that came out k-th."""
    style = STYLES[framework]
    shown = np.unique(np.linspace(0, len(order) - 1, MOST).round().astype(int)) if len(order) > MOST else np.arange(len(order))
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": style.title,
            "x": [int(k) for k in order[shown]],
            "y": [int(k) for k in shown],
            "marker": {"color": style.colour, "size": 3.5, "symbol": style.symbol, "opacity": 0.7},
            "hovertemplate": "%{x} → %{y}",
        }
    ]
    most = len(order) - 1
    layout = {
        "xaxis": {"title": {"text": said(say("position before"))}, "range": [-0.02 * most, 1.02 * most]},
        "yaxis": {"title": {"text": said(say("position after"))}, "range": [-0.02 * most, 1.02 * most]},
        "showlegend": False,
        "hovermode": "closest",
        "uirevision": "order",
    }
    words = said(
        say_n(
            "{framework}: {count} image, on average {moved} places from where they stood.",
            "{framework}: {count} images, on average {moved} places from where they stood.",
            len(order),
            framework=style.title, count=f"{len(order):,}", moved=f"{moved(order):,.0f}",
        )
    )  # fmt: skip
    return {"data": data, "layout": layout}, words


def moved(order: np.ndarray) -> float:
    """Return the mean number of places that an image moved; a third of all places if every order is equally likely."""
    return float(np.abs(order - np.arange(len(order))).mean()) if len(order) else 0.0


def mixture(labels: np.ndarray, classes: Sequence[str], framework: str, said: Callable = str) -> tuple[dict, str]:
    """Return a figure and its text alternative: the share of each class, from the first batches to the last.

    labels: of the images in the order in which they come out
    """
    bins = min(BINS, len(labels))
    which = np.arange(len(labels)) * bins // max(len(labels), 1)
    counts = np.zeros((len(classes), bins))
    np.add.at(counts, (labels, which), 1)
    shares = 100 * counts / counts.sum(axis=0)
    colour = STYLES[framework].colour
    data = [
        {
            "type": "heatmap",
            "z": [[round(float(v), 1) for v in row] for row in shares],
            "x": [round((k + 0.5) * len(labels) / bins) for k in range(bins)],
            "y": list(classes),
            "colorscale": [[0, "rgba(128,128,128,0.08)"], [1, colour]],
            "zmin": 0,
            "zmax": 100,
            "showscale": False,
            "hovertemplate": "%{y}: %{z:.0f} %<extra></extra>",
        }
    ]
    layout = {
        "xaxis": {"title": {"text": said(say("position after"))}},
        "yaxis": {"type": "category", "autorange": "reversed"},
        "hovermode": "closest",
        "uirevision": "mixture",
    }
    seen = (counts > 0).sum(axis=0)
    words = said(
        say(
            "{framework}: of {classes} classes, each stretch of the epoch holds from {low} to {high}.",
            framework=STYLES[framework].title, classes=len(classes), low=int(seen.min()), high=int(seen.max()),
        )
    )  # fmt: skip
    return {"data": data, "layout": layout}, words
