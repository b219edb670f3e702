"""A fault that was found in a program's source: where, how sure, in which words, and the line that mends it."""

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
    mend: Sentence | str = ""  # what to do, where no single line says it
    new: str | None = None  # what the line becomes, "" for nothing
    after: str | None = None  # a line to be put in after it
    before: str | None = None  # a line to be put in before it
