"""Values inside the model over the steps: one line per layer, one panel per framework, all with the same axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from clsf.charts.palette import SERIES
from clsf.charts.style import STYLES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

"""One per layer in order, each visible on light and dark backgrounds. From the ninth layer on they repeat, dashed."""

DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down")


@dataclass(frozen=True, slots=True)
class LinesPanel:
    """One framework: layer -> (steps, values)."""

    framework: str
    lines: Mapping[str, tuple[Sequence[int], Sequence[float | None]]]


def figure(panels: Sequence[LinesPanel], name: str, said: Said = str, log: bool = False, share: bool = False) -> dict:
    """Return the lines of each panel, side by side. `share`: values are fractions, shown as per cent."""
    width = (1 - 0.06 * (len(panels) - 1)) / max(len(panels), 1)
    layout: dict = {"uirevision": name, "annotations": [], "hovermode": "x"}
    traces, seen = [], set()
    number = "%{y:.1%}" if share else "%{y:.3~g}"
    for place, panel in enumerate(panels, start=1):
        end, left = "" if place == 1 else str(place), (place - 1) * (width + 0.06)
        x = {"title": {"text": said(say("steps (batches)"))}, "domain": [left, left + width], "rangemode": "tozero"}
        y = {"type": "log" if log else "linear", "tickformat": ".0%" if share else "~e" if log else "", "anchor": f"x{end}"}
        if share:
            y["range"] = [-0.03, 1.03]
        if place > 1:
            x["matches"], y["matches"], y["showticklabels"] = "x", "y", False
        layout |= {f"xaxis{end}": x, f"yaxis{end}": y}
        layout["annotations"].append(_title(panel.framework, left))
        for position, (layer, (steps, values)) in enumerate(panel.lines.items()):
            traces.append(
                {
                    "x": list(steps), "y": [_short(v) for v in values], "name": layer, "legendgroup": layer,
                    "showlegend": layer not in seen, "mode": "lines+markers", "xaxis": f"x{end}", "yaxis": f"y{end}",
                    "line": {"color": SERIES[position % len(SERIES)], "width": 2, "dash": DASHES[position // len(SERIES) % len(DASHES)]},
                    "marker": {"symbol": SYMBOLS[position % len(SYMBOLS)], "size": 5}, "hovertemplate": f"{layer}: {number}<extra></extra>",
                }
            )  # fmt: skip
            seen.add(layer)
    layout["legend"] = {"orientation": "h", "y": -0.28, "yanchor": "top", "x": 0}
    return {"data": traces, "layout": layout}


def in_words(panels: Sequence[LinesPanel], what: Sentence, said: Said = str, share: bool = False) -> str:
    """Return the last value of each line as a text alternative."""
    parts = [said(say("{title}.", title=what))]
    for panel in panels:
        last = [f"{layer} {_number(values[-1], share)}" for layer, (_, values) in panel.lines.items() if len(values)]
        parts.append(
            said(
                say("{framework}, at the last look: {values}.", framework=STYLES[panel.framework].title, values=", ".join(last))
            )
        )
    return " ".join(parts)


def _number(value: float | None, share: bool) -> str:
    if value is None or not isfinite(value):
        return "–"
    return f"{value:.0%}" if share else f"{value:.2g}"


def _title(framework: str, left: float) -> dict:
    style = STYLES[framework]
    return {
        "text": f"{style.mark} {style.title}", "xref": "paper", "yref": "paper", "x": left, "y": 1.02, "xanchor": "left", "yanchor": "bottom",
        "showarrow": False, "font": {"color": style.colour, "size": 13},
    }  # fmt: skip


def _short(value: float | None) -> float | None:
    return float(f"{value:.4g}") if value is not None and isfinite(value) else None
