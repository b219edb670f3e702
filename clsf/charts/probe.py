"""Pictures of what probes found: curves, and bars in groups. Texts come from the page, already in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go

from clsf.faults.probes import Bars, Lines
from clsf.words import Sentence

COLOURS = ("#d9480f", "#1971c2", "#2f9e44")
HEIGHT = 230


def figure(picture: Lines | Bars, words: Callable[[Sentence], str]) -> go.Figure:
    """Return the chart of a probe's answer. `words` says a sentence in the reader's language."""
    drawn = go.Figure()
    if isinstance(picture, Lines):
        for number, (name, values) in enumerate(picture.lines):
            drawn.add_scatter(
                x=list(range(1, len(values) + 1)), y=list(values), name=words(name), line_color=COLOURS[number % len(COLOURS)],
                mode="lines" if len(values) > 1 else "markers",
            )  # fmt: skip
        if picture.level is not None:
            name, height = picture.level
            drawn.add_hline(
                height, line_dash="dot", line_color="#868e96", annotation_text=words(name), annotation_position="top right"
            )
    else:
        names = [words(name) if isinstance(name, Sentence) else name for name in picture.names]
        for number, (name, values) in enumerate(picture.groups):
            drawn.add_bar(x=names, y=list(values), name=words(name), marker_color=COLOURS[number % len(COLOURS)])
        drawn.update_xaxes(type="category")
        drawn.update_yaxes(
            type="log" if picture.log and any(v > 0 for _, values in picture.groups for v in values) else "linear"
        )
    drawn.update_layout(
        height=HEIGHT, margin={"l": 50, "r": 10, "t": 10, "b": 30}, legend={"orientation": "h", "y": -0.2},
        yaxis_title=None if picture.y is None else words(picture.y), showlegend=True,
    )  # fmt: skip
    return drawn
