"""Estimates how long an experiment takes: measured if this machine trained a similar run before, else a rough guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clsf.data.catalogue import DatasetInfo
from clsf.experiments.together import together
from clsf.experiments.values import Experiment
from clsf.runs.speed import training_seconds
from clsf.runs.summary import RunSummary

GAIN = 0.6
"""Of a whole run at a time that each further one brings on a core of its own; they share memory and caches, and the app's turns."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds of all runs, and of how many of them the speed was measured before."""

    seconds: float
    runs: int
    measured: int
    together: int = 1  # how many train at a time


def estimate(experiment: Experiment, info: DatasetInfo, recent: Iterable[RunSummary], in_turn: bool = False) -> Estimate:
    """Return how long the runs take if none stops early. `recent` are runs of this machine, newest first; `in_turn`: see `start`."""
    recent, seconds, measured = list(recent), 0.0, 0
    for arm in experiment.arms:
        for framework in experiment.frameworks:
            took, known = training_seconds(arm.spec, arm.plan, framework, info, recent)
            seconds, measured = seconds + took, measured + known
    at_a_time = 1 if in_turn else together(experiment)
    return Estimate(seconds / (1 + GAIN * (at_a_time - 1)), experiment.runs, measured, at_a_time)
