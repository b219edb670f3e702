"""The views of a layer, and which of them its kind has; only the chosen one computes."""

from __future__ import annotations

from clsf.ui.layers import both, flat, keys, numbers_view, training_view, window
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.shared import facts
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

VIEWS = Sections(
    keys.VIEW,
    (
        Section("out", say("What comes out"), ":material/grid_on:", numbers_view.out),
        Section("window", say("Sliding window"), ":material/select_all:", window.show),
        Section("order", say("Order of the cells"), ":material/linear_scale:", flat.order),
        Section("dropout", say("Training and inference"), ":material/blur_on:", training_view.dropout),
        Section("batch", say("Batch and running statistics"), ":material/equalizer:", training_view.batch),
        Section("weights", say("Weights of the layer"), ":material/tune:", numbers_view.weights),
        Section("both", say("Both frameworks"), ":material/balance:", both.show),
        Section("field", say("Receptive field"), ":material/center_focus_strong:", window.field),
        Section("growth", say("Parameters and image size"), ":material/trending_up:", flat.growth),
        Section("code", say("Code"), ":material/code:", both.code),
    ),
    say("How to look at it"),
    keys.VIEW_LINK,
)


ONLY = {"order": ("Flat",), "dropout": ("Drop", "DropMaps"), "batch": ("Batchwise",), "growth": ("Convolution", "Linear")}
"""View -> roles of the layers that have it, if not all do. “weights” is for layers with weights."""


def chosen(looked: InspectedLayer) -> Section:
    """Let the student choose how to look at the layer."""
    view = VIEWS.chosen([view for view in VIEWS if _suits(view.name, looked)])
    kinds = tuple(facts.kind for facts in looked.look.facts)
    height, width, channels = (*looked.facts.out_shape, 0, 0)[:3]
    facts.tell(
        "layers", layers=len(kinds), kinds=kinds, last=looked.facts.kind, view=view.name, height=height, width=width, channels=channels,
    )  # fmt: skip
    return view


def _suits(name: str, looked: InspectedLayer) -> bool:
    if name == "window":
        return bool(getattr(looked.stage.layer, "DRAWN", ""))
    if name == "weights":
        return bool(looked.facts.weights)
    return name not in ONLY or looked.stage.layer.role in ONLY[name]
