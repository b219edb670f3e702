"""Planted conversion faults: network of `tests.conversions`, the fault, its layer, kind of file, and the cause to report."""

from __future__ import annotations

from tests import conversions

FAULTS = [  # network, what goes wrong, where, file, the cause
    ("plain", "hw-swapped", "conv_a", "pt", "transposed-kernel"),
    ("plain", "viewed", "conv_a", "safetensors", "transposed-kernel"),
    ("plain", "in-out", "conv_b", "onnx-old", "transposed-kernel"),
    ("plain", "rotated", "conv_b", "pt", "flipped-kernel"),
    ("plain", "flatten", "fc_a", "safetensors", "flatten-order"),
    ("plain", "not-turned", "fc_b", "pt", "transposed-kernel"),
    ("plain", "missing", "tanh_b", "onnx-old", "missing-activation"),
    ("plain", "pooling", "pool_b", "onnx", "pooling"),
    ("plain", "no-bias", "conv_b", "safetensors", "missing-bias"),
    ("plain", "half", "conv_a", "pt", "rounded-weights"),
    ("normed", "padding", "stem", "onnx-old", "padding"),
    ("normed", "epsilon", "middle_bn", "onnx", "bn-epsilon"),
    ("normed", "epsilon", "stem_bn", "keras", "bn-epsilon"),
    ("normed", "stats-swapped", "last_bn", "pt", "bn-statistics"),
    ("normed", "no-stats", "stem_bn", "safetensors", "bn-statistics"),
    ("normed", "gamma-beta", "middle_bn", "onnx-old", "bn-scale"),
    ("normed", "missing", "last_relu", "onnx", "missing-activation"),
    ("normed", "bgr", "stem", "safetensors", "channel-order"),
    ("normed", "left-out", "middle_bn", "onnx-old", "missing-layer"),
    ("residual", "flatten", "scores", "onnx-old", "flatten-order"),
    ("residual", "from:body_b", "body_a", "pt", "swapped-layers"),
    ("residual", "missing", "add_relu", "onnx", "missing-activation"),
    ("residual", "std", "body_bn", "safetensors", "bn-statistics"),
    ("mobile", "multiplier", "deep", "pt", "transposed-kernel"),
    ("mobile", "padding", "stem", "onnx", "padding"),
    ("mobile", "other", "point_silu", "onnx-old", "other-activation"),
    ("mobile", "epsilon", "point_bn", "onnx-old", "bn-epsilon"),
    ("branches", "hw-swapped", "right", "safetensors", "transposed-kernel"),
    ("branches", "flatten-wh", "fc", "pt", "flatten-order"),
    ("branches", "missing", "left_relu", "keras", "missing-activation"),
    ("branches", "strides", "pool", "onnx-old", "pooling"),
    ("branches", "exchanged", "cat", "onnx", "branch-order"),
    ("branches", "exchanged", "cat", "keras", "branch-order"),
    ("vector", "not-turned", "two", "onnx", "transposed-kernel"),
    ("vector", "from:three", "two", "safetensors", "swapped-layers"),
    ("vector", "gamma-beta", "one_bn", "onnx-old", "bn-scale"),
]  # fmt: skip


def told(net: list, what: str, where: str) -> list:
    """Return the network that a faulty program makes."""
    return conversions.changed(
        net, where,
        {
            "missing": lambda layer: None, "left-out": lambda layer: None, "epsilon": lambda layer: (*layer[:2], 1e-5),
            "pooling": lambda layer: (*layer[:2], "max", layer[3]), "other": lambda layer: (*layer[:2], "relu"),
            "exchanged": lambda layer: (*layer[:2], layer[3], layer[2]),
            "strides": lambda layer: (*layer[:2], "max" if layer[2] == "average" else "average", layer[3]),
        }.get(what, lambda layer: layer),
    )  # fmt: skip
