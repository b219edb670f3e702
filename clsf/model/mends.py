"""One-click fixes for a card that does not fit: each is a whole design in which that card is no longer red.

Likely fixes are built first and then tested; only those that work are offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clsf.errors import SpecError
from clsf.model import edit_steps
from clsf.model.edit import Card, Design, Place
from clsf.model.edit_facts import DesignFacts, design_facts
from clsf.model.layers import Layer, Sliding, made
from clsf.model.shapes import Shape, one_or_two_text, shape_text
from clsf.words import Sentence, say, say_n

MOST = 3
"""How many fixes are offered besides switching off."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A button's label, and the design after pressing it."""

    label: Sentence
    design: Design


def put_before(layer: Layer) -> Sentence:
    """Return the label of a fix that inserts a layer before the one that can't take its input."""
    return say("Put a {kind} before it", kind=type(layer).__name__)


def mends(seen: DesignFacts, uid: int) -> tuple[Mend, ...]:
    """Return the fixes for a broken card, the most likely first; the last is always to switch it off."""
    design, card = seen.design, seen.design.card(uid)
    offered: list[Mend] = []
    for make in _candidates(design, card, seen):
        mend = _made(make)
        if mend is not None and mend.design != design and _fits(mend.design, uid, seen.input_shape) and len(offered) < MOST:
            offered.append(mend)
    return (*offered, Mend(say("Switch this layer off"), edit_steps.switch(design, uid, True)))


def _made(make: object) -> Mend | None:
    """Return the design after a step, None if the step is refused (too many layers, say)."""
    try:
        return make()
    except SpecError:
        return None


def _fits(design: Design, uid: int, input_shape: Shape) -> bool:
    return design_facts(design, input_shape).cards[uid].state == "fits"


def _candidates(design: Design, card: Card, seen: DesignFacts) -> Iterator[object]:
    shape = seen.cards[card.uid].in_shape
    place = design.place(card.uid)
    if card.kind == "Residual":
        yield from _residual(design, card, shape)
    elif card.kind == "Multiply":
        yield from _multiply(design, card, shape)
    elif card.kind == "Parallel":
        yield from _parallel(design, card)
    elif len(shape) == 3:
        yield from _sliding(design, card, shape)
        if card.role == "Linear":
            yield from _narrower(design, card, shape)
            for layer in (made("Flat"), made("GlobalAverage")):
                yield lambda layer=layer: Mend(put_before(layer), edit_steps.add(design, place, layer))
        else:
            yield from _narrower(design, card, shape)
            yield lambda: Mend(put_before(made("MaxPool")), edit_steps.add(design, place, made("MaxPool", 2)))
    else:
        yield from _narrower(design, card, shape)
        yield from _before_flattening(design, card, place)


def _before_flattening(design: Design, card: Card, place: Place) -> Iterator[object]:
    """Offer fixes where an image is needed and a flat vector arrives: move before the flattening layer, or remove that."""
    row = design.row(place.owner, place.row)
    for position, other in enumerate(row[: place.position]):
        if not other.branching and other.layer.flattens and not other.off:
            to = replace(place, position=position)
            yield lambda: Mend(say("Move it before the {kind}", kind=other.kind), edit_steps.move_to(design, card.uid, to))  # noqa: B023
            yield lambda: Mend(say("Remove the {kind} before it", kind=other.kind), edit_steps.remove(design, other.uid))  # noqa: B023
            return


def _sliding(design: Design, card: Card, shape: Shape) -> Iterator[object]:
    """Offer fixes for a window that does not fit: use padding, or make it smaller."""
    if not isinstance(card.layer, Sliding) or card.layer.padding == "same":
        return
    yield lambda: Mend(say("Set padding to 'same'"), edit_steps.edit(design, card.uid, padding="same"))
    name, most = card.layer.SIDE, card.layer.inside(shape)
    if most != getattr(card.layer, name):
        label = say("Set {field} to {value}", field=name, value=one_or_two_text(most))
        yield lambda: Mend(label, edit_steps.edit(design, card.uid, **{name: most}))
    if max(card.layer.gaps) > 1:
        yield lambda: Mend(
            say("Set {field} to {value}", field="dilation_rate", value=1), edit_steps.edit(design, card.uid, dilation_rate=1)
        )


