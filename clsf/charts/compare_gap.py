"""The lecture's gap as a waterfall, with the noise band of each step, and the loss beside the floor of two softmaxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clsf.compare.gap import GapStep
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

START, UP, DOWN, FLOOR, NOISE = "#6b7b8c", "#14897e", "#d33c3c", "#d33c3c", "rgba(125,135,144,0.28)"


def waterfall(steps: Sequence[GapStep], said: Said = str) -> dict:
    """Return the accuracy after each removed cause: what was there before faint, what came of it strong, chance as a band."""
    names = [wrapped(said(step.title)) for step in steps]
    befores = [0.0, *(step.accuracy for step in steps[:-1])]
    gains = [step.accuracy - before for step, before in zip(steps, befores, strict=True)]
    level = {
        "type": "bar", "x": names, "y": [min(s.accuracy, b) if n else 0 for n, (s, b) in enumerate(zip(steps, befores, strict=True))],
        "marker": {"color": "rgba(107,123,140,0.22)"}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    change = {
        "type": "bar", "x": names, "y": [abs(gain) for gain in gains],
        "base": [min(s.accuracy, b) if n else 0 for n, (s, b) in enumerate(zip(steps, befores, strict=True))],
        "marker": {
            "color": [START if not n else UP if gain >= 0 else DOWN for n, gain in enumerate(gains)],
            "pattern": {"shape": ["" if gain >= 0 else "/" for gain in gains]},
        },
        "customdata": [f"{step.accuracy:.1%}" if not n else f"{gains[n] * 100:+.1f} → {step.accuracy:.1%}" for n, step in enumerate(steps)],
        "text": [f"{step.accuracy:.1%}" if not n else f"{gains[n] * 100:+.1f}" for n, step in enumerate(steps)],
        "textposition": "outside", "cliponaxis": False, "hovertemplate": "%{customdata}<extra></extra>", "showlegend": False,
    }  # fmt: skip
    traces = [level, *_bands(steps, names, said), change]
    dots = [(name, value) for name, step in zip(names, steps, strict=True) for value in step.accuracies]
    if any(len(step.seeds) > 1 for step in steps):
        traces.append(
            {
                "x": [x for x, _ in dots], "y": [y for _, y in dots], "mode": "markers", "name": said(say("one seed each")),
                "marker": {"color": "rgba(0,0,0,0)", "size": 8, "symbol": "circle", "line": {"color": "#7d8790", "width": 1.5}},
                "hovertemplate": "%{y:.1%}<extra></extra>",
            }
        )  # fmt: skip
    top = max((step.high for step in steps), default=1.0)
    layout = {
        "uirevision": "gap", "barmode": "overlay", "bargap": 0.25,
        "yaxis": {"tickformat": ".0%", "range": [0, min(top * 1.18, 1.15)], "title": {"text": said(say("accuracy, validation"))}},
        "xaxis": {"type": "category", "tickangle": 0},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _bands(steps: Sequence[GapStep], names: Sequence[str], said: Said) -> list[dict]:
    """Return, at each bar, where it might have landed by chance if its cause did nothing."""
    known = [(n, step.gain.interval.half_width) for n, step in enumerate(steps) if step.gain is not None and step.gain.known]
    if not known:
        return []
    return [
        {
            "type": "bar", "x": [names[n] for n, _ in known], "y": [2 * half for _, half in known],
            "base": [steps[n - 1].accuracy - half for n, half in known], "width": 0.96,
            "marker": {"color": NOISE}, "name": said(say("noise: reached by chance alone")), "hoverinfo": "skip",
        }
    ]  # fmt: skip


def loss(steps: Sequence[GapStep], floor: float, said: Said = str) -> dict:
    """Return the training loss after each removed cause, and the floor below which two softmaxes can't fall."""
    names = [wrapped(said(step.title)) for step in steps]
    traces = [
        {
            "x": names, "y": [step.loss for step in steps], "mode": "lines+markers", "name": said(say("loss, training")),
            "line": {"color": "#6f66f2", "dash": "dash", "width": 2}, "marker": {"symbol": "square", "size": 9},
            "hovertemplate": "%{y:.3f}<extra></extra>",
        },
        {
            "x": names, "y": [floor] * len(names), "mode": "lines", "hoverinfo": "skip",
            "name": said(say("floor of two softmaxes: {floor}", floor=f"{floor:.3f}")),
            "line": {"color": FLOOR, "width": 2, "dash": "longdash"},
        },
    ]  # fmt: skip
    layout = {
        "uirevision": "gap-loss",
        "yaxis": {"rangemode": "tozero", "title": {"text": said(say("loss, training"))}},
        "xaxis": {"type": "category", "tickangle": 0},
        "shapes": [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": floor, "y1": floor, "line": {"color": FLOOR, "width": 1.5, "dash": "dash"}}],
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def in_words(steps: Sequence[GapStep], said: Said = str) -> str:
    """Return what the waterfall shows, for those who don't see it."""
    parts = [
        say("{title}: {accuracy} (loss {loss}).", title=s.title, accuracy=f"{s.accuracy:.1%}", loss=f"{s.loss:.3f}")
        for s in steps
    ]
    return " ".join(said(part) for part in parts)


def wrapped(text: str, most: int = 13) -> str:
    """Return text in lines short enough to stand beneath a bar."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
