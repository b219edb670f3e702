"""Confusion matrices of the validation images, one panel per framework: rows are right classes, columns are answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from clsf.charts.style import STYLES
from clsf.words import Sentence, say, say_n

Said = Callable[[Sentence], str]

MOST_TEXT = 12  # classes up to which counts are written into the cells


def figure(panels: Sequence[tuple[str, Sequence[Sequence[int]]]], classes: Sequence[str], said: Said = str) -> dict:
    """Return one matrix per (framework, counts). A cell is darker the larger its share of its row."""
    names = [name if len(name) <= 12 else name[:11] + "…" for name in classes]
    names = [f"{n} {i}" if names.count(n) > 1 else n for i, n in enumerate(names)]
    width = (1 - 0.08 * (len(panels) - 1)) / max(len(panels), 1)
    layout: dict = {"uirevision": "confusion", "annotations": [], "hovermode": "closest"}
    traces = []
    for place, (framework, counts) in enumerate(panels, start=1):
        end, left, style = "" if place == 1 else str(place), (place - 1) * (width + 0.08), STYLES[framework]
        matrix = np.asarray(counts)
        rows = matrix.sum(axis=1, keepdims=True)
        red, green, blue = (int(style.colour[i : i + 2], 16) for i in (1, 3, 5))
        trace = {
            "type": "heatmap", "x": names, "y": names, "z": np.round(matrix / np.maximum(rows, 1), 3).tolist(), "customdata": matrix.tolist(),
            "text": [[str(n) if n else "" for n in row] for row in matrix.tolist()],
            "colorscale": [[0, f"rgba({red},{green},{blue},0)"], [1, f"rgba({red},{green},{blue},0.85)"]], "showscale": False,
            "zmin": 0, "zmax": 1, "xgap": 1, "ygap": 1, "xaxis": f"x{end}", "yaxis": f"y{end}",
            "hovertemplate": said(say("{right} predicted as {answer}: {count}, which is {share} of its class", right="%{y}", answer="%{x}", count="%{customdata}", share="%{z:.0%}")) + "<extra></extra>",
        }  # fmt: skip
        if len(names) <= MOST_TEXT:
            trace |= {"texttemplate": "%{text}", "textfont": {"size": 11}}
        traces.append(trace)
        layout |= {
            f"xaxis{end}": {"type": "category", "title": {"text": said(say("answer"))}, "domain": [left, left + width], "showgrid": False},
            f"yaxis{end}": {
                "type": "category", "autorange": "reversed", "anchor": f"x{end}", "showgrid": False,
                **({"matches": "y", "showticklabels": False} if place > 1 else {"title": {"text": said(say("right class"))}}),
            },
        }  # fmt: skip
        layout["annotations"].append(
            {
                "text": f"{style.mark} {style.title}", "xref": "paper", "yref": "paper", "x": left, "y": 1.02, "xanchor": "left",
                "yanchor": "bottom", "showarrow": False, "font": {"color": style.colour, "size": 13},
            }
        )  # fmt: skip
    return {"data": traces, "layout": layout}


def in_words(panels: Sequence[tuple[str, Sequence[Sequence[int]]]], classes: Sequence[str], said: Said = str) -> str:
    """Return a text alternative: the share of right answers and the most common mistake."""
    parts = []
    for framework, counts in panels:
        matrix = np.asarray(counts)
        title, total, right = STYLES[framework].title, int(matrix.sum()), int(np.trace(matrix))
        parts.append(
            said(
                say_n(
                    "{framework}: {right} of {total} image right.",
                    "{framework}: {right} of {total} images right.",
                    total,
                    framework=title,
                    right=right,
                    total=total,
                )
            )
        )
        wrong = matrix - np.diag(np.diag(matrix))
        if wrong.max() > 0:
            row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
            parts.append(
                said(
                    say_n(
                        "Most common mistake: {right} predicted as {answer}, once.",
                        "Most common mistake: {right} predicted as {answer}, {count} times.",
                        int(wrong.max()),
                        right=classes[row], answer=classes[column],
                    )
                )
            )  # fmt: skip
    return " ".join(parts)
