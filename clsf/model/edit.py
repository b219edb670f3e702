"""A model in the editor: cards in nested rows, some of them switched off, each with a permanent number.

A card holds a layer with valid fields; `clsf.model.edit_facts` answers whether it fits at its place.
So a design can always be shown, stored and edited further, finished or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clsf.errors import SpecError
from clsf.model.branches import BRANCHING
from clsf.model.spec import MAX_DEPTH, MAX_LAYERS, Layer, ModelSpec

OWN_ROW = 0
"""The owner of the model's own row, which is not a card."""


@dataclass(frozen=True, slots=True)
class Card:
    """One layer of a design. `layer` is None for Residual and Multiply, whose rows are (body, shortcut), and Parallel, whose rows are branches."""

    uid: int  # at least 1; unique in the design
    kind: str
    layer: Layer | None
    rows: tuple[tuple[Card, ...], ...] = ()
    off: bool = False

    @property
    def branching(self) -> bool:
        return self.layer is None

    @property
    def role(self) -> str:
        """The layer's role; "" for one with rows."""
        return self.layer.role if self.layer else ""

    @property
    def height(self) -> int:
        """The nesting depth of rows inside: 0 for a plain layer."""
        return 1 + max((card.height for row in self.rows for card in row), default=0) if self.branching else 0

    def all(self) -> Iterator[Card]:
        """Yield this card and those inside, each before its inner cards."""
        yield self
        for row in self.rows:
            for card in row:
                yield from card.all()

    def row_names(self) -> tuple[str, ...]:
        """Return the names of the rows in paths and in weights' names."""
        return BRANCHING[self.kind].row_names(len(self.rows)) if self.branching else ()

    def spec(self, with_off: bool = False) -> Layer:
        """Return the layer, with the inner layers that are switched on."""
        if not self.branching:
            return self.layer
        return BRANCHING[self.kind].of_rows(tuple(specs(row, with_off) for row in self.rows))


@dataclass(frozen=True, slots=True)
class Place:
    """A gap between cards: before the card at `position` (0-based) of a row of the card `owner`."""

    owner: int
    row: int
    position: int


@dataclass(frozen=True, slots=True)
class Design:
    """A model in the editor."""

    name: str
    cards: tuple[Card, ...] = ()
    next_uid: int = 1

    def spec(self, with_off: bool = False) -> ModelSpec:
        """Return the model of the cards that are switched on."""
        return ModelSpec(self.name, specs(self.cards, with_off))

    def all(self) -> Iterator[Card]:
        """Yield every card, each before its inner cards."""
        for card in self.cards:
            yield from card.all()

    def card(self, uid: object) -> Card:
        """Return the card of that number. Raises SpecError if there is none."""
        for card in self.all():
            if card.uid == uid and not isinstance(uid, bool):
                return card
        raise SpecError("That layer is no longer in the design.")

    def row(self, owner: int, row: int) -> tuple[Card, ...]:
        """Return a row. Raises SpecError if there is none."""
        rows = (self.cards,) if owner == OWN_ROW else self.card(owner).rows
        if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < len(rows):
            raise SpecError("That row is no longer in the design.")
        return rows[row]

    def place(self, uid: int) -> Place:
        """Return the position of a card. Raises SpecError if it is not there."""
        for owner, number, row in self.all_rows():
            for position, card in enumerate(row):
                if card.uid == uid:
                    return Place(owner, number, position)
        raise SpecError("That layer is no longer in the design.")

    def depth(self, owner: int) -> int:
        """Return how many cards a row of `owner` lies in: 0 for the model's own row."""
        depth = 0
        while owner != OWN_ROW:
            owner, depth = self.place(owner).owner, depth + 1
        return depth

    def all_rows(self) -> Iterator[tuple[int, int, tuple[Card, ...]]]:
        """Yield (owner, number of the row, its cards) of every row."""
        yield OWN_ROW, 0, self.cards
        for card in self.all():
            for number, row in enumerate(card.rows):
                yield card.uid, number, row


def specs(row: tuple[Card, ...], with_off: bool = False) -> tuple[Layer, ...]:
    """Return the layers of a row, without those that are switched off."""
    return tuple(card.spec(with_off) for card in row if with_off or not card.off)


def design_of(spec: ModelSpec) -> Design:
    """Return the design of a model, everything switched on."""
    cards, uid = cards_of(spec.layers, 1)
    return Design(spec.name, cards, uid)


def cards_of(layers: tuple[Layer, ...], uid: int) -> tuple[tuple[Card, ...], int]:
    """Return a card for every layer, numbered from `uid` on, and the next free number."""
    cards = []
    for layer in layers:
        own, uid, rows = uid, uid + 1, []
        for _, inner in layer.rows():
            row, uid = cards_of(inner, uid)
            rows.append(row)
        cards.append(Card(own, type(layer).__name__, None if rows else layer, tuple(rows)))
    return tuple(cards), uid


def renumbered(card: Card, uid: int) -> tuple[Card, int]:
    """Return the card and those inside under new numbers, and the next free number."""
    own, uid, rows = uid, uid + 1, []
    for row in card.rows:
        cards = []
        for inner in row:
            copy, uid = renumbered(inner, uid)
            cards.append(copy)
        rows.append(tuple(cards))
    return replace(card, uid=own, rows=tuple(rows)), uid


def check_room(design: Design, more: int) -> None:
    """Raise SpecError if `more` cards would be too many."""
    if sum(1 for _ in design.all()) + more > MAX_LAYERS:
        raise SpecError("The model would have more than {most} layers.", most=MAX_LAYERS)


def check_depth(design: Design, owner: int, card: Card) -> None:
    """Raise SpecError if the card would be nested too deep in a row of `owner`."""
    if design.depth(owner) + card.height > MAX_DEPTH:
        raise SpecError("Branches would lie more than {most} deep.", most=MAX_DEPTH)
