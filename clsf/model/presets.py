"""Models to start from. Each takes the number of classes; the counts in the docstrings are for ten classes."""

from __future__ import annotations

from clsf import checks
from clsf.errors import SpecError
from clsf.model.branches import Multiply, Parallel, Residual
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
    LayerNormalization,
    MaxPool2D,
    Permute,
    Reshape,
    SeparableConv2D,
)
from clsf.model.spec import ModelSpec
from clsf.words import say


def lecture_cnn(classes: int) -> ModelSpec:
    """Two convolutions, two poolings, two dense layers: 430,102 parameters on 32×32×3."""
    return ModelSpec(
        "lecture-cnn",
        (
            Conv2D(32, 3, padding="same", activation="relu"),
            MaxPool2D(2),
            Conv2D(64, 3, padding="same", activation="relu"),
            MaxPool2D(2),
            Flatten(),
            Dense(100, activation="relu"),
            Dropout(0.2),
            Dense(classes),
        ),
    )


def lenet_5(classes: int) -> ModelSpec:
    """LeCun et al. 1998, with plain tanh, full connections and a dense last layer: 61,706 parameters on 28×28×1."""
    return ModelSpec(
        "lenet-5",
        (
            Conv2D(6, 5, padding="same", activation="tanh"),
            AveragePool2D(2),
            Conv2D(16, 5, activation="tanh"),
            AveragePool2D(2),
            Flatten(),
            Dense(120, activation="tanh"),
            Dense(84, activation="tanh"),
            Dense(classes),
        ),
    )


def two_block_cnn(classes: int) -> ModelSpec:
    """Two blocks of two convolutions and a pooling, then 512 units: 1,676,266 parameters on 28×28×1."""
    return ModelSpec(
        "two-block-cnn",
        (
            Conv2D(32, 3, padding="same", activation="relu"),
            Conv2D(32, 3, padding="same", activation="relu"),
            MaxPool2D(2),
            Conv2D(64, 3, padding="same", activation="relu"),
            Conv2D(64, 3, padding="same", activation="relu"),
            MaxPool2D(2),
            Flatten(),
            Dense(512, activation="relu"),
            Dense(classes),
        ),
    )


def mlp(classes: int) -> ModelSpec:
    """No convolution at all, one hidden layer: 101,770 parameters on 28×28×1."""
    return ModelSpec("mlp", (Flatten(), Dense(128, activation="relu"), Dense(classes)))


def residual(classes: int) -> ModelSpec:
    """A small ResNet: an identity block, and a block with strides and a 1×1 shortcut (He et al. 2015, figure 5)."""
    return ModelSpec(
        "residual",
        (
            Conv2D(16, 3, padding="same", use_bias=False),
            BatchNorm(),
            Activation("relu"),
            Residual(
                (
                    Conv2D(16, 3, padding="same", use_bias=False),
                    BatchNorm(),
                    Activation("relu"),
                    Conv2D(16, 3, padding="same", use_bias=False),
                    BatchNorm(),
                )
            ),
            Activation("relu"),
            Residual(
                (
                    Conv2D(32, 3, strides=2, padding="same", use_bias=False),
                    BatchNorm(),
                    Activation("relu"),
                    Conv2D(32, 3, padding="same", use_bias=False),
                    BatchNorm(),
                ),
                shortcut=(Conv2D(32, 1, strides=2, padding="same", use_bias=False), BatchNorm()),
            ),
            Activation("relu"),
            GlobalAveragePool2D(),
            Dense(classes),
        ),
    )


def inception_like(classes: int) -> ModelSpec:
    """One block of four parallel branches, as in Szegedy et al. 2014, figure 2b, with fewer filters."""
    return ModelSpec(
        "inception-like",
        (
            Conv2D(16, 3, padding="same", activation="relu"),
            MaxPool2D(2),
            Parallel(
                (
                    (Conv2D(16, 1, activation="relu"),),
                    (Conv2D(12, 1, activation="relu"), Conv2D(24, 3, padding="same", activation="relu")),
                    (Conv2D(4, 1, activation="relu"), Conv2D(8, 5, padding="same", activation="relu")),
                    (MaxPool2D(3, strides=1, padding="same"), Conv2D(8, 1, activation="relu")),
                )
            ),
            MaxPool2D(2),
            GlobalAveragePool2D(),
            Dense(classes),
        ),
    )


