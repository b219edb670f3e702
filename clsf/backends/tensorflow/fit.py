"""The variant "fit": `model.fit` runs in a thread of its own and returns one report per batch."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.base import StepReport
from clsf.calls import made
from clsf.plan import Plan

CROSS_ENTROPY = "cross_entropy"
"""The metric that tells the loss without penalties, which Keras' own "loss" includes, and in the plan's dtype: that one is float32."""


def compiled(model: keras.Model, optimizer: keras.optimizers.Optimizer, plan: Plan) -> None:
    """Compile the model as a student would: the loss of the plan, and the accuracy that fits its labels.

    The loss gets its dtype explicitly, because Keras would convert the logits of a float64 model to float32 first. From
    probabilities Keras looks behind the softmax where it can, and computes from the logits after all: the same number,
    unless a probability is closer to 0 than 1e-7.
    """
    named = {"from_logits": not plan.probabilities, "dtype": plan.dtype}
    kind = plan.loss_kind
    if kind.smooths:
        named["label_smoothing"] = plan.label_smoothing
    loss, metric = getattr(keras.losses, kind.keras)(**named), getattr(keras.metrics, kind.keras)
    accuracy = made(kind.metric.keras_call(plan.probabilities), {"metrics": keras.metrics}, keras.metrics.Metric)
    metric = _counted(metric) if plan.balanced else metric
    pure = [metric(name=CROSS_ENTROPY, **named)] if plan.l1 or plan.l2 or plan.dtype != "float32" else []
    weighted = {"weighted_metrics": pure} if plan.balanced else {}  # with the weights of classes, as the loss
    model.compile(optimizer=optimizer, loss=loss, metrics=[accuracy, *([] if weighted else pure)], **weighted)


def _counted(metric: type[keras.metrics.MeanMetricWrapper]) -> type[keras.metrics.MeanMetricWrapper]:
    """Return the metric with a mean over images, as the loss has it; Keras' own divides by the sum of their weights."""

    class Counted(metric):
        def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> None:
            values = self._fn(y_true, y_pred, **self._fn_kwargs)
            weights = 1.0 if sample_weight is None else tf.reshape(tf.cast(sample_weight, values.dtype), tf.shape(values))
            keras.metrics.Mean.update_state(self, values * weights)

    return Counted


def targets(labels: tf.Tensor, plan: Plan, classes: int) -> tf.Tensor:
    """Return labels in the form that the compiled loss takes."""
    if plan.loss_kind.one_output:
        return tf.cast(labels, plan.dtype)[:, None]
    return tf.one_hot(labels, classes, dtype=plan.dtype) if plan.loss_kind.smooths else labels


class FitEpoch:
    """One epoch of `model.fit` as an iterator of reports.

    The callback passes on its report and waits until the next one is requested, so no batch runs ahead of the reader:
    not reading is a pause. Closing the iterator makes `model.stop_training` end the epoch there.
    """

    def __init__(
        self,
        model: keras.Model,
        data: tf.data.Dataset,
        epoch: int,
        sizes: list[int],
        scope: AbstractContextManager,
        rate: Callable[[int], float] | None = None,
        after: Callable[[int], None] = lambda batch: None,
        class_weight: dict[int, float] | None = None,
    ) -> None:
        self.after, self._class_weight = after, class_weight  # `after` is called with the number of a batch that was trained on
        self._model, self._data, self._epoch, self._sizes, self._scope = model, data, epoch, sizes, scope
        self.rate = rate  # the learning rate of a batch of this epoch, where it varies
        self._reports: queue.Queue[StepReport | BaseException | None] = queue.Queue(maxsize=1)
        self._asked = threading.Semaphore(0)  # reports asked for beyond the first
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[StepReport]:
        thread = threading.Thread(target=self._fit, name="model.fit", daemon=True)
        thread.start()
        try:
            while (report := self._reports.get()) is not None:
                if isinstance(report, BaseException):
                    raise report
                yield report
                self._asked.release()
        finally:
            self._closed.set()
            self._asked.release()  # no report is requested, but the callback must wake up and see that it is over
            while thread.is_alive():
                self._drain()
                thread.join(0.05)

    def _fit(self) -> None:
        try:
            with self._scope:
                self._model.fit(
                    self._data,
                    epochs=self._epoch,
                    initial_epoch=self._epoch - 1,
                    callbacks=[_Streaming(self)],
                    shuffle=False,
                    class_weight=self._class_weight,
                    verbose=0,
                )
            self.put(None)
        except BaseException as error:  # passed on to the thread that reads
            self.put(error)

    def put(self, report: StepReport | BaseException | None) -> None:
        """Pass on a report once the one before was taken; give up when the reader has stopped."""
        while not self._closed.is_set():
            with suppress(queue.Full):
                self._reports.put(report, timeout=0.1)
                return

    def _drain(self) -> None:
        with suppress(queue.Empty):
            self._reports.get_nowait()

    def batch_ended(self, batch: int, loss: float, accuracy: float) -> bool:
        """Process one batch and wait until the next is requested; return whether it is."""
        self.put(StepReport(np.array([loss]), np.array([round(accuracy * self._sizes[batch])]), None))
        self._asked.acquire()
        return not self._closed.is_set()


class _Streaming(keras.callbacks.Callback):
    """Report every batch by itself: the metrics are reset after each, because Keras' logs are means since the epoch began."""

    def __init__(self, epoch: FitEpoch) -> None:
        super().__init__()
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self._epoch.rate is not None:
            self.model.optimizer.learning_rate = self._epoch.rate(batch)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        loss = float(logs.get(CROSS_ENTROPY, logs["loss"]))
        self._epoch.after(batch)
        if not self._epoch.batch_ended(batch, loss, float(logs["accuracy"])):
            self.model.stop_training = True
        self.model.reset_metrics()
