"""The steps of editing a design: add, edit, duplicate, remove, move, switch off. Each returns another design.

An impossible step raises SpecError with a message, and leaves the design unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from clsf.checks import field as word
from clsf.checks import shown
from clsf.errors import SpecError
from clsf.model.edit import OWN_ROW, Card, Design, Place, cards_of, check_depth, check_room, renumbered
from clsf.model.spec import Layer, ModelSpec

MAX_BRANCHES = 12


def add(design: Design, place: Place, layer: Layer) -> Design:
    """Insert a new layer at a gap."""
    (card,), uid = cards_of((layer,), design.next_uid)
    check_room(design, sum(1 for _ in card.all()))
    check_depth(design, place.owner, card)
    return replace(_inserted(design, place, card), next_uid=uid)


def edit(design: Design, uid: int, **values: object) -> Design:
    """Change fields of a plain layer."""
    card = design.card(uid)
    names = [f.name for f in fields(card.layer)] if card.layer is not None else []
    for name in values:
        if name not in names:
            raise SpecError("{kind} has no field {field}.", kind=card.kind, field=shown(name))
    return _swapped(design, uid, (replace(card, layer=replace(card.layer, **values)),))


def duplicate(design: Design, uid: int) -> Design:
    """Put a copy of a card, with everything inside, right after it."""
    card = design.card(uid)
    check_room(design, sum(1 for _ in card.all()))
    copy, next_uid = renumbered(card, design.next_uid)
    return replace(_swapped(design, uid, (card, copy)), next_uid=next_uid)


def remove(design: Design, uid: int) -> Design:
    """Remove a card, with all cards inside."""
    design.card(uid)
    return _swapped(design, uid, ())


def switch(design: Design, uid: int, off: bool) -> Design:
    """Switch a card off without losing it, or on again."""
    return _swapped(design, uid, (replace(design.card(uid), off=off),))


def move(design: Design, uid: int, step: int) -> Design:
    """Move a card up (-1) or down (1) in its row. At the end of an inner row it steps out of it; elsewhere it stays."""
    place = design.place(uid)
    to = place.position + step
    if 0 <= to < len(design.row(place.owner, place.row)):
        return move_to(design, uid, replace(place, position=to + (step > 0)))
    if place.owner == OWN_ROW:
        return design
    outer = design.place(place.owner)
    return move_to(design, uid, replace(outer, position=outer.position + (step > 0)))


def move_to(design: Design, uid: int, place: Place) -> Design:
    """Move a card into a gap, which may be in another row, counted before the card is taken out."""
    card, old = design.card(uid), design.place(uid)
    if place.owner in {inner.uid for inner in card.all()}:
        raise SpecError("A layer can't be moved into itself.")
    check_depth(design, place.owner, card)
    row = design.row(place.owner, place.row)
    if isinstance(place.position, bool) or not isinstance(place.position, int) or not 0 <= place.position <= len(row):
        raise SpecError("That row is no longer in the design.")
    after = (place.owner, place.row) == (old.owner, old.row) and place.position > old.position
    return _inserted(_swapped(design, uid, ()), replace(place, position=place.position - after), card)


def add_branch(design: Design, uid: int) -> Design:
    """Give a Parallel card one more empty branch."""
    card = _parallel(design, uid)
    if len(card.rows) >= MAX_BRANCHES:
        raise SpecError("A Parallel layer has at most {most} branches here.", most=MAX_BRANCHES)
    return _swapped(design, uid, (replace(card, rows=(*card.rows, ())),))


def remove_branch(design: Design, uid: int, row: int) -> Design:
    """Remove a branch of a Parallel card, with its layers."""
    card = _parallel(design, uid)
    design.row(uid, row)
    if len(card.rows) <= 2:
        raise SpecError("A Parallel layer needs at least 2 branches; remove the whole layer instead.")
    return _swapped(design, uid, (replace(card, rows=card.rows[:row] + card.rows[row + 1 :]),))


def rename(design: Design, name: str) -> Design:
    """Rename the model. Raises SpecError for a name that is empty or too long."""
    return replace(design, name=ModelSpec(name.strip() if isinstance(name, str) else name, ()).name)


def each(design: Design, uid: int, change: Callable[[Layer], Layer]) -> Design:
    """Change every plain layer inside a card, or the card itself if it is one."""
    return _swapped(design, uid, (_changed(design.card(uid), change),))


def row_put(design: Design, owner: int, row: int, layers: tuple[Layer, ...]) -> Design:
    """Replace a whole inner row by new layers."""
    card = design.card(owner)
    design.row(owner, row)
    cards, uid = cards_of(layers, design.next_uid)
    check_room(design, len(cards))
    for new in cards:
        check_depth(design, owner, new)
    changed = replace(card, rows=(*card.rows[:row], cards, *card.rows[row + 1 :]))
    return replace(_swapped(design, owner, (changed,)), next_uid=uid)


def _parallel(design: Design, uid: int) -> Card:
    card = design.card(uid)
    if card.kind != "Parallel":
        raise SpecError("{what} is {value}, but only a Parallel layer has branches.", what=word("kind"), value=card.kind)
    return card


def _changed(card: Card, change: Callable[[Layer], Layer]) -> Card:
    if not card.branching:
        return replace(card, layer=change(card.layer))
    return replace(card, rows=tuple(tuple(_changed(inner, change) for inner in row) for row in card.rows))


def _swapped(design: Design, uid: int, cards: tuple[Card, ...]) -> Design:
    """Return the design with other cards in place of one card."""
    return replace(design, cards=_swapped_row(design.cards, uid, cards))


def _swapped_row(row: tuple[Card, ...], uid: int, cards: tuple[Card, ...]) -> tuple[Card, ...]:
    swapped: list[Card] = []
    for card in row:
        if card.uid == uid:
            swapped += cards
        elif card.branching:
            swapped.append(replace(card, rows=tuple(_swapped_row(inner, uid, cards) for inner in card.rows)))
        else:
            swapped.append(card)
    return tuple(swapped)


def _inserted(design: Design, place: Place, card: Card) -> Design:
    row = design.row(place.owner, place.row)
    if isinstance(place.position, bool) or not isinstance(place.position, int) or not 0 <= place.position <= len(row):
        raise SpecError("That row is no longer in the design.")
    longer = (*row[: place.position], card, *row[place.position :])
    if place.owner == OWN_ROW:
        return replace(design, cards=longer)
    owner = design.card(place.owner)
    return _swapped(design, owner.uid, (replace(owner, rows=(*owner.rows[: place.row], longer, *owner.rows[place.row + 1 :])),))
