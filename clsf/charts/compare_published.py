"""Published pairs of networks as points: how much better PyTorch was, against each of the settings that both had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from clsf.charts.palette import GREY, TORCH
from clsf.compare.cases.crossedwires import PublishedPair
from clsf.words import Sentence, say

COLOUR, ZERO = TORCH, GREY
AXES: tuple[tuple[str, Sentence, bool], ...] = (
    ("steps", say("optimizer steps"), True),
    ("learning_rate", say("learning rate"), True),
    ("epsilon", say("epsilon of Adam"), True),
    ("batch_size", say("batch size"), False),
)
"""Name of a row's value, its label, and whether its axis is logarithmic."""


def figure(rows: Sequence[PublishedPair], chosen: Collection[int], said: Callable[[Sentence], str] = str) -> dict:
    """Return four plots of the same pairs; `chosen`, places in `rows`, stand out in all four, or all do if it is empty."""
    gaps, traces, layout = [round(row.gap, 4) for row in rows], [], {}
    most = 1.1 * max(map(abs, gaps))
    hover = say("PyTorch {torch} %, TensorFlow {tensorflow} %", torch="%{customdata[1]}", tensorflow="%{customdata[2]}")
    facts = [[n, f"{row.torch * 100:.1f}", f"{row.tensorflow * 100:.1f}"] for n, row in enumerate(rows)]
    for number, (name, words, logarithmic) in enumerate(AXES, start=1):
        across, down = (number - 1) % 2, (number - 1) // 2
        x, y = f"x{number}" if number > 1 else "x", f"y{number}" if number > 1 else "y"
        trace = {
            "type": "scatter", "mode": "markers", "x": [getattr(row, name) for row in rows], "y": gaps, "xaxis": x, "yaxis": y,
            "marker": {"color": COLOUR, "size": 6, "opacity": 0.6}, "customdata": facts, "showlegend": False,
            "hovertemplate": said(hover) + "<extra></extra>",
            "unselected": {"marker": {"opacity": 0.08}}, "selected": {"marker": {"opacity": 0.95, "size": 8}},
        }  # fmt: skip
        if chosen:
            trace["selectedpoints"] = sorted(chosen)
        traces.append(trace)
        layout[f"xaxis{number if number > 1 else ''}"] = {
            "title": {"text": said(words), "standoff": 4}, "domain": [0.0, 0.46] if not across else [0.54, 1.0], "anchor": y,
            "type": "log" if logarithmic else "linear", "exponentformat": "power",
        }  # fmt: skip
        layout[f"yaxis{number if number > 1 else ''}"] = {
            "domain": [0.58, 1.0] if not down else [0.0, 0.42], "anchor": x, "tickformat": "+.0%", "range": [-most, most],
            "zeroline": True, "zerolinecolor": ZERO, "zerolinewidth": 2,
        }  # fmt: skip
    return {
        "data": traces,
        "layout": layout | {"dragmode": "select", "margin": {"l": 48, "r": 12, "t": 8, "b": 44}, "uirevision": "published"},
    }


def in_words(rows: Sequence[PublishedPair], said: Callable[[Sentence], str] = str) -> str:
    """Return a text alternative of the points: the mean gap of short and of long trainings."""
    short, long = ([row.gap for row in rows if (row.steps < 500) == is_short] for is_short in (True, False))
    means = [sum(gaps) / len(gaps) * 100 if gaps else 0.0 for gaps in (short, long)]
    return said(
        say(
            "{count} pairs. With fewer than 500 steps PyTorch is ahead by {short} points in the mean, with more by {long}.",
            count=len(rows), short=f"{means[0]:+.1f}", long=f"{means[1]:+.1f}",
        )
    )  # fmt: skip
