"""Results of probes as figures for the live chart: curves, and bars in groups."""

from __future__ import annotations

from math import isfinite

from clsf.charts.inside_lines import DASHES, Said
from clsf.charts.palette import GREY, SERIES
from clsf.charts.style import powers
from clsf.faults.probes import Bars, Lines
from clsf.words import Sentence, say


def figure(picture: Lines | Bars, said: Said = str) -> dict:
    """Return the chart of a probe's answer. `said` translates a sentence into the reader's language."""
    layout: dict = {
        "uirevision": "probe", "hovermode": "closest", "showlegend": True, "barmode": "group",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "yaxis": {"title": {"text": "" if picture.y is None else said(picture.y)}},
    }  # fmt: skip
    if isinstance(picture, Lines):
        layout["xaxis"] = {"title": {"text": said(say("steps (batches)"))}, "rangemode": "tozero"}
        traces = [
            {
                "x": list(range(1, len(values) + 1)), "y": [_finite(v) for v in values], "name": said(name),
                "mode": "lines" if len(values) > 1 else "markers", "line": {"color": SERIES[n % len(SERIES)], "width": 2, "dash": DASHES[n % 2 and 1]},
            }
            for n, (name, values) in enumerate(picture.lines)
        ]  # fmt: skip
        if picture.level is not None:
            name, height = picture.level
            longest = max((len(values) for _, values in picture.lines), default=1)
            traces.append({
                "x": [1, max(longest, 2)], "y": [height, height], "name": said(name), "mode": "lines",
                "line": {"color": GREY, "width": 1.5, "dash": "dot"},
            })  # fmt: skip
        return {"data": traces, "layout": layout}
    names = [said(name) if isinstance(name, Sentence) else name for name in picture.names]
    layout["xaxis"] = {"type": "category"}
    if picture.log and all(v > 0 for _, values in picture.groups for v in values):
        layout["yaxis"] |= powers(v for _, values in picture.groups for v in values if isfinite(v))
    traces = [
        {
            "type": "bar", "x": names, "y": [_finite(v) for v in values], "name": said(name),
            "marker": {"color": SERIES[n % len(SERIES)], "pattern": {"shape": "/" if n % 2 else ""}},
        }
        for n, (name, values) in enumerate(picture.groups)
    ]  # fmt: skip
    return {"data": traces, "layout": layout}


def in_words(picture: Lines | Bars, said: Said = str) -> str:
    """Return a text alternative: the last number of each curve, or the numbers of each group."""
    if isinstance(picture, Lines):
        parts = [f"{said(name)}: {values[-1]:.3g}" for name, values in picture.lines if values]
    else:
        names = [said(name) if isinstance(name, Sentence) else name for name in picture.names]
        parts = [
            f"{said(name)}: " + ", ".join(f"{one} {value:.3g}" for one, value in zip(names, values, strict=True))
            for name, values in picture.groups
        ]
    return "; ".join(parts)[:600]


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
