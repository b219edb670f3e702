"""Batch normalisation's running statistics on their way to those of the batch, step by step"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clsf.charts.palette import SERIES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

SYMBOLS = ("circle", "square", "diamond", "triangle-up")


def figure(running: np.ndarray, batch: np.ndarray, kind: Sentence, said: Said = str) -> dict:
    """Return the running statistic of the first channels over steps, (steps + 1, channels), and the batch's as dotted lines."""
    data = []
    steps = list(range(len(running)))
    for channel in range(min(running.shape[1], len(SYMBOLS))):
        colour = SERIES[channel]
        name = said(say("channel {channel}", channel=channel))
        data.append(
            {
                "type": "scatter", "mode": "lines+markers" if len(steps) <= 30 else "lines", "name": name, "x": steps,
                "y": [float(x) for x in running[:, channel]], "line": {"color": colour, "width": 2.5},
                "marker": {"symbol": SYMBOLS[channel], "size": 6}, "hovertemplate": "%{y:.4f}<extra>" + name + "</extra>",
            }
        )  # fmt: skip
        data.append(
            {
                "type": "scatter", "mode": "lines", "x": [0, steps[-1]], "y": [float(batch[channel])] * 2, "showlegend": False,
                "line": {"color": colour, "width": 1.5, "dash": "dot"}, "hoverinfo": "skip",
            }
        )  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": said(say("batches seen in training"))}},
        "yaxis": {"title": {"text": said(kind)}},
        "hovermode": "x unified",
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return {"data": data, "layout": layout}
