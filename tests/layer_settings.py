"""Random settings of a layer class, drawn by the rules of its fields, and an image size that fits: inputs for layer tests."""

from __future__ import annotations

from math import prod
from random import Random

from clsf.errors import SpecError
from clsf.model.fields import fields_of
from clsf.model.layers import PLAIN, Layer
from clsf.model.shapes import Shape

SHAPES = [(h, w, c) for h in (1, 3, 6, 7, 10) for w in (4, 5, 8) for c in (1, 2, 6)]
SMALL = 6  # the largest whole number drawn: padding errors show on small sides
FLAT = (5,)


def settings(kind: type[Layer], count: int) -> list[tuple[Layer, Shape]]:
    """Return `count` layers of the class, each with an input shape; the same every time. Few are equal if there are enough."""
    random, found = Random(kind.__name__), []
    seen: set = set()
    for _ in range(100 * count):
        if len(found) == count:
            break
        shape = random.choice(SHAPES) if random.random() < 0.9 else FLAT
        try:
            layer = kind(**{field.name: _drawn(field.rule, random) for field in fields_of(kind)})
            out = layer.out_shape(shape)
        except SpecError:
            continue
        if prod(out) > 4_000 or ((layer, shape) in seen and len(seen) < 20):
            continue
        seen.add((layer, shape))
        found.append((layer, shape))
    return found


def _side(rule: object, random: Random) -> int:
    return random.choice((random.randint(rule.low, min(rule.high, SMALL)), 1))


def _drawn(rule: object, random: Random) -> object:
    if rule.takes == "pair":
        one, other = (_side(rule, random) for _ in range(2))
        return None if rule.optional and random.random() < 0.3 else random.choice((one, (one, other)))
    if rule.takes == "whole":
        value = random.randint(rule.low, min(rule.high, SMALL))
        value = random.choice((value, 1)) if rule.low <= 1 else value
        return None if rule.optional and random.random() < 0.3 else value
    if rule.takes == "number":
        return random.choice((rule.low or 1e-3, round(random.uniform(0.01, 0.95), 3)))
    return random.choice(rule.choices or (True, False))


def all_settings(count: int) -> dict[str, list[tuple[Layer, Shape]]]:
    """Return `count` settings of every plain layer, by its name."""
    return {name: settings(kind, count) for name, kind in PLAIN.items()}
