"""The TensorFlow backend: k training steps in one graph call, the same steps eagerly, and `model.fit`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from clsf.backends import numbers
from clsf.backends.base import Evaluation, Facts, Observation, StepReport, Weights
from clsf.backends.initial import dropout_layers, dropout_masks
from clsf.backends.tensorflow import device
from clsf.backends.tensorflow.build import BuiltModel
from clsf.backends.tensorflow.fit import FitEpoch, compiled
from clsf.backends.tensorflow.inspect import Inspector, applied
from clsf.backends.tensorflow.optimizers import optimizer
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.model.walk import sources
from clsf.plan import Plan


def build(spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights) -> TensorFlowBackend:
    """Return a backend with the model built, `weights` loaded and the images of the run at hand."""
    return TensorFlowBackend(spec, plan, prepared, weights)


def warm_up() -> str:
    """Train a throw-away model once, so that the first run of a student need not wait; return the device's name."""
    numbers.train_once(build)
    return device.chosen("auto")[1]


class TensorFlowBackend:
    """See `clsf.backends.base.Backend`. Images stay uint8 and are converted batch by batch."""

    def __init__(self, spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights) -> None:
        self._plan = plan
        self._scope, self._device = device.chosen(plan.device)
        native_dropout = plan.native_dropout or plan.tensorflow_variant == "fit"
        self._masks = {} if native_dropout else dropout_layers(spec.analyse(prepared.shape))
        with self._scope:
            keras.utils.set_random_seed(plan.seed)  # of Keras' own dropout
            self._pixels = tf.constant(prepared.pixels)
            self._labels = tf.constant(prepared.labels)
            self._mean = tf.constant(prepared.mean, plan.dtype)
            self._deviation = tf.constant(prepared.deviation, plan.dtype)
            self.built = BuiltModel(spec, prepared.shape, plan, native_dropout)
            self.model = self.built.model
            self.set_weights(weights)
            self._optimizer = optimizer(plan.optimizer, plan.learning_rate)
            self._optimizer.build(self.model.trainable_variables)
            self._make_functions()
            self._inspector = Inspector(self.built, sources(spec.layers))
            self._inspect = tf.function(
                lambda images, labels, masks: self._inspector.step(images, labels, masks, self._penalty, self._regularised)
            )
            if plan.tensorflow_variant == "fit":
                compiled(self.model, self._optimizer, plan.dtype)

    def _make_functions(self) -> None:
        """Make graphs of the steps and the evaluation, traced once for any number of steps and images; or leave them eager."""
        if self._plan.tensorflow_variant == "eager":
            self._train, self._evaluate = self._eager_steps, self._sums
            return
        masks = {
            path: tf.TensorSpec([None, None, *shape], tf.uint8, name="mask_" + path.replace(".", "_"))
            for path, (_, shape) in self._masks.items()
        }
        self._train = tf.function(self._graph_steps, input_signature=[tf.TensorSpec([None, None], tf.int64), masks])
        self._evaluate = tf.function(self._sums, input_signature=[tf.TensorSpec([None], tf.int64)])

    # One step, and many.

    def _inputs(self, pixels: tf.Tensor) -> tf.Tensor:
        return (tf.cast(pixels, self._plan.dtype) - self._mean) / self._deviation

    def _step(self, indices: tf.Tensor, masks: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Update once; return loss and right answers before the update, and the norm of the gradient."""
        images = self._inputs(tf.gather(self._pixels, indices))  # (batch, h, w, c)
        labels = tf.gather(self._labels, indices)
        self.built.hand_out(masks)
        with tf.GradientTape() as tape:
            logits = self.model(images, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
            minimised = loss + self._penalty()
        variables = self.model.trainable_variables
        gradients = self._regularised(tape.gradient(minimised, variables))
        self._optimizer.apply(gradients, variables)
        self.built.hand_out({})
        correct = tf.math.count_nonzero(tf.argmax(logits, axis=1) == labels)
        return loss, correct, tf.linalg.global_norm(gradients)

    def _penalty(self) -> tf.Tensor:
        """Return l2 times the sum of squares of all kernels, as `kernel_regularizer=keras.regularizers.L2(l2)` adds it."""
        if not self._plan.l2 or self._plan.does("weight-decay-style"):
            return tf.zeros((), self._plan.dtype)
        return self._plan.l2 * tf.add_n([tf.reduce_sum(tf.square(kernel)) for kernel in self.built.kernels()])

    def _regularised(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Add torch's weight decay if that is the difference: on every parameter, without the factor of two."""
        if not self._plan.l2 or not self._plan.does("weight-decay-style"):
            return gradients
        return [g + self._plan.l2 * v for g, v in zip(gradients, self.model.trainable_variables, strict=True)]

    def _graph_steps(self, order: tf.Tensor, masks: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        steps = tf.shape(order)[0]
        losses = tf.TensorArray(self._plan.dtype, size=steps)
        correct = tf.TensorArray(tf.int64, size=steps)
        norms = tf.TensorArray(self._plan.dtype, size=steps)
        for i in tf.range(steps):
            loss, right, norm = self._step(order[i], {path: mask[i] for path, mask in masks.items()})
            losses, correct, norms = losses.write(i, loss), correct.write(i, right), norms.write(i, norm)
        return losses.stack(), correct.stack(), norms.stack()

    def _eager_steps(self, order: tf.Tensor, masks: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        steps = [self._step(order[i], {path: mask[i] for path, mask in masks.items()}) for i in range(len(order))]
        losses, correct, norms = zip(*steps, strict=True)
        return tf.stack(losses), tf.stack(correct), tf.stack(norms)

    def train_steps(self, order: np.ndarray, first_step: int) -> StepReport:
        masks = dropout_masks(self._masks, self._plan.seed, first_step, *order.shape)
        with self._scope:
            losses, correct, norms = self._train(tf.constant(order), {path: tf.constant(m) for path, m in masks.items()})
        return StepReport(losses.numpy().astype(np.float64), correct.numpy(), norms.numpy().astype(np.float64))

    def fit_epoch(self, order: list[np.ndarray], epoch: int) -> Iterator[StepReport]:
        def batch(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return self._inputs(tf.gather(self._pixels, indices)), tf.gather(self._labels, indices)

        data = tf.data.Dataset.from_tensor_slices(np.concatenate(order)).batch(len(order[0]))
        data = data.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
        return iter(FitEpoch(self.model, data, epoch, [len(b) for b in order], self._scope))

    # Looking at images without learning.

    def _logits(self, indices: tf.Tensor) -> tf.Tensor:
        forgotten = self._plan.does("eval-mode")  # evaluation in training mode, as after a forgotten switch
        return self.model(self._inputs(tf.gather(self._pixels, indices)), training=forgotten)

    def _sums(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the sum of the losses in float64 and the number of right answers."""
        logits, labels = self._logits(indices), tf.gather(self._labels, indices)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tf.reduce_sum(tf.cast(losses, tf.float64)), tf.math.count_nonzero(tf.argmax(logits, axis=1) == labels)

    def evaluate(self, indices: np.ndarray) -> Evaluation:
        with self._scope:
            sums = [self._evaluate(tf.constant(part)) for part in numbers.parts(indices)]
        losses, correct = (sum(float(x) for x in column) for column in zip(*sums, strict=True))
        return Evaluation(losses / len(indices), correct / len(indices))

    def logits(self, pixels: np.ndarray) -> np.ndarray:
        with self._scope:
            return np.concatenate(
                [self.model(self._inputs(tf.constant(part)), training=False).numpy() for part in numbers.parts(pixels)]
            )

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        return numbers.softmax(self.logits(pixels))

    # Telling everything.

    def observe(self, indices: np.ndarray, step: int) -> Observation:
        masks = dropout_masks(self._masks, self._plan.seed, step, 1, len(indices))
        with self._scope:
            images = self._inputs(tf.gather(self._pixels, indices))
            masks = {path: tf.constant(mask[0]) for path, mask in masks.items()}
            told = self._inspect(images, tf.gather(self._labels, indices), masks)
            self._optimizer.apply(told[3], self.model.trainable_variables)
            return replace(self._inspector.told(images, *told), weights=self.get_weights())

    def isolate(self, reference: Observation, before: Weights, indices: np.ndarray, step: int) -> Observation:
        masks = dropout_masks(self._masks, self._plan.seed, step, 1, len(indices))
        with self._scope:
            self.set_weights(before)
            masks = {path: tf.constant(mask[0]) for path, mask in masks.items()}
            outputs, gradients = self._inspector.layers_alone(reference, masks)
            moved = {n: w for n, w in self.get_weights().items() if n.endswith(("moving_mean", "moving_variance"))}
            weights = {**applied(self._optimizer, self.built, reference.gradients), **moved}
            inputs = self._inputs(tf.gather(self._pixels, indices)).numpy()
        logits = outputs.get(list(reference.activations)[-1], reference.logits)
        return Observation(reference.loss, logits, inputs, outputs, {}, gradients, weights)

    # State.

    def get_weights(self) -> Weights:
        return self.built.get_weights()

    def set_weights(self, weights: Weights) -> None:
        self.built.set_weights(weights)

    def set_learning_rate(self, value: float) -> None:
        self._optimizer.learning_rate.assign(value)

    def facts(self) -> Facts:
        versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
        return Facts(self._device, device.threads(), versions)
