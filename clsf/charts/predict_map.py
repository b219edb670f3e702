"""Test images as points in a plane, by the output of the last hidden layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from clsf.charts.data_colours import CLASSES, of_class
from clsf.charts.palette import STAR, WRONG
from clsf.predict.values import Map
from clsf.words import Sentence, say, say_n

SYMBOLS = (
    "circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "pentagon", "star", "hexagon",
)  # fmt: skip
"""Each class has a colour and a symbol; with more than ten classes both repeat, shifted against each other."""


def look(label: int) -> tuple[str, str]:
    """Return the colour and the symbol of a class."""
    return of_class(label), SYMBOLS[(label + label // len(CLASSES)) % len(SYMBOLS)]


def figure(places: Map, names: Sequence[str], words: Callable[[Sentence], str]) -> dict:
    """Return the figure as a dictionary of Plotly's data and layout."""
    data = []
    for label in sorted(set(places.labels.tolist())):
        at = places.labels == label
        colour, symbol = look(label)
        data.append(
            {
                "x": np.round(places.points[at, 0], 4).tolist(), "y": np.round(places.points[at, 1], 4).tolist(), "mode": "markers",
                "name": names[label],
                "customdata": [
                    [names[a], int(n)] for a, n in zip(places.answers[at], places.numbers[at], strict=True)
                ],
                "hovertemplate": words(
                    say("image {number}: shows {shows}, answered {answer}", number="%{customdata[1]}", shows=names[label],
                        answer="%{customdata[0]}")
                ) + "<extra></extra>",
                "marker": {"color": colour, "symbol": symbol, "size": 6, "opacity": 0.75},
            }
        )  # fmt: skip
    wrong = places.labels != places.answers
    if wrong.any():
        data.append(
            {
                "x": places.points[wrong, 0].tolist(), "y": places.points[wrong, 1].tolist(), "mode": "markers",
                "name": words(say("answered wrongly")), "hoverinfo": "skip",
                "marker": {"symbol": "circle-open", "size": 13, "color": WRONG, "line": {"width": 1.5}},
            }
        )  # fmt: skip
    if places.own is not None:
        data.append(
            {
                "x": [float(places.own[0])], "y": [float(places.own[1])], "mode": "markers", "name": words(say("your image")),
                "hovertemplate": words(say("your image")) + "<extra></extra>",
                "marker": {"symbol": "star", "size": 18, "color": STAR, "line": {"width": 1.5, "color": "#11161c"}},
            }
        )  # fmt: skip
    axis = {"showticklabels": False, "zeroline": False}
    return {
        "data": data,
        "layout": {
            "xaxis": {**axis, "scaleanchor": "y"}, "yaxis": axis, "hovermode": "closest", "uirevision": places.method,
            "legend": {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0},
        },
    }  # fmt: skip


def in_words(places: Map, words: Callable[[Sentence], str]) -> str:
    """Return what the map shows in a sentence."""
    wrong = int((places.labels != places.answers).sum())
    return words(
        say_n(
            "{count} test images as points; {wrong} of them was answered wrongly and is circled.",
            "{count} test images as points; {wrong} of them were answered wrongly and are circled.",
            wrong,
            count=len(places.labels),
            wrong=wrong,
        )
    )
