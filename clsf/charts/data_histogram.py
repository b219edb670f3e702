"""How often each pixel value occurs, one curve per channel: before preparation and after it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clsf.charts.data_colours import CHANNELS
from clsf.words import Sentence, say

NAMES = {1: (say("grey"),), 3: (say("red"), say("green"), say("blue"))}
DASHES = {1: ("solid",), 3: ("solid", "dash", "dot")}


def curves(counts: np.ndarray, shift: np.ndarray, scale: np.ndarray, title: Sentence, said: Callable = str) -> tuple[dict, str]:
    """Return a figure and its words: `counts` (channels, 256) of pixel values; the axis shows (value - shift) / scale."""
    channels = len(counts)
    data = []
    for channel in range(channels):
        x = (np.arange(256) - shift[channel]) / scale[channel]
        y = 100 * counts[channel] / max(counts[channel].sum(), 1)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": said(NAMES[channels][channel]),
                "x": [round(float(v), 4) for v in x],
                "y": [round(float(v), 4) for v in y],
                "line": {"color": CHANNELS[channels][channel], "width": 1.8, "shape": "hvh", "dash": DASHES[channels][channel]},
                "hovertemplate": "%{y:.2f} %",
                **({"fill": "tozeroy"} if channels == 1 else {}),
            }
        )  # fmt: skip
    low, high = (min(t["x"][0] for t in data), max(t["x"][-1] for t in data))
    layout = {
        "xaxis": {"title": {"text": said(title)}, "range": [low, high]},
        # A peak at black or white, as in digits, would flatten everything else.
        "yaxis": {"title": {"text": said(say("share of the pixels, %"))}, "rangemode": "tozero", "range": [0, _top(counts)]},
        "showlegend": channels > 1,
        "uirevision": "histogram",
    }
    words = said(
        say("{title}, from {low} to {high}, one curve per channel.", title=title, low=f"{low:.3g}", high=f"{high:.3g}")
    )
    return {"data": data, "layout": layout}, words


def peaks(counts: np.ndarray) -> list[tuple[int, float]]:
    """Return (pixel value, share of the pixels) of the peaks that are cut off; the share is the largest of all channels."""
    shares = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)).max(axis=0)
    top = _top(counts) / 100
    return [(int(value), float(shares[value])) for value in np.flatnonzero(shares > top)]


def _top(counts: np.ndarray) -> float:
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    usual = float(np.quantile(shares[:, 1:255], 0.99)) if shares[:, 1:255].any() else 0.0
    most = float(shares.max())
    return 1.05 * (most if most < 4 * usual or not usual else 2 * usual)
