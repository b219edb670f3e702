"""Asking the three libraries, each in its worker; what was asked before is answered from memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from clsf.errors import ClsfError
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import Call
from clsf.ui.shared import service_access
from clsf.words import Sentence

SIDES = ("numpy", "tensorflow", "torch")

JOBS = {
    "numpy": ("torch", "clsf.tensors.with_numpy:run"),  # needs no framework; any worker would do
    "tensorflow": ("tensorflow", "clsf.backends.tensorflow.tensors:run"),
    "torch": ("torch", "clsf.backends.torch.tensors:run"),
}

TIMEOUT = 15.0  # seconds; an answer takes milliseconds, unless a framework is just being loaded


@dataclass(frozen=True, slots=True)
class Answer:
    """What one library said to each call, or why it could not be asked."""

    outcomes: tuple[Outcome, ...] = ()
    problem: Sentence | None = None


class _NotAnsweredError(Exception):
    """Carries the answers there are; raising it keeps them from being remembered."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        super().__init__()
        self.answers = answers


def ask(*calls: Call, sides: Sequence[str] = SIDES, again: int = 0) -> dict[str, Answer]:
    """Run the same programs in several libraries at once. Another number for `again` runs them anew."""
    return ask_each(dict.fromkeys(sides, calls), again)


def ask_each(calls: Mapping[str, Sequence[Call]], again: int = 0) -> dict[str, Answer]:
    """Run programs, each library its own."""
    key = "\n".join(f"{side} {call!r}" for side, several in calls.items() for call in several)
    try:
        return _asked(key, again, dict(calls), service_access.get_service())
    except _NotAnsweredError as error:
        return error.answers


def everyone(answers: Mapping[str, Answer]) -> bool:
    """Return whether every library could be asked."""
    return all(answer.problem is None for answer in answers.values())


def code_of(side: str, call: Call) -> str:
    """Return the text of a program without running it. Raises ClsfError if the worker can't be asked."""
    return _code(side, repr(call), call, service_access.get_service())


@st.cache_data(show_spinner=False, max_entries=500)
def _code(side: str, key: str, _call: Call, _service: object) -> str:
    framework, job = JOBS[side]
    return _service.call(framework, job.replace(":run", ":code"), _call, timeout=TIMEOUT)


@st.cache_data(show_spinner=False, max_entries=2_000)
def _asked(key: str, again: int, _calls: dict[str, Sequence[Call]], _service: object) -> dict[str, Answer]:
    with ThreadPoolExecutor(max_workers=max(len(_calls), 1)) as threads:
        found = {side: threads.submit(_ask_one, _service, side, list(several)) for side, several in _calls.items()}
    answers = {side: future.result() for side, future in found.items()}
    if not everyone(answers):
        raise _NotAnsweredError(answers)
    return answers


def _ask_one(service: object, side: str, calls: list[Call]) -> Answer:
    framework, job = JOBS[side]
    try:
        return Answer(tuple(service.call(framework, job, calls, timeout=TIMEOUT)))
    except ClsfError as error:
        return Answer(problem=error.sentence)
