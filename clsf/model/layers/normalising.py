"""Layers that bring numbers to a common scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from clsf.calls import Call
from clsf.model.apis import Api, Step, arg
from clsf.model.fields import Above, Share
from clsf.model.layers import notes
from clsf.model.layers.base import Layer, Look
from clsf.model.shapes import Shape, Weight
from clsf.words import Sentence, say


def one_minus(value: float) -> float:
    """Return 1 - value as it would be typed: 0.01 for 0.99, not 0.010000000000000009."""
    return float(1 - Decimal(repr(value)))


_TORCH = (
    arg("num_features", field=None, place=True), arg("eps", 1e-5, "epsilon", always=True),
    arg("momentum", 0.1, to=one_minus, back=one_minus, always=True), arg("affine", True, None), arg("track_running_stats", True, None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchNorm(Layer):
    """Bring each channel to mean 0 and variance 1 over the batch, then scale by gamma and shift by beta.

    Learned: 2 * c; kept besides, not learned: 2 * c (moving mean and variance, used outside training)
    Rule:    moving = momentum * moving + (1 - momentum) * batch, with the biased variance of the batch: Keras' rule,
             followed by both frameworks here. torch calls 1 - momentum its momentum, and takes the unbiased variance
    Source:  Ioffe & Szegedy 2015, arXiv:1502.03167; defaults of keras.layers.BatchNormalization
    """

    role: ClassVar = "Batchwise"
    LOOK: ClassVar = Look(say("Brings each channel to mean 0 and variance 1 over the batch."), "tune", "while", "norm")
    KERAS: ClassVar = Api(
        "layers.BatchNormalization", arg("axis", -1, None), arg("momentum", 0.99), arg("epsilon", 1e-3), arg("center", True, None),
        arg("scale", True, None),
    )  # fmt: skip
    TORCH: ClassVar = (Api("nn.BatchNorm2d", *_TORCH), Api("nn.BatchNorm1d", *_TORCH))
    linear: ClassVar = True
    elementwise: ClassVar = True

    momentum: Annotated[
        float, Share(say("the share of the old moving mean that is kept"), 0.9999),
        say("Share of the old running mean and variance that each batch keeps."),
    ] = 0.99  # fmt: skip
    epsilon: Annotated[float, Above(0, 1), say("Added to the variance, against division by 0.")] = 1e-3

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        c = (shape[-1],)
        return (
            Weight("gamma", c),
            Weight("beta", c),
            Weight("moving_mean", c, trainable=False),
            Weight("moving_variance", c, trainable=False),
        )

    def counted(self, shape: Shape) -> Sentence:
        return say(
            "{channels} × (1 scale + 1 shift) = {total} parameters to learn, for each channel its own; besides, {kept} running "
            "statistics are kept, which no gradient changes.",
            channels=shape[-1], total=f"{2 * shape[-1]:,}", kept=f"{2 * shape[-1]:,}",
        )  # fmt: skip

    def keras(self) -> tuple[Step, ...]:
        return (Step(self.KERAS.call(self), weights=True, training=True),)

    def torch(self, shape: Shape) -> tuple[Step, ...]:
        api = self.TORCH[0 if len(shape) == 3 else 1]
        return (Step(api.call(self, notes.torch_norm(), num_features=shape[-1]), weights=True, training=True),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(**cls.TORCH[0].read(call)[0])]
