"""Bar chart of the number of images of each class in each part of a data set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clsf.charts.data_colours import PARTS
from clsf.words import say, say_n

PATTERNS = ("", "/", ".")
"""So that colour is not the only sign."""

NAMES = (say("for training"), say("for validation"), say("for test"))


def bars(counts: np.ndarray, classes: Sequence[str], said=str, share: bool = False) -> tuple[dict, str]:
    """Return a figure and its text alternative, for images per part and class, (parts, classes).

    `share`: bars are shares of their part, in per cent, so that parts of different size can be compared.
    """
    data, alt = [], []
    for part, (row, name) in enumerate(zip(counts, NAMES, strict=False)):
        if not row.any():
            continue
        heights = 100 * row / row.sum() if share else row
        data.append(
            {
                "type": "bar",
                "name": f"{said(name)} ({int(row.sum()):,})",
                "x": list(classes),
                "y": [round(float(h), 2) if share else int(h) for h in heights],
                "customdata": [int(n) for n in row],
                "hovertemplate": "%{customdata:,}",
                "marker": {"color": PARTS[part], "pattern": {"shape": PATTERNS[part], "fillmode": "overlay", "fgcolor": "#ffffff", "fgopacity": 0.7, "size": 6, "solidity": 0.25}},
            }
        )  # fmt: skip
        alt.append(
            said(
                say_n(
                    "{part}: from {low} to {high} image per class",
                    "{part}: from {low} to {high} images per class",
                    int(row.max()),
                    part=name,
                    low=int(row.min()),
                    high=int(row.max()),
                )
            )
        )
    axis = said(say("share of the part, %")) if share else said(say("images"))
    layout = {
        "barmode": "group",
        "bargap": 0.25,
        "xaxis": {"type": "category", "tickangle": "auto"},
        "yaxis": {"title": {"text": axis}, "rangemode": "tozero"},
        "showlegend": True,
        "uirevision": "balance",
    }
    return {"data": data, "layout": layout}, ". ".join(alt) + "."
