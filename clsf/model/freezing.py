"""Which layers of a model train and which are frozen, as set by a plan's `train_layers`: "all", "head", "last:K".

The head is the last dense layer of the model's own row. A block is a layer of that row with inner layers; in a model without
blocks, the layers with kernels count as blocks. "last:K" trains from the K-th last block on, with everything after it.
"""

from __future__ import annotations

from clsf.errors import SpecError
from clsf.model.spec import Layer
from clsf.model.walk import Analysis, plain_layers
from clsf.words import say_n


def head(layers: tuple[Layer, ...]) -> int:
    """Return the place of the head in the model's own row, 0-based. Raises SpecError if there is none."""
    heads = [at for at, layer in enumerate(layers) if layer.role == "Linear"]
    if not heads:
        raise SpecError(
            "The model has no dense layer in its own row, so it has no head that could be trained alone. Add one at its end."
        )
    return heads[-1]


def blocks(layers: tuple[Layer, ...]) -> list[int]:
    """Return the places of the blocks before the head, 0-based."""
    before = layers[: head(layers)]
    places = [at for at, layer in enumerate(before) if layer.rows() and _learns(layer)]
    return places or [at for at, layer in enumerate(before) if layer.KERNELS]


def frozen(layers: tuple[Layer, ...], train_layers: str) -> int:
    """Return how many layers of the model's own row are frozen, from the start. Raises SpecError for more blocks than there are."""
    if train_layers == "all":
        return 0
    if train_layers == "head":
        return head(layers)
    wanted, starts = int(train_layers.removeprefix("last:")), blocks(layers)
    if wanted > len(starts):
        raise SpecError(say_n(
            "The last {wanted} blocks are to be trained, but the model has {count} block before its head. Choose fewer, or train all.",
            "The last {wanted} blocks are to be trained, but the model has {count} blocks before its head. Choose fewer, or train all.",
            len(starts), wanted=wanted, count=len(starts),
        ))  # fmt: skip
    return starts[-wanted]


def fixed(layers: tuple[Layer, ...], train_layers: str) -> int:
    """Return how many of the first layers give the same output for an image at every step: frozen, without dropout.

    Their output needs to be computed only once. Layers without weights after the frozen ones are included, up to the
    head.
    """
    end = frozen(layers, train_layers)
    if not end:
        return 0
    last = head(layers)
    for at, layer in enumerate(layers[:last]):
        if _drops(layer) or (at >= end and _learns(layer)):
            return at
    return last


def frozen_weights(analysis: Analysis, train_layers: str) -> set[str]:
    """Return the names of the weights that no gradient changes because they are frozen."""
    count = frozen(own_row(analysis), train_layers)
    return {name for name in analysis.named_weights() if place(name) < count}


def backbone_weights(analysis: Analysis) -> set[str]:
    """Return the names of all weights before the head."""
    last = head(own_row(analysis))
    return {name for name in analysis.named_weights() if place(name) < last}


def own_row(analysis: Analysis) -> tuple[Layer, ...]:
    """Return the layers of the model's own row."""
    return tuple(facts.layer for facts in analysis.layers if facts.depth == 0)


def place(name: str) -> int:
    """Return the place in the model's own row, 0-based, of the layer that a weight or a path ("3.body.1.kernel") belongs to."""
    return int(name.split(".", 1)[0]) - 1


def _learns(layer: Layer) -> bool:
    return any(inner.learns for inner in plain_layers([layer]))


def _drops(layer: Layer) -> bool:
    return any(inner.drops and inner.rate > 0 for inner in plain_layers([layer]))
