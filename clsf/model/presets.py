"""Models to start from, each with a description and its layers. The counts in the sentences are for ten classes."""

from __future__ import annotations

from dataclasses import dataclass

from clsf import checks
from clsf.errors import SpecError
from clsf.model.branches import Block, Multiply, Parallel, Residual
from clsf.model.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    ChannelShuffle,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    Layer,
    LayerNormalization,
    LocalResponseNormalization,
    MaxPool2D,
    Permute,
    Reshape,
    SeparableConv2D,
    ZeroPadding2D,
)
from clsf.model.spec import ModelSpec
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class Preset:
    """A model. Its layers are followed by a dense layer with one unit per class."""

    name: str
    about: Sentence
    layers: tuple[Layer, ...]

    def spec(self, classes: int) -> ModelSpec:
        """Return the model, ending in `classes` logits."""
        return ModelSpec(self.name, (*self.layers, Dense(classes)))


def _conv(filters: int, side: int = 3, padding: str = "same", activation: str = "relu") -> Layer:
    return Conv2D(filters, side, padding=padding, activation=activation)


def _normed(filters: int, side: int = 3, strides: int = 1) -> tuple[Layer, Layer]:
    return Conv2D(filters, side, strides=strides, padding="same", use_bias=False), BatchNorm()


def _separated(filters: int) -> tuple[Layer, Layer]:
    return SeparableConv2D(filters, 3, padding="same", use_bias=False), BatchNorm()


def _grouped(filters: int) -> tuple[Layer, Layer]:
    return Conv2D(filters, 1, groups=4, use_bias=False), BatchNorm()


_RELU, _POOL = Activation("relu"), MaxPool2D(2)


def _inverted(expand: int, kernel: int, strides: int, filters: int, channels: int) -> Layer:
    """Return a block of MobileNetV2 and EfficientNet: widen, slide over each channel, narrow; added to its input where the shape stays."""
    wide = (*_normed(channels * expand, 1), _RELU6) if expand > 1 else ()
    layers = (
        *wide, DepthwiseConv2D(kernel, strides, padding="same", use_bias=False), BatchNorm(), _RELU6, *_normed(filters, 1),
    )  # fmt: skip
    return Residual(layers) if strides == 1 and filters == channels else Block(layers)


def _efficientnet_lite0() -> tuple[Layer, ...]:
    blocks, channels = [], 32
    for expand, kernel, strides, filters, repeats in _LITE0:
        for n in range(repeats):
            blocks.append(_inverted(expand, kernel, 1 if n else strides, filters, channels))
            channels = filters
    return (
        *_normed(32, strides=2), _RELU6, *blocks, *_normed(1280, 1), _RELU6, GlobalAveragePool2D(), Dropout(0.2),
    )  # fmt: skip


def _resnet_18() -> tuple[Layer, ...]:
    """Return He et al. 2015, table 1, with torchvision's padding: the same on all sides, also where a stride skips some of it."""
    blocks: list[Layer] = []
    for filters, strides in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        first = (_TORCH_PAD, *_torch_normed(filters, 3, 2, "valid")) if strides == 2 else _torch_normed(filters)
        shortcut = _torch_normed(filters, 1, 2, "valid") if strides == 2 else ()
        blocks += [Residual((*first, _RELU, *_torch_normed(filters)), shortcut), _RELU]
    stem = (ZeroPadding2D(3, 3, 3, 3), *_torch_normed(64, 7, 2, "valid"), _RELU, _TORCH_PAD, MaxPool2D(3, strides=2))
    return *stem, *blocks, GlobalAveragePool2D()


def _torch_normed(filters: int, side: int = 3, strides: int = 1, padding: str = "same") -> tuple[Layer, Layer]:
    return Conv2D(filters, side, strides=strides, padding=padding, use_bias=False), BatchNorm(0.9, 1e-5)


