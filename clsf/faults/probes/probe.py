"""What a probe is made of: a question, its cost, and a function from observations to an answer in words and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clsf.faults.history import History, RunFacts
from clsf.faults.measures import NOTHING, Measures
from clsf.plan import Plan
from clsf.words import Sentence


@dataclass(frozen=True)
class Seen:
    """A run as input for a probe. `again`: the probe's own run, for a probe with `run`; None before it has run."""

    history: History
    facts: RunFacts
    measures: Measures = NOTHING
    again: History | None = None


@dataclass(frozen=True)
class Lines:
    """Curves over steps. `level`: a horizontal reference line, and its name."""

    lines: tuple[tuple[Sentence, tuple[float, ...]], ...]
    level: tuple[Sentence, float] | None = None
    y: Sentence | None = None


@dataclass(frozen=True)
class Bars:
    """Groups of bars over the same names. `log`: the numbers differ by powers of ten."""

    names: tuple[str | Sentence, ...]
    groups: tuple[tuple[Sentence, tuple[float, ...]], ...]
    y: Sentence | None = None
    log: bool = False


@dataclass(frozen=True)
class ProbeTable:
    """Rows of text under headings."""

    headings: tuple[Sentence, ...]
    rows: tuple[tuple[str | Sentence, ...], ...]


@dataclass(frozen=True)
class Answer:
    """The result of a probe. `picture` is drawn by `clsf.charts.probe`."""

    said: Sentence
    picture: Lines | Bars | ProbeTable | None = None


@dataclass(frozen=True)
class Probe:
    """A question about a run.

    `answer` takes the observations and returns None if they don't suffice. A probe with `run` needs a run of its own: `run`
    returns its plan, made from the plan of the run in question; its history becomes `Seen.again`.
    """

    title: Sentence
    does: Sentence  # what to do, as an instruction
    answer: Callable[[Seen], Answer | None]
    run: Callable[[Plan], Plan] | None = None
    cost: int = 1  # points in the bug lab


def share(value: float | None) -> str:
    """Write a share as percent, "–" for None."""
    return "–" if value is None else f"{value:.0%}"


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with the given number of digits, "–" for None."""
    return "–" if value is None else f"{value:.{digits}g}"


def span(pair: tuple[float, float] | None) -> str:
    """Write the smallest and the largest number."""
    return "–" if pair is None else f"{pair[0]:.4g} … {pair[1]:.4g}"
