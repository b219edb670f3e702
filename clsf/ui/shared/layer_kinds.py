"""A layer's fields in short form, for cards, boxes and tables."""

from __future__ import annotations

from clsf.model.edit import Card
from clsf.model.shapes import one_or_two_text, sides_text
from clsf.ui.shared.text import t, tn


def described(card: Card) -> str:
    """Return the fields of a layer in short: "32 filters · 3×3 · same · relu"."""
    layer, said = card.layer, []
    if hasattr(layer, "filters"):
        said.append(tn("{count} filter", "{count} filters", layer.filters))
    if hasattr(layer, "units"):
        said.append(tn("{count} unit", "{count} units", layer.units))
    for name in ("kernel_size", "pool_size"):
        if hasattr(layer, name):
            said.append(sides_text(getattr(layer, name)))
    if getattr(layer, "strides", None) not in (None, 1):
        said.append(f"strides {one_or_two_text(layer.strides)}")
    if getattr(layer, "dilation_rate", 1) != 1:
        said.append(f"dilation {one_or_two_text(layer.dilation_rate)}")
    if getattr(layer, "groups", 1) != 1:
        said.append(tn("{count} group", "{count} groups", layer.groups))
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
