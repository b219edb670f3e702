"""The facts about a design, as far as they can be computed: cards after one that does not fit wait, the others continue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Literal

from clsf.errors import SpecError
from clsf.model.edit import Card, Design
from clsf.model.shapes import OneOrTwo, Shape
from clsf.model.spec import Layer
from clsf.model.walk import LayerFacts, Reach, analyse, widest
from clsf.words import Sentence

State = Literal["fits", "broken", "inside", "waits", "off"]

BYTES = 4  # of a float32 number


@dataclass(frozen=True, slots=True)
class CardFacts:
    """The facts about a card. "inside": it waits for a card that it holds; shapes are None where they can't be known.

    `path` is that of the layer in the model (see `clsf.model.walk`), None if it is switched off. Numbers of a branching card
    are sums over its inner cards.
    """

    state: State
    path: str | None
    in_shape: Shape | None = None
    out_shape: Shape | None = None
    trainable: int = 0
    non_trainable: int = 0
    multiply_adds: int = 0  # per image, forward
    receptive_field: OneOrTwo = 0  # side in pixels, or height and width
    outputs: int = 0  # output values per image, those of cards inside included
    problem: Sentence | None = None

    @property
    def parameters(self) -> int:
        return self.trainable + self.non_trainable


@dataclass(frozen=True, slots=True)
class DesignFacts:
    """The facts of every card by its number, and of the whole as far as it goes."""

    design: Design
    input_shape: Shape
    cards: dict[int, CardFacts]
    output_shape: Shape | None  # None: a card does not fit

    @property
    def own(self) -> list[CardFacts]:
        """The facts of the model's own row."""
        return [self.cards[card.uid] for card in self.design.cards]

    @property
    def trainable(self) -> int:
        return sum(facts.trainable for facts in self.own)

    @property
    def parameters(self) -> int:
        return sum(facts.parameters for facts in self.own)

    @property
    def multiply_adds(self) -> int:
        """Per image, forward."""
        return sum(facts.multiply_adds for facts in self.own)

    @property
    def outputs(self) -> int:
        """Output values of all layers per image, which a training step keeps until its backward pass."""
        return sum(facts.outputs for facts in self.own)

    def broken(self) -> list[int]:
        """Return the numbers of the cards that do not fit, in order."""
        return [uid for uid, facts in self.cards.items() if facts.state == "broken"]


def design_facts(design: Design, input_shape: Shape) -> DesignFacts:
    """Return the facts about a design on images of `input_shape`, (height, width, channels) or (features,). Never raises."""
    cards: dict[int, CardFacts] = {}
    side = max(input_shape[:2]) if len(input_shape) == 3 else 1
    out, _ = _row(design.cards, tuple(input_shape), "", Reach(), side, cards)
    return DesignFacts(design, tuple(input_shape), {card.uid: cards[card.uid] for card in design.all()}, out)


def _row(
    row: tuple[Card, ...], shape: Shape | None, prefix: str | None, reach: Reach, side: int, cards: dict[int, CardFacts]
) -> tuple[Shape | None, Reach]:
    """Find the facts of a row; return the output shape, None if it can't be known, and the receptive field."""
    position = 0
    for card in row:
        if card.off or prefix is None:
            for inner in card.all():
                cards[inner.uid] = CardFacts("off", None)
            continue
        position += 1
        path = f"{prefix}{position}"
        if shape is None:
            _wait(card, path, cards)
            continue
        facts, reach = (
            _branching(card, shape, path, reach, side, cards) if card.branching else _plain(card, shape, path, reach, side)
        )
        cards[card.uid] = facts
        shape = facts.out_shape
    return shape, reach


def _wait(card: Card, path: str, cards: dict[int, CardFacts]) -> None:
    cards[card.uid] = CardFacts("waits", path)
    for name, row in zip(card.row_names(), card.rows, strict=True):
        _row(row, None, f"{path}.{name}.", Reach(), 1, cards)


def _plain(card: Card, shape: Shape, path: str, reach: Reach, side: int) -> tuple[CardFacts, Reach]:
    known = _tried(card.layer, shape)
    if isinstance(known, Sentence):
        return CardFacts("broken", path, shape, problem=known), reach
    reach = reach.through(card.layer.window(), side)
    return CardFacts(
        "fits", path, shape, known.out_shape, known.trainable, known.non_trainable, known.multiply_adds, reach.field,
        prod(known.out_shape),
    ), reach  # fmt: skip


def _branching(
    card: Card, shape: Shape, path: str, reach: Reach, side: int, cards: dict[int, CardFacts]
) -> tuple[CardFacts, Reach]:
    ends = [
        _row(row, shape, f"{path}.{name}.", reach, side, cards) for name, row in zip(card.row_names(), card.rows, strict=True)
    ]
    inside = [cards[inner.uid] for row in card.rows for inner in row]
    sums = {
        name: sum(getattr(facts, name) for facts in inside)
        for name in ("trainable", "non_trainable", "multiply_adds", "outputs")
    }
    # Read from what is inside, it may not know its own end although every row does: the rows differ.
    reach = widest([end for _, end in ends])
    if any(end is None for end, _ in ends):
        return CardFacts("inside", path, shape, None, **sums), reach
    known = _tried(card.spec(), shape)
    if isinstance(known, Sentence):
        return CardFacts("broken", path, shape, None, **sums, problem=known), reach
    sums["outputs"] += prod(known.out_shape)
    return CardFacts("fits", path, shape, known.out_shape, receptive_field=reach.field, **sums), reach


@lru_cache(maxsize=4096)
def _tried(layer: Layer, shape: Shape) -> LayerFacts | Sentence:
    """Return the facts of one layer, or the message that says why it does not fit."""
    try:
        return analyse((layer,), shape).layers[-1]
    except SpecError as error:
        # "Layer 1, its kind: …": the place is known here, so only what is wrong is told.
        problem = error.sentence.values.get("problem")
        return problem if isinstance(problem, Sentence) else error.sentence