def squeeze_and_excitation(classes: int) -> ModelSpec:
    """A residual block whose channels are weighed by what the whole image says of them (Hu et al. 2017): 8,106 parameters on 28×28×1."""
    return ModelSpec(
        "squeeze-and-excitation",
        (
            Conv2D(16, 3, padding="same", use_bias=False),
            BatchNorm(),
            Activation("relu"),
            MaxPool2D(2),
            Residual(
                (
                    Conv2D(16, 3, padding="same", use_bias=False),
                    BatchNorm(),
                    Activation("relu"),
                    Conv2D(16, 3, padding="same", use_bias=False),
                    BatchNorm(),
                    Multiply((GlobalAveragePool2D(), Dense(4, "relu"), Dense(16, "sigmoid"))),
                )
            ),
            Activation("relu"),
            MaxPool2D(2),
            Conv2D(20, 3, padding="same", activation="relu"),
            GlobalAveragePool2D(),
            Dense(classes),
        ),
    )


def separable(classes: int) -> ModelSpec:
    """Separable convolutions, one block with a shortcut, as in Xception (Chollet 2016) and MobileNet: few weights."""
    return ModelSpec(
        "separable",
        (
            Conv2D(16, 3, padding="same", use_bias=False),
            BatchNorm(),
            Activation("relu"),
            MaxPool2D(2),
            SeparableConv2D(32, 3, padding="same", use_bias=False),
            BatchNorm(),
            Activation("relu"),
            Residual(
                (
                    SeparableConv2D(32, 3, padding="same", use_bias=False),
                    BatchNorm(),
                    Activation("relu"),
                    SeparableConv2D(32, 3, padding="same", use_bias=False),
                    BatchNorm(),
                )
            ),
            MaxPool2D(2),
            SeparableConv2D(64, 3, padding="same", activation="relu"),
            GlobalAveragePool2D(),
            Dense(classes),
        ),
    )


def shuffle(classes: int) -> ModelSpec:
    """A block of ShuffleNet (Zhang et al. 2017): grouped 1×1 convolutions, and a shuffle so that the groups meet."""
    return ModelSpec(
        "shuffle",
        (
            Conv2D(16, 3, padding="same", use_bias=False),
            BatchNorm(),
            Activation("relu"),
            MaxPool2D(2),
            Residual(
                (
                    Conv2D(16, 1, groups=4, use_bias=False),
                    BatchNorm(),
                    Activation("relu"),
                    ChannelShuffle(4),
                    DepthwiseConv2D(3, padding="same", use_bias=False),
                    BatchNorm(),
                    Conv2D(16, 1, groups=4, use_bias=False),
                    BatchNorm(),
                )
            ),
            Activation("relu"),
            ChannelShuffle(4),
            MaxPool2D(2),
            Conv2D(32, 3, padding="same", groups=4, activation="relu"),
            GlobalAveragePool2D(),
            Dense(classes),
        ),
    )


def mixer(classes: int) -> ModelSpec:
    """A small MLP-Mixer (Tolstikhin et al. 2021): 16 patches of an image of 25 to 32 pixels a side.

    The patches lie in one column. A 1×1 convolution mixes the channels of each patch; with the axes turned over, another mixes
    the patches of each channel.
    """
    return ModelSpec(
        "mixer",
        (
            Conv2D(32, 8, strides=8, padding="same"),
            Reshape(None, 1, 32),
            Residual((LayerNormalization(), Permute("cwh"), Conv2D(32, 1, activation="gelu"), Conv2D(16, 1), Permute("cwh"))),
            Residual((LayerNormalization(), Conv2D(64, 1, activation="gelu"), Conv2D(32, 1))),
            Residual((LayerNormalization(), Permute("cwh"), Conv2D(32, 1, activation="gelu"), Conv2D(16, 1), Permute("cwh"))),
            Residual((LayerNormalization(), Conv2D(64, 1, activation="gelu"), Conv2D(32, 1))),
            LayerNormalization(),
            GlobalAveragePool2D(),
            Dense(classes),
        ),
    )


def tiny(classes: int) -> ModelSpec:
    """The smallest that learns something: one convolution of eight filters."""
    return ModelSpec("tiny", (Conv2D(8, 3, padding="same", activation="relu"), MaxPool2D(2), Flatten(), Dense(classes)))


_PRESETS = {
    "lecture-cnn": lecture_cnn,
    "lenet-5": lenet_5,
    "two-block-cnn": two_block_cnn,
    "mlp": mlp,
    "residual": residual,
    "inception-like": inception_like,
    "squeeze-and-excitation": squeeze_and_excitation,
    "separable": separable,
    "shuffle": shuffle,
    "mixer": mixer,
    "tiny": tiny,
}
NAMES = tuple(_PRESETS)


def preset(name: str, classes: int = 10) -> ModelSpec:
    """Return the preset of that name, ending in `classes` logits. Raises SpecError listing the known names."""
    checks.known(SpecError, say("model"), name, NAMES)
    return _PRESETS[name](classes)
