"""Layers and functions of both frameworks as operations of one kind: what a call means, however it is written."""

from __future__ import annotations

from clsf.model.layers import PLAIN
from clsf.model.layers.reading import BY_KERAS, BY_TORCH
from clsf.reader import folding
from clsf.reader.values import UNKNOWN, Made, Op, Ref

ACTIVATIONS = {
    "relu": "relu", "relu6": "relu6", "leaky_relu": "leaky_relu", "leakyrelu": "leaky_relu", "sigmoid": "sigmoid", "hard_sigmoid": "hard_sigmoid", "tanh": "tanh",
    "gelu": "gelu", "softmax": "softmax", "log_softmax": "log_softmax", "logsoftmax": "log_softmax", "linear": "linear", "elu": "elu", "selu": "selu",
    "swish": "silu", "silu": "silu", "softplus": "softplus", "softsign": "softsign", "exponential": "exponential", "prelu": "prelu", "mish": "mish",
    "hardswish": "hard_swish", "hard_silu": "hard_swish", "hardsigmoid": "hard_sigmoid", "threshold": "relu", "thresholdedrelu": "relu", "logsigmoid": "logsigmoid", "hardtanh": "hard_tanh", "celu": "celu", "rrelu": "leaky_relu", "tanhshrink": "tanhshrink", "softmin": "softmin", "softmax2d": "softmax", "glu": "glu", "relu_": "relu", "identity": "linear",
}  # fmt: skip

_OLD = {"border_mode": "padding", "subsample": "strides", "nb_filter": "filters", "output_dim": "units", "W_regularizer": "kernel_regularizer",
        "init": "kernel_initializer", "p": "rate", "bias": "use_bias", "dim_ordering": "data_format", "nb_epoch": "epochs", "pool_length": "pool_size"}  # fmt: skip

_KERAS_POSITIONS = {
    name.removeprefix("layers."): tuple(kind.KERAS.signature.parameters) for kind in PLAIN.values() for name in kind.KERAS.names
} | {
    **dict.fromkeys(("Conv1D", "SeparableConv2D", "Conv2DTranspose"), ("filters", "kernel_size", "strides", "padding")),
    **dict.fromkeys(("MaxPooling1D", "AveragePooling1D"), ("pool_size", "strides", "padding")),
    **dict.fromkeys(("AlphaDropout", "GaussianDropout"), ("rate",)),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), ("units",)),
    "LeakyReLU": ("alpha",), "Reshape": ("target_shape",), "Permute": ("dims",), "UpSampling2D": ("size",), "Rescaling": ("scale", "offset"),
    "Embedding": ("input_dim", "units"), "Cropping2D": ("cropping",), "Softmax": ("axis",),
    "Lambda": ("function",), "InputLayer": ("input_shape",), "GaussianNoise": ("stddev",),
}  # fmt: skip
_KERAS_KINDS = {name.removeprefix("layers."): "Drop" if kind.drops else kind.role for name, kind in BY_KERAS.items()} | {
    "SeparableConv2D": "Separable", "Conv2DTranspose": "Conv2DTranspose", "Conv1D": "Conv1D", "ThresholdedReLU": "Function",
    "AlphaDropout": "Drop", "GaussianDropout": "Drop", "Normalization": "Rescaling", "Resizing": "Resize",
    "InputLayer": "Input", "Masking": "Identity", "ActivityRegularization": "Identity", "GaussianNoise": "Identity",
    "Add": "Add", "add": "Add", "Concatenate": "Concat", "concatenate": "Concat",
    **dict.fromkeys(("Multiply", "multiply"), "Multiply"), **dict.fromkeys(("Average", "Maximum", "Subtract"), "Combine"),
    "Reshape": "Layout", "Permute": "Axes", "Rescaling": "Rescaling",
}  # fmt: skip
"""Keras' layer -> the operation that it is: what is a layer here by its role, the others by hand."""

_AUGMENT = {
    "RandomFlip",
    "RandomRotation",
    "RandomZoom",
    "RandomTranslation",
    "RandomContrast",
    "RandomCrop",
    "RandomHeight",
    "RandomWidth",
    "RandomBrightness",
    "AugMix",
    "RandAugment",
}


