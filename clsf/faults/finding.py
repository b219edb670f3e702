"""A fault found in a program's source: the line, the certainty, the message, and the line that fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clsf.words import Sentence

Certainty = Literal["certain", "likely", "smell"]


@dataclass(frozen=True)
class Finding:
    """One place of one kind of fault."""

    kind: str
    line: int  # 1 for the first
    certainty: Certainty
    sentence: Sentence
    mend: Sentence | str = ""  # what to do, if a single line can't fix it
    new: str | None = None  # the new line, "" to delete it
    after: str | None = None  # a line to insert after it
    before: str | None = None  # a line to insert before it
