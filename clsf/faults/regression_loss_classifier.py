"""Squared error for classification."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="regression-loss-classifier",
    title=say("Squared error for classification"),
    what=say(
        "Mean squared error between outputs and one-hot labels has small gradients: at most 2/C per output, and "
        "less where a softmax or sigmoid is saturated."
    ),
    symptom=say("The loss is far below ln C from the beginning, about (C - 1)/C² for softmax, and falls slowly."),
    mend=say("Use cross-entropy."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)
