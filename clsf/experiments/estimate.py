"""How long an experiment may take: measured on this machine if it trained the like before, else a rough guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clsf.data.catalogue import DatasetInfo
from clsf.experiments.values import Experiment
from clsf.runs.speed import training_seconds
from clsf.runs.summary import RunSummary


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds of all runs one after another, and of how many of them the speed was measured before."""

    seconds: float
    runs: int
    measured: int


def estimate(experiment: Experiment, info: DatasetInfo, recent: Iterable[RunSummary]) -> Estimate:
    """Return how long the runs take together if none stops early. `recent` are runs of this machine, newest first."""
    recent, seconds, measured = list(recent), 0.0, 0
    for arm in experiment.arms:
        for framework in experiment.frameworks:
            took, known = training_seconds(arm.spec, arm.plan, framework, info, recent)
            seconds, measured = seconds + took, measured + known
    return Estimate(seconds, experiment.runs, measured)
