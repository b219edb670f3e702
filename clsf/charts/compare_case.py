"""Charts of a case: a waterfall with its reference and the noise band of each step; the loss; the published pairs as points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unicodedata import east_asian_width

from clsf.charts.palette import GREY, MUTED, RIGHT, TORCH, WRONG, faint
from clsf.charts.style import STYLES
from clsf.compare.cases.steps import CaseStep
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

START, UP, DOWN, FLOOR, NOISE = MUTED, RIGHT, WRONG, WRONG, "rgba(125,135,144,0.28)"


def waterfall(steps: Sequence[CaseStep], said: Said = str, reference: str | None = None) -> dict:
    """Return the accuracy after each removed cause, from top to bottom: the previous value faint, the new value strong.

    `reference`: the framework whose accuracy is drawn across, if the steps have one.
    """
    names = [wrapped(said(step.title)) for step in steps]
    befores = [0.0, *(step.accuracy for step in steps[:-1])]
    gains = [step.accuracy - before for step, before in zip(steps, befores, strict=True)]
    floors = [0.0, *(min(step.accuracy, before) for step, before in zip(steps[1:], befores[1:], strict=True))]
    level = {
        "type": "bar", "orientation": "h", "y": names, "x": floors, "marker": {"color": faint(MUTED, 0.22)},
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    change = {
        "type": "bar", "orientation": "h", "y": names, "x": [abs(gain) for gain in gains], "base": floors,
        "marker": {
            "color": [START if not n else UP if gain >= 0 else DOWN for n, gain in enumerate(gains)],
            "pattern": {"shape": ["" if gain >= 0 else "/" for gain in gains]},
        },
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    traces = [level, *_bands(steps, names, said), change]
    if any(len(step.seeds) > 1 for step in steps):
        dots = [(name, value) for name, step in zip(names, steps, strict=True) for value in step.accuracies]
        traces.append(
            {
                "y": [y for y, _ in dots], "x": [x for _, x in dots], "mode": "markers", "name": said(say("one seed each")),
                "marker": {"color": "rgba(0,0,0,0)", "size": 8, "symbol": "circle", "line": {"color": GREY, "width": 1.5}},
                "hoverinfo": "skip",
            }
        )  # fmt: skip
    tops = [max(step.accuracy, before, *step.accuracies) for step, before in zip(steps, befores, strict=True)]
    shapes, told = _beside(steps[0], names, said, reference)
    traces += told
    notes = [
        {
            "x": top, "y": name, "xanchor": "left", "xshift": 8, "showarrow": False,
            "text": f"<b>{step.accuracy:.1%}</b>" + (f"  {gain * 100:+.1f}" if n else ""),
        }
        for n, (name, step, gain, top) in enumerate(zip(names, steps, gains, tops, strict=True))
    ]  # fmt: skip
    layout = {
        "uirevision": "case", "barmode": "overlay", "bargap": 0.3, "annotations": notes,
        "xaxis": {
            "tickformat": ".0%", "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],  # the space beyond is for the labels of the bars
            "range": [0, 1.5 * max(tops)], "title": {"text": said(say("accuracy, validation"))},
        },
        "yaxis": {"type": "category", "autorange": "reversed"}, "shapes": shapes,
    }  # fmt: skip
    if shapes:
        layout["xaxis"]["range"] = [0, 1.5 * max(*tops, steps[0].reference.accuracy)]
    return {"data": traces, "layout": layout}


def _beside(step: CaseStep, names: Sequence[str], said: Said, reference: str | None) -> tuple[list[dict], list[dict]]:
    """Return the line at the reference's accuracy, and its entry in the legend."""
    if step.reference is None or reference is None:
        return [], []
    style, at = STYLES[reference], step.reference.accuracy
    line = {"color": style.colour, "width": 2.5, "dash": style.dash}
    name = say("{framework}, the reference: {accuracy}", framework=style.title, accuracy=f"{at:.1%}")
    entry = {"x": [None], "y": [names[0]], "mode": "lines", "line": line, "name": said(name), "hoverinfo": "skip"}
    return [{"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at, "line": line}], [entry]


def _bands(steps: Sequence[CaseStep], names: Sequence[str], said: Said) -> list[dict]:
    """Return, for each bar, the range where it might have ended by chance if removing its cause had no effect."""
    known = [(n, step.gain.interval.half_width) for n, step in enumerate(steps) if step.gain is not None and step.gain.known]
    if not known:
        return []
    lows = [max(steps[n - 1].accuracy - half, 0.0) for n, half in known]
    highs = [min(steps[n - 1].accuracy + half, 1.0) for n, half in known]
    return [
        {
            "type": "bar", "orientation": "h", "y": [names[n] for n, _ in known], "base": lows,
            "x": [high - low for low, high in zip(lows, highs, strict=True)], "width": 0.94, "marker": {"color": NOISE},
            "name": said(say("noise: reached by chance alone")), "hoverinfo": "skip",
        }
    ]  # fmt: skip


def loss(steps: Sequence[CaseStep], floor: float | None, said: Said = str, reference: str | None = None) -> dict:
    """Return the loss after each removed cause, the reference's, and the floor below which two softmaxes can't fall."""
    names = [wrapped(said(step.title)) for step in steps]
    traces = [
        {
            "y": names, "x": [step.loss for step in steps], "mode": "lines+markers+text", "name": said(say("loss, PyTorch")),
            "line": {"color": TORCH, "dash": "dash", "width": 2}, "marker": {"symbol": "square", "size": 9},
            "text": [f"  {step.loss:.3f}" for step in steps], "textposition": "middle right", "cliponaxis": False,
            "hoverinfo": "skip",
        },
    ]  # fmt: skip
    across = []
    if floor is not None:
        across.append(
            (
                floor,
                {"color": FLOOR, "width": 1.75, "dash": "dash"},
                say("floor of two softmaxes: {floor}", floor=f"{floor:.3f}"),
            )
        )
    if steps[0].reference is not None and reference is not None:
        style, at = STYLES[reference], steps[0].reference.loss
        told = say("{framework}, the reference: {accuracy}", framework=style.title, accuracy=f"{at:.3f}")
        across.append((at, {"color": style.colour, "width": 2.5, "dash": style.dash}, told))
    traces += [
        {"x": [None], "y": [names[0]], "mode": "lines", "hoverinfo": "skip", "line": line, "name": said(told)}
        for _, line, told in across
    ]
    most = max(*(at for at, _, _ in across), *(step.loss for step in steps)) if across else max(step.loss for step in steps)
    layout = {
        "uirevision": "case-loss",
        "xaxis": {"range": [0, 1.25 * most], "title": {"text": said(say("loss"))}},
        "yaxis": {"type": "category", "autorange": "reversed"},
        "shapes": [
            {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at, "line": line} for at, line, _ in across
        ],
    }
    return {"data": traces, "layout": layout}


def in_words(steps: Sequence[CaseStep], said: Said = str) -> str:
    """Return a text alternative of the waterfall."""
    parts = [
        say("{title}: {accuracy} (loss {loss}).", title=s.title, accuracy=f"{s.accuracy:.1%}", loss=f"{s.loss:.3f}")
        for s in steps
    ]
    if steps[0].reference is not None:
        parts.append(say("The reference: {accuracy}.", accuracy=f"{steps[0].reference.accuracy:.1%}"))
    return " ".join(said(part) for part in parts)


def height(steps: Sequence[CaseStep], said: Said = str) -> int:
    """Return how many pixels a chart with a row per step needs, so that no name of a step runs into the next."""
    lines = max(wrapped(said(step.title)).count("<br>") + 1 for step in steps)
    return 140 + max(48, 16 * lines + 6) * len(steps)


def wrapped(text: str, most: int = 16) -> str:
    """Return text wrapped into short lines; a Korean letter counts as two Latin letters."""
    lines = [""]
    for word in text.split():
        if lines[-1] and _width(lines[-1]) + _width(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
