"""Curves of the bug lab: the faulty program, and once it is solved the healthy one; and its confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

COLOURS = ("#d9480f", "#1971c2")  # faulty, healthy


def curves(
    losses: Mapping[str, Sequence[float]], accuracies: Mapping[str, Sequence[float]], titles: tuple[str, str]
) -> go.Figure:
    """Return two charts side by side, one line per name: losses by step, nats; accuracies by epoch, shares."""
    figure = make_subplots(1, 2, subplot_titles=titles)
    for column, lines in enumerate((losses, accuracies), 1):
        for number, (name, values) in enumerate(lines.items()):
            figure.add_scatter(
                x=list(range(1, len(values) + 1)), y=list(values), name=name, mode="lines" if column == 1 else "lines+markers",
                line_color=COLOURS[number % 2], line_dash="solid" if number < 2 else "dot", legendgroup=name, showlegend=column == 2,
                row=1, col=column,
            )  # fmt: skip
    figure.update_layout(height=280, margin={"l": 40, "r": 10, "t": 40, "b": 30}, legend={"orientation": "h", "y": -0.15})
    return figure


def confusion(table: Sequence[Sequence[int]], rows: str, columns: str) -> go.Figure:
    """Return a confusion matrix: rows are labels, columns answers."""
    figure = go.Figure(go.Heatmap(z=[list(row) for row in table], colorscale="Blues", texttemplate="%{z}", showscale=False))
    figure.update_layout(height=300, margin={"l": 40, "r": 10, "t": 10, "b": 40}, xaxis_title=columns, yaxis_title=rows)
    figure.update_yaxes(autorange="reversed", dtick=1)
    figure.update_xaxes(dtick=1)
    return figure
