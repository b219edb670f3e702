"""Best epoch, patience and plateau: the decisions at the end of an epoch, from validation numbers alone.

The rules are those of Keras' EarlyStopping, ModelCheckpoint(save_best_only=True) and ReduceLROnPlateau. In torch one
writes the first two into the loop oneself; its own ReduceLROnPlateau counts `patience` one higher.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from clsf.backends.base import Weights
from clsf.events import EpochEnded
from clsf.plan_parts import Plateau, Stopping

BEST = "best/"
"""Prefix of the names of the best epoch's weights, where they are kept in addition to the last ones."""


class Keeper:
    """Knows the best epoch so far, holds its weights if they are wanted, and says when patience has ended.

    There are two best epochs, as in Keras. `best`, of ModelCheckpoint, is the one with the best number. `chosen`, of
    EarlyStopping, is the last that was better by more than `min_delta` than the one chosen before it: its weights are
    restored, and patience counts from it. With a `min_delta` of 0 they are the same.
    """

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping
        self._waited = 0
        self.best: EpochEnded | None = None
        self.chosen: EpochEnded | None = None
        self.weights: Weights | None = None  # of `best`, if a checkpoint is wanted
        self.chosen_weights: Weights | None = None  # of `chosen`, if they are to be restored

    @property
    def wanted(self) -> bool:
        """Whether the best epoch is needed at all."""
        s = self._stopping
        return s.patience is not None or s.restore_best or s.checkpoint

    def note(self, epoch: EpochEnded, weights: Callable[[], Weights]) -> bool:
        """Process an epoch that has ended; return whether it is the best so far. `weights` returns the model's current ones."""
        value, held = self._value(epoch), None

        def copied() -> Weights:
            nonlocal held
            held = held or {name: np.array(array) for name, array in weights().items()}
            return held

        self._waited += 1
        if self.chosen is None or _less(value + self._stopping.min_delta, self._value(self.chosen)):
            self.chosen, self._waited = epoch, 0
            if self._stopping.restore_best:
                self.chosen_weights = copied()
        if self.best is None or _less(value, self._value(self.best)):
            self.best = epoch
            if self._stopping.checkpoint:
                self.weights = copied()
            return True
        return False

    @property
    def tired(self) -> bool:
        """Whether there was nothing better for as many epochs as patience allows."""
        return self._stopping.patience is not None and self._waited >= self._stopping.patience

    def _value(self, epoch: EpochEnded) -> float:
        """Return a number that is smaller for a better epoch."""
        return epoch.validation_loss if self._stopping.monitor == "loss" else -epoch.validation_accuracy


def _less(one: float, two: float) -> bool:
    """Return whether one number is below the other in float32, in which Keras' callbacks compare.

    So an accuracy of 0.07 is not better than 0.06 by more than 0.01, though 0.07 - 0.06 is in float64.
    Source: `_is_improvement` in keras/src/callbacks/monitor_callback.py; `keras.ops.less` makes tensors of Python numbers.
    """
    return bool(np.float32(one) < np.float32(two))


class PlateauWatch:
    """Says when the learning rate is to be reduced."""

    def __init__(self, plateau: Plateau | None) -> None:
        self._plateau = plateau
        self._best = math.inf
        self._waited = 0

    def reduced(self, validation_loss: float, rate: float) -> float | None:
        """Process the validation loss of an epoch; return the new learning rate, or None if it stays."""
        if self._plateau is None:
            return None
        if _less(validation_loss + self._plateau.min_delta, self._best):
            self._best, self._waited = validation_loss, 0
            return None
        self._waited += 1
        if self._waited < self._plateau.patience or rate <= self._plateau.lowest:
            return None
        self._waited = 0
        return max(rate * self._plateau.factor, self._plateau.lowest)
