"""The difference of two outputs, cell by cell, on a logarithmic scale; cells equal to the last bit have their own colour"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor

import numpy as np

from clsf.charts.palette import EQUAL
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

LEAST = -12  # powers of ten below this are drawn like it


def figure(one: np.ndarray, other: np.ndarray, said: Said = str) -> dict:
    """Return |one - other| of two feature maps (height, width) as a map, coloured by its power of ten."""
    apart = np.abs(one.astype(np.float64) - other.astype(np.float64))
    powers = np.full(apart.shape, np.nan)
    powers[apart > 0] = np.maximum(np.log10(apart[apart > 0]), LEAST)
    low, high = (floor(np.nanmin(powers)), ceil(np.nanmax(powers))) if (apart > 0).any() else (-9, -6)
    high = max(high, low + 1)
    ticks = list(range(low, high + 1))
    heat = {
        "type": "heatmap", "z": [[None if np.isnan(p) else round(float(p), 3) for p in row] for row in powers],
        "customdata": [[f"{x:.2e}" if x else "0" for x in row] for row in apart],
        "zmin": low, "zmax": high, "colorscale": "Cividis", "hoverongaps": False,
        "hovertemplate": "(%{y}, %{x}): %{customdata}<extra></extra>",
        "colorbar": {"tickvals": ticks, "ticktext": [f"1e{t}" for t in ticks], "thickness": 12, "title": {"text": said(say("difference"))}},
    }  # fmt: skip
    equal = {
        "type": "heatmap", "z": [[1 if x == 0 else None for x in row] for row in apart], "showscale": False,
        "colorscale": [[0, EQUAL], [1, EQUAL]], "hoverongaps": False, "hovertemplate": "(%{y}, %{x}): 0<extra></extra>",
    }  # fmt: skip
    height, width = apart.shape
    layout = {
        "xaxis": {"range": [-0.5, width - 0.5], "constrain": "domain", "showgrid": False, "zeroline": False, "title": {"text": said(say("column"))}},
        "yaxis": {
            "range": [height - 0.5, -0.5], "scaleanchor": "x", "constrain": "domain", "showgrid": False, "zeroline": False,
            "title": {"text": said(say("row"))},
        },
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
    }  # fmt: skip
    return {"data": [heat, equal], "layout": layout}


def largest(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest |difference| of two arrays."""
    return float(np.abs(one.astype(np.float64) - other.astype(np.float64)).max()) if one.size else 0.0
