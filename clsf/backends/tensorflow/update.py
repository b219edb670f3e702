"""Updates weights from a batch's gradients: accumulated over some batches, applied (and clipped by the optimizer), and averaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from clsf.backends.tensorflow.optimizers import Optimizers
from clsf.plan import Plan


class Update:
    """Handles a batch's gradients as the plan says. Keras' own arguments for this, `gradient_accumulation_steps` and `use_ema`,
    are used only in `model.fit`: its count of steps, by which Adam corrects its means, goes on with every batch there.
    """

    def __init__(self, plan: Plan, optimizer: Optimizers, variables: list) -> None:
        self._plan, self._optimizer, self._variables = plan, optimizer, variables
        self._gathered = [tf.Variable(tf.zeros_like(v.value)) for v in variables] if plan.accumulate > 1 else []
        self._averages = [tf.Variable(tf.zeros_like(v.value)) for v in variables] if plan.average else []
        self._batches, self._updates = (tf.Variable(0, dtype=tf.int64) for _ in range(2))

    def apply(self, gradients: list[tf.Tensor]) -> None:
        """Add the gradients of one batch; update the weights if it is time."""
        if not self._gathered:
            self._due(gradients)
            return
        for gathered, gradient in zip(self._gathered, gradients, strict=True):
            gathered.assign_add(gradient)
        self._batches.assign_add(1)
        tf.cond(self._batches % self._plan.accumulate == 0, self._gathered_due, lambda: False)

    def _gathered_due(self) -> bool:
        self._due([gathered / self._plan.accumulate for gathered in self._gathered])
        for gathered in self._gathered:
            gathered.assign(tf.zeros_like(gathered))
        return True

    def _due(self, gradients: list[tf.Tensor]) -> None:
        self._optimizer.apply(gradients, self._variables)
        self.average()

    def average(self) -> None:
        """Add the current weights to their moving averages; the first ones are the averages."""
        for average, variable in zip(self._averages, self._variables, strict=False):
            kept = tf.cast(self._updates > 0, variable.dtype) * tf.constant(self._plan.average, variable.dtype)
            average.assign(kept * average + (1 - kept) * variable.value)
        if self._averages:
            self._updates.assign_add(1)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Put the moving averages into the variables inside the `with` block, where the plan has them and there was an update."""
        own = [tf.identity(v.value) for v in self._variables] if self._averages and self._updates > 0 else []
        self._set(self._averages if own else [])
        try:
            yield
        finally:
            self._set(own)

    def _set(self, values: list) -> None:
        for variable, value in zip(self._variables, values, strict=False):
            variable.assign(value)

    def forget(self) -> None:
        """Forget the averages: the weights were set from outside."""
        self._updates.assign(0)
