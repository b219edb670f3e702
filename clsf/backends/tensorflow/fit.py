"""The variant "fit": `model.fit` runs in a thread of its own and hands over one report per batch."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.base import StepReport


def compiled(model: keras.Model, optimizer: keras.optimizers.Optimizer, dtype: str) -> None:
    """Compile the model as a student would: loss from logits, and the accuracy that fits integer labels.

    The loss is told its dtype, for Keras would turn the logits of a float64 model into float32 first.
    """
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype=dtype),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )


class FitEpoch:
    """One epoch of `model.fit` as an iterator of reports.

    The callback hands over its report and waits until the next one is asked for, so no batch runs ahead of the reader:
    not reading is a pause. Closing the iterator makes `model.stop_training` end the epoch there.
    """

    def __init__(
        self, model: keras.Model, data: tf.data.Dataset, epoch: int, sizes: list[int], scope: AbstractContextManager
    ) -> None:
        self._model, self._data, self._epoch, self._sizes, self._scope = model, data, epoch, sizes, scope
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
            self._asked.release()  # nobody asks, but the callback is to look up and see that it is over
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
                    verbose=0,
                )
            self.put(None)
        except BaseException as error:  # carried over to the thread that reads
            self.put(error)

    def put(self, report: StepReport | BaseException | None) -> None:
        """Hand over a report once the one before was taken; give up when nobody reads any more."""
        while not self._closed.is_set():
            with suppress(queue.Full):
                self._reports.put(report, timeout=0.1)
                return

    def _drain(self) -> None:
        with suppress(queue.Empty):
            self._reports.get_nowait()

    def batch_ended(self, batch: int, loss: float, accuracy: float) -> bool:
        """Take in one batch, wait until the next is wanted; return whether it is."""
        self.put(StepReport(np.array([loss]), np.array([round(accuracy * self._sizes[batch])]), None))
        self._asked.acquire()
        return not self._closed.is_set()


class _Streaming(keras.callbacks.Callback):
    """Report every batch by itself: the metrics are reset after each, for Keras' logs are means since the epoch began."""

    def __init__(self, epoch: FitEpoch) -> None:
        super().__init__()
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if not self._epoch.batch_ended(batch, float(logs["loss"]), float(logs["accuracy"])):
            self.model.stop_training = True
        self.model.reset_metrics()
