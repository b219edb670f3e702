"""Three columns, one per library: the code as it ran, and the result. On narrow screens they are stacked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape

import streamlit as st

from clsf.tensors.outcome import Outcome, Raised, SeenValue
from clsf.ui.shared.asking import unanswered
from clsf.ui.shared.marks import LOOKS, heading
from clsf.ui.shared.programs import SIDES, LibraryAnswer
from clsf.ui.shared.text import t


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
