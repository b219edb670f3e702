"""The ways to look at a layer, and which of them there are for its kind; only the chosen one computes"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clsf.layer_stack.facts import WINDOWED
from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.ui.layers import batch, both, code_view, dropout, field_view, growth, keys, order, out, weights_view, window
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.shared.sections import Sections
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a layer; its name is in the link."""

    name: str
    title: Sentence
    icon: str
    show: Callable[[InspectedLayer], None]
    kinds: tuple[type, ...] = ()  # of layers that have it; empty: all
    learned: bool = False  # only for layers that hold weights

    def suits(self, looked: InspectedLayer) -> bool:
        if self.learned and not looked.facts.weights:
            return False
        return not self.kinds or isinstance(looked.stage.layer, self.kinds)


VIEWS = Sections(
    keys.VIEW,
    (
        View("out", say("What comes out"), ":material/grid_on:", out.show),
        View("window", say("Sliding window"), ":material/select_all:", window.show, WINDOWED),
        View("order", say("Order of the cells"), ":material/linear_scale:", order.show, (Flatten,)),
        View("dropout", say("Training and inference"), ":material/blur_on:", dropout.show, (Dropout,)),
        View("batch", say("Batch and running statistics"), ":material/equalizer:", batch.show, (BatchNorm,)),
        View("weights", say("Weights of the layer"), ":material/tune:", weights_view.show, learned=True),
        View("both", say("Both frameworks"), ":material/balance:", both.show),
        View("field", say("Receptive field"), ":material/center_focus_strong:", field_view.show),
        View("growth", say("Parameters and image size"), ":material/trending_up:", growth.show, (Conv2D, Dense)),
        View("code", say("Code"), ":material/code:", code_view.show),
    ),
    say("How to look at it"),
    keys.VIEW_LINK,
)


def chosen(looked: InspectedLayer) -> View:
    """Let the student choose how to look at the layer."""
    return VIEWS.chosen([view for view in VIEWS if view.suits(looked)])
