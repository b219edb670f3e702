"""The views of a layer, and which of them its kind has; only the chosen one computes"""

from __future__ import annotations

from clsf.ui.layers import batch, both, code_view, dropout, field_view, growth, keys, order, out, weights_view, window
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.shared import facts
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

VIEWS = Sections(
    keys.VIEW,
    (
        Section("out", say("What comes out"), ":material/grid_on:", out.show),
        Section("window", say("Sliding window"), ":material/select_all:", window.show),
        Section("order", say("Order of the cells"), ":material/linear_scale:", order.show),
        Section("dropout", say("Training and inference"), ":material/blur_on:", dropout.show),
        Section("batch", say("Batch and running statistics"), ":material/equalizer:", batch.show),
        Section("weights", say("Weights of the layer"), ":material/tune:", weights_view.show),
        Section("both", say("Both frameworks"), ":material/balance:", both.show),
        Section("field", say("Receptive field"), ":material/center_focus_strong:", field_view.show),
        Section("growth", say("Parameters and image size"), ":material/trending_up:", growth.show),
        Section("code", say("Code"), ":material/code:", code_view.show),
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
