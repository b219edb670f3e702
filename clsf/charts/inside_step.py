"""Charts of one training step: the norm of each layer's gradient, and a layer's weights before and after the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from clsf.charts.palette import GREY
from clsf.charts.style import STYLES
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]


def gradients(panels: Sequence[tuple[str, Mapping[str, float]]], said: Said = str) -> dict:
    """Return the L2 norm of each weight's gradient (framework, weight -> norm) on a logarithmic axis, first layer on top."""
    traces = []
    for framework, norms in panels:
        style = STYLES[framework]
        traces.append(
            {
                "type": "bar", "orientation": "h", "y": list(norms), "x": [float(f"{v:.4g}") if v > 0 else None for v in norms.values()],
                "name": style.title, "marker": {"color": style.colour, "pattern": {"shape": "/" if style.dash != "solid" else ""}},
                "hovertemplate": "%{y}: %{x:.3~g}<extra>" + style.title + "</extra>",
            }
        )  # fmt: skip
    layout = {
        "uirevision": "step-gradients", "barmode": "group", "bargap": 0.25, "hovermode": "closest",
        "xaxis": {"type": "log", "title": {"text": said(say("size of the gradient (L2 norm)"))}, "tickformat": "~e"},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def gradients_in_words(panels: Sequence[tuple[str, Mapping[str, float]]], said: Said = str) -> str:
    """Return the norms as a text alternative of the bars."""
    return " ".join(
        said(
            say(
                "{framework}, size of the gradient: {values}.",
                framework=STYLES[framework].title, values=", ".join(f"{name} {value:.2g}" for name, value in norms.items()),
            )
        )
        for framework, norms in panels
    )  # fmt: skip


def before_after(before: Mapping[str, object], after: Mapping[str, object], framework: str, said: Said = str) -> dict:
    """Return two histograms of one weight over each other: grey before the update, the framework's colour after it."""
    style, traces = STYLES[framework], []
    looks = ((said(say("before")), before, GREY, "dot"), (said(say("after")), after, style.colour, style.dash))
    for name, histogram, colour, dash in looks:
        edges = np.linspace(float(histogram["low"]), float(histogram["high"]), len(histogram["counts"]) + 1)
        counts = [*histogram["counts"], 0]
        traces.append(
            {
                "x": [float(f"{v:.5g}") for v in edges], "y": counts, "mode": "lines", "name": name,
                "line": {"shape": "hv", "color": colour, "width": 2, "dash": dash}, "hovertemplate": "%{y}<extra>" + name + "</extra>",
            }
        )  # fmt: skip
    layout = {
        "uirevision": f"step-{framework}",
        "xaxis": {"title": {"text": said(say("value of the weight"))}},
        "yaxis": {"title": {"text": said(say("how many"))}, "rangemode": "tozero"},
    }
    return {"data": traces, "layout": layout}


def before_after_in_words(weight: Mapping[str, object]) -> Sentence:
    """Return a text alternative of two histograms of one weight."""
    before, after = weight["before"], weight["after"]
    return say(
        "Weights between {low} and {high} before the step, between {low_now} and {high_now} after it.",
        low=f"{before['low']:.4g}", high=f"{before['high']:.4g}", low_now=f"{after['low']:.4g}", high_now=f"{after['high']:.4g}",
    )  # fmt: skip