_TORCH_PAD = ZeroPadding2D(1, 1, 1, 1)
_RELU6 = Activation("relu6")
_LITE0 = (
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
)  # fmt: skip
"""Rows of Tan & Le 2019, arXiv:1905.11946, table 1, as Lite0 has them: times wider, kernel, strides, filters, blocks."""


_OVERLAPPING = MaxPool2D(3, strides=2, padding="same")
_PIXELS = LayerNormalization(epsilon=1e-6)
_WIDE = Residual((DepthwiseConv2D(7, padding="same"), _PIXELS, _conv(128, 1, "valid", "gelu"), _conv(32, 1, "valid", "linear")))
_TOKENS = Residual(
    (LayerNormalization(), Permute("cwh"), _conv(32, 1, "valid", "gelu"), _conv(16, 1, "valid", "linear"), Permute("cwh"))
)
_CHANNELS = Residual((LayerNormalization(), _conv(64, 1, "valid", "gelu"), _conv(32, 1, "valid", "linear")))

_ALL = (
    Preset(
        "lecture-cnn",
        say(
            "From the university lecture that this course grew out of: two convolutions, two poolings, two dense layers; 430,102 "
            "parameters on 32×32×3."
        ),
        (_conv(32), _POOL, _conv(64), _POOL, Flatten(), Dense(100, activation="relu"), Dropout(0.2)),
    ),
    Preset(
        "lenet-5",
        say("LeCun et al. 1998, with plain tanh, full connections and a dense last layer: 61,706 parameters on 28×28×1."),
        (
            _conv(6, 5, activation="tanh"), AveragePool2D(2), _conv(16, 5, "valid", "tanh"), AveragePool2D(2), Flatten(),
            Dense(120, activation="tanh"), Dense(84, activation="tanh"),
        ),
    ),
    Preset(
        "lenet-5-relu",
        say("LeNet-5 as it is mostly taught today, with ReLU and max pooling in place of tanh and means: 61,706 parameters on 28×28×1."),
        (
            _conv(6, 5), _POOL, _conv(16, 5, "valid"), _POOL, Flatten(), Dense(120, activation="relu"), Dense(84, activation="relu"),
        ),
    ),
    Preset(
        "two-block-cnn",
        say("Two blocks of two convolutions and a pooling, then 512 units: 1,676,266 parameters on 28×28×1."),
        (_conv(32), _conv(32), _POOL, _conv(64), _conv(64), _POOL, Flatten(), Dense(512, activation="relu")),
    ),
    Preset(
        "two-block-dropout",
        say("The same two blocks, with dropout of a quarter behind each of them and behind the 512 units: 1,676,266 parameters on 28×28×1."),
        (
            _conv(32), _conv(32), _POOL, Dropout(0.25), _conv(64), _conv(64), _POOL, Dropout(0.25), Flatten(),
            Dense(512, activation="relu"), Dropout(0.25),
        ),
    ),
    Preset(
        "mlp", say("No convolution at all, one hidden layer: 101,770 parameters on 28×28×1."),
        (Flatten(), Dense(128, activation="relu")),
    ),
    Preset(
        "residual",
        say("A small ResNet: an identity block, and a block with strides and a 1×1 shortcut (He et al. 2015, figure 5)."),
        (
            *_normed(16), _RELU,
            Residual((*_normed(16), _RELU, *_normed(16))), _RELU,
            Residual((*_normed(32, strides=2), _RELU, *_normed(32)), shortcut=_normed(32, 1, 2)), _RELU,
            GlobalAveragePool2D(),
        ),
    ),
    Preset(
        "inception-like",
        say("One block of four parallel branches, as in Szegedy et al. 2014, figure 2b, with fewer filters."),
        (
            _conv(16), _POOL,
            Parallel(
                (
                    (_conv(16, 1, "valid"),),
                    (_conv(12, 1, "valid"), _conv(24)),
                    (_conv(4, 1, "valid"), _conv(8, 5)),
                    (MaxPool2D(3, strides=1, padding="same"), _conv(8, 1, "valid")),
                )
            ),
            _POOL, GlobalAveragePool2D(),
        ),
    ),
    Preset(
        "alexnet-like",
        say("Krizhevsky et al. 2012 made small: local response normalisation, overlapping pooling, two groups, dropout of a half."),
        (
            _conv(32, 5), LocalResponseNormalization(), _OVERLAPPING,
            Conv2D(64, 5, padding="same", activation="relu", groups=2), LocalResponseNormalization(), _OVERLAPPING,
            _conv(64), _OVERLAPPING, Flatten(), Dense(128, activation="relu"), Dropout(0.5),
        ),
    ),
    Preset(
        "convnext-like",
        say("Two blocks of Liu et al. 2022 without their learned scales: patches, layer normalisation, 7×7 depthwise, gelu."),
        (
            Conv2D(32, 2, strides=2, padding="same"), _PIXELS, _WIDE, _WIDE, GlobalAveragePool2D(), _PIXELS,
        ),
    ),
    Preset(
        "squeeze-and-excitation",
        say("A residual block whose channels are weighed by what the whole image says of them (Hu et al. 2017): 8,106 parameters on 28×28×1."),
        (
            *_normed(16), _RELU, _POOL,
            Residual((*_normed(16), _RELU, *_normed(16), Multiply((GlobalAveragePool2D(), Dense(4, "relu"), Dense(16, "sigmoid"))))), _RELU,
            _POOL, _conv(20), GlobalAveragePool2D(),
        ),
    ),
    Preset(
        "separable",
        say("Separable convolutions, one block with a shortcut, as in Xception (Chollet 2016) and MobileNet: few weights."),
        (
            *_normed(16), _RELU, _POOL, *_separated(32), _RELU, Residual((*_separated(32), _RELU, *_separated(32))), _POOL,
            SeparableConv2D(64, 3, padding="same", activation="relu"), GlobalAveragePool2D(),
        ),
    ),
    Preset(
        "shuffle",
        say("A block of ShuffleNet (Zhang et al. 2017): grouped 1×1 convolutions, and a shuffle so that the groups meet."),
        (
            *_normed(16), _RELU, _POOL,
            Residual(
                (
                    *_grouped(16), _RELU, ChannelShuffle(4), DepthwiseConv2D(3, padding="same", use_bias=False), BatchNorm(),
                    *_grouped(16),
                )
            ),
            _RELU, ChannelShuffle(4), _POOL, Conv2D(32, 3, padding="same", groups=4, activation="relu"), GlobalAveragePool2D(),
        ),
    ),
    Preset(
        "mixer",
        say("A small MLP-Mixer (Tolstikhin et al. 2021) on 16 pieces of an image: patches, if a side has 25 to 32 pixels."),
        (
            Conv2D(32, 8, strides=8, padding="same", activation="gelu"), Reshape(16, 1, None), Conv2D(32, 1),
            _TOKENS, _CHANNELS, _TOKENS, _CHANNELS, LayerNormalization(), GlobalAveragePool2D(),
        ),
    ),
    Preset(
        "efficientnet-lite0",
        say("Tan & Le 2019 for phones: 16 blocks, no squeeze-and-excitation, ReLU6. Made for weights that were trained on ImageNet."),
        _efficientnet_lite0(),
    ),
    Preset(
        "resnet-18",
        say("He et al. 2015, table 1, as torchvision has it: eight residual blocks. Its ImageNet weights are fetched at the first use."),
        _resnet_18(),
    ),
    Preset("tiny", say("The smallest that learns something: one convolution of eight filters."), (_conv(8), _POOL, Flatten())),
)  # fmt: skip

PRESETS: dict[str, Preset] = {one.name: one for one in _ALL}
NAMES = tuple(PRESETS)


def preset(name: str, classes: int = 10) -> ModelSpec:
    """Return the preset of that name, ending in `classes` logits. Raises SpecError listing the known names."""
    checks.known(SpecError, say("model"), name, NAMES)
    return PRESETS[name].spec(classes)
