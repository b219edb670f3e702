"""The kinds of layers and their fields, as a reader meets them: a symbol, a group, and what each is for."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.model.edit import Card
from clsf.ui.shared.text import t, tn
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of layer looks in the editor. `group` gives the colour of its stripe."""

    about: Sentence
    icon: str
    group: str


KINDS = {
    "Conv2D": Kind(say("Slides kernels over an image; each finds one pattern anywhere."), "grid_on", "weights"),
    "MaxPool2D": Kind(say("Keeps the largest value of each window: a smaller image."), "compress", "pooling"),
    "Flatten": Kind(say("Lays an image out as one line of numbers."), "view_week", "shaping"),
    "Dense": Kind(say("Connects every input with every unit."), "hub", "weights"),
    "Activation": Kind(say("Bends every value, so that layers are more than one matrix."), "show_chart", "bending"),
    "Dropout": Kind(say("While training, sets some values to 0, so that none is relied on."), "grain", "while"),
    "BatchNorm": Kind(say("Brings each channel to mean 0 and variance 1 over the batch."), "tune", "while"),
    "AveragePool2D": Kind(say("Keeps the mean of each window: a smaller, smoother image."), "blur_on", "pooling"),
    "GlobalAveragePool2D": Kind(say("Keeps one number per channel, its mean over the image."), "center_focus_strong", "pooling"),
    "DepthwiseConv2D": Kind(say("Kernels for each channel by itself: few weights, nothing mixed."), "layers", "weights"),
    "Residual": Kind(say("Adds what a row of layers makes to what came in (ResNet)."), "call_merge", "branching"),
    "Parallel": Kind(say("Several rows get the same input; their channels are put side by side (Inception)."), "alt_route", "branching"),
}  # fmt: skip
"""In the order of the menu: what a first network is made of stands first."""

FIELDS = {
    "filters": say("Kernels, and so channels that come out."),
    "kernel_size": say("Side of the kernel in pixels."),
    "strides": say("Pixels from one position to the next."),
    "padding": say("valid: only where the window fits. same: zeros around, the size stays."),
    "dilation_rate": say("Gap between the kernel's cells, plus 1."),
    "depth_multiplier": say("Kernels per channel."),
    "activation": say("What bends the values afterwards; linear: nothing."),
    "use_bias": say("One number added per output channel or unit."),
    "pool_size": say("Side of the window in pixels."),
    "units": say("Numbers that come out."),
    "rate": say("Share of values set to 0, from 0 to below 1."),
    "momentum": say("Share of the old running mean that each batch keeps."),
    "epsilon": say("Added to the variance, against division by 0."),
    "name": say("The function."),
}
POOL_STRIDES = say("Pixels from one position to the next; empty: as pool_size.")


def described(card: Card) -> str:
    """Return the fields of a layer in short: "32 filters · 3×3 · same · relu"."""
    layer, said = card.layer, []
    if hasattr(layer, "filters"):
        said.append(tn("{count} filter", "{count} filters", layer.filters))
    if hasattr(layer, "units"):
        said.append(tn("{count} unit", "{count} units", layer.units))
    for name in ("kernel_size", "pool_size"):
        if hasattr(layer, name):
            said.append(f"{getattr(layer, name)}×{getattr(layer, name)}")
    if getattr(layer, "strides", None) not in (None, 1):
        said.append(f"strides {layer.strides}")
    if getattr(layer, "dilation_rate", 1) != 1:
        said.append(f"dilation {layer.dilation_rate}")
    if getattr(layer, "depth_multiplier", 1) != 1:
        said.append(f"× {layer.depth_multiplier}")
    if hasattr(layer, "padding"):
        said.append(layer.padding)
    if hasattr(layer, "rate"):
        said.append(f"{layer.rate:g}")
    if getattr(layer, "activation", "linear") != "linear":
        said.append(layer.activation)
    if hasattr(layer, "name"):
        said.append(layer.name)
    if getattr(layer, "use_bias", True) is False:
        said.append(t("no bias"))
    return " · ".join(said)
