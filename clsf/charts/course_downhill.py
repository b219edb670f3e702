"""Four update rules on one valley, seen from above: L = 0.05 x² + y²."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clsf.charts.palette import ACCENT, OTHER, WARNING, faint
from clsf.charts.style import STYLES

X, Y = (-9.0, 5.0), (-2.4, 2.4)  # what is drawn
LOOKS = (
    ("circle", "#5c6670"),
    ("square", ACCENT),
    ("diamond", OTHER),
    ("triangle-up", WARNING),
)  # of the rules, in order

Way = Sequence[tuple[float, float]]


def surface(ways: Mapping[tuple[str, str], Way], names: Mapping[str, str], loss: str) -> dict:
    """Return the figure: contours of the loss, and (rule, framework) -> the places after each step; dashes are PyTorch's."""
    xs = [X[0] + (X[1] - X[0]) * i / 60 for i in range(61)]
    ys = [Y[0] + (Y[1] - Y[0]) * i / 40 for i in range(41)]
    data: list[dict] = [{
        "type": "contour", "x": xs, "y": ys, "z": [[0.05 * x**2 + y**2 for x in xs] for y in ys], "showscale": False,
        "colorscale": [[0, faint(ACCENT, 0.28)], [1, "rgba(120,130,140,0.06)"]], "ncontours": 18,
        "line": {"width": 0.6, "color": "rgba(120,130,140,0.5)"}, "hovertemplate": loss + " %{z:.2f}<extra></extra>",
    }]  # fmt: skip
    looks = dict(zip(names, LOOKS, strict=True))
    shown_in = dict(reversed(list(ways)))  # rule -> the first framework that has it
    for (rule, framework), way in ways.items():
        symbol, colour = looks[rule]
        shown = [(x, y) for x, y in way if abs(x) < 50 and abs(y) < 50]
        data.append({
            "type": "scatter", "mode": "lines+markers", "x": [x for x, _ in shown], "y": [y for _, y in shown],
            "name": names[rule], "legendgroup": rule, "showlegend": framework == shown_in[rule],  # the caption says which is which
            "hovertemplate": "%{x:.2f}, %{y:.2f}<extra>" + f"{names[rule]} · {STYLES[framework].title}" + "</extra>",
            "line": {"color": colour, "width": 2, "dash": "dot" if framework == "torch" else "solid"},
            "marker": {
                "symbol": symbol + ("-open" if framework == "torch" else ""), "size": 9 if framework == "torch" else 6,
                "color": colour,
            },
        })  # fmt: skip
    return {
        "data": data,
        "layout": {
            "xaxis": {"range": X, "title": {"text": "x"}, "zeroline": False}, "yaxis": {"range": Y, "title": {"text": "y"}, "zeroline": False},
            "height": 430, "margin": {"l": 45, "r": 10, "t": 10, "b": 70}, "legend": {"orientation": "h", "y": -0.24},
        },
    }  # fmt: skip
