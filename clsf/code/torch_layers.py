"""What stands for a plain layer in PyTorch: modules, and the expressions that use them or do without.

Images are (batch, channels, height, width); padding is worked out here for the image size that arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clsf.code import notes
from clsf.code.names import one_minus
from clsf.model import layers
from clsf.model.layers import LEAKY_SLOPE
from clsf.model.shapes import Shape, same_padding
from clsf.words import Sentence

Pads = tuple[int, int, int, int]  # left, right, top, bottom: the order of F.pad
NONE: Pads = (0, 0, 0, 0)


@dataclass(frozen=True)
class Module:
    """One step: as a module, and as an expression of `{x}` in `forward` that needs none, where there is one."""

    head: str  # "nn.Conv2d"; "" if there is no module for it
    arguments: tuple[str, ...] = ()
    note: Sentence | None = None
    function: str = ""  # "F.relu({x})"; "" if it has weights, and needs the module
    function_note: Sentence | None = field(default=None)
    suffix: str = ""  # of the module's name, where one layer becomes several


def torch_modules(
    layer: object,
    shape: Shape,
    *,
    flattened: Shape | None = None,
    turned: bool = False,
    last: bool = False,
    slope: float = LEAKY_SLOPE,
) -> list[Module]:
    """Return the steps for one plain layer that receives `shape` (height, width, channels) or (features,).

    `flattened`: what a Flatten before it made this vector of, if the order of its numbers is PyTorch's.
    `turned`: a Flatten that must keep Keras' order. `last`: it makes the model's output.
    """
    match layer:
        case layers.Conv2D() | layers.DepthwiseConv2D():
            return _convolution(layer, shape, last, slope)
        case layers.MaxPool2D():
            return _max_pool(layer, shape)
        case layers.AveragePool2D():
            return _average_pool(layer, shape)
        case layers.GlobalAveragePool2D():
            note = notes.global_average()
            return [
                Module("nn.AdaptiveAvgPool2d", ("1",), note, "{x}.mean(dim=(2, 3))", note),
                Module("nn.Flatten", (), suffix="_flatten", function="{x}"),
            ]
        case layers.Dense():
            note = notes.logits() if last and layer.activation == "linear" else notes.in_features(shape[0], flattened)
            arguments = (str(shape[0]), str(layer.units), *(() if layer.use_bias else ("bias=False",)))
            return [Module("nn.Linear", arguments, note), *_activation(layer.activation, "_act", last, slope)]
        case layers.Flatten():
            return _flatten(shape, turned)
        case layers.Dropout():
            function = f"F.dropout({{x}}, {layer.rate!r}, training=self.training)"
            return [Module("nn.Dropout", (repr(layer.rate),), None, function, notes.functional_dropout())]
        case layers.BatchNorm():
            head = "nn.BatchNorm2d" if len(shape) == 3 else "nn.BatchNorm1d"
            arguments = (str(shape[-1]), f"eps={layer.epsilon!r}", f"momentum={one_minus(layer.momentum)}")
            return [Module(head, arguments, notes.torch_norm())]
        case layers.Activation():
            return _activation(layer.name, "", last, slope) or [Module("nn.Identity", (), function="{x}")]
    raise TypeError(f"no torch module stands for {type(layer).__name__}")


def _activation(name: str, suffix: str, last: bool, slope: float) -> list[Module]:
    if name == "linear":
        return []
    head, arguments, function = _ACTIVATIONS[name]
    if name == "leaky_relu":
        arguments, function = (repr(slope),), f"F.leaky_relu({{x}}, {slope!r})"
    note = notes.torch_softmax() if name == "softmax" else notes.torch_activation()
    if last and name == "softmax":
        note = notes.softmax_first()
    return [Module(head, arguments, note, function, note, suffix)]


_ACTIVATIONS = {
    "relu": ("nn.ReLU", (), "F.relu({x})"),
    "leaky_relu": ("nn.LeakyReLU", (), ""),  # its slope is told
    "sigmoid": ("nn.Sigmoid", (), "torch.sigmoid({x})"),
    "tanh": ("nn.Tanh", (), "torch.tanh({x})"),
    "gelu": ("nn.GELU", (), "F.gelu({x})"),
    "softmax": ("nn.Softmax", ("dim=1",), "F.softmax({x}, dim=1)"),
}


def _convolution(layer: layers.Conv2D | layers.DepthwiseConv2D, shape: Shape, last: bool, slope: float) -> list[Module]:
    channels, same = shape[2], layer.padding == "same"
    depthwise = isinstance(layer, layers.DepthwiseConv2D)
    pads = _pads(shape, layer.reach, layer.strides) if same else NONE
    steps: list[Module] = []
    note = notes.depthwise(channels) if depthwise else notes.in_channels(channels)
    arguments = [
        str(channels),
        str(channels * layer.depth_multiplier if depthwise else layer.filters),
        f"kernel_size={layer.kernel_size}",
    ]
    if layer.strides != 1:
        arguments.append(f"stride={layer.strides}")
    if same and layer.strides == 1 and layer.reach % 2 == 1:
        arguments += ['padding="same"'] if layer.reach > 1 else []
    elif _even(pads):
        if any(pads):
            arguments.append(f"padding={_both(pads)}")
            note = notes.symmetric_padding()
    else:
        why = notes.even_kernel(pads) if layer.strides == 1 else notes.uneven_padding(pads)
        steps.append(Module("nn.ZeroPad2d", (str(pads),), why, f"F.pad({{x}}, {pads})", why, "_pad"))
    if layer.dilation_rate != 1:
        arguments.append(f"dilation={layer.dilation_rate}")
    if depthwise:
        arguments.append(f"groups={channels}")
    if not layer.use_bias:
        arguments.append("bias=False")
    return [*steps, Module("nn.Conv2d", tuple(arguments), note), *_activation(layer.activation, "_act", last, slope)]


def _max_pool(layer: layers.MaxPool2D, shape: Shape) -> list[Module]:
    stride = layer.strides or layer.pool_size
    pads = _pads(shape, layer.pool_size, stride) if layer.padding == "same" else NONE
    arguments, note = _window(layer.pool_size, stride), None
    if not _even(pads) and stride == 1:  # an even window: nothing sticks out by `ceil_mode` where it moves cell by cell
        note = notes.uneven_padding(pads)
        pad = Module(
            "nn.ConstantPad2d", (str(pads), 'float("-inf")'), note, f'F.pad({{x}}, {pads}, value=float("-inf"))', note, "_pad"
        )
        return [pad, _pool("max", arguments, None)]
    if any(pads):
        arguments += [f"padding={_both(pads)}"] if any((pads[0], pads[2])) else []
        note = notes.symmetric_padding() if _even(pads) else notes.ceil_mode()
        arguments += [] if _even(pads) else ["ceil_mode=True"]
    return [_pool("max", arguments, note)]


def _average_pool(layer: layers.AveragePool2D, shape: Shape) -> list[Module]:
    stride = layer.strides or layer.pool_size
    pads = _pads(shape, layer.pool_size, stride) if layer.padding == "same" else NONE
    arguments = _window(layer.pool_size, stride)
    if not any(pads):
        return [_pool("avg", arguments, None)]
    if not _even(pads) and stride == 1:
        arguments += [f"padding={layer.pool_size // 2}", "count_include_pad=False"]
        crop = notes.cropped()
        return [
            _pool("avg", arguments, notes.average_without_padding()),
            Module("nn.ZeroPad2d", ("(-1, 0, -1, 0)",), crop, "{x}[:, :, 1:, 1:]", crop, "_crop"),
        ]
    arguments += [f"padding={_both(pads)}"] if any((pads[0], pads[2])) else []
    arguments += [] if _even(pads) else ["ceil_mode=True"]
    arguments.append("count_include_pad=False")
    return [_pool("avg", arguments, notes.average_without_padding() if _even(pads) else notes.ceil_mode())]


def _pool(kind: str, arguments: list[str], note: Sentence | None) -> Module:
    return Module(f"nn.{kind.title()}Pool2d", tuple(arguments), note, f"F.{kind}_pool2d({{x}}, {', '.join(arguments)})", note)


def _flatten(shape: Shape, turned: bool) -> list[Module]:
    if len(shape) == 1 or shape[2] == 1 or shape[0] * shape[1] == 1:  # one order only
        return [Module("nn.Flatten", (), None, "torch.flatten({x}, 1)")]
    if not turned:
        note = notes.torch_flatten(shape)
        return [Module("nn.Flatten", (), note, "torch.flatten({x}, 1)", note)]
    note = notes.keras_order()
    return [Module("FlattenLikeKeras", (), note, "torch.flatten({x}.permute(0, 2, 3, 1), 1)", note)]


def _window(size: int, stride: int) -> list[str]:
    return [f"kernel_size={size}", *([f"stride={stride}"] if stride != size else [])]


def _pads(shape: Shape, reach: int, stride: int) -> Pads:
    return *same_padding(shape[1], reach, stride), *same_padding(shape[0], reach, stride)


def _even(pads: Pads) -> bool:
    return pads[0] == pads[1] and pads[2] == pads[3]


def _both(pads: Pads) -> str:
    """Return the padding before each axis as torch's argument: one number, or (height, width)."""
    return str(pads[2]) if pads[0] == pads[2] else f"({pads[2]}, {pads[0]})"
