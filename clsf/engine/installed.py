"""Finds the installed frameworks without importing one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from clsf import FRAMEWORKS
from clsf.frameworks import TITLES
from clsf.words import Sentence, say


def installed() -> tuple[str, ...]:
    """Return the frameworks that can be imported here, in the order of FRAMEWORKS."""
    return tuple(name for name in FRAMEWORKS if find_spec(name) is not None)


def missing(names: Sequence[str]) -> Sentence:
    """Return the sentence that says what is missing and how to install it."""
    return say(
        "{names} is not installed here, so nothing can be trained in it. To install it: pip install -r requirements.txt",
        names=" + ".join(TITLES[name] for name in names),
    )
