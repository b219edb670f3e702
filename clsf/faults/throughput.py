"""Throughput: the machine trains slower than it did."""

from __future__ import annotations

import numpy as np

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts
from clsf.words import say

FAULT = Fault(
    kind="throughput",
    title=say("Training has become slow"),
    what=say("The loop waits: for images (reading or augmenting them takes longer than a step), for other programs, or the machine lowers its clock because it is hot."),
    symptom=say("Images per second fall in the course of a run, or drop to a fraction again and again."),
    mend=say("Close other programs and look at the temperature; read images ahead (prefetch, workers) and keep them in memory (cache)."),
    sources=("tensorflow.org/guide/data_performance", "pytorch.org/tutorials/recipes/recipes/tuning_guide.html"),
    level=4,
)  # fmt: skip

LEAST_STEPS, LEAST_SECONDS = 200, 20.0
SLOW = 0.3  # speed of the last third over that of the first; two other trainings on the machine slow it down as much
NEAR, DROP, OFTEN = 80, 0.3, 0.15  # steps per group; speed of a slow step, as a share of its group's; share of slow steps
REGULAR = 0.5  # deviation of the gaps between slow steps over their mean: regular for late images, about 1 for other programs


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    speeds = np.array(history.speeds)
    speeds = speeds[speeds > 0]
    if len(speeds) < LEAST_STEPS or facts.batch_size is None or facts.batch_size * (1 / speeds).sum() < LEAST_SECONDS:
        return None
    speeds = speeds[len(speeds) // 20 :]  # the first steps build the graph
    third = len(speeds) // 3
    early, late, calm = (float(np.median(part)) for part in (speeds[:third], speeds[-third:], speeds))
    if late < SLOW * early and np.quantile(speeds[-third:], 0.9) < np.quantile(speeds[:third], 0.1):
        return Evidence(
            0.6,
            say("Images per second have fallen from {early} to {late}.", early=f"{early:,.0f}", late=f"{late:,.0f}"),
            "rates",
        )
    slow = _drops(speeds)
    if slow.mean() > OFTEN and _regular(slow):
        return Evidence(
            0.6,
            say("In {share} of the steps the speed drops below a third of the usual one (images per second: {speed}).", share=f"{slow.mean():.0%}", speed=f"{calm:,.0f}"),
            "rates",
        )  # fmt: skip
    return None


def _drops(speeds: np.ndarray) -> np.ndarray:
    """Return which steps are slow compared with those around them, because the load of the machine may change during a run."""
    parts = np.array_split(speeds, max(len(speeds) // NEAR, 1))
    return np.concatenate([part < DROP * np.quantile(part, 0.6) for part in parts])


def _regular(slow: np.ndarray) -> bool:
    gaps = np.diff(np.flatnonzero(slow[1:] & ~slow[:-1]))
    return len(gaps) >= 10 and bool(gaps.std() < REGULAR * gaps.mean())
