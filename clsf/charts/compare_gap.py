"""The lecture's gap as a waterfall, with the noise band of each step, and the loss beside the floor of two softmaxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unicodedata import east_asian_width

from clsf.compare.gap import GapStep
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

START, UP, DOWN, FLOOR, NOISE = "#6b7b8c", "#14897e", "#d33c3c", "#d33c3c", "rgba(125,135,144,0.28)"


def waterfall(steps: Sequence[GapStep], said: Said = str) -> dict:
    """Return the accuracy after each removed cause, from top to bottom: what was there before faint, what came of it strong."""
    names = [wrapped(said(step.title)) for step in steps]
    befores = [0.0, *(step.accuracy for step in steps[:-1])]
    gains = [step.accuracy - before for step, before in zip(steps, befores, strict=True)]
    floors = [0.0, *(min(step.accuracy, before) for step, before in zip(steps[1:], befores[1:], strict=True))]
    level = {
        "type": "bar", "orientation": "h", "y": names, "x": floors, "marker": {"color": "rgba(107,123,140,0.22)"},
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
                "marker": {"color": "rgba(0,0,0,0)", "size": 8, "symbol": "circle", "line": {"color": "#7d8790", "width": 1.5}},
                "hoverinfo": "skip",
            }
        )  # fmt: skip
    tops = [max(step.accuracy, before, *step.accuracies) for step, before in zip(steps, befores, strict=True)]
    notes = [
        {
            "x": top, "y": name, "xanchor": "left", "xshift": 8, "showarrow": False,
            "text": f"<b>{step.accuracy:.1%}</b>" + (f"  {gain * 100:+.1f}" if n else ""),
        }
        for n, (name, step, gain, top) in enumerate(zip(names, steps, gains, tops, strict=True))
    ]  # fmt: skip
    layout = {
        "uirevision": "gap", "barmode": "overlay", "bargap": 0.3, "annotations": notes,
        "xaxis": {"tickformat": ".0%", "range": [0, 1.5 * max(tops)], "title": {"text": said(say("accuracy, validation"))}},
        "yaxis": {"type": "category", "autorange": "reversed"},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _bands(steps: Sequence[GapStep], names: Sequence[str], said: Said) -> list[dict]:
    """Return, at each bar, where it might have ended by chance if taking its cause away did nothing."""
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


def loss(steps: Sequence[GapStep], floor: float, said: Said = str) -> dict:
    """Return the training loss after each removed cause, and the floor below which two softmaxes can't fall."""
    names = [wrapped(said(step.title)) for step in steps]
    traces = [
        {
            "y": names, "x": [step.loss for step in steps], "mode": "lines+markers+text", "name": said(say("loss, training")),
            "line": {"color": "#6f66f2", "dash": "dash", "width": 2}, "marker": {"symbol": "square", "size": 9},
            "text": [f"  {step.loss:.3f}" for step in steps], "textposition": "middle right", "cliponaxis": False,
            "hoverinfo": "skip",
        },
        {
            "x": [None], "y": [names[0]], "mode": "lines", "hoverinfo": "skip", "line": {"color": FLOOR, "width": 2, "dash": "dash"},
            "name": said(say("floor of two softmaxes: {floor}", floor=f"{floor:.3f}")),
        },
    ]  # fmt: skip
    across = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": floor, "x1": floor}
    most = max(floor, *(step.loss for step in steps))
    layout = {
        "uirevision": "gap-loss",
        "xaxis": {"range": [0, 1.25 * most], "title": {"text": said(say("loss, training"))}},
        "yaxis": {"type": "category", "autorange": "reversed"},
        "shapes": [across | {"line": {"color": FLOOR, "width": 1.75, "dash": "dash"}}],
    }
    return {"data": traces, "layout": layout}


def in_words(steps: Sequence[GapStep], said: Said = str) -> str:
    """Return what the waterfall shows, for those who don't see it."""
    parts = [
        say("{title}: {accuracy} (loss {loss}).", title=s.title, accuracy=f"{s.accuracy:.1%}", loss=f"{s.loss:.3f}")
        for s in steps
    ]
    return " ".join(said(part) for part in parts)


def wrapped(text: str, most: int = 16) -> str:
    """Return text in short lines; a letter of Korean is as wide as two of Latin."""
    lines = [""]
    for word in text.split():
        if lines[-1] and _width(lines[-1]) + _width(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