def is_known(name: str) -> bool:
    """Whether Keras' layer of that name is an operation here, so that its call makes no layer of someone's own."""
    return name in _KERAS_KINDS or name in _AUGMENT or name == "Lambda"


def arguments(made: Made) -> dict:
    """Return a Keras layer's arguments by their current names."""
    name = made.name
    given = dict(zip(_KERAS_POSITIONS.get(name, ()), made.args, strict=False))
    old = {k: _OLD.get(k, k) for k in made.kwargs}
    for key, value in made.kwargs.items():
        given[old[key]] = value
    if (
        _KERAS_KINDS.get(name) in ("Convolution", "Separable")
        and len(made.args) >= 3
        and all(isinstance(a, int) for a in made.args[:3])
        and made.extra.get("old")
    ):
        given["kernel_size"] = (made.args[1], made.args[2])
        if len(made.args) == 3 and "strides" not in old.values():
            given.pop("strides", None)
        if len(made.args) > 3:
            given["activation"] = made.args[3] if isinstance(made.args[3], str) else given.get("activation")
    if "nb_row" in made.kwargs and "nb_col" in made.kwargs:
        given["kernel_size"] = (made.kwargs["nb_row"], made.kwargs["nb_col"])
    if "filter_length" in made.kwargs:
        given["kernel_size"] = made.kwargs["filter_length"]
    return given


def activation_name(value: object) -> str | None:
    """Return the activation that an argument means, "linear" for none, or None where it can't be told."""
    if value is None:
        return "linear"
    if isinstance(value, str):
        return ACTIVATIONS.get(value.lower(), value.lower())
    if isinstance(value, Ref | Made):
        return ACTIVATIONS.get(value.name.lower())
    return None


def keras_op(made: Made) -> Op:
    """Return the operation that a Keras layer is."""
    name, given = made.name, arguments(made)
    op = Op("Unknown", {"name": name}, made.line, made, name=str(given.get("name", "") or ""))
    s = op.settings
    if "activation" in given:
        s["activation"] = activation_name(given["activation"])
    else:
        s["activation"] = "linear"
    op.kind = "Augment" if name in _AUGMENT else _KERAS_KINDS.get(name, "Unknown")
    match op.kind:
        case "Convolution" | "Separable" | "Conv2DTranspose" | "Depthwise" | "Conv1D":
            s |= {"filters": given.get("filters"), "kernel": given.get("kernel_size"), "strides": given.get("strides", 1), "padding": _padding(given),
                  "dilation": given.get("dilation_rate", 1), "bias": given.get("use_bias", True), "multiplier": given.get("depth_multiplier", 1), "groups": given.get("groups", 1)}  # fmt: skip
        case "Linear":
            s |= {"units": given.get("units"), "bias": given.get("use_bias", True)}
        case "MaxPool" | "AveragePool":
            size = given.get("pool_size", 2)
            strides = given.get("strides")
            if len(made.args) >= 2 and made.extra.get("old") is None and all(isinstance(a, int) for a in made.args[:2]):
                s["two"] = True  # MaxPooling2D(2, 2): size 2, strides 2
            s |= {"size": size, "strides": strides if strides is not None else size, "padding": _padding(given)}
        case "Drop":
            s |= {"rate": given.get("rate", 0.5), "maps": name.startswith("Spatial")}
        case "Batchwise":
            s |= {"momentum": given.get("momentum", 0.99), "epsilon": given.get("epsilon", 1e-3), "axis": given.get("axis", -1)}
            if isinstance(s["momentum"], str):
                s["momentum"] = 0.99
        case "Function":
            s["name"] = activation_name(made if activation_name(made) else given.get("activation"))
            if name == "LeakyReLU":
                s["alpha"] = given.get("negative_slope", given.get("alpha", 0.3))
        case "Add" | "Multiply" | "Concat" | "Combine":
            s["axis"] = given.get("axis", -1)
        case "Pad":
            s["pads"] = given.get("padding", 1)
        case "Layout":
            s["shape"] = given.get(
                "target_shape", tuple(made.args[0]) if made.args and isinstance(made.args[0], list | tuple) else None
            )
        case "Axes":
            s["dims"] = given.get("dims")
        case "Rescaling" if name == "Rescaling":
            s |= {"scale": given.get("scale"), "offset": given.get("offset", 0)}
        case "Resize":
            s["size"] = made.args[:2] if len(made.args) > 1 else (made.kwargs.get("height"), made.kwargs.get("width"))
        case _ if name == "UpSampling2D":
            s["size"] = given.get("size", 2)
        case _ if name in ("LSTM", "GRU", "SimpleRNN", "Embedding", "Bidirectional", "TimeDistributed"):
            s["units"] = given.get("units")
            s["sequences"] = given.get("return_sequences", False)
    s["regularizer"] = given.get("kernel_regularizer") or given.get("depthwise_regularizer")
    s["initializer"] = given.get("kernel_initializer")
    return op


