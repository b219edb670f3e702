"""Three ways to teach the same images: the mean validation accuracy of each with its interval, a mark per framework."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clsf.charts.curves import Said
from clsf.charts.style import SHARES, STYLES
from clsf.words import say

APART = 0.12  # offset of the frameworks' marks above and below the row of a way


@dataclass(frozen=True, slots=True)
class WayRow:
    """One way in one framework: mean and ends of its interval, the accuracy of each split, and seconds per training."""

    framework: str
    name: str  # of the way, in the reader's language
    interval: tuple[float, float, float] | None
    values: Sequence[float]
    seconds: float


def figure(rows: Sequence[WayRow], said: Said = str) -> dict:
    """Return the figure: a row per way, the intervals as lines."""
    names = list(dict.fromkeys(row.name for row in rows))
    frameworks = list(dict.fromkeys(row.framework for row in rows))
    data = []
    for at, framework in enumerate(frameworks):
        style = STYLES[framework]
        mine = [row for row in rows if row.framework == framework and row.interval]
        shift = (at - (len(frameworks) - 1) / 2) * 2 * APART
        data.append(
            {
                "type": "scatter", "mode": "markers", "name": style.title, "x": [row.interval[0] for row in mine],
                "y": [names.index(row.name) + shift for row in mine], "marker": {"color": style.colour, "symbol": style.symbol, "size": style.size + 3},
                "error_x": {
                    "type": "data", "symmetric": False, "array": [row.interval[2] - row.interval[0] for row in mine],
                    "arrayminus": [row.interval[0] - row.interval[1] for row in mine], "color": style.colour, "thickness": 2,
                },
                "customdata": [row.name for row in mine], "hovertemplate": "%{customdata}: %{x:.1%}",
            }
        )  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": said(say("validation accuracy"))}, "tickformat": ".0%", **SHARES},
        "yaxis": {"tickvals": list(range(len(names))), "ticktext": names, "range": [len(names) - 0.5, -0.5], "zeroline": False},
        "legend": {"orientation": "h", "y": 1.15}, "margin": {"l": 110, "r": 10, "t": 30, "b": 50},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def in_words(rows: Sequence[WayRow], said: Said = str) -> str:
    """Return the same in words."""
    return " ".join(
        said(
            say(
                "{framework}, {way}: {mean} (95 % interval {low} to {high}), {seconds} s each.",
                framework=STYLES[row.framework].title, way=row.name, mean=f"{row.interval[0]:.0%}", low=f"{row.interval[1]:.0%}",
                high=f"{row.interval[2]:.0%}", seconds=f"{row.seconds:.1f}",
            )
        )
        for row in rows if row.interval
    )  # fmt: skip
