"""Declares each loss once: the model's last layer for it, its classes in Keras, its functions in PyTorch, its metric.

Menus, checks of plans and models, printed code, the compiled model and the reader of source take everything from here. The
aligned arithmetic is in the backends' `losses`, the only other place.
Sources: keras/src/losses/losses.py and torch/nn/functional.py of the versions in requirements.txt.
"""

from __future__ import annotations

from dataclasses import dataclass

from clsf.calls import Call
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class Metric:
    """A count of right answers: its class in `keras.metrics`, and where it begins to say "yes" if there is one output."""

    keras: str
    threshold: tuple[float, float] | None = None  # for logits, for probabilities; None: the largest output is the answer

    def keras_call(self, probabilities: bool) -> Call:
        """Return the call that makes it, under the name that `fit` reports it by."""
        given: dict[str, object] = {"name": "accuracy"}
        if self.threshold is not None and self.threshold[probabilities] != 0.5:
            given["threshold"] = self.threshold[probabilities]
        return Call(f"metrics.{self.keras}", (), given)

    def torch_text(self, probabilities: bool) -> str:
        """Return an expression of `outputs`, (batch, outputs): the class that is answered, (batch,)."""
        if self.threshold is None:
            return "outputs.argmax(dim=1)"
        return f"(outputs[:, 0] > {self.threshold[probabilities]}).long()"


@dataclass(frozen=True, slots=True)
class LossKind:
    """A loss of labels and outputs. `keras` is its class in `keras.losses` and in `keras.metrics`."""

    name: str
    title: Sentence
    short: Sentence | None  # for the line about a run; None: the usual one, which needs no mention
    keras: str
    metric: Metric
    ending: str  # the activation that makes probabilities of the model's outputs
    torch: str  # the function of F, from logits
    torch_probabilities: str  # an expression of probabilities p, labels y or targets
    formula: str  # of one image, from probabilities p and targets y; in natural logarithms
    labels: str = ""  # an expression of `labels` in TensorFlow: the form that Keras' loss takes; "": as they are
    one_output: bool = False  # two classes, and one number for both
    smooths: bool = True  # whether its target can be spread over the classes

    def outputs(self, classes: int) -> int:
        """Return how many numbers the model hands to the loss for one image."""
        return 1 if self.one_output else classes

    def last_activation(self, probabilities: bool) -> str:
        """Return the activation that the model ends in: none for logits."""
        return self.ending if probabilities else "linear"

    def keras_call(self, probabilities: bool, smoothing: object = 0.0) -> Call:
        """Return the call that makes it in Keras."""
        more = {"label_smoothing": smoothing} if smoothing and self.smooths else {}
        return Call(f"losses.{self.keras}", (), {"from_logits": not probabilities, **more})

    def torch_text(self, probabilities: bool, smoothing: float) -> str:
        """Return PyTorch's own expression of logits z or probabilities p, and labels y."""
        if probabilities:
            return self.torch_probabilities.format(y=self._spread(smoothing))
        if self.one_output:
            return f"F.{self.torch}(z, {self._spread(smoothing)})"
        return f"F.{self.torch}(z, y{f', label_smoothing={smoothing:g}' if smoothing else ''})"

    def _spread(self, smoothing: float) -> str:
        return f"y * {1 - smoothing:g} + {smoothing / 2:g}" if smoothing else "y"


_ALL = (
    LossKind(
        "sparse", say("Sparse: labels are numbers"), None, "SparseCategoricalCrossentropy", Metric("SparseCategoricalAccuracy"),
        "softmax", "cross_entropy", "F.nll_loss(p.log(), y)", "-ln p[y]", smooths=False,
    ),
    LossKind(
        "categorical", say("Categorical: labels are one-hot rows"), say("categorical loss"), "CategoricalCrossentropy",
        Metric("CategoricalAccuracy"), "softmax", "cross_entropy", "-(target * p.log()).sum(1).mean()", "-Σ y ln p",
        "tf.one_hot(labels, {classes})",
    ),
    LossKind(
        "binary", say("Binary: two classes, one output"), say("binary loss"), "BinaryCrossentropy", Metric("BinaryAccuracy", (0.0, 0.5)),
        "sigmoid", "binary_cross_entropy_with_logits", "F.binary_cross_entropy(p, {y})", "-(y ln p + (1 - y) ln(1 - p))",
        "tf.cast(labels, tf.float32)[:, None]", one_output=True,
    ),
)  # fmt: skip

LOSSES: dict[str, LossKind] = {loss.name: loss for loss in _ALL}
"""Name -> declaration, in the order of menus."""

DEFAULT, ONE_HOT = "sparse", "categorical"
"""The loss of the lecture, with which a plan begins; and the one of the same numbers whose labels are rows."""

BY_KERAS: dict[str, str] = {loss.keras: loss.name for loss in _ALL}
"""Class in `keras.losses` -> name."""
