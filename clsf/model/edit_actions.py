"""The actions that a browser may request for a design, as plain values; none of them is trusted.

{"do": "add", "place": [owner, row, position], "kind": "…"}
{"do": "edit", "uid": 3, "field": "filters", "value": 32}
{"do": "move", "uid": 3, "step": -1}         {"do": "drop", "uid": 3, "place": [owner, row, position]}
{"do": "remove" | "duplicate", "uid": 3}     {"do": "switch", "uid": 3, "off": true}
{"do": "branch", "uid": 3}                   {"do": "unbranch", "uid": 3, "row": 1}
{"do": "undo"}   {"do": "redo"}              {"do": "rename", "name": "my model"}
{"do": "mend", "advice": "last-layer", "uid": 3 or null, "number": 0}
"""

from __future__ import annotations

from clsf import checks
from clsf.checks import field, shown
from clsf.errors import SpecError
from clsf.model import edit_steps
from clsf.model.advice import advice
from clsf.model.edit import Design, Place
from clsf.model.edit_facts import design_facts
from clsf.model.edit_fields import fresh, whole_numbers
from clsf.model.edit_history import EditHistory
from clsf.model.shapes import Shape

ACTIONS = (
    "add", "edit", "move", "drop", "remove", "duplicate", "switch", "branch", "unbranch", "undo", "redo", "rename", "mend",
)  # fmt: skip


def act(history: EditHistory, action: object, input_shape: Shape, classes: int) -> EditHistory:
    """Return the history with one more step. Raises SpecError, with a message, if the action is not possible."""
    do = action.get("do") if isinstance(action, dict) else None
    if do not in ACTIONS:
        raise SpecError(
            "{what} is {value}, but must be one of {choices}.", what=field("do"), value=shown(do), choices=", ".join(ACTIONS)
        )
    if do == "undo":
        return history.undone()
    if do == "redo":
        return history.redone()
    return history.then(_done(history.now, action, input_shape, classes))


def _done(design: Design, action: dict, input_shape: Shape, classes: int) -> Design:
    do = action["do"]
    if do == "rename":
        return edit_steps.rename(design, action.get("name"))
    if do == "add":
        place = _place(action.get("place"))
        return edit_steps.add(design, place, fresh(action.get("kind"), shape_at(design, place, input_shape)))
    if do == "mend":
        return _mended(design, action, input_shape, classes)
    card = design.card(action.get("uid"))
    match do:
        case "edit":
            name = action.get("field")
            if not isinstance(name, str):
                raise SpecError("{kind} has no field {field}.", kind=card.kind, field=shown(name))
            values = whole_numbers(card.kind, {name: action.get("value")})
            return edit_steps.edit(design, card.uid, **values)
        case "move":
            checks.one_of(SpecError, field("step"), action.get("step"), (-1, 1))
            return edit_steps.move(design, card.uid, action["step"])
        case "drop":
            return edit_steps.move_to(design, card.uid, _place(action.get("place")))
        case "remove":
            return edit_steps.remove(design, card.uid)
        case "duplicate":
            return edit_steps.duplicate(design, card.uid)
        case "switch":
            checks.one_of(SpecError, field("off"), action.get("off"), (True, False))
            return edit_steps.switch(design, card.uid, action["off"])
        case "branch":
            return edit_steps.add_branch(design, card.uid)
    return edit_steps.remove_branch(design, card.uid, action.get("row"))


def shape_at(design: Design, place: Place, input_shape: Shape) -> Shape | None:
    """Return the shape at a gap, None if it can't be known."""
    seen = design_facts(design, input_shape)
    shape = input_shape if place.owner == 0 else seen.cards[design.card(place.owner).uid].in_shape
    for card in design.row(place.owner, place.row)[: place.position]:
        if not card.off:
            shape = seen.cards[card.uid].out_shape
    return shape


def _mended(design: Design, action: dict, input_shape: Shape, classes: int) -> Design:
    number = action.get("number")
    for advised in advice(design_facts(design, input_shape), classes):
        if (advised.name, advised.uid) == (action.get("advice"), action.get("uid")):
            if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(advised.mends):
                return advised.mends[number].design
            break
    raise SpecError("That is fixed already.")


def _place(value: object) -> Place:
    if (
        not isinstance(value, list | tuple)
        or len(value) != 3
        or any(isinstance(n, bool) or not isinstance(n, int) for n in value)
    ):
        raise SpecError("{what} is {value}, but must be three whole numbers.", what=field("place"), value=shown(value))
    return Place(*value)
