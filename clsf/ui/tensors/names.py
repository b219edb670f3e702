"""Section 5: one operation under three names, run with the student's shapes, and compared."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from clsf.tensors.equality import Verdict, verdict
from clsf.tensors.names import GROUPS, ROWS, Operation
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.programs import SIDES, LibraryAnswer, ask, everyone
from clsf.ui.shared.text import plain, t, tn, words
from clsf.ui.tensors import keys

ALL = "all"
MARKS: dict[Verdict, str] = {"equal": "=", "dtype": "≈", "different": "≠"}


def show() -> bool:
    """Show the section; return whether its task is solved by what is chosen."""
    one, two, three, four = st.columns([2, 1.2, 1, 1], vertical_alignment="bottom")
    search = choose.text(t("Search"), "", keys.NAMES_SEARCH, placeholder="unsqueeze, axis, concat …", type="search", place=one)
    traps = two.toggle(t("Only traps"), False, key=keys.NAMES_TRAPS, **choose.LINKED)
    rows = choose.whole(t("Rows of a"), 1, 5, 2, keys.NAMES_ROWS, place=three)
    width = choose.whole(t("Columns of a"), 2, 5, 3, keys.NAMES_COLUMNS, place=four)
    group = choose.named(
        st.pills, t("Group"), {ALL: t("all")} | {name: plain(title) for name, title in GROUPS.items()}, keys.NAMES_GROUP
    )
    size = {"rows": rows, "columns": width}
    answers = ask(ProgramCall.of("names.inputs", **size), *(ProgramCall.of("names.inputs", name, **size) for name in _steps()))
    if not everyone(answers):
        for _ in programs.each(answers, "names"):
            pass
        return False
    shown = [row for row in ROWS if _wanted(row, answers, search, group, traps)]
    judged = {row.name: verdict(_outcomes(answers, row.step)) for row in ROWS}
    _counts(judged)
    with st.expander(t("The inputs: a, b, c, m, r, v, w, i and labels"), icon=":material/input:"):
        for _, outcomes in programs.each(answers, "inputs"):
            programs.code(outcomes[0])
    if not shown:
        st.info(t("No row has that in it. Search for part of a name, such as squeeze."), icon=":material/search_off:")
        return False
    head = "".join(
        f'<span class="side-{side}">{programs.LOOKS[side].mark} {programs.LOOKS[side].title}</span>' for side in SIDES
    )
    body = "".join(_row(row, answers, judged[row.name]) for row in shown)
    st.html(f'<div class="nm"><div class="nm-head">{head}</div>{body}</div>')
    said = tn(
        "{shown} of {count} row. Open it to see what came out.", "{shown} of {count} rows. Open one to see what came out.", len(ROWS),
        shown=len(shown),
    )  # fmt: skip
    st.caption(said)
    return all(row.trap for row in shown)


def _steps() -> list[str]:
    return [name for row in ROWS for name in (row.step, row.trap) if name]


def _outcomes(answers: dict[str, LibraryAnswer], step: str) -> list[Outcome]:
    at = 1 + _steps().index(step)
    return [answers[side].outcomes[at] for side in SIDES]


def line(outcome: Outcome) -> str:
    """Return the line of a program that differs: its last."""
    return outcome.code.splitlines()[-1]


def _wanted(row: Operation, answers: dict[str, LibraryAnswer], search: str, group: str, traps: bool) -> bool:
    if (group not in (ALL, row.group)) or (traps and not row.trap):
        return False
    text = " ".join([row.name.replace("_", " "), *(line(o) for o in _outcomes(answers, row.step))])
    if row.note:
        text += " " + words(row.note)
    return search.strip().lower()[:100] in text.lower()


def _counts(judged: dict[str, Verdict]) -> None:
    texts = {"equal": t("equal, same dtype"), "dtype": t("equal numbers, other dtype"), "different": t("different")}
    with st.container(horizontal=True, gap="small"):
        for name, colour in (("equal", "green"), ("dtype", "orange"), ("different", "red")):
            count = sum(verdict == name for verdict in judged.values())
            if count:
                st.badge(f"{MARKS[name]} {texts[name]}: {count}", color=colour)


def _row(row: Operation, answers: dict[str, LibraryAnswer], judged: Verdict) -> str:
    outcomes = _outcomes(answers, row.step)
    codes = "".join(f'<code class="side-{side}">{_broken(line(o))}</code>' for side, o in zip(SIDES, outcomes, strict=True))
    tag = f'<span class="nm-tag nm-{judged}">{MARKS[judged]} {escape(_word(judged))}</span>'
    if row.trap:
        tag = f'<span class="nm-tags">{tag}<span class="nm-tag nm-different">! {escape(t("trap"))}</span></span>'
    note = f'<div class="nm-note">{escape(words(row.note))}</div>' if row.note else ""
    body = "".join(_answer(side, o) for side, o in zip(SIDES, outcomes, strict=True)) + '<span class="nm-empty"></span>'
    if row.trap:
        guessed = _outcomes(answers, row.trap)
        body += f'<div class="nm-trap">! {escape(t("A natural guess, and what it really does:"))}</div>'
        body += "".join(
            f'<div><code class="nm-code side-{side}">{_broken(line(o))}</code>{_answer(side, o)}</div>'
            for side, o in zip(SIDES, guessed, strict=True)
        )
    return f'<details><summary>{codes}{tag}</summary><div class="nm-body">{note}{body}</div></details>'


def _broken(code: str) -> str:
    """Return code as HTML with line breaks allowed at readable places."""
    return re.sub(r"([.(,=])(?=[A-Za-z_(\[ ])", r"\1<wbr>", escape(code))


def _answer(side: str, outcome: Outcome) -> str:
    if outcome.raised:
        return f'<pre class="tr-bad">✕ {escape(outcome.raised.kind)}: {escape(outcome.raised.text)}</pre>'
    return f"<pre>{escape(outcome.value.text)}</pre>"


def _word(judged: Verdict) -> str:
    return {"equal": t("equal"), "dtype": t("other dtype"), "different": t("different")}[judged]
