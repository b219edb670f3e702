"""Networks written by hand in Keras and in PyTorch, and faulty code that copies weights between them.

Nothing of clsf is used: each framework builds from the same plain list. `carried` (weights) and `told` (the program) implement
the faults, as a student might make them.
"""

from __future__ import annotations

import io
import tempfile
import warnings
from pathlib import Path

import numpy as np

# (kind, name, settings)
NETS = {
    "plain": [
        ("conv", "conv_a", 6, 3, 1, "same"), ("act", "relu_a", "relu"), ("pool", "pool_a", "max", 2), ("conv", "conv_b", 6, 5, 1, "valid"), ("act", "tanh_b", "tanh"),
        ("pool", "pool_b", "average", 2), ("flat", "flat"), ("dense", "fc_a", 12), ("act", "relu_c", "relu"), ("dense", "fc_b", 12), ("act", "relu_d", "relu"), ("dense", "scores", 5),
    ],
    "normed": [
        ("conv", "stem", 8, 3, 2, "same"), ("bn", "stem_bn", 1e-3), ("act", "stem_relu", "relu"), ("conv", "middle", 8, 3, 1, "same"), ("bn", "middle_bn", 1e-3),
        ("act", "middle_relu", "relu"), ("conv", "last", 10, 3, 2, "same"), ("bn", "last_bn", 1e-3), ("act", "last_relu", "relu"), ("gap", "gap"), ("dense", "scores", 5),
    ],
    "residual": [
        ("conv", "stem", 6, 3, 1, "same"), ("act", "stem_relu", "relu"),
        ("add", "add", [("conv", "body_a", 6, 3, 1, "same"), ("bn", "body_bn", 1e-3), ("act", "body_relu", "relu"), ("conv", "body_b", 6, 3, 1, "same")], []),
        ("act", "add_relu", "relu"), ("pool", "pool", "max", 2), ("flat", "flat"), ("dense", "scores", 4),
    ],
    "mobile": [
        ("conv", "stem", 6, 3, 2, "same"), ("act", "stem_relu", "relu6"), ("depth", "deep", 3, 2), ("act", "deep_relu", "relu"), ("conv", "point", 8, 1, 1, "same"),
        ("bn", "point_bn", 1e-3), ("act", "point_silu", "silu"), ("gap", "gap"), ("dense", "fc", 10), ("act", "fc_relu", "relu"), ("dense", "scores", 3),
    ],
    "branches": [
        ("conv", "stem", 4, 3, 1, "same"), ("act", "stem_leaky", "leaky_relu"),
        ("cat", "cat", [("conv", "left", 4, 1, 1, "same"), ("act", "left_relu", "relu")], [("conv", "right", 4, 3, 1, "same"), ("act", "right_relu", "relu")]),
        ("pool", "pool", "average", 2), ("bn", "cat_bn", 1e-3), ("flat", "flat"), ("dense", "fc", 8), ("act", "fc_elu", "elu"), ("dense", "scores", 6),
    ],
    "vector": [
        ("flat", "flat"), ("dense", "one", 16), ("bn", "one_bn", 1e-3), ("act", "one_relu", "relu"), ("dense", "two", 16), ("act", "two_relu", "relu"),
        ("dense", "three", 16), ("act", "three_gelu", "gelu"), ("dense", "scores", 4),
    ],
}  # fmt: skip
SHAPES = {
    "plain": (16, 16, 1),
    "normed": (16, 12, 3),
    "residual": (10, 10, 3),
    "mobile": (16, 16, 3),
    "branches": (12, 10, 3),
    "vector": (8, 8, 1),
}

Weights = dict[str, dict[str, np.ndarray]]


def flat(net: list) -> list:
    """Return every layer, including those in branches."""
    return [x for layer in net for x in ([*flat(layer[2]), *flat(layer[3]), layer] if layer[0] in ("add", "cat") else [layer])]


def changed(net: list, name: str, change) -> list:
    """Return the network with one layer changed (None: left out)."""
    found = []
    for layer in net:
        if layer[0] in ("add", "cat"):
            layer = (*layer[:2], changed(layer[2], name, change), changed(layer[3], name, change))
        new = change(layer) if layer[1] == name else layer
        found += [] if new is None else [new]
    return found


# In TensorFlow's process.


