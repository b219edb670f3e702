"""Charts of small functions: a curve with its tangent, and contours of two variables with the gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot, isfinite

from clsf.charts.palette import ACCENT, HEIGHTS
from clsf.charts.style import STYLES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

CURVE = ACCENT


def curve(
    xs: Sequence[float], ys: Sequence[float], at: float, value: float, slope: float, formula: str, said: Said = str
) -> dict:
    """Return the curve, the point and its tangent."""
    low, high = min(ys), max(ys)
    margin = 0.08 * (high - low or 1)
    reach = 0.18 * (xs[-1] - xs[0])
    ends = (at - reach, at + reach)
    tangent = [value + slope * (x - at) for x in ends]
    style = STYLES["tensorflow"]
    traces = [
        {"x": list(xs), "y": list(ys), "mode": "lines", "name": formula, "line": {"color": CURVE, "width": 3}, "hovertemplate": "%{y:.4~g}"},
        {
            "x": list(ends), "y": tangent, "mode": "lines", "name": said(say("tangent, slope {slope}", slope=f"{slope:.4g}")),
            "line": {"color": style.colour, "width": 2.5, "dash": "dash"}, "hoverinfo": "skip",
        },
        {
            "x": [at], "y": [value], "mode": "markers", "name": f"({at:.4g}, {value:.4g})", "showlegend": False,
            "marker": {"color": style.colour, "size": 13, "symbol": "circle", "line": {"color": "white", "width": 2}}, "hoverinfo": "skip",
        },
    ]  # fmt: skip
    layout = {
        "uirevision": formula,
        "xaxis": {"title": {"text": "x"}, "range": [xs[0], xs[-1]]},
        "yaxis": {"title": {"text": "f(x)"}, "range": [low - margin, high + margin]},
    }
    return {"data": traces, "layout": layout}


def hills(
    xs: Sequence[float],
    zs: Sequence[Sequence[float]],
    at: tuple[float, float],
    slope: tuple[float, float],
    formula: str,
    said: Said = str,
) -> dict:
    """Return contour lines, the point, and the direction of the gradient at it: uphill."""
    size = hypot(*slope)
    reach = 0.2 * (xs[-1] - xs[0])
    step = (reach * slope[0] / size, reach * slope[1] / size) if size and isfinite(size) else (0.0, 0.0)
    style = STYLES["tensorflow"]
    heights = sorted(z for row in zs for z in row)
    low, high = heights[0], heights[int(0.8 * (len(heights) - 1))]  # a few steep corners would take up the whole colour range
    traces = [
        {
            "type": "contour", "x": list(xs), "y": list(xs), "z": [list(row) for row in zs], "colorscale": [[at / 2, colour] for at, colour in enumerate(HEIGHTS)],
            "zmin": low, "zmax": high, "autocontour": False, "contours": {"start": low, "end": high, "size": (high - low) / 16 or 1}, "showscale": False, "hovertemplate": "x %{x:.2f}, y %{y:.2f}: %{z:.4~g}<extra></extra>",
        },
        {
            "x": [at[0], at[0] + step[0]], "y": [at[1], at[1] + step[1]], "mode": "lines+markers",
            "name": said(say("gradient, uphill")),
            "line": {"color": style.colour, "width": 3}, "hoverinfo": "skip",
            "marker": {"color": style.colour, "size": [13, 15], "symbol": ["circle", "arrow"], "angleref": "previous", "line": {"color": "white", "width": 1.5}},
        },
    ]  # fmt: skip
    side = [xs[0], xs[-1]]
    layout = {
        "uirevision": formula, "hovermode": "closest",
        "xaxis": {"title": {"text": "x"}, "range": side, "constrain": "domain"},
        "yaxis": {"title": {"text": "y"}, "range": side, "scaleanchor": "x", "constrain": "domain"},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def histogram(columns: dict[str, tuple[str, str, list[float]]], said: Said = str) -> dict:
    """Return the distribution of some lists of numbers: name -> (title, colour, numbers)."""
    numbers = [x for _, _, values in columns.values() for x in values if isfinite(x)]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    size = (high - low) / 24 or 1.0
    traces = []
    for title, colour, values in columns.values():
        counts = [0] * 25
        for x in values:
            if isfinite(x):
                counts[int((x - low) / size)] += 1
        counts[23] += counts[24]
        centres = [round(low + (k + 0.5) * size, 6) for k in range(24)]
        traces.append(
            {"x": centres, "y": counts[:24], "type": "bar", "name": title, "marker": {"color": colour}, "hovertemplate": "%{y}"}
        )
    layout = {
        "uirevision": "histogram", "barmode": "group", "bargap": 0.1,
        "xaxis": {"title": {"text": said(say("value"))}}, "yaxis": {"title": {"text": said(say("how many"))}},
    }  # fmt: skip
    return {"data": traces, "layout": layout}
