"""Cases: a code such as "T2-17" stands for a program with a fault in it, the same for everyone who types the code.

The letter is the framework (T PyTorch, K Keras), the first number the level, the last one the case. The code does not reveal the
fault. Level 5 has two faults at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache

from clsf.errors import SpecError
from clsf.faults.catalogue import FAULTS, functions
from clsf.faults.lab import lines
from clsf.faults.scene import KERAS, TORCH, Scene, planted_lines
from clsf.faults.scenes import MODELS, healthy
from clsf.reader.findings import faults
from clsf.reader.program import read
from clsf.words import Sentence, say

LETTERS = {"T": TORCH, "K": KERAS}
LEVELS: dict[int, Sentence] = {
    1: say("It crashes"),
    2: say("It hardly learns"),
    3: say("It learns badly, or its numbers look odd"),
    4: say("It trains, but a few points too low, or reports a wrong number"),
    5: say("Two faults at once"),
}
MOST = 999
CHOICES = 5  # offered diagnoses
LINES = 6  # offered lines

ALIKE = (
    ("softmax-then-logits-loss", "wrong-from-logits", "sigmoid-with-categorical", "softmax-over-batch", "relu-before-softmax",
     "wrong-last-activation", "missing-last-activation", "probabilities-into-nll", "softmax-one-unit"),
    ("lr-too-high", "lr-too-low", "optimizer-default-lr", "optimizer-epsilon", "momentum", "scheduler-per-batch", "batch-size",
     "too-few-epochs"),
    ("missing-eval", "dropout-always-on", "missing-train-mode", "missing-training-flag", "bn-momentum", "bn-small-batch",
     "dropout", "validation-augmented", "train-test-preprocess-mismatch"),
    ("nothing-trainable", "missing-parameters", "plain-list-of-layers", "unused-layer", "init", "weight-decay", "regularisation",
     "saturating-activation", "architecture-too-small", "missing-hidden-activation"),
    ("missing-zero-grad", "zero-grad-per-epoch", "lr-too-high", "momentum", "shuffle-missing"),
    ("data-leak", "split-reshuffled", "validation-sorted", "validation-missing", "labels-corrupted", "imbalance",
     "shuffle-missing"),
    ("missing-normalisation", "scaled-twice", "train-test-preprocess-mismatch", "view-for-permute", "channel-order"),
    ("metrics-wrong", "mean-of-means", "binary-loss-multiclass", "regression-loss-classifier", "missing-no-grad", "graph-kept"),
    ("shape", "channel-order", "dtype", "label-encoding", "labels-from-one", "wrong-last-units", "wrong-loss-for-output",
     "last-batch-of-one", "in-place", "padding-same"),
    ("api-misuse", "name-undefined", "name-overwritten", "syntax", "dtype"),
)  # fmt: skip
"""Faults that are easily confused: they are offered as wrong diagnoses."""


@dataclass(frozen=True)
class BugCase:
    """One case."""

    code: str
    framework: str
    level: int
    kinds: tuple[str, ...]
    healthy: Scene
    faulty: Scene
    first: Scene | None = None  # of two faults: the program with the first one alone

    @property
    def lines(self) -> tuple[int, ...]:
        """Return the lines of the program that are wrong, 1-based; for a missing line, the one before."""
        return planted_lines(self.healthy.text, self.faulty.text)

    @property
    def lines_of(self) -> tuple[tuple[int, ...], ...]:
        """Return the wrong lines of each fault, in the order of `kinds`."""
        if self.first is None:
            return (self.lines,)
        second = planted_lines(self.first.text, self.faulty.text)
        return tuple(line for line in self.lines if line not in second) or self.lines, second

    @cached_property
    def shown(self) -> str:
        """Return the program without the comments that give the answer away. Each line keeps its number."""
        text = re.sub(r"(?<=\S)  # [^\"\n]*$", "", self.faulty.text, flags=re.MULTILINE)
        return re.sub(r"^ *# .{40,}$", "", text, flags=re.MULTILINE)

    @cached_property
    def right_lines(self) -> tuple[int, ...]:
        """Return one wrong line of each fault: the one that the code reader finds, otherwise the first with content."""
        line_of = {f.kind: f.line for f in reversed(faults(read(self.faulty.text)))}
        return tuple(
            line_of[kind] if line_of.get(kind) in places else lines.readable(self.shown, places)
            for kind, places in zip(self.kinds, self.lines_of, strict=True)
        )

    @cached_property
    def line_choices(self) -> tuple[int, ...]:
        """Return the offered lines, in their order: one right line of each fault, and lines where similar faults would be."""
        right, possible = self.right_lines, lines.statements(self.shown)
        choices: list[int] = []
        for kind in self.choices:
            planted = functions("plant")[kind](self.healthy) if kind in functions("plant") and kind not in self.kinds else None
            if planted is not None:
                moved = [
                    lines.moved(self.healthy.text, self.faulty.text, n) for n in lines.touched(self.healthy.text, planted.text)
                ]
                choices.append(lines.readable(self.shown, [n for n in moved if n] or [1]))
        choices = [n for n in choices if n in possible] + _mixed(possible, self.code)
        near = [n for n in dict.fromkeys(choices) if all(abs(n - wrong) > 1 for wrong in (*self.lines, *right))]
        return tuple(sorted({*right, *near[: LINES - len(set(right))]}))

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the offered kinds, including the right ones, in an order that does not reveal them."""
        near = [kind for group in ALIKE if set(self.kinds) & set(group) for kind in group if kind not in self.kinds]
        near += [kind for kind in playable(self.framework, min(self.level, 4)) if kind not in self.kinds]
        offered = list(dict.fromkeys(kind for kind in near if self.framework not in FAULTS[kind].not_in))
        return tuple(_mixed([*self.kinds, *_mixed(offered[:8], self.code)[: CHOICES - len(self.kinds)]], self.code))