def keras_made(which: str, seed: int, net: list | None = None, weights: Weights | None = None) -> tuple[bytes, Weights]:
    """Return a .keras file and its weights in Keras' layout: layer -> name -> array."""
    import keras
    from keras import layers

    rng = np.random.default_rng(seed)
    held: dict = {}

    def one(layer: tuple, x):
        kind, name, *s = layer
        match kind:
            case "conv":
                made = layers.Conv2D(s[0], s[1], strides=s[2], padding=s[3], name=name, use_bias=len(s) < 5)
            case "depth":
                made = layers.DepthwiseConv2D(s[0], depth_multiplier=s[1], padding="same", name=name)
            case "bn":
                made = layers.BatchNormalization(epsilon=s[0], name=name)
            case "act":
                made = (
                    layers.LeakyReLU(negative_slope=0.01, name=name)
                    if s[0] == "leaky_relu"
                    else layers.Activation(s[0], name=name)
                )
            case "pool":
                made = (layers.MaxPooling2D if s[0] == "max" else layers.AveragePooling2D)(s[1], name=name)
            case "flat":
                made = layers.Flatten(name=name)
            case "gap":
                made = layers.GlobalAveragePooling2D(name=name)
            case "dense":
                made = layers.Dense(s[0], name=name)
            case "add" | "cat":
                ends = [row(inner, x) for inner in s]
                return (layers.Add(name=name) if kind == "add" else layers.Concatenate(name=name))(ends)
        held[name] = made
        return made(x)

    def row(net: list, x):
        for layer in net:
            x = one(layer, x)
        return x

    inputs = keras.Input(SHAPES[which])
    model = keras.Model(inputs, row(net or NETS[which], inputs))
    found: Weights = {}
    for name, layer in held.items():
        if not layer.weights:
            continue
        for variable in layer.weights:
            short = variable.path.rsplit("/", 1)[-1]
            value = rng.normal(0, 0.5, variable.shape).astype(np.float32)
            if short in ("gamma", "moving_variance"):
                value = rng.uniform(0.3, 1.5, variable.shape).astype(np.float32)
            if weights is not None:
                value = weights[name][short]
            variable.assign(value)
            found.setdefault(name, {})[short] = value
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        return (Path(folder) / "model.keras").read_bytes(), found


