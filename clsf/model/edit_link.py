"""A design as text for storing and sharing: JSON for files, and a short form for links. No input is trusted.

The JSON is that of `ModelSpec` with "off": true at layers that are switched off, so everything that reads models reads it. The
link is "1." and the compressed JSON, fields at their default left out, in base64url. Anyone who changes a layer's default or
the dictionary raises the version.
"""

from __future__ import annotations

import json
from math import prod

from clsf import packing
from clsf.checks import json_of, shown
from clsf.errors import SpecError
from clsf.model.branches import BRANCHING
from clsf.model.edit import Card, Design, design_of
from clsf.model.fields import fields_of
from clsf.model.layers import BY_ROLE
from clsf.model.shapes import Shape, sides_of
from clsf.model.spec import KINDS, MAX_DEPTH, MAX_JSON, VERSION, ModelSpec, layer_to_json, row_fields

LINK_VERSION = "1"
MAX_LINK = 6_000  # characters; browsers and servers take addresses of about 8,000
MAX_PARAMETERS = 10_000_000_000
"""A design that would hold more is not opened; the size check refuses models far smaller than that."""

_OFTEN = (
    '"shortcut":[]"branches":[["off":true"kind":"%(Function)s","name":"gelu""sigmoid""softmax""leaky_relu""tanh""linear"'
    '"dilation_rate":2"depth_multiplier":1"use_bias":false"strides":2"momentum":0.9"epsilon":"rate":0.5},'
    '{"kind":"%(GlobalAverage)s"},{"kind":"%(AveragePool)s"},{"kind":"%(Depthwise)s"},{"kind":"Residual","layers":['
    '{"kind":"Parallel","branches":[[{"kind":"%(Batchwise)s"},{"kind":"%(Drop)s","rate":0.25},{"kind":"%(Flat)s"},'
    '{"kind":"%(Function)s"},{"kind":"%(MaxPool)s"},{"kind":"%(Linear)s","units":10}]}{"kind":"%(Linear)s","units":128,"activation":"relu"},'
    '{"kind":"%(Convolution)s","filters":64,"padding":"same","activation":"relu"},'
    '{"kind":"%(Convolution)s","filters":32,"kernel_size":5,"padding":"same","activation":"relu"},{"version":1,"name":"my model","layers":['
) % {role: kind.__name__ for role, kind in BY_ROLE.items()}
_OFTEN = _OFTEN.encode()
"""Common words of a design's JSON as a preset dictionary, so that the compressor need not store them in every link."""


def to_data(design: Design) -> dict:
    """Return the JSON form of a design, all fields written out."""
    return {"version": VERSION, "name": design.name, "layers": [_card_data(card) for card in design.cards]}


def to_text(design: Design) -> str:
    """Return the JSON of a design for a file."""
    return json.dumps(to_data(design), indent=2) + "\n"


def to_link(design: Design) -> str | None:
    """Return the short form of a design, or None if it would be longer than a link may be."""
    text = json.dumps(_short(to_data(design)), separators=(",", ":")).encode()
    link = f"{LINK_VERSION}." + packing.packed(text, _OFTEN)
    return link if len(link) <= MAX_LINK else None


def from_text(text: str | bytes, input_shape: Shape) -> Design:
    """Read JSON text. Raises SpecError for text that is too large, not JSON, or not a design."""
    if len(text) > MAX_JSON:
        raise SpecError("The model has {size} characters of JSON; at most {most} are read.", size=len(text), most=MAX_JSON)
    try:
        data = json_of(SpecError, text)
    except SpecError as error:
        raise SpecError("The model is not JSON: {reason}", reason=error.sentence) from None
    return from_data(data, input_shape)