@cache
def playable(framework: str, level: int | None = None) -> tuple[str, ...]:
    """Return the kinds that can be played in a framework, of one level or of all."""
    return tuple(
        kind for kind in functions("plant")
        if framework not in FAULTS[kind].not_in and level in (None, FAULTS[kind].level) and twins(framework, kind, 0)
    )  # fmt: skip


def case_of(code: str) -> BugCase:
    """Return the case of a code. Raises SpecError for an invalid code."""
    return _case(code.strip().upper()[:30])


@lru_cache(maxsize=200)
def _case(code: str) -> BugCase:
    match = re.fullmatch(r"([TK])([1-5])-(\d{1,3})", code)
    if not match:
        raise SpecError(
            "'{code}' is no case. A code has a letter, T for PyTorch or K for Keras, a level from 1 to 5 and a number, such as T2-17.",
            code=code,
        )
    letter, level, number = match[1], int(match[2]), int(match[3])
    code, framework = f"{letter}{level}-{number}", LETTERS[letter]
    if level < 5:
        kinds = _mixed(playable(framework, level), f"{letter}{level}-{number // len(playable(framework, level))}")
        kind = kinds[number % len(kinds)]
        one, other = twins(framework, kind, number % 10)
        return BugCase(code, framework, level, (kind,), one, other)
    return _two(code, framework, number)


def _two(code: str, framework: str, number: int) -> BugCase:
    kinds = [kind for level in (2, 3) for kind in playable(framework, level)]
    for first in _mixed(kinds, code):
        start, one = twins(framework, first, number % 10)
        for second in _mixed(kinds, code + first):
            together = functions("plant")[second](one) if second != first else None
            alone = functions("plant")[second](start) if together is not None else None
            if together is not None and alone is not None and together.text not in (one.text, alone.text):
                return BugCase(code, framework, 5, (first, second), start, together, one)
    raise SpecError("There is no case '{code}'.", code=code)


def daily(framework: str, day: date, level: int | None = None) -> BugCase:
    """Return the case of a day, the same for everybody. Without a level each day of the week has its own."""
    letter = next(letter for letter, name in LETTERS.items() if name == framework)
    return case_of(f"{letter}{level or (1, 2, 3, 2, 3, 4, 5)[day.weekday()]}-{day.toordinal() % MOST}")


def new_case(framework: str, level: int, number: int) -> BugCase:
    """Return a case by its parts; the number is taken modulo the number of cases."""
    letter = next(letter for letter, name in LETTERS.items() if name == framework)
    return case_of(f"{letter}{level}-{number % MOST}")


def twins(framework: str, kind: str, seed: int) -> tuple[Scene, Scene] | None:
    """Return the healthy and the faulty program, on digits if the fault is possible there."""
    for data in ("digits", "shapes"):
        for model in MODELS:
            start = healthy(framework, data, model, seed)
            start = functions("start")[kind](start) if kind in functions("start") else start
            planted = functions("plant")[kind](start)
            if planted is not None:
                return start, planted
    return None


def _mixed(things: Sequence, key: str) -> list:
    """Return the things in an order that depends on the key only, the same on every machine."""
    return sorted(things, key=lambda thing: hashlib.sha256(f"{key}/{thing}".encode()).digest())
