"""Decides whether the runs of an experiment share the cores or train one after the other."""

from __future__ import annotations

from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.engine.machine import cores
from clsf.experiments.values import Arm, Experiment
from clsf.small_steps import is_small

TIMED = frozenset({"batch_size", "model", "image_size", "dtype", "train_limit"})
"""Settings whose values are compared by how long they take, too."""


def compares_times(experiment: Experiment) -> bool:
    """Return whether the varied setting changes the work of a step, so that a reader compares seconds."""
    return any(name in TIMED for arm in experiment.arms for name, _ in arm.varied)


def together(experiment: Experiment) -> int:
    """Return how many of its runs may train at a time on this machine: 1, or as many as there are cores.

    Small steps are computed by one thread, so that two runs on two cores get the results, bit by bit, that each would get alone.
    Where times are compared, or one step can use all cores, it is one.
    """
    if compares_times(experiment) or not all(map(_small, experiment.arms)):
        return 1
    return min(cores(), experiment.runs)


def _small(arm: Arm) -> bool:
    shape = prepared_shape(catalogue.info(arm.plan.data), arm.plan.preparation)
    return is_small(arm.spec.analyse(shape).multiply_adds * arm.plan.batch_size)
