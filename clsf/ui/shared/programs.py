"""Asks the three libraries, each in its worker, and shows what they answer, in a column each; on narrow screens these are stacked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

import streamlit as st

from clsf.course.running import JOBS, SIDES
from clsf.errors import ClsfError
from clsf.tensors.outcome import Outcome, Raised, SeenValue
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import asking as shared
from clsf.ui.shared.asking import unanswered
from clsf.ui.shared.marks import LOOKS, heading
from clsf.ui.shared.text import t
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


@contextmanager
def card(side: str, key: str, note: str = "") -> Iterator[None]:
    """Return a frame in the library's colour."""
    with st.container(border=True, height="stretch", gap="xsmall", key=f"side_{side}_{key}"):
        st.markdown(heading(side, note))
        yield


def each(
    answers: dict[str, LibraryAnswer], key: str, sides: Sequence[str] = SIDES
) -> Iterator[tuple[str, tuple[Outcome, ...]]]:
    """Yield (library, outcomes) inside its column; for a library that could not be asked, show the reason."""
    for place, side in zip(st.columns(len(sides)), sides, strict=True):
        with place, card(side, key):
            yield from answered({side: answers[side]})


def answered(answers: dict[str, LibraryAnswer]) -> Iterator[tuple[str, tuple[Outcome, ...]]]:
    """Yield (library, outcomes) of each library; for one that could not be asked, show the reason."""
    for side, answer in answers.items():
        if answer.problem is not None:
            unanswered(answer.problem)
        else:
            yield side, answer.outcomes


def program(outcome: Outcome) -> None:
    """Show the code and all of its results."""
    code(outcome)
    result(outcome)


def code(outcome: Outcome) -> None:
    st.code(outcome.code, language="python", wrap_lines=True)


def result(outcome: Outcome, value: bool = True) -> None:
    """Show what was printed, warned of, returned or raised."""
    parts = []
    if outcome.printed:
        parts.append(f'<pre class="tr-printed">{escape(outcome.printed.rstrip())}</pre>')
    if outcome.value is not None and value:
        parts.append(shown(outcome.value))
    parts += [warned(text) for text in outcome.warned]
    if outcome.raised is not None:
        parts.append(raised(outcome.raised, outcome.code))
    st.html(f'<div class="tr">{"".join(parts)}</div>')


def shown(seen: SeenValue) -> str:
    """Return a value as HTML: as Python prints it, and its dtype and shape."""
    facts = [seen.dtype, t("shape {shape}", shape=seen.shape) if seen.shape is not None else ""]
    chips = "".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)
    return f'<div class="tr-value"><pre>{escape(seen.text)}</pre><div class="tr-facts">{chips}</div></div>'


def raised(error: Raised, program: str) -> str:
    """Return an exception as HTML, with the line that raised it."""
    line = program.splitlines()[error.line].strip() if error.line is not None else ""
    where = f'<div class="tr-where">{escape(t("in this line:"))} <code>{escape(line)}</code></div>' if line else ""
    return f'<div class="tr-raised"><b>✕ {escape(error.kind)}</b>{where}<pre>{escape(error.text)}</pre></div>'


def warned(text: str) -> str:
    kind, _, rest = text.partition(": ")
    return f'<div class="tr-warned"><b>! {escape(kind)}</b><pre>{escape(rest)}</pre></div>'


def pairs(rows: Sequence[tuple[str, str, bool]]) -> None:
    """Show code and what it gives, line by line; True marks what was raised."""
    cells = "".join(
        f'<code>{escape(left)}</code><span class="{"tr-bad" if bad else ""}">{escape(right)}</span>'
        for left, right, bad in rows
    )
    st.html(f'<div class="tr-pairs">{cells}</div>')


def table(corner: str, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Show a table with a column for each library; the corner and a row, a head and its cells, are HTML."""
    heads = "".join(f'<th class="side side-{side}">{escape(LOOKS[side].mark)} {LOOKS[side].title}</th>' for side in SIDES)
    body = "".join(f"<tr>{head}{''.join(cells)}</tr>" for head, cells in rows)
    st.html(f'<div class="ct"><table><tr>{corner}{heads}</tr>{body}</table></div>')


def short(outcome: Outcome) -> tuple[str, bool]:
    """Return an outcome in one line, and whether it was raised."""
    if outcome.raised is not None:
        return f"✕ {outcome.raised.kind}", True
    return outcome.value.text, False