def _padding(given: dict) -> object:
    padding = given.get("padding", "valid")
    return padding.lower() if isinstance(padding, str) else padding


_TORCH_POSITIONS = {
    api.name.removeprefix("nn."): tuple(api.signature.parameters) for kind in PLAIN.values() for api in kind.TORCH
} | {
    "Conv1d": ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"),
    "ConvTranspose2d": ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    "LazyConv2d": ("out_channels", "kernel_size", "stride", "padding"), "LazyLinear": ("out_features", "bias"), "LazyBatchNorm2d": ("eps", "momentum"),
    **dict.fromkeys(("Dropout2d", "Dropout1d", "AlphaDropout", "FeatureAlphaDropout"), ("p",)),
    "Softmax": ("dim",), "LogSoftmax": ("dim",), "LeakyReLU": ("negative_slope",), "ConstantPad2d": ("padding", "value"), "ReflectionPad2d": ("padding",),
    "Unflatten": ("dim", "unflattened_size"), "Embedding": ("num_embeddings", "embedding_dim"), "Upsample": ("size", "scale_factor"),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), ("input_size", "hidden_size")),
}  # fmt: skip
READ_WHOLE = ("LayerNorm", "GroupNorm", "ResponseNorm", "Slopes")
"""Roles of the layers whose calls the layer's own declaration reads, arguments and all."""

_WHOLE = {name.removeprefix("nn."): kinds[0].role for name, kinds in BY_TORCH.items() if kinds[0].role in READ_WHOLE} | {
    "local_response_norm": "ResponseNorm",
}  # fmt: skip
_FUNCTION_POSITIONS = {
    "channel_shuffle": ("groups",),
    "max_pool2d": _TORCH_POSITIONS["MaxPool2d"], "avg_pool2d": _TORCH_POSITIONS["AvgPool2d"], "dropout": ("p", "training"), "dropout2d": ("p", "training"),
    "softmax": ("dim",), "log_softmax": ("dim",), "leaky_relu": ("negative_slope",), "adaptive_avg_pool2d": ("output_size",), "pad": ("padding", "mode", "value"),
    "flatten": ("start_dim", "end_dim"), "adaptive_max_pool2d": ("output_size",), "alpha_dropout": ("p", "training"), "feature_dropout": ("p", "training"), "dropout1d": ("p", "training"),
}  # fmt: skip


