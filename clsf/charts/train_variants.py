"""Variants of the training loop over the same batches: cumulative seconds at each step, and the cost of first and later steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clsf.charts.points import thinned
from clsf.charts.style import STYLES
from clsf.words import Sentence, say, say_n

Said = Callable[[Sentence], str]

DASHES = ("solid", "dash", "dot")


@dataclass(frozen=True, slots=True)
class Timing:
    """One variant: seconds of training at the end of each step, and their summary."""

    framework: str
    variant: str
    title: str
    seconds: tuple[float, ...]
    steady: float | None  # seconds per step without each kind of batch's first call

    @property
    def first(self) -> float:
        """Seconds of the first step, which pays for tracing where something is traced."""
        return self.seconds[0]

    @property
    def total(self) -> float:
        return self.seconds[-1]


def breakeven(slow_start: Timing, quick_start: Timing) -> int | None:
    """Return the calculated step from which the variant that starts slower is ahead: first + n·steady; None if it never is.

    first_a + (n - 1) steady_a < first_b + (n - 1) steady_b, the smallest such n.
    """
    if slow_start.steady is None or quick_start.steady is None:
        return None
    extra, saved = slow_start.first - quick_start.first, quick_start.steady - slow_start.steady
    if extra <= 0:
        return 1 if saved >= 0 else None
    return None if saved <= 0 else int(extra // saved) + 2


def figure(timings: Sequence[Timing], said: Said = str) -> dict:
    """Return a line per variant: the jump at the start is the first step, the slope is the cost of each later step."""
    traces, counts = [], dict.fromkeys(STYLES, 0)
    for timing in timings:
        style = STYLES[timing.framework]
        dash = DASHES[counts[timing.framework] % len(DASHES)]
        counts[timing.framework] += 1
        kept = thinned(timing.seconds)
        traces.append(
            {
                "x": [0, *(i + 1 for i in kept)], "y": [0, *(float(f"{timing.seconds[i]:.5g}") for i in kept)], "mode": "lines",
                "name": f"{style.title}, {timing.title}", "line": {"color": style.colour, "dash": dash, "width": 2.25},
                "hovertemplate": "%{y:.3~g} s",
            }
        )  # fmt: skip
    layout = {
        "uirevision": "variants",
        "xaxis": {"title": {"text": said(say("steps (batches)"))}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": said(say("seconds of training"))}, "rangemode": "tozero"},
        "legend": {"orientation": "h", "y": -0.25, "yanchor": "top", "x": 0},
    }
    return {"data": traces, "layout": layout}


def in_words(timings: Sequence[Timing], said: Said = str) -> str:
    """Return a text alternative of the chart."""
    return " ".join(
        said(
            say_n(
                "{framework}, {variant}: first step {first} s, {steps} step in {total} s.",
                "{framework}, {variant}: first step {first} s, {steps} steps in {total} s.",
                len(t.seconds), framework=STYLES[t.framework].title,
                variant=t.title, first=f"{t.first:.3g}", steps=len(t.seconds), total=f"{t.total:.3g}",
            )
        )
        for t in timings
    )  # fmt: skip
