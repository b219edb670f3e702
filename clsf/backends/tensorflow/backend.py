"""The TensorFlow backend: k training steps in one graph call, the same steps eagerly, and `model.fit`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from clsf.backends import numbers
from clsf.backends.base import FIRST, DeviceFacts, Evaluation, Observation, StepReport, Weights
from clsf.backends.initial import dropout_layers, dropout_masks
from clsf.backends.tensorflow import device
from clsf.backends.tensorflow.build import BuiltModel
from clsf.backends.tensorflow.fit import FitEpoch, compiled, targets
from clsf.backends.tensorflow.inspect import Inspector, applied
from clsf.backends.tensorflow.losses import Objective
from clsf.backends.tensorflow.optimizers import Optimizers
from clsf.backends.tensorflow.update import Update
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.model.walk import sources
from clsf.plan import Plan


def build(spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights) -> TensorFlowBackend:
    """Return a backend with the model built, `weights` loaded and the run's images in memory."""
    return TensorFlowBackend(spec, plan, prepared, weights)


def warm_up() -> str:
    """Train a throw-away model once, so that the first run of a student need not wait; return the device's name."""
    numbers.train_once(build)
    return device.chosen("auto")[1]


class TensorFlowBackend:
    """See `clsf.backends.base.Backend`. Images stay uint8 and are converted batch by batch."""

    def __init__(self, spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights) -> None:
        self._plan, self._prepared = plan, prepared
        self._scope, self._device = device.chosen(plan.device)
        native_dropout = plan.native_dropout or plan.variants["tensorflow"] == "fit"
        analysis = spec.analyse(prepared.shape)
        self._masks = {} if native_dropout else dropout_layers(analysis)
        self._together = numbers.evaluation_batch(analysis)
        with self._scope:
            keras.utils.set_random_seed(plan.seed)  # of Keras' own dropout
            self._pixels: tf.Tensor | None = None  # see `_ready`
            self._shape = prepared.shape
            self._labels = tf.constant(prepared.labels)
            # Of every number, not of every channel: TensorFlow computes a row of three numbers far more slowly than one of thousands.
            self._mean = tf.constant(np.broadcast_to(prepared.mean, prepared.shape), plan.dtype)
            self._deviation = tf.constant(np.broadcast_to(prepared.deviation, prepared.shape), plan.dtype)
            self.built = BuiltModel(spec, prepared.shape, plan, native_dropout)
            self.model = self.built.model
            self._learner = self.model  # the part that a step calls: the whole model, or the layers after kept features
            self._places: tf.Tensor | None = None  # of the images in kept features
            self._first: tuple[int, Callable] | None = None  # a number of layers, and the function of pixels for their output
            self._update: Update | None = None
            self.set_weights(weights)
            self._classes = len(prepared.classes)
            self._class_weights = numbers.class_weights(prepared, plan)
            self._objective = Objective(plan, self._classes, self.built, self._class_weights)
            self._gradients: dict[str, np.ndarray] | None = None  # of the last step that was to keep them
            self._optimizer = Optimizers(plan, *self.built.parameters())
            self._update = Update(plan, self._optimizer, self.model.trainable_variables)
            self._make_functions()
            self._inspector = Inspector(self.built, sources(spec.layers))
            self._inspect = _graph(lambda images, labels, masks: self._inspector.step(images, labels, masks, self._objective))
            if plan.variants["tensorflow"] == "fit":
                compiled(self.model, self._optimizer.only, plan)

    def _make_functions(self) -> None:
        """Compile the steps and the evaluation to graphs, traced once for any number of steps and images; or leave them eager."""
        if self._plan.variants["tensorflow"] == "eager":
            self._train, self._train_telling, self._evaluate = self._eager_steps, self._telling_step, self._sums
            return
        # A step that also returns its gradients is another graph, because they take memory for every step of a chunk.
        self._train_telling = _graph(self._telling_step)
        masks = {
            path: tf.TensorSpec([None, None, *shape], tf.uint8, name="mask_" + path.replace(".", "_"))
            for path, (_, shape) in self._masks.items()
        }
        extra = {}
        if self._plan.schedule.varies:
            extra["rates"] = tf.TensorSpec([None], tf.float64)
        if self._plan.augmentation.any:
            extra["pixels"] = tf.TensorSpec([None, None, *self._shape], tf.uint8)
        self._train = _graph(self._graph_steps, input_signature=[tf.TensorSpec([None, None], tf.int64), masks, extra])
        self._evaluate = _graph(self._sums, input_signature=[tf.TensorSpec([None], tf.int64)])

    def _ready(self) -> None:
        """Load the run's images, unless features replace their pixels: not before, because large ones take as much memory again."""
        if self._pixels is None:
            self._pixels = tf.constant(self._prepared.pixels)

    # One step, and many.

    def _inputs(self, pixels: tf.Tensor) -> tf.Tensor:
        """Return the first layer's input for pixels."""
        return (tf.cast(pixels, self._plan.dtype) - self._mean) / self._deviation

    def _received(self, indices: tf.Tensor) -> tf.Tensor:
        """Return the learner's input for some of the run's images."""
        if self._places is None:
            return self._inputs(tf.gather(self._pixels, indices))
        return tf.gather(self._pixels, tf.gather(self._places, indices))

    def _step(self, indices: tf.Tensor, masks: dict[str, tf.Tensor], extra: dict[str, tf.Tensor]) -> tuple:
        """Update once; return loss and right answers before the update, the norm of the gradient, and the gradients."""
        images = (
            self._inputs(extra["pixels"]) if "pixels" in extra else self._received(indices)
        )  # (batch, h, w, c), or features
        labels = tf.gather(self._labels, indices)
        if "rates" in extra:
            self._optimizer.set_rate(extra["rates"])
        self.built.hand_out(masks)
        with tf.GradientTape() as tape:
            outputs = self._learner(images, training=True)
            loss = self._objective.mean(labels, outputs)
            minimised = loss + self._objective.penalty()
        variables = self.model.trainable_variables
        gradients = self._objective.regularised(tape.gradient(minimised, variables))
        self._update.apply(gradients)
        self.built.hand_out({})
        return loss, self._objective.correct(labels, outputs), tf.linalg.global_norm(gradients), gradients

    def _graph_steps(self, order: tf.Tensor, masks: dict, extra: dict) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        steps, dtype = tf.shape(order)[0], self._plan.dtype

        def goes_on(i: tf.Tensor, loss: tf.Tensor, *_: tf.TensorArray) -> tf.Tensor:
            return (i < steps) & (loss < numbers.DIVERGED)  # false for nan, too

        def step(i: tf.Tensor, _: tf.Tensor, *told: tf.TensorArray) -> tuple:
            loss, correct, norm, _ = self._step(order[i], _row(masks, i), _row(extra, i))
            return i + 1, loss, *(kept.write(i, value) for kept, value in zip(told, (loss, correct, norm), strict=True))

        told = [tf.TensorArray(kind, size=steps) for kind in (dtype, tf.int64, dtype)]
        taken, _, *told = tf.while_loop(goes_on, step, [0, tf.zeros([], dtype), *told])
        return tuple(kept.gather(tf.range(taken)) for kept in told)

    def _eager_steps(self, order: tf.Tensor, masks: dict, extra: dict) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        steps = []
        for i in range(len(order)):
            steps.append(self._step(order[i], _row(masks, i), _row(extra, i))[:3])
            if numbers.diverged(steps[-1][0].numpy()):
                break
        losses, correct, norms = zip(*steps, strict=True)
        return tf.stack(losses), tf.stack(correct), tf.stack(norms)

    def _telling_step(self, order: tf.Tensor, masks: dict, extra: dict) -> tuple:
        loss, correct, norm, gradients = self._step(order[0], _row(masks, 0), _row(extra, 0))
        return loss[None], correct[None], norm[None], gradients

    def train_steps(
        self,
        order: np.ndarray,
        first_step: int,
        rates: np.ndarray | None = None,
        pixels: np.ndarray | None = None,
        keep_gradients: bool = False,
    ) -> StepReport:
        masks = dropout_masks(self._masks, self._plan.seed, first_step, *order.shape)
        with self._scope:
            self._ready()
            extra = {} if rates is None else {"rates": tf.constant(rates, tf.float64)}
            if pixels is not None:
                extra["pixels"] = tf.constant(pixels)
            train = self._train_telling if keep_gradients else self._train
            told = train(tf.constant(order), {path: tf.constant(m) for path, m in masks.items()}, extra)
            self._gradients = self.built.gradients(told[3]) if keep_gradients else None
        losses, correct, norms = told[:3]
        return StepReport(losses.numpy().astype(np.float64), correct.numpy(), norms.numpy().astype(np.float64))

    def last_gradients(self) -> dict[str, np.ndarray] | None:
        return self._gradients

    def fit_epoch(
        self,
        order: list[np.ndarray],
        epoch: int,
        first_step: int = 0,
        rate: Callable[[int], float] | None = None,
        pixels: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> Iterator[StepReport]:
        with self._scope:
            self._ready()

        def batch(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            if pixels is None:
                images = self._received(indices)
            else:
                varied = tf.numpy_function(pixels, [indices], tf.uint8, stateful=False)
                varied.set_shape([None, *self._shape])
                images = self._inputs(varied)
            return images, targets(tf.gather(self._labels, indices), self._plan, self._classes)

        data = tf.data.Dataset.from_generator(lambda: order, output_signature=tf.TensorSpec([None], order[0].dtype))
        data = data.apply(tf.data.experimental.assert_cardinality(len(order)))  # so that Keras knows where the epoch ends
        batch = tf.autograph.experimental.do_not_convert(batch)
        data = data.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

        def after(batch: int) -> None:
            if (first_step + batch + 1) % self._plan.accumulate == 0:
                self._update.average()

        weights = None if self._class_weights is None else dict(enumerate(self._class_weights.tolist()))
        return iter(FitEpoch(self._learner, data, epoch, [len(b) for b in order], self._scope, rate, after, weights))

    # Evaluating images without training.

    def _logits(self, indices: tf.Tensor) -> tf.Tensor:
        forgotten = self._plan.does("eval-mode")  # evaluation in training mode, as after a forgotten switch
        return self._learner(self._received(indices), training=forgotten)

    def _sums(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return the sum of the losses in float64, the number of right answers, and the model's outputs for the first images."""
        outputs, labels = self._logits(indices), tf.gather(self._labels, indices)
        losses = self._objective.per_image(labels, outputs)
        return tf.reduce_sum(tf.cast(losses, tf.float64)), self._objective.correct(labels, outputs), outputs[:FIRST]

    def features(self, pixels: np.ndarray, layers: int) -> np.ndarray:
        if self._first is None or self._first[0] != layers:
            model = self.built.first_layers(layers)
            traced = _graph(
                lambda layer: model(self._inputs(layer), training=False),
                input_signature=[tf.TensorSpec([None, *self._shape], tf.uint8)],
            )
            self._first = layers, traced
        with self._scope:
            return self._first[1](tf.constant(pixels)).numpy()

    def use_features(self, rows: np.ndarray, places: np.ndarray, layers: int) -> None:
        with self._scope:
            self._pixels, self._places = tf.constant(rows), tf.constant(places)
            self._learner, self._first = self.built.last_layers(layers), None
            if self._plan.variants["tensorflow"] == "fit":
                compiled(self._learner, self._optimizer.only, self._plan)

    def evaluate(self, indices: np.ndarray) -> Evaluation:
        with self._scope:
            self._ready()
            sums = [self._evaluate(tf.constant(part)) for part in numbers.parts(indices, self._together)]
        losses, correct = (sum(float(x) for x in column) for column in list(zip(*sums, strict=True))[:2])
        return Evaluation(losses / len(indices), correct / len(indices), self._said(tf.cast(sums[0][2], tf.float32).numpy()))

    def logits(self, pixels: np.ndarray) -> np.ndarray:
        with self._scope:
            said = np.concatenate(
                [
                    self.model(self._inputs(tf.constant(part)), training=False).numpy()
                    for part in numbers.parts(pixels, self._together)
                ]
            )
        return self._columns(said)

    def _columns(self, outputs: np.ndarray) -> np.ndarray:
        """Return one column per class, also for two classes where the model gives one output."""
        return numbers.two_columns(outputs, self._plan.probabilities) if self._plan.loss_kind.one_output else outputs

    def _said(self, outputs: np.ndarray) -> np.ndarray:
        """Return probabilities of the classes, float64 (n, classes), from the model's outputs."""
        return numbers.probabilities(self._columns(outputs), self._plan)

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        return numbers.probabilities(self.logits(pixels), self._plan)

    def activations(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        with self._scope:
            return self._inspector.activations(self._inputs(tf.constant(pixels)))

    # Observing a step.

    def observe(self, indices: np.ndarray, step: int, pixels: np.ndarray | None = None) -> Observation:
        masks = dropout_masks(self._masks, self._plan.seed, step, 1, len(indices))
        with self._scope:
            images = self._inputs(self._images(indices, pixels))
            masks = {path: tf.constant(mask[0]) for path, mask in masks.items()}
            told = self._inspect(images, tf.gather(self._labels, indices), masks)
            self._update.apply(told[3])
            return replace(self._inspector.told(images, *told), weights=self.get_weights())

    def isolate(
        self, reference: Observation, before: Weights, indices: np.ndarray, step: int, pixels: np.ndarray | None = None
    ) -> Observation:
        masks = dropout_masks(self._masks, self._plan.seed, step, 1, len(indices))
        with self._scope:
            self.set_weights(before)
            masks = {path: tf.constant(mask[0]) for path, mask in masks.items()}
            outputs, gradients = self._inspector.layers_alone(reference, masks)
            moved = {n: w for n, w in self.get_weights().items() if n.endswith(("moving_mean", "moving_variance"))}
            weights = {**applied(self._update.apply, self.built, reference.gradients), **moved}
            inputs = self._inputs(self._images(indices, pixels)).numpy()
        logits = outputs.get(list(reference.activations)[-1], reference.logits)
        return Observation(reference.loss, logits, inputs, outputs, {}, gradients, weights)

    def _images(self, indices: np.ndarray, pixels: np.ndarray | None) -> tf.Tensor:
        return tf.constant(np.ascontiguousarray(self._prepared.pixels[indices]) if pixels is None else pixels)

    # State.

    def get_weights(self) -> Weights:
        return self.built.get_weights()

    def set_weights(self, weights: Weights) -> None:
        self.built.set_weights(weights)
        if self._update is not None:
            self._update.forget()

    def judged(self) -> AbstractContextManager:
        return self._update.averaged()

    def set_learning_rate(self, value: float) -> None:
        self._optimizer.set_rate(value)

    def add_in_any_order(self) -> None:
        pass  # no order was asked for: nobody has tried TensorFlow on a GPU here

    def graph(self) -> bytes:
        """Return the forward pass as a serialized GraphDef, for TensorBoard."""
        image = tf.TensorSpec([None, *self._shape], self._plan.dtype, name="images")
        traced = _graph(lambda images: self.model(images, training=False)).get_concrete_function(image)
        return traced.graph.as_graph_def().SerializeToString()

    def facts(self) -> DeviceFacts:
        versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
        return DeviceFacts(self._device, device.threads(), versions)


def _graph(function: Callable, **more: object) -> Callable:
    """Return a function that is compiled to a graph when it is called.

    AutoGraph would turn Python's `if` and `for` over tensors into a graph's, but there are none: looking for them took 0.8 s.
    """
    return tf.function(function, autograph=False, **more)


def _row(arrays: dict[str, tf.Tensor], i: int | tf.Tensor) -> dict[str, tf.Tensor]:
    """Return what belongs to step `i`."""
    return {name: array[i] for name, array in arrays.items()}