def from_link(link: str, input_shape: Shape) -> Design:
    """Read what `to_link` returned. Raises SpecError for text that is too long, damaged, of another version, or not a design."""
    if len(link) > MAX_LINK:
        raise SpecError("The link's design has {size} characters; at most {most} are read.", size=len(link), most=MAX_LINK)
    version, dot, packed = link.partition(".")
    if not dot or version != LINK_VERSION:
        raise SpecError(
            "The link's design has the version {value}, but this program reads version {version}; open it with the program that wrote it.",
            value=shown(version if dot else ""), version=LINK_VERSION,
        )  # fmt: skip
    try:
        text = packing.unpacked(packed, MAX_JSON, _OFTEN).decode()
    except ValueError:
        raise SpecError("The link's design is damaged, perhaps cut off. Copy the whole link again.") from None
    return from_text(text, input_shape)


def from_data(data: object, input_shape: Shape) -> Design:
    """Read a design from JSON values. Raises SpecError naming the wrong field, or if it would be far too large."""
    off: list[bool] = []
    plain = {**data, "layers": _without_off(data.get("layers"), off, 0)} if isinstance(data, dict) else data
    design = design_of(ModelSpec.from_json(plain))
    design = Design(design.name, _switched(design.cards, iter(off)), design.next_uid)
    count = _parameters(design, input_shape)
    if count > MAX_PARAMETERS:
        raise SpecError(
            "The design would hold {count} parameters or more; designs of up to {most} are opened.",
            count=f"{count:,}", most=f"{MAX_PARAMETERS:,}",
        )  # fmt: skip
    return design


def _card_data(card: Card) -> dict:
    if not card.branching:
        data = layer_to_json(card.layer)
    else:
        rows = [[_card_data(inner) for inner in row] for row in card.rows]
        data = {"kind": card.kind} | row_fields(BRANCHING[card.kind], rows)
    return data | ({"off": True} if card.off else {})


def _short(data: dict) -> dict:
    """Leave out the fields that are at their default."""
    kind = data.get("kind")
    defaults = {f.name: f.default for f in fields_of(KINDS[kind]) if not f.needed} if kind else {}
    short: dict = {}
    for name, value in data.items():
        if name in ("layers", "shortcut"):
            if value or name == "layers":
                short[name] = [_short(inner) for inner in value]
        elif name == "branches":
            short[name] = [[_short(inner) for inner in row] for row in value]
        elif name not in defaults or value != defaults[name] or type(value) is not type(defaults[name]):
            short[name] = value
    return short


def _without_off(row: object, off: list[bool], depth: int) -> object:
    """Return a row of layers in JSON without the fields "off", whose values are collected in order; other values are unchanged."""
    if not isinstance(row, list) or depth > MAX_DEPTH:
        return row
    kept = []
    for layer in row:
        if not isinstance(layer, dict):
            kept.append(layer)
            continue
        switched = layer.get("off", False)
        if not isinstance(switched, bool):
            raise SpecError(
                "{what} is {value}, but must be one of {choices}.", what="off", value=shown(switched), choices="true, false"
            )
        off.append(switched)
        plain = {name: value for name, value in layer.items() if name != "off"}
        for name in ("layers", "shortcut"):
            if name in plain:
                plain[name] = _without_off(plain[name], off, depth + 1)
        if isinstance(plain.get("branches"), list):
            plain["branches"] = [_without_off(inner, off, depth + 1) for inner in plain["branches"]]
        kept.append(plain)
    return kept


def _switched(cards: tuple[Card, ...], off: object) -> tuple[Card, ...]:
    return tuple(
        Card(card.uid, card.kind, card.layer, off=next(off), rows=tuple(_switched(row, off) for row in card.rows))
        for card in cards
    )


def _parameters(design: Design, shape: Shape) -> int:
    """Return a lower bound of the number of parameters, computed even where building would be refused."""
    total = 0
    for _, _, row in design.all_rows():
        channels = shape[-1] if row is design.cards else 1
        for card in row:
            width = None if card.branching else getattr(card.layer, card.layer.WIDTH, None)
            if card.branching:
                channels = 1
            elif width:
                total += width * channels * prod(sides_of(getattr(card.layer, "kernel_size", 1)))
                channels = width
    return total
