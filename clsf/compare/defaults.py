"""Defaults that differ under the same name: a table whose numbers come from the installed frameworks, read in their workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clsf import FRAMEWORKS
from clsf.errors import ClsfError
from clsf.optimizers import BY_ROW
from clsf.plan import DIFFERENCES
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.engine.base import Engine

SECONDS = 60.0

ROWS: dict[str, Sentence] = {
    "version": say("version"),
    "initial-weights": say("initial kernels: largest value, in units of the scheme's limit"),
    "bias-init": say("initial biases: largest value, times √inputs"),
    **{row: Sentence(declared.title) for row, declared in BY_ROW.items()},
    "bn-momentum": say("batch normalisation: momentum (kept of the old / taken of the new)"),
    "bn-epsilon": say("batch normalisation: epsilon"),
    "bn-variance": say("batch normalisation: variance that is kept (1: divided by n, 2: by n - 1)"),
    "image-norm-epsilon": say("layer and group normalisation: epsilon"),
    "slopes": say("learned slopes below 0: at the start, and what shares one"),
    "response-norm": say("local response normalisation: alpha multiplies the sum of squares, or their mean"),
    "dropout-rate": say("dropout: rate"),
    "dropout-at-evaluation": say("F.dropout: always drops by default"),
    "eval-mode": say("training mode (None: the caller decides)"),
    "shuffling": say("shuffles before each epoch"),
    "softmax-before-loss": say("cross-entropy takes its input for"),
    "weight-decay-style": say("weight decay of 1 at a learning rate of 1"),
    "flatten-order": say("order of flattening"),
    "layout": say("shapes of images and weights"),
    "padding": say("padding \"same\" with stride 2, summing threes over 1 1 1 1"),
}  # fmt: skip
"""Row -> its topic; the rows of `clsf.backends.<framework>.defaults`."""


@dataclass(frozen=True, slots=True)
class DefaultRow:
    """One line of the table."""

    row: str
    title: Sentence
    values: dict[str, dict[str, object] | None]  # framework -> name -> default; None where the framework did not answer
    difference: str | None  # the entry of clsf.compare.differences that switches it; None: nothing to switch

    def text(self, framework: str) -> str:
        """Return "name = value, …" in the framework's own words, "" where it did not answer."""
        values = self.values[framework] or {}
        return ", ".join(f"{name} = {value}" for name, value in values.items())


@dataclass(frozen=True, slots=True)
class Defaults:
    """The table, and which framework could not be read, and why."""

    rows: tuple[DefaultRow, ...]
    failures: dict[str, Sentence]


def ask(engine: Engine) -> Defaults:
    """Ask both workers for their defaults. The columns of a framework that does not answer stay empty."""
    told: dict[str, dict] = {}
    failures: dict[str, Sentence] = {}
    for framework in FRAMEWORKS:
        try:
            told[framework] = engine.call(framework, f"clsf.backends.{framework}.defaults:defaults", timeout=SECONDS)
        except ClsfError as error:
            failures[framework] = error.sentence
    return Defaults(table(told), failures)


def table(told: dict[str, dict]) -> tuple[DefaultRow, ...]:
    """Return the rows, from framework -> what its `defaults()` returned."""
    return tuple(
        DefaultRow(
            row,
            title,
            {framework: told[framework].get(row) if framework in told else None for framework in FRAMEWORKS},
            row if row in DIFFERENCES else None,
        )
        for row, title in ROWS.items()
    )
