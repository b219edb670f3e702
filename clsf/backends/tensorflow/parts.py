"""What may be put into the places of clsf.course.parts, in the way of Keras. Each class is one choice; twin of PyTorch's.

The text of what is chosen is shown, and the same classes run; see clsf.tensors.assembled.
"""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.lessons_own import callback_used
from clsf.tensors.assembled import Assembled
from clsf.tensors.outcome import Outcome


class Weight:
    def build(self, shape):
        self.factor = self.add_weight(shape=shape[-1:], initializer="ones")


class PlainTensor:
    def build(self, shape):
        self.factor = tf.ones(shape[-1:])


class Frozen:
    def build(self, shape):
        self.factor = self.add_weight(shape=shape[-1:], initializer="ones", trainable=False)


class Times:
    def call(self, x):
        return x * self.factor


class Plus:
    def call(self, x):
        return x + self.factor


class Cut:
    def call(self, x):
        return x * tf.stop_gradient(self.factor)


def layer_used(Scale):
    layer = Scale()
    x, wanted = tf.ones((1, 3)), tf.constant([[2.0, 3.0, 4.0]])
    layer(x)
    print("parameters:", sum(int(tf.size(w)) for w in layer.trainable_weights))
    optimizer = keras.optimizers.SGD(0.5)
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((layer(x) - wanted) ** 2)
        gradients = tape.gradient(loss, layer.trainable_weights)
        optimizer.apply(gradients, layer.trainable_weights)
    print("loss after 20 steps:", round(float(loss), 3))
    print("factor:", [round(float(f), 2) for f in np.array(layer.factor)])


class AfterEpoch:
    def on_epoch_end(self, epoch, logs):
        self.act("epoch", epoch, logs)


class AfterBatch:
    def on_train_batch_end(self, batch, logs):
        self.act("batch", batch, logs)


class BeforeTraining:
    def on_train_begin(self, logs):
        self.act("begin", 0, logs)


class Prints:
    def act(self, when, number, logs):
        print(when, number, "loss", round(float(logs["loss"]), 3) if "loss" in logs else None)


class Stops:
    def act(self, when, number, logs):
        print("stop after", when, number)
        self.model.stop_training = True


class Halves:
    def act(self, when, number, logs):
        self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate) / 2
        print(when, number, "rate", round(float(self.model.optimizer.learning_rate), 6))


class Start:
    def __init__(self):
        super().__init__()
        self.right = self.add_weight(shape=(), initializer="zeros")
        self.seen = self.add_weight(shape=(), initializer="zeros")


class Counts:
    def update_state(self, labels, probabilities):
        hits = np.argmax(probabilities, axis=1) == labels
        self.right.assign_add(float(hits.sum()))
        self.seen.assign_add(float(len(labels)))


class Batches:
    def update_state(self, labels, probabilities):
        hits = np.argmax(probabilities, axis=1) == labels
        self.right.assign_add(float(hits.mean()))
        self.seen.assign_add(1.0)


class Equal:
    def update_state(self, labels, probabilities):
        hits = np.max(probabilities, axis=1) == labels
        self.right.assign_add(float(hits.sum()))
        self.seen.assign_add(float(len(labels)))


class Result:
    def result(self):
        return self.right / self.seen


class Zero:
    def reset_state(self):
        self.right.assign(0.0)
        self.seen.assign(0.0)


class Nothing:
    def reset_state(self):
        pass


def metric_used(Share):
    metric = Share()
    sure = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])
    for epoch, labels in enumerate([[2, 0, 1, 0], [0, 1, 2, 0]]):
        metric.update_state(np.array(labels), sure)
        metric.update_state(np.array([0, 1]), sure[:2])
        print("epoch", epoch, "says", round(float(metric.result()), 3), "by hand", round([3 / 6, 6 / 6][epoch], 3))
        metric.reset_state()


class Images:
    def __init__(self, images, labels):
        super().__init__()
        self.images, self.labels = images, labels


class AllBatches:
    def __len__(self):
        return -(-len(self.images) // 4)


class TooFew:
    def __len__(self):
        return len(self.images) // 4


class TooMany:
    def __len__(self):
        return len(self.images) // 4 + 2


class Scaled:
    def __getitem__(self, at):
        rows = slice(4 * at, 4 * at + 4)
        return self.images[rows].astype("float32") / 255, self.labels[rows]


class Raw:
    def __getitem__(self, at):
        rows = slice(4 * at, 4 * at + 4)
        return self.images[rows], self.labels[rows]


class AnyImage:
    def __getitem__(self, at):
        rows = np.random.default_rng(at).integers(len(self.images), size=4)
        return self.images[rows].astype("float32") / 255, self.labels[rows]


def dataset_used(Squares):
    images, labels = np.full((10, 8, 8), 255, "uint8"), np.arange(10)
    dataset = Squares(images, labels)
    print("batches:", len(dataset))
    for at in range(len(dataset)):
        x, y = dataset[at]
        print(x.shape, x.dtype, "labels", y.tolist())


OPTIONS = {
    "layer": {
        "weights": {"weight": Weight, "tensor": PlainTensor, "frozen": Frozen},
        "answer": {"times": Times, "plus": Plus, "cut": Cut},
    },
    "callback": {
        "when": {"epoch": AfterEpoch, "batch": AfterBatch, "begin": BeforeTraining},
        "what": {"print": Prints, "stop": Stops, "rate": Halves},
    },
    "metric": {
        "update": {"count": Counts, "batches": Batches, "equal": Equal},
        "reset": {"zero": Zero, "nothing": Nothing},
    },
    "dataset": {
        "length": {"right": AllBatches, "short": TooFew, "long": TooMany},
        "item": {"scaled": Scaled, "raw": Raw, "random": AnyImage},
    },
}
"""Part -> place -> option -> what is put there."""

FIXED = {"metric": (Start, Result), "dataset": (Images,)}
"""Part -> what stands before the choices, whatever is chosen."""

MADE = {
    "layer": ("Scale", keras.layers.Layer, "keras.layers.Layer", layer_used),
    "callback": ("Told", keras.callbacks.Callback, "keras.callbacks.Callback", callback_used),
    "metric": ("Share", keras.metrics.Metric, "keras.metrics.Metric", metric_used),
    "dataset": ("Squares", keras.utils.PyDataset, "keras.utils.PyDataset", dataset_used),
}
"""Part -> name of the class, its base, how that is written, and what uses it."""


def run(part: str, chosen: Mapping[str, str]) -> Outcome:
    """Put a part together and use it. A job for a worker; `chosen` is what `clsf.course.parts.ClassPart.chosen` returns."""
    name, base, written, use = MADE[part]
    choices = (*FIXED.get(part, ()), *(OPTIONS[part][place][option] for place, option in chosen.items()))
    return Assembled(name, base, written, choices, use).run()