def _narrower(design: Design, card: Card, shape: Shape) -> Iterator[object]:
    """Offer a smaller width for an array with too many numbers: halve it until it fits."""
    name = card.layer.WIDTH
    width = getattr(card.layer, name) // 2 if name else 0
    while width >= 1:
        narrow = edit_steps.edit(design, card.uid, **{name: width})
        try:
            fits = narrow.card(card.uid).layer.out_shape(shape) is not None and _fits_alone(narrow.card(card.uid).layer, shape)
        except SpecError:
            return
        if fits:
            yield lambda: Mend(say("Set {field} to {value}", field=name, value=width), narrow)  # noqa: B023
            return
        width //= 2


def _fits_alone(layer: Layer, shape: Shape) -> bool:
    return design_facts(Design("x", (Card(1, type(layer).__name__, layer),), 2), shape).cards[1].state == "fits"


def _residual(design: Design, card: Card, shape: Shape) -> Iterator[object]:
    """Offer fixes that make both rows end alike: keep the size inside, or give the shortcut a layer that makes it equal."""
    yield lambda: Mend(say("Set padding 'same' and strides 1 inside"), edit_steps.each(design, card.uid, _keeping))
    body = _end(card.rows[0], shape)
    if body is None:
        return
    if len(shape) == 1:
        yield lambda: Mend(
            say_n(
                "Give the shortcut a dense layer of {units} unit",
                "Give the shortcut a dense layer of {units} units",
                body[0],
                units=body[0],
            ),
            edit_steps.row_put(design, card.uid, 1, (made("Linear", body[0], use_bias=False),)),
        )
        return
    if len(body) == 1:
        yield lambda: Mend(
            say_n(
                "Give the shortcut a global average and a dense layer of {units} unit",
                "Give the shortcut a global average and a dense layer of {units} units",
                body[0],
                units=body[0],
            ),
            edit_steps.row_put(design, card.uid, 1, (made("GlobalAverage"), made("Linear", body[0], use_bias=False))),
        )
        return
    for base in (design, edit_steps.each(design, card.uid, lambda layer: _padded(layer))):
        end = _end(base.card(card.uid).rows[0], shape)
        if end is None or len(end) != 3:
            continue
        stride = -(-shape[0] // end[0])
        layers = (made("Convolution", end[2], 1, strides=stride, padding="same", use_bias=False), made("Batchwise"))
        label = say("Give the shortcut a 1×1 convolution that ends in {shape}", shape=shape_text(end))
        yield lambda: Mend(label, edit_steps.row_put(base, card.uid, 1, layers))  # noqa: B023


def _multiply(design: Design, card: Card, shape: Shape) -> Iterator[object]:
    """Offer ways to make the layers end like the shortcut, or in one number per channel."""
    body, shortcut = (_end(row, shape) for row in card.rows)
    if body is None or shortcut is None:
        return
    gate = (*([made("GlobalAverage")] if len(body) == 3 else []), made("Linear", shortcut[-1], "sigmoid"))
    if len(shortcut) == 3 or len(body) == 1:
        label = say_n(
            "End its layers in a dense layer of {units} unit", "End its layers in a dense layer of {units} units", shortcut[-1],
            units=shortcut[-1],
        )  # fmt: skip
        row = tuple(inner.spec() for inner in card.rows[0] if not inner.off)
        yield lambda: Mend(label, edit_steps.row_put(design, card.uid, 0, (*row, *gate)))
    yield lambda: Mend(say("Set padding 'same' and strides 1 inside"), edit_steps.each(design, card.uid, _keeping))


def _parallel(design: Design, card: Card) -> Iterator[object]:
    yield lambda: Mend(say("Set padding to 'same' inside"), edit_steps.each(design, card.uid, _padded))
    yield lambda: Mend(say("Set padding 'same' and strides 1 inside"), edit_steps.each(design, card.uid, _keeping))


def _padded(layer: Layer) -> Layer:
    return replace(layer, padding="same") if isinstance(layer, Sliding) else layer


def _keeping(layer: Layer) -> Layer:
    """Return the layer changed so that height and width stay the same."""
    return replace(layer, padding="same", strides=1) if isinstance(layer, Sliding) else layer


def _end(row: tuple[Card, ...], shape: Shape) -> Shape | None:
    return design_facts(Design("x", row, 1), shape).output_shape
