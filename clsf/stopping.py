"""Best epoch, patience and plateau: what is decided at the end of an epoch, from validation numbers alone.

The rules are those of Keras' EarlyStopping, ModelCheckpoint(save_best_only=True) and ReduceLROnPlateau. In torch one
writes the first two into the loop oneself; its own ReduceLROnPlateau counts `patience` one higher.
"""

from __future__ import annotations

import math

from clsf.backends.base import Weights
from clsf.events import EpochEnded
from clsf.plan_parts import Plateau, Stopping

BEST = "best/"
"""What the names of the best epoch's weights begin with, where they are kept beside the last ones."""


class Keeper:
    """Knows the best epoch so far, holds its weights if they are wanted, and says when patience has ended."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping
        self._mark = math.inf  # what has to be undercut by min_delta for patience to begin anew
        self._waited = 0
        self.best: EpochEnded | None = None
        self.weights: Weights | None = None  # of the best epoch, if they are to be restored or kept

    @property
    def wanted(self) -> bool:
        """Whether anybody asks which epoch was the best."""
        s = self._stopping
        return s.patience is not None or s.restore_best or s.checkpoint

    @property
    def holds_weights(self) -> bool:
        return self._stopping.restore_best or self._stopping.checkpoint

    def note(self, epoch: EpochEnded) -> bool:
        """Take in an epoch that has ended; return whether it is the best so far, whose weights are to be held."""
        value = self._value(epoch)
        if value < self._mark - self._stopping.min_delta:
            self._mark, self._waited = value, 0
        else:
            self._waited += 1
        if self.best is None or value < self._value(self.best):
            self.best = epoch
            return True
        return False

    @property
    def tired(self) -> bool:
        """Whether there was nothing better for as many epochs as patience allows."""
        return self._stopping.patience is not None and self._waited >= self._stopping.patience

    def _value(self, epoch: EpochEnded) -> float:
        """Return a number that is smaller for a better epoch."""
        return epoch.validation_loss if self._stopping.monitor == "loss" else -epoch.validation_accuracy


class PlateauWatch:
    """Says when the learning rate is to be reduced."""

    def __init__(self, plateau: Plateau | None) -> None:
        self._plateau = plateau
        self._best = math.inf
        self._waited = 0

    def reduced(self, validation_loss: float, rate: float) -> float | None:
        """Take in the validation loss of an epoch; return the new learning rate, or None if it stays."""
        if self._plateau is None:
            return None
        if validation_loss < self._best - self._plateau.min_delta:
            self._best, self._waited = validation_loss, 0
            return None
        self._waited += 1
        if self._waited < self._plateau.patience or rate <= self._plateau.lowest:
            return None
        self._waited = 0
        return max(rate * self._plateau.factor, self._plateau.lowest)
