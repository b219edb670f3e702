"""Parameter counts as the image grows: those of a dense layer grow quickly, those of a convolution stay the same"""

from __future__ import annotations

from collections.abc import Callable

from clsf.charts.palette import ACCENT, GREY, OTHER
from clsf.model.layers import Layer
from clsf.model.shapes import sides_text
from clsf.words import Sentence, say, say_n

Said = Callable[[Sentence], str]

SIDES = (8, 16, 28, 32, 48, 64, 96, 128, 160, 192, 224)
DENSE, CONV = OTHER, ACCENT


def parameters(layer: Layer, side: int, channels: int) -> int:
    """Return the number of parameters of a layer on a square image with this side in pixels and this number of channels."""
    shape = (side * side * channels,) if layer.role == "Linear" else (side, side, channels)
    return sum(weight.size for weight in layer.weights(shape))


def figure(dense: Layer, conv: Layer, channels: int, here: int | None = None, said: Said = str) -> dict:
    """Return both counts over the image's side, on a logarithmic axis; `here` marks the side of the student's image."""
    titles = {
        "dense": said(
            say_n(
                "{kind}, {units} unit on all pixels",
                "{kind}, {units} units on all pixels",
                dense.units,
                kind=type(dense).__name__,
                units=dense.units,
            )
        ),
        "conv": said(
            say_n(
                "{kind}, {filters} filter {k}",
                "{kind}, {filters} filters {k}",
                conv.filters,
                kind=type(conv).__name__,
                filters=conv.filters,
                k=sides_text(conv.kernel_size),
            )
        ),
    }
    data = [
        _curve([parameters(dense, side, channels) for side in SIDES], titles["dense"], DENSE, "solid", "circle"),
        _curve([parameters(conv, side, channels) for side in SIDES], titles["conv"], CONV, "dash", "square"),
    ]
    layout = {
        "xaxis": {"title": {"text": said(say("side of the image in pixels"))}, "tickvals": list(SIDES), "tickangle": 0},
        "yaxis": {"title": {"text": said(say("parameters"))}, "type": "log", "exponentformat": "SI", "dtick": 1},
        "hovermode": "x unified",
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    if here is not None:
        layout["shapes"] = [
            {"type": "line", "x0": here, "x1": here, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": GREY, "dash": "dot", "width": 1.5}}
        ]  # fmt: skip
        layout["annotations"] = [
            {
                "x": here, "y": 1, "yref": "paper", "text": said(say("your image")), "showarrow": False, "xanchor": "left",
                "yanchor": "top", "xshift": 5,
            }
        ]  # fmt: skip
    return {"data": data, "layout": layout}


def _curve(counts: list[int], title: str, colour: str, dash: str, symbol: str) -> dict:
    return {
        "type": "scatter", "mode": "lines+markers", "name": title, "x": list(SIDES), "y": counts,
        "line": {"color": colour, "dash": dash, "width": 2.5}, "marker": {"symbol": symbol, "size": 8, "color": colour},
        "hovertemplate": "%{y:,}<extra>" + title + "</extra>",
    }  # fmt: skip
