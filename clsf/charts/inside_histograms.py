"""Histograms over time: the distribution of one layer's weights or gradients, one panel per framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from clsf.charts.style import STYLES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

BINS = 60
"""The number of bins of the common axis to which all histograms are converted."""

Histogram = Mapping[str, object]
"""{"low", "high", "counts"}: counts of equally wide bins between the smallest and the largest value."""


def common_range(histograms: Sequence[Histogram]) -> tuple[float, float]:
    """Return the smallest and the largest value of all; slightly apart if they are equal."""
    low = min(float(h["low"]) for h in histograms)
    high = max(float(h["high"]) for h in histograms)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def respread(histogram: Histogram, low: float, high: float, bins: int = BINS) -> np.ndarray:
    """Return the share of all values in each of `bins` equal bins between `low` and `high`, float64 (bins,), summing to 1.

    The count of an old bin is spread evenly over the new bins that it covers; a bin of zero width goes into one new bin.
    """
    counts = np.asarray(histogram["counts"], np.float64)
    total = counts.sum()
    if not total:
        return np.zeros(bins)
    begin, end = float(histogram["low"]), float(histogram["high"])
    if end <= begin:
        spread = np.zeros(bins)
        spread[min(int((begin - low) / (high - low) * bins), bins - 1)] = 1.0
        return spread
    old = np.linspace(begin, end, len(counts) + 1)
    below = np.concatenate([[0.0], np.cumsum(counts) / total])
    return np.diff(np.interp(np.linspace(low, high, bins + 1), old, below))


def figure(panels: Sequence[tuple[str, Sequence[int], Sequence[Histogram]]], name: str, said: Said = str) -> dict:
    """Return one heatmap for each (framework, steps, a histogram per step): darker where more values lie."""
    everything = [h for _, _, histograms in panels for h in histograms]
    low, high = common_range(everything)
    middle = np.linspace(low, high, 2 * BINS + 1)[1::2]
    width = (1 - 0.06 * (len(panels) - 1)) / max(len(panels), 1)
    layout: dict = {"uirevision": name, "annotations": [], "hovermode": "closest"}
    traces = []
    for place, (framework, steps, histograms) in enumerate(panels, start=1):
        end, left, style = "" if place == 1 else str(place), (place - 1) * (width + 0.06), STYLES[framework]
        shares = np.array([respread(h, low, high) for h in histograms]).T  # (bins, looks)
        tallest = shares.max(axis=0, keepdims=True)
        red, green, blue = (int(style.colour[i : i + 2], 16) for i in (1, 3, 5))
        traces.append(
            {
                "type": "heatmap", "x": [str(s) for s in steps], "y": [float(f"{v:.4g}") for v in middle],
                "z": np.round(shares / np.where(tallest > 0, tallest, 1), 3).tolist(), "customdata": np.round(shares, 4).tolist(),
                "colorscale": [[0, f"rgba({red},{green},{blue},0)"], [1, f"rgba({red},{green},{blue},1)"]], "showscale": False,
                "zmin": 0, "zmax": 1, "xaxis": f"x{end}", "yaxis": f"y{end}",
                "hovertemplate": said(say("step {step}, near {value}: {share} of the values", step="%{x}", value="%{y:.3~g}", share="%{customdata:.1%}")) + "<extra></extra>",
            }
        )  # fmt: skip
        layout |= {
            f"xaxis{end}": {"type": "category", "title": {"text": said(say("steps (batches)"))}, "domain": [left, left + width], "nticks": 6, "showgrid": False},
            f"yaxis{end}": {"anchor": f"x{end}", "range": [low, high], "zeroline": True} | ({"matches": "y", "showticklabels": False} if place > 1 else {}),
        }  # fmt: skip
        layout["annotations"].append(
            {
                "text": f"{style.mark} {style.title}", "xref": "paper", "yref": "paper", "x": left, "y": 1.02, "xanchor": "left",
                "yanchor": "bottom", "showarrow": False, "font": {"color": style.colour, "size": 13},
            }
        )  # fmt: skip
    return {"data": traces, "layout": layout}


def in_words(panels: Sequence[tuple[str, Sequence[int], Sequence[Histogram]]], what: str, said: Said = str) -> str:
    """Return a text alternative: the range of each framework's values, at the first and the last step."""
    parts = [what + "."]
    for framework, steps, histograms in panels:
        first, last = histograms[0], histograms[-1]
        parts.append(
            said(
                say(
                    "{framework}: at step {first} between {low} and {high}, at step {last} between {low_now} and {high_now}.",
                    framework=STYLES[framework].title, first=steps[0], last=steps[-1], low=f"{first['low']:.3g}",
                    high=f"{first['high']:.3g}", low_now=f"{last['low']:.3g}", high_now=f"{last['high']:.3g}",
                )
            )
        )  # fmt: skip
    return " ".join(parts)
