"""Layers that bring numbers to a common scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Annotated, ClassVar

from clsf.calls import Call
from clsf.errors import SpecError
from clsf.model.apis import Api, ApiStep, arg
from clsf.model.fields import Above, Choice, Share, Whole
from clsf.model.layers import notes
from clsf.model.layers.base import MAX_WIDTH, MAX_WINDOW, Layer, Look
from clsf.model.shapes import Shape, Weight, image_shape
from clsf.words import Sentence, say, say_n


def one_minus(value: float) -> float:
    """Return 1 - value as it would be typed: 0.01 for 0.99, not 0.010000000000000009."""
    return float(1 - Decimal(repr(value)))


Epsilon = Annotated[float, Above(0, 1), say("Added to the variance, against division by 0.")]

_TORCH = (
    arg("num_features", field=None, place=True), arg("eps", 1e-5, "epsilon", always=True),
    arg("momentum", 0.1, to=one_minus, back=one_minus, always=True), arg("affine", True, None), arg("track_running_stats", True, None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchNorm(Layer):
    """Bring each channel to mean 0 and variance 1 over the batch, then scale by gamma and shift by beta.

    Learned: 2 * c; kept besides, not learned: 2 * c (moving mean and variance, used at inference)
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
    epsilon: Epsilon = 1e-3

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
            "{channels} × (1 scale + 1 shift) = {total} parameters to learn, separate ones for each channel; {kept} running "
            "statistics are kept as well, which no gradient changes.",
            channels=shape[-1], total=f"{2 * shape[-1]:,}", kept=f"{2 * shape[-1]:,}",
        )  # fmt: skip

    def keras(self) -> tuple[ApiStep, ...]:
        return (ApiStep(self.KERAS.call(self), weights=True, training=True),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        api = self.TORCH[0 if len(shape) == 3 else 1]
        return (ApiStep(api.call(self, notes.torch_norm(), num_features=shape[-1]), weights=True, training=True),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(**cls.TORCH[0].read(call)[0])]


class OneImageNorm(Layer):
    """Shared code of layers that normalise each image by its own mean and variance: the same in training and inference."""

    __slots__ = ()

    def together(self, shape: Shape) -> int:
        """Return how many numbers share a mean and a variance."""
        raise NotImplementedError

    def counted(self, shape: Shape) -> Sentence:
        numbers = self.weights(shape)[0].size
        return say(
            "{numbers} × (1 scale + 1 shift) = {total} parameters; nothing is kept of other images.",
            numbers=f"{numbers:,}", total=f"{2 * numbers:,}",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LayerNormalization(OneImageNorm):
    """Bring the numbers of one image to mean 0 and variance 1, then scale by gamma and shift by beta.

    Over:    axis "channels": the channels of each pixel, or all features of a vector; "image": all numbers of the image
    Learned: 2 numbers for each value that is normalised together: 2 * c, or 2 * h * w * c
    Source:  Ba et al. 2016, arXiv:1607.06450; per pixel as in ConvNeXt, Liu et al. 2022, arXiv:2201.03545
    """

    role: ClassVar = "LayerNorm"
    LOOK: ClassVar = Look(say("Brings each pixel, over its channels, to mean 0 and variance 1."), "align_vertical_center", "while", "norm")  # fmt: skip
    KERAS: ClassVar = Api(
        "layers.LayerNormalization", arg("axis", -1, to=lambda axis: _AXES[axis], back=lambda value: _words(value)),
        arg("epsilon", 1e-3), arg("center", True, None), arg("scale", True, None),
    )  # fmt: skip
    TORCH: ClassVar = tuple(
        Api(
            name, arg("normalized_shape", field=None, place=True), arg("eps", 1e-5, "epsilon", always=True),
            arg("elementwise_affine", True, None), arg("bias", True, None),
        )
        for name in ("nn.LayerNorm", "LayerNorm2d")
    )  # fmt: skip

    axis: Annotated[
        str, Choice(("channels", "image")),
        say("What is normalised together. channels: those of each pixel. image: all numbers of the image."),
    ] = "channels"  # fmt: skip
    epsilon: Epsilon = 1e-3

    @property
    def elementwise(self) -> bool:
        return self.axis == "channels"

    @property
    def whole(self) -> bool:
        return self.axis == "image"

    def together(self, shape: Shape) -> int:
        return prod(shape) if self.axis == "image" else shape[-1]

    def out_shape(self, shape: Shape) -> Shape:
        return image_shape(shape) if self.axis == "image" else shape

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        each = shape if self.axis == "image" else (shape[-1],)
        return Weight("gamma", each), Weight("beta", each)

    def keras(self) -> tuple[ApiStep, ...]:
        return (ApiStep(self.KERAS.call(self), weights=True),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        plain, moved = self.TORCH
        if self.axis == "image":
            sides, note = (shape[2], *shape[:2]), notes.layer_norm_image(shape)
            return (ApiStep(plain.call(self, note, normalized_shape=sides), weights=True),)
        api, note = (moved, notes.layer_norm_2d()) if len(shape) == 3 else (plain, notes.torch_epsilon())
        return (ApiStep(api.call(self, note, normalized_shape=shape[-1]), weights=True),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        fields, _ = cls.TORCH[0].read(call.but(name=cls.TORCH[0].name))
        fields.pop("axis", None)
        return [cls(axis, **fields) for axis in _AXES]


_AXES = {"channels": -1, "image": (1, 2, 3)}


def _words(value: object) -> str:
    value = value if isinstance(value, int) else tuple(sorted(value)) if isinstance(value, tuple) else None
    if value in (-1, 3, (-1,), (3,)):
        return "channels"
    if value in ((1, 2, 3), (-3, -2, -1)):
        return "image"
    raise ValueError(value)


@dataclass(frozen=True, slots=True)
class GroupNormalization(OneImageNorm):
    """Cut the channels of one image into groups, bring each group to mean 0 and variance 1, then scale and shift each channel.

    Learned: 2 * c. One group: all numbers of the image together; a group for each channel: instance normalisation
    Raises:  SpecError if the channels can't be divided into the given number of groups
    Source:  Wu & He 2018, arXiv:1803.08494
    """

    role: ClassVar = "GroupNorm"
    LOOK: ClassVar = Look(
        say("Brings groups of channels of one image to mean 0 and variance 1."), "workspaces", "while", "norm"
    )
    KERAS: ClassVar = Api(
        "layers.GroupNormalization", arg("groups", 32, always=True), arg("axis", -1, None), arg("epsilon", 1e-3),
        arg("center", True, None), arg("scale", True, None),
    )  # fmt: skip
    TORCH: ClassVar = (
        Api(
            "nn.GroupNorm", arg("num_groups", field="groups", place=True), arg("num_channels", field=None, place=True),
            arg("eps", 1e-5, "epsilon", always=True), arg("affine", True, None),
        ),
    )  # fmt: skip
    whole: ClassVar = True

    groups: Annotated[int, Whole(1, MAX_WIDTH, few=128), say("Groups that the channels are cut into, of equal size.")] = 32
    epsilon: Epsilon = 1e-3

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        channels = shape[-1] if shape else 1
        return cls(next((groups for groups in (32, 16, 8, 4, 2) if channels % groups == 0 and channels >= 4 * groups), 1))

    @classmethod
    def first(cls) -> Layer:
        return cls(1)

    def together(self, shape: Shape) -> int:
        return prod(shape) // self.groups

    def out_shape(self, shape: Shape) -> Shape:
        if shape[-1] % self.groups:
            raise SpecError(say_n(
                "its {groups} groups cannot share the {channels} channel it receives; choose groups that divide them",
                "its {groups} groups cannot share the {channels} channels it receives; choose groups that divide them",
                shape[-1], groups=self.groups, channels=shape[-1],
            ))  # fmt: skip
        return shape

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        return Weight("gamma", (shape[-1],)), Weight("beta", (shape[-1],))

    def keras(self) -> tuple[ApiStep, ...]:
        return (ApiStep(self.KERAS.call(self), weights=True),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        call = self.TORCH[0].call(self, notes.torch_epsilon(), num_channels=shape[-1])
        return (ApiStep(call, weights=True),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(**cls.TORCH[0].read(call)[0])]


@dataclass(frozen=True, slots=True)
class LocalResponseNormalization(Layer):
    """Divide each value by (bias + alpha * sum of squares)^beta, summed over the channels up to `depth_radius` away.

    The defaults are AlexNet's. TensorFlow's own are 5, 1, 1, 0.5; PyTorch's alpha is divided by the window of
    2 * depth_radius + 1 channels.

    Source: Krizhevsky et al. 2012, https://papers.nips.cc/paper/4824 (section 3.3)
    """

    role: ClassVar = "ResponseNorm"
    LOOK: ClassVar = Look(say("Divides each value by the strength of the channels next to it (AlexNet)."), "equalizer", "while", "lrn")  # fmt: skip
    KERAS: ClassVar = Api(
        "LocalResponseNormalization", arg("depth_radius", 5, always=True), arg("bias", 1.0, always=True), arg("alpha", 1.0, always=True),
        arg("beta", 0.5, always=True),
    )  # fmt: skip
    TORCH: ClassVar = (
        Api(
            "nn.LocalResponseNorm", arg("size", field=None, place=True), arg("alpha", 1e-4, None), arg("beta", 0.75, always=True),
            arg("k", 1.0, "bias", always=True),
        ),
    )  # fmt: skip

    depth_radius: Annotated[int, Whole(0, MAX_WINDOW, few=8), say("Channels on each side whose squares are added.")] = 2
    bias: Annotated[float, Above(0, 1_000), say("Added to the sum, against division by 0.")] = 2.0
    alpha: Annotated[float, Above(0, 1_000), say("What the sum of squares is multiplied by.")] = 1e-4
    beta: Annotated[float, Above(0, 10), say("The power that it is raised to before it divides.")] = 0.75

    def out_shape(self, shape: Shape) -> Shape:
        return image_shape(shape)

    def formula(self, before: Shape, after: Shape) -> str:
        return rf"y_i = x_i \Big/ \Big({self.bias:g} + {self.alpha:g} \sum_{{|j-i| \le {self.depth_radius}}} x_j^2\Big)^{{{self.beta:g}}}"

    def keras(self) -> tuple[ApiStep, ...]:
        call = self.KERAS.call(self, notes.keras_response())
        function = f"tf.nn.local_response_normalization({{x}}, {', '.join(call.arguments())})"
        return (ApiStep(call, function, call.note),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        size, alpha = 2 * self.depth_radius + 1, times(self.alpha, 2 * self.depth_radius + 1)
        call = self.TORCH[0].call(self, notes.torch_response(self.depth_radius), size=size)
        call = call.but(kwargs={"alpha": alpha, **call.kwargs})
        function = f"F.local_response_norm({{x}}, {', '.join(call.arguments())})"
        return (ApiStep(call, function, call.note),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        given = cls.TORCH[0].signature.bound(call)
        size = given["size"]
        alpha = float(Decimal(repr(given["alpha"])) / size)
        return (
            [cls(size // 2, float(given["k"]), near, given["beta"]) for near in (alpha, given["alpha"] / size)]
            if size % 2
            else []
        )


def times(value: float, count: int) -> float:
    """Return value * count as it would be typed: 0.0005 for 5 times 0.0001."""
    return float(Decimal(repr(value)) * count)
