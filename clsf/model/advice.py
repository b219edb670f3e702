"""Errors and warnings about a design, in words, with one-click fixes.

Levels: "broken" (this card does not fit), "stop" (the model can't be trained on these classes), "warn" (it can be trained, but
is probably not what was meant), "note" (worth knowing).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import e, log
from typing import Literal

from clsf.model import edit_steps
from clsf.model.edit import OWN_ROW, Card, Design, Place
from clsf.model.edit_facts import BYTES, DesignFacts
from clsf.model.layers import OneImageNorm, made
from clsf.model.mends import Mend, mends
from clsf.model.shapes import Shape, shape_text
from clsf.model.spec import MAX_LAYERS
from clsf.words import Sentence, say, say_n

Level = Literal["broken", "stop", "warn", "note"]

HOLDS_ALL = 0.95  # share of all parameters in one dense layer that is worth a note
HIGH_RATE = 0.8  # of dropout
MUCH_MEMORY = 4_000_000_000  # bytes of outputs in one training step


@dataclass(frozen=True, slots=True)
class Advice:
    """One remark, about one card or (None) the whole design; the fixes are in order of likelihood."""

    name: str
    level: Level
    uid: int | None
    said: Sentence
    mends: tuple[Mend, ...] = ()


def advice(seen: DesignFacts, classes: int, batch_size: int = 1) -> tuple[Advice, ...]:
    """Return all remarks about a design whose last layer should have `classes` outputs."""
    design = seen.design
    advices = [Advice("broken", "broken", uid, seen.cards[uid].problem, mends(seen, uid)) for uid in seen.broken()]
    for _, _, row in design.all_rows():
        advices += _linear_pairs(design, [card for card in row if not card.off])
    for card in design.all():
        if seen.cards[card.uid].state != "off":
            advices += _of_card(design, card)
            advices += _alone(design, card, seen.cards[card.uid].in_shape)
    advices += _largest(seen)
    if seen.output_shape is not None:
        advices += _end(seen, classes)
    memory = seen.outputs * BYTES * batch_size
    if memory > MUCH_MEMORY:
        advices.append(
            Advice("memory", "warn", None, say_n(
                "With {batch} image at once, one training step keeps {size} GB of outputs; pool earlier.",
                "With {batch} images at once, one training step keeps {size} GB of outputs; choose a smaller batch, or pool earlier.",
                batch_size, batch=batch_size, size=f"{memory / 1e9:,.1f}",
            ))
        )  # fmt: skip
    return tuple(advices)


def ready(seen: DesignFacts, advices: tuple[Advice, ...]) -> bool:
    """Return whether the design can be trained as it is."""
    return seen.output_shape is not None and not any(one.level in ("broken", "stop") for one in advices)


def _linear_pairs(design: Design, row: list[Card]) -> Iterator[Advice]:
    """Advise on two layers with weights and no non-linear function between them: they equal one, as a product of matrices is a matrix."""
    before: Card | None = None
    for card in row:
        bends = "linear" if card.branching else card.layer.function
        if not card.branching and card.layer.WIDTH:
            if before is not None:
                yield Advice(
                    "no-non-linearity", "warn", card.uid,
                    say(
                        "Between the {first} before and this {second} there is no non-linearity, so together they compute nothing that "
                        "one layer could not.",
                        first=before.kind, second=card.kind,
                    ),
                    (Mend(say("Give the {kind} before a relu", kind=before.kind), edit_steps.edit(design, before.uid, activation="relu")),),
                )  # fmt: skip
            before = card if bends == "linear" else None
        elif card.branching or not card.layer.linear:
            before = None


def _of_card(design: Design, card: Card) -> Iterator[Advice]:
    if card.layer is not None and card.layer.drops and card.layer.rate >= HIGH_RATE:
        yield Advice(
            "high-dropout", "warn", card.uid,
            say("It sets {share} of all values to 0 while training; 20 to 50 % is usual, and at 80 % and more little is learned.", share=f"{card.layer.rate:.0%}"),
            (Mend(say("Set {field} to {value}", field="rate", value=0.5), edit_steps.edit(design, card.uid, rate=0.5)),),
        )  # fmt: skip
    if card.kind == "Parallel" and not any(not inner.off for row in card.rows for inner in row):
        yield Advice(
            "empty-branches", "note", card.uid, say("All its branches are empty: it puts copies of its input side by side.")
        )
    if card.kind == "Residual" and not any(not inner.off for row in card.rows for inner in row):
        yield Advice("empty-branches", "note", card.uid, say("Both its rows are empty: it adds its input to itself."))
    if card.kind == "Multiply" and not any(not inner.off for row in card.rows for inner in row):
        yield Advice("empty-branches", "note", card.uid, say("Both its rows are empty: it multiplies its input by itself."))


def _alone(design: Design, card: Card, shape: Shape | None) -> Iterator[Advice]:
    """Advise on numbers that are normalised one by one, which makes each of them 0."""
    if card.branching or not isinstance(card.layer, OneImageNorm) or shape is None or card.layer.together(shape) > 1:
        return
    mends = (Mend(say("Remove it"), edit_steps.remove(design, card.uid)),)
    if hasattr(card.layer, "axis") and len(shape) == 3:
        mends = (
            Mend(say("Set {field} to {value}", field="axis", value="image"), edit_steps.edit(design, card.uid, axis="image")),
            *mends,
        )
    elif hasattr(card.layer, "groups"):
        mends = (
            Mend(say("Set {field} to {value}", field="groups", value=1), edit_steps.edit(design, card.uid, groups=1)),
            *mends,
        )
    yield Advice(
        "normalised-alone", "warn", card.uid,
        say("Each number is normalised by itself here: minus its own mean it is 0, and nothing of the image is left."), mends,
    )  # fmt: skip


def _largest(seen: DesignFacts) -> Iterator[Advice]:
    """Advise on one dense layer that holds nearly all parameters, if other layers have some too."""
    weighted = [
        (card, seen.cards[card.uid]) for card in seen.design.all() if seen.cards[card.uid].parameters and not card.branching
    ]
    if len(weighted) < 2:
        return
    card, facts = max(weighted, key=lambda one: one[1].parameters)
    if card.role != "Linear" or facts.parameters < HOLDS_ALL * seen.parameters:
        return
    yield Advice(
        "largest", "note", card.uid,
        say(
            "This layer holds {share} of all parameters (a kernel of {inputs} × {units}); fewer inputs would make the model smaller.",
            share=f"{facts.parameters / seen.parameters:.1%}", inputs=f"{facts.in_shape[0]:,}", units=f"{card.layer.units:,}",
        ),
        tuple(_smaller(seen.design, card)),
    )  # fmt: skip


def _smaller(design: Design, card: Card) -> Iterator[Mend]:
    """Offer averaging instead of flattening, after convolutions."""
    place = design.place(card.uid)
    row = design.row(place.owner, place.row)[: place.position]
    if not any(other.role == "Convolution" and not other.off for other in row):
        return
    for position in range(len(row) - 1, -1, -1):
        if row[position].role == "Flat" and not row[position].off:
            without = edit_steps.remove(design, row[position].uid)
            averaged = edit_steps.add(without, Place(place.owner, place.row, position), made("GlobalAverage"))
            yield Mend(say("A global average instead of the flattening"), averaged)
            return


def _end(seen: DesignFacts, classes: int) -> Iterator[Advice]:
    """Advise on an output that is not one logit per class."""
    design = seen.design
    on = [card for card in design.cards if not card.off]
    last = on[-1] if on else None
    shape = seen.output_shape
    if shape == (classes,):
        if not seen.trainable:
            said = say("The model has nothing to learn; add a dense layer.")
            yield Advice("nothing-to-learn", "stop", None, said, tuple(_dense_at_end(design, classes)))
        yield from _logits(design, on, classes)
        return
    if last is None:
        said = say_n(
            "The model has no layers yet. Add some; the last must have {classes} output.",
            "The model has no layers yet. Add some; the last must have {classes} outputs, one per class.",
            classes,
            classes=classes,
        )
    else:
        said = say_n(
            "The model ends in {shape}, but must end in {classes} number.",
            "The model ends in {shape}, but must end in {classes} numbers, one per class.",
            classes,
            shape=shape_text(shape),
            classes=classes,
        )
    yield Advice("last-layer", "stop", last.uid if last else None, said, tuple(_endings(design, last, seen, classes)))


def _endings(design: Design, last: Card | None, seen: DesignFacts, classes: int) -> Iterator[Mend]:
    flat = len(seen.output_shape) == 1
    if last is not None and last.role == "Linear":
        yield Mend(
            say("Set {field} to {value}", field="units", value=classes), edit_steps.edit(design, last.uid, units=classes)
        )
    if sum(1 for _ in design.all()) + 2 > MAX_LAYERS:
        return
    if flat:
        yield from _dense_at_end(design, classes)
        return
    at_end = Place(OWN_ROW, 0, len(design.cards))
    for layer in (made("Flat"), made("GlobalAverage")):
        longer = edit_steps.add(design, at_end, layer)
        longer = edit_steps.add(longer, Place(OWN_ROW, 0, len(longer.cards)), made("Linear", classes))
        yield Mend(
            say_n(
                "Add a {kind} and a dense layer of {units} unit",
                "Add a {kind} and a dense layer of {units} units",
                classes,
                kind=type(layer).__name__,
                units=classes,
            ),
            longer,
        )


def _dense_at_end(design: Design, classes: int) -> Iterator[Mend]:
    if sum(1 for _ in design.all()) < MAX_LAYERS:
        longer = edit_steps.add(design, Place(OWN_ROW, 0, len(design.cards)), made("Linear", classes))
        yield Mend(
            say_n(
                "Add a dense layer of {units} unit at the end",
                "Add a dense layer of {units} units at the end",
                classes,
                units=classes,
            ),
            longer,
        )


def _logits(design: Design, on: list[Card], classes: int) -> Iterator[Advice]:
    """Advise on functions after the last weights: the loss takes logits, numbers before a softmax."""
    last = on[-1]
    named = "linear" if last.branching else last.layer.function
    if last.layer is not None and last.layer.drops and last.layer.rate > 0:
        yield Advice(
            "dropped-logits", "warn", last.uid,
            say("A dropout at the very end sets logits to 0 while training, that of the right class included."),
            (Mend(say("Remove it"), edit_steps.remove(design, last.uid)),),
        )  # fmt: skip
    if named == "linear":
        return
    if last.role == "Function":
        without = edit_steps.remove(design, last.uid)
    else:
        without = edit_steps.edit(design, last.uid, activation="linear")
    mend = (Mend(say("Leave the {activation} out", activation=named), without),)
    if named == "softmax":
        said = say(
            "This softmax stands before a loss that takes logits and applies softmax itself. Applied twice, the loss cannot fall below "
            "{floor} with {classes} classes. Predictions get their softmax anyway.",
            floor=f"{log(1 + (classes - 1) / e):.3f}", classes=classes,
        )  # fmt: skip
        yield Advice("softmax", "warn", last.uid, said, mend)
    else:
        said = say("The last layer's {activation} limits the logits, which should be free to be any number.", activation=named)
        yield Advice("bent-logits", "warn", last.uid, said, mend)