def torch_op(made: Made, function: bool = False) -> Op:
    """Return the operation that a torch module, or a function of torch.nn.functional on a tensor, is. `made.args` has no tensor."""
    name = made.name
    given = (
        dict(zip((_FUNCTION_POSITIONS if function else _TORCH_POSITIONS).get(name, ()), made.args, strict=False)) | made.kwargs
    )
    op = Op("Unknown", {"name": name, "activation": "linear"}, made.line, made)
    s = op.settings
    low = name.lower()
    if low in ("conv2d", "conv1d", "convtranspose2d", "lazyconv2d"):
        depthwise = given.get("groups", 1) not in (1, UNKNOWN) and given.get("groups") == given.get("in_channels")
        op.kind = (
            "Depthwise"
            if depthwise and low == "conv2d"
            else {"conv1d": "Conv1D", "convtranspose2d": "Conv2DTranspose"}.get(low, "Convolution")
        )
        out, groups = given.get("out_channels"), given.get("groups", 1)
        s |= {"in": given.get("in_channels"), "filters": out, "kernel": given.get("kernel_size"), "strides": given.get("stride", 1), "padding": given.get("padding", 0),
              "dilation": given.get("dilation", 1), "bias": given.get("bias", True), "groups": groups,
              "multiplier": out // groups if isinstance(out, int) and isinstance(groups, int) and groups else 1, "pad_mode": given.get("padding_mode", "zeros")}  # fmt: skip
    elif low in ("linear", "lazylinear"):
        op.kind = "Linear"
        s |= {"in": given.get("in_features"), "units": given.get("out_features"), "bias": given.get("bias", True)}
    elif low in ("maxpool2d", "max_pool2d", "avgpool2d", "avg_pool2d"):
        op.kind = "MaxPool" if low.startswith("max") else "AveragePool"
        size = given.get("kernel_size", 2)
        stride = given.get("stride")
        s |= {
            "size": size,
            "strides": size if stride is None else stride,
            "padding": given.get("padding", 0),
            "ceil": given.get("ceil_mode", False),
            "include": given.get("count_include_pad", True),
        }
    elif low.startswith(("batchnorm", "lazybatchnorm")):
        op.kind = "Batchwise"
        momentum = given.get("momentum", 0.1)
        s |= {
            "in": given.get("num_features"),
            "epsilon": given.get("eps", 1e-5),
            "momentum": round(1 - momentum, 12) if folding.number(momentum) else 0.9,
            "rank": 3 if "2d" in low else 1,
        }
    elif low in (
        "dropout",
        "dropout2d",
        "dropout1d",
        "alphadropout",
        "alpha_dropout",
        "feature_dropout",
        "featurealphadropout",
        "dropout3d",
    ):
        op.kind = "Drop"
        s |= {"rate": given.get("p", 0.5), "maps": low.endswith("2d")}
        if function:
            s["training"] = given.get("training", True)
            s["training_given"] = "training" in given
    elif low in ("channelshuffle", "channel_shuffle"):
        op.kind = "Shuffle"
        s["groups"] = given.get("groups")
    elif low in ("flatten", "ravel"):
        op.kind = "Flat"
        s["start"] = given.get("start_dim", 0 if function else 1)
    elif low in ("adaptiveavgpool2d", "adaptive_avg_pool2d", "adaptivemaxpool2d", "adaptive_max_pool2d"):
        op.kind = "AdaptiveAveragePool2D" if "avg" in low else "AdaptiveMaxPool2D"
        s["size"] = given.get("output_size")
    elif low in ("zeropad2d", "constantpad2d", "reflectionpad2d", "pad", "replicationpad2d"):
        op.kind = "Pad"
        s |= {"pads": given.get("padding"), "value": given.get("value", 0)}
    elif low in ("identity", "quantstub", "dequantstub"):
        op.kind = "Identity"
    elif low == "flattenlikekeras":
        op.kind = "Flat"
    elif low == "unflatten":
        op.kind = "Layout"
        s["shape"] = given.get("unflattened_size")
    elif name in _WHOLE:
        op.kind = _WHOLE[name]
    elif ACTIVATIONS.get(low):
        op.kind = "Function"
        s["name"] = ACTIVATIONS[low]
        if low in ("softmax", "log_softmax", "logsoftmax"):
            s["dim"] = given.get("dim")
        if "leaky" in low:
            s["alpha"] = given.get("negative_slope", 0.01)
    elif low in ("lstm", "gru", "rnn", "embedding"):
        s["units"] = given.get("hidden_size", given.get("embedding_dim"))
    return op


def pair(value: object) -> tuple | None:
    """Return a size as (height, width), or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value, value
    if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], int):
        return value[0], value[0]
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(x, int) for x in value):
        return tuple(value)
    return None
