"""What a layer or an optimizer is, is defined in few files: its own, the table of all, and where its rule differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path

import pytest

from clsf.model.layers import BY_ROLE, PLAIN, keras_name, made
from clsf.model.spec import KINDS
from clsf.optimizers import OPTIMIZERS

ROOT = Path(__file__).parents[2]
MOST_OF_A_LAYER, MOST_OF_AN_OPTIMIZER = 6, 5


@cache
def sources() -> dict[str, str]:
    found = (path for folder in ("clsf", "pages") for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in found}


def named(pattern: str) -> Iterator[str]:
    return (name for name, text in sources().items() if re.search(pattern, text))


@pytest.mark.parametrize("kind", PLAIN)
def test_a_layer_is_named_in_few_files(kind):
    files = sorted(named(rf"\b{kind}\b"))
    assert f"class {kind}(" in "".join(sources()[name] for name in files)
    assert len(files) <= MOST_OF_A_LAYER, files


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_is_named_in_few_files(name):
    # Momentum is also an argument of both frameworks, of batch normalisation, and a fault: only comparing or setting SGD's counts.
    before = r"optimizer\s*(=|==|!=|in)\s*[(\[{]?" if name in {s.name for o in OPTIMIZERS.values() for s in o.settings} else ""
    files = sorted({"clsf/optimizers.py", *named(rf"{before}[\"']{name}[\"']")})
    assert len(files) <= MOST_OF_AN_OPTIMIZER, files


def test_every_layer_plays_a_part_of_its_own():
    assert len(BY_ROLE) == len(PLAIN)
    assert all(BY_ROLE)
    for role, kind in BY_ROLE.items():
        assert type(made(role, **dict.fromkeys(required(kind), 8))) is kind
        assert kind.KERAS.name.startswith("own.") or keras_name(role).isidentifier()
    assert all(not kind.role for name, kind in KINDS.items() if name not in PLAIN), "what holds rows is asked for its rows"


def required(kind: type) -> list[str]:
    return [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]