def keras_onnx(content: bytes) -> bytes:
    """Export a .keras file by Keras' own exporter."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        model = keras.saving.load_model(path)
        model(np.zeros((1, *model.input_shape[1:]), np.float32))
        model.export(Path(folder) / "model.onnx", format="onnx", verbose=False)
        return (Path(folder) / "model.onnx").read_bytes()


# In PyTorch's process.


def torch_made(
    which: str, weights: Weights, fault: tuple[str, str] | None, kind: str, own_names: bool, net: list | None = None
) -> bytes:
    """Return a file of `kind` ("pt", "safetensors", "onnx", "onnx-old") of the network in PyTorch, with the weights copied.

    `fault`: what goes wrong at which layer.
    """
    import torch
    from torch import nn
    from torch.nn import functional as F

    net = net or NETS[which]
    what, where = fault or ("", "")
    model = nn.Module()
    names: dict[str, str] = {}
    shape = [SHAPES[which][2], *SHAPES[which][:2]]
    carried: list[tuple] = []

    def hold(name: str, module: nn.Module) -> nn.Module:
        names[name] = name if own_names else f"m{len(names)}"
        setattr(model, names[name], module)
        return module

    def plan(rows: list, shape: list) -> list:
        shape = list(shape)
        steps = []
        for layer in rows:
            kind_, name, *s = layer
            image = tuple(shape)
            if kind_ in ("conv", "depth"):
                out, k, stride, pad = (s[0], s[1], s[2], s[3]) if kind_ == "conv" else (shape[0] * s[1], s[0], 1, "same")
                module = hold(
                    name, nn.Conv2d(shape[0], out, k, stride, bias=len(s) < 5, groups=shape[0] if kind_ == "depth" else 1)
                )
                pads = []
                for side in (shape[2], shape[1]):
                    total = max((-(-side // stride) - 1) * stride + k - side, 0) if pad == "same" else 0
                    pads += [total // 2, total - total // 2]
                if what == "padding" and where == name:
                    pads = [k // 2] * 4
                steps.append(("pad", pads))
                steps.append(("module", module))
                shape = [
                    out,
                    (shape[1] + pads[2] + pads[3] - k) // stride + 1,
                    (shape[2] + pads[0] + pads[1] - k) // stride + 1,
                ]
            elif kind_ == "bn":
                steps.append(
                    ("module", hold(name, (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0], eps=s[0])))
                )
            elif kind_ == "dense":
                steps.append(("module", hold(name, nn.Linear(shape[0], s[0]))))
                shape = [s[0]]
            elif kind_ == "act":
                steps.append(("act", s[0]))
            elif kind_ == "pool":
                steps.append(("pool", *s))
                shape = [shape[0], shape[1] // s[1], shape[2] // s[1]]
            elif kind_ == "gap":
                steps.append(("gap",))
                shape = [shape[0]]
            elif kind_ == "flat":
                steps.append(("flat",))
                shape = [int(np.prod(shape))]
            else:
                one, two = plan(s[0], shape), plan(s[1], shape)
                steps.append((kind_, one[0], two[0]))
                shape = one[1] if kind_ == "add" else [one[1][0] + two[1][0], *one[1][1:]]
            carried.append((layer, image))
        return [steps, shape]

    steps = plan(net, shape)[0]
    flattened = next((image for layer, image in carried if layer[0] == "flat"), None)
    for layer, _ in carried:
        kind_, name = layer[:2]
        if name not in weights:
            continue
        module = getattr(model, names[name])
        w = {n: v.copy() for n, v in weights[name].items()}
        wrong = what if where == name else ""
        state = {}
        if kind_ in ("conv", "depth"):
            kernel = w["kernel"]
            if wrong == "hw-swapped":
                kernel = kernel.transpose(1, 0, 2, 3)
            if wrong == "rotated":
                kernel = np.rot90(kernel, 2, (0, 1))
            if wrong == "bgr":
                kernel = kernel[:, :, ::-1]
            if wrong == "in-out":
                kernel = np.swapaxes(kernel, 2, 3)
            if wrong == "times-255":
                kernel = kernel * 255
            if wrong == "half":
                kernel = kernel.astype(np.float16).astype(np.float32)
            if kind_ == "depth":
                kernel = (
                    kernel.transpose(2, 3, 0, 1).reshape(module.weight.shape)
                    if wrong != "multiplier"
                    else kernel.transpose(3, 2, 0, 1).reshape(module.weight.shape)
                )
            elif wrong == "viewed":
                kernel = np.ascontiguousarray(kernel).reshape(module.weight.shape)
            else:
                kernel = kernel.transpose(3, 2, 0, 1)
            state["weight"] = kernel
            if "bias" in w:
                state["bias"] = w["bias"] * (0 if wrong == "no-bias" else 1)
        elif kind_ == "dense":
            kernel = w["kernel"]
            if flattened is not None and kernel.shape[0] == int(np.prod(flattened)) and wrong != "flatten":
                c, h, wide = flattened
                kernel = kernel.reshape(h, wide, c, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
                if wrong == "flatten-wh":
                    kernel = w["kernel"].reshape(h, wide, c, -1).transpose(2, 1, 0, 3).reshape(kernel.shape)
            state["weight"] = kernel if wrong == "not-turned" else kernel.T
            state["bias"] = w["bias"] * (0 if wrong == "no-bias" else 1)
        elif kind_ == "bn":
            state = {
                "weight": w["gamma"],
                "bias": w["beta"],
                "running_mean": w["moving_mean"],
                "running_var": w["moving_variance"],
            }
            if wrong == "stats-swapped":
                state["running_mean"], state["running_var"] = state["running_var"], np.abs(state["running_mean"])
            if wrong == "std":
                state["running_var"] = np.sqrt(state["running_var"])
            if wrong == "no-stats":
                state["running_mean"], state["running_var"] = np.zeros_like(w["beta"]), np.ones_like(w["beta"])
            if wrong == "gamma-beta":
                state["weight"], state["bias"] = state["bias"], state["weight"]
            if wrong == "list-order":  # get_weights() unpacked as mean, variance, gamma, beta
                state = dict(
                    zip(
                        ("running_mean", "running_var", "weight", "bias"),
                        (w["gamma"], w["beta"] ** 2, w["moving_mean"], w["moving_variance"]),
                        strict=True,
                    )
                )
        if wrong.startswith("from:"):
            other = weights[wrong.split(":")[1]]
            state = {
                "weight": other["kernel"].transpose(3, 2, 0, 1) if other["kernel"].ndim == 4 else other["kernel"].T,
                "bias": other["bias"],
            }
        with torch.no_grad():
            for word, value in state.items():
                tensor = torch.from_numpy(np.ascontiguousarray(value, np.float32))
                target = getattr(module, word)
                if target.shape == tensor.shape:
                    target.copy_(tensor)
                else:
                    setattr(module, word, nn.Parameter(tensor))

    def run(x, steps):
        for step in steps:
            match step:
                case ("pad", pads):
                    x = F.pad(x, pads) if any(pads) else x
                case ("module", module):
                    x = module(x)
                case ("act", name):
                    x = {
                        "relu": F.relu,
                        "tanh": torch.tanh,
                        "relu6": F.relu6,
                        "silu": F.silu,
                        "leaky_relu": F.leaky_relu,
                        "elu": F.elu,
                        "gelu": F.gelu,
                        "sigmoid": torch.sigmoid,
                    }[name](x)
                case ("pool", "max", size):
                    x = F.max_pool2d(x, size)
                case ("pool", "average", size):
                    x = F.avg_pool2d(x, size)
                case ("gap",):
                    x = x.mean((2, 3))
                case ("flat",):
                    x = torch.flatten(x, 1)
                case ("add", one, two):
                    x = run(x, one) + run(x, two)
                case ("cat", one, two):
                    x = torch.cat([run(x, one), run(x, two)], 1)
        return x

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, module in model.named_children():
                setattr(self, name, module)

        def forward(self, x):
            return run(x, steps)

    whole = Net().eval()
    if kind == "pt":
        file = io.BytesIO()
        torch.save(whole.state_dict(), file)
        return file.getvalue()
    if kind == "safetensors":
        from safetensors.torch import save

        return save({n: t.contiguous() for n, t in whole.state_dict().items()})
    images = torch.zeros(2, SHAPES[which][2], *SHAPES[which][:2])
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        if kind == "onnx":
            torch.onnx.export(whole, (images,), path, dynamo=True, external_data=False, verbose=False)
        else:
            torch.onnx.export(whole, (images,), path, dynamo=False, input_names=["images"], dynamic_axes={"images": {0: "n"}})
        return path.read_bytes()
