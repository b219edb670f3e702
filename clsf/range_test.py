"""A learning-rate range test read: which learning rate the losses of a run under a rising rate speak for.

Source: Smith 2015, arXiv:1506.01186, section 3.3; smoothing and "the steepest fall" as in Howard & Gugger's fastai.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log

KEPT = 0.98  # share that the smoothed loss keeps at each step, as in fastai
FEWEST = 20  # steps, below which nothing is said
TURNED = 1.3  # times the smallest smoothed loss: from there on the loss is out of hand


@dataclass(frozen=True, slots=True)
class RangeTest:
    """What the losses say. `smoothed`: nats, one for each step."""

    rates: tuple[float, ...]
    smoothed: tuple[float, ...]
    steepest: (
        float | None
    )  # the learning rate at which the loss falls fastest over the logarithm of the rate; None: it never falls
    turns: float | None  # the first learning rate after the smallest loss with a loss out of hand; None: none was


def read(rates: Sequence[float], losses: Sequence[float]) -> RangeTest | None:
    """Return what a range test says; None while there are too few steps. Losses that are not finite numbers end it."""
    count = next((i for i, loss in enumerate(losses) if not isfinite(loss)), len(losses))
    rates, losses = tuple(rates[:count]), losses[:count]
    if count < FEWEST:
        return None
    kept = min(KEPT, 1 - 2 / count**0.5)  # a short test is smoothed less
    mean, smoothed = 0.0, []
    for step, loss in enumerate(losses, start=1):
        mean = kept * mean + (1 - kept) * loss
        smoothed.append(mean / (1 - kept**step))  # the mean of what there is so far: no pull from the 0 at the beginning
    least = min(range(count), key=smoothed.__getitem__)
    span = max(count // 20, 1)
    slopes = {
        at: (smoothed[at + span] - smoothed[at - span]) / (log(rates[at + span]) - log(rates[at - span]))
        for at in range(max(span, count // 10), min(least + 1, count - span))  # the first means are of few losses
        if rates[at + span] > rates[at - span]
    }
    best = min(slopes, key=slopes.__getitem__, default=None)
    turned = next((rates[i] for i in range(least, count) if smoothed[i] > TURNED * smoothed[least]), None)
    return RangeTest(rates, tuple(smoothed), rates[best] if best is not None and slopes[best] < 0 else None, turned)
