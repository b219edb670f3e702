"""Rows of layers that between them have every kind, field and awkward size: what both frameworks are tried on.

The image rows are meant for sides like 6 × 7: on an even side, stride 2 with a kernel of 3 pads one cell, and only after
the image ("same" is then uneven); on an odd one it pads on both sides.
"""

from __future__ import annotations

from clsf.model.branches import Multiply, Parallel, Residual
from clsf.model.layers import (
    ACTIVATIONS,
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
    GlobalMaxPool2D,
    MaxPool2D,
    Permute,
    Reshape,
    SeparableConv2D,
    ZeroPadding2D,
)

IMAGE_ROWS = {
    "conv": (Conv2D(3),),
    "conv same": (Conv2D(3, padding="same"),),
    "conv stride 2": (Conv2D(3, strides=2),),
    "conv same stride 2": (Conv2D(3, strides=2, padding="same"),),
    "conv same stride 3": (Conv2D(3, 5, strides=3, padding="same"),),
    "conv same even kernel": (Conv2D(3, 4, padding="same"),),
    "conv same stride beyond kernel": (Conv2D(3, 1, strides=3, padding="same"),),
    "conv same kernel beyond image": (Conv2D(2, 9, padding="same"),),
    "conv dilated": (Conv2D(3, 2, dilation_rate=3),),
    "conv not square": (
        Conv2D(3, (3, 1), (1, 2), "same"),
        Conv2D(2, (1, 2), (2, 1), groups=1),
        Conv2D(2, (2, 3), padding="same"),
    ),
    "conv not square dilated": (Conv2D(3, (3, 2), padding="same", dilation_rate=(1, 2)),),
    "pools not square": (MaxPool2D((2, 3), (1, 2), "same"), AveragePool2D((3, 2), 1, "same"), MaxPool2D((2, 1))),
    "depthwise not square": (DepthwiseConv2D((1, 3), padding="same", dilation_rate=(2, 1)),),
    "conv same dilated": (Conv2D(3, 3, padding="same", dilation_rate=2),),
    "conv same dilated even kernel": (Conv2D(3, 2, padding="same", dilation_rate=3),),
    "conv in groups": (Conv2D(4, 3, padding="same", groups=2), Conv2D(4, 2, strides=2, groups=4)),
    "conv 1x1 without bias": (Conv2D(3, 1, use_bias=False),),
    **{f"conv {name}": (Conv2D(3, 2, activation=name),) for name in ACTIVATIONS if name != "linear"},
    "depthwise": (DepthwiseConv2D(),),
    "depthwise multiplier 2": (DepthwiseConv2D(2, depth_multiplier=2),),
    "depthwise same stride 2": (DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2),),
    "depthwise same dilated": (DepthwiseConv2D(2, padding="same", dilation_rate=2),),
    "depthwise tanh without bias": (DepthwiseConv2D(2, activation="tanh", use_bias=False),),
    "separable": (SeparableConv2D(4),),
    "separable same stride 2": (SeparableConv2D(3, (3, 2), 2, "same", depth_multiplier=2, activation="relu"),),
    "separable dilated without bias": (SeparableConv2D(3, 2, padding="same", dilation_rate=2, use_bias=False),),
    "max pool": (MaxPool2D(),),
    "max pool overlapping": (MaxPool2D(3, strides=1),),
    "max pool same": (MaxPool2D(2, padding="same"),),
    "max pool same stride 2": (MaxPool2D(3, strides=2, padding="same"),),
    "max pool same stride 1": (MaxPool2D(3, strides=1, padding="same"),),
    "max pool stride beyond window": (MaxPool2D(2, strides=3, padding="same"),),
    "average pool": (AveragePool2D(),),
    "average pool overlapping": (AveragePool2D(3, strides=1),),
    "average pool same": (AveragePool2D(2, padding="same"),),
    "average pool same stride 2": (AveragePool2D(3, strides=2, padding="same"),),
    "average pool same stride 1": (AveragePool2D(4, strides=1, padding="same"),),
    "average pool stride beyond window": (AveragePool2D(2, strides=3, padding="same"),),
    "global average pool": (GlobalAveragePool2D(),),
    "global max pool": (GlobalMaxPool2D(),),
    "zero padding": (ZeroPadding2D(),),
    "zero padding uneven": (ZeroPadding2D(0, 2, 3, 1), Conv2D(2, 3, strides=2)),
    "channel shuffle": (Conv2D(6, 1), ChannelShuffle(3), Conv2D(4, 1, groups=2), ChannelShuffle(2)),
    "permute": (Permute("cwh"), Conv2D(3, 1), Permute("wch")),
    "reshape": (Conv2D(4, 1), Reshape(None, 1, 8), Conv2D(3, 1), Reshape(1, None, 3)),
    "dropout": (Dropout(0.3),),
    "batch norm": (BatchNorm(),),
    "batch norm momentum and epsilon": (BatchNorm(momentum=0.7, epsilon=0.1),),
    **{f"activation {name}": (Activation(name),) for name in ACTIVATIONS},
    "residual identity": (Residual((Conv2D(2, padding="same"),)),),
    "residual shortcut": (
        Residual((Conv2D(3, strides=2, padding="same"), BatchNorm()), shortcut=(Conv2D(3, 1, strides=2, padding="same"),)),
    ),
    "squeeze and excitation": (Multiply((GlobalAveragePool2D(), Dense(3, "relu"), Dense(2, "sigmoid"))),),
    "multiply by 1x1xC and by an image": (
        Multiply((ZeroPadding2D(), Conv2D(3, 1), MaxPool2D(20, padding="same")), shortcut=(Conv2D(3, (1, 3), padding="same"),)),
        Multiply((Conv2D(3, 1, activation="sigmoid"),)),
    ),
    "parallel": (Parallel(((Conv2D(2, 1),), (), (MaxPool2D(3, strides=1, padding="same"), Dropout(0.5)))),),
    "branch in branch": (
        Residual((Parallel(((Conv2D(1, padding="same"),), (Residual((DepthwiseConv2D(padding="same"),)), Conv2D(1, 1)))),)),
    ),
}

FLAT_ROWS = {
    **{f"dense {name}": (Dense(4, name),) for name in ACTIVATIONS},
    "dense without bias": (Dense(4, use_bias=False),),
    "flatten of a flat vector": (Flatten(),),
    "dropout of a flat vector": (Dropout(0.5),),
    "batch norm of a flat vector": (BatchNorm(),),
    "activation softmax of a flat vector": (Activation("softmax"),),
    "multiply of dense layers": (Multiply((Dense(5, "sigmoid"),)),),
    "residual of dense layers": (Residual((Dense(4, "relu"), Dense(5))),),
}
