"""Asks the three libraries, each in its worker; repeated questions are answered from a cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clsf.course.running import JOBS, SIDES
from clsf.errors import ClsfError
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import asking as shared
from clsf.words import Sentence

TIMEOUT = 15.0  # seconds; an answer takes milliseconds, unless a framework is still loading


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """The results of one library for each call, or why it could not be asked."""

    outcomes: tuple[Outcome, ...] = ()
    problem: Sentence | None = None


def ask(*calls: ProgramCall, sides: Sequence[str] = SIDES, again: int = 0) -> dict[str, LibraryAnswer]:
    """Run the same programs in several libraries at the same time. A new number for `again` runs them again."""
    return ask_each(dict.fromkeys(sides, calls), again)


def ask_each(calls: Mapping[str, Sequence[ProgramCall]], again: int = 0) -> dict[str, LibraryAnswer]:
    """Run a different set of programs in each library."""
    return shared.at_once(calls, lambda side, service: _answer(side, list(calls[side]), again, service))


def everyone(answers: Mapping[str, LibraryAnswer]) -> bool:
    """Return whether every library could be asked."""
    return all(answer.problem is None for answer in answers.values())


def code_of(side: str, call: ProgramCall) -> str:
    """Return the text of a program without running it. Raises ClsfError if the worker can't be asked."""
    framework, job = JOBS[side]
    return shared.ask(framework, job.replace(":run", ":code"), call, timeout=TIMEOUT, small=True)


def _answer(side: str, calls: list[ProgramCall], again: int, service: object) -> LibraryAnswer:
    framework, job = JOBS[side]
    try:
        return LibraryAnswer(
            tuple(shared.ask(framework, job, calls, stamp=again, timeout=TIMEOUT, small=True, service=service))
        )
    except ClsfError as error:
        return LibraryAnswer(problem=error.sentence)
