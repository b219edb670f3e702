"""Predict, then reveal: the student answers, only then the program runs. Serves lessons and every page's own questions."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf.course import path
from clsf.course.lesson import LessonBlock, LessonStep
from clsf.course.progress import QUIZ, row
from clsf.course.running import ERROR, SIDES
from clsf.errors import ClsfError
from clsf.ui.shared import glossary, language, programs, reached, styles
from clsf.ui.shared.asking import unanswered
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import t

_AT = "question_at"  # of a page and a section: number of the question in view


def show(page: str, section: str = "") -> None:
    """Show one of a page's questions, if it has any; of one section of the page, if one is named."""
    steps = [step for step in path.questions(page, language.chosen()) if section in ("", step.section)]
    if not steps:
        return
    styles.show("shared/programs")
    place = f"{_AT}_{page}_{section}"
    kept = reached.all_of(QUIZ)
    if place not in st.session_state:  # start at the first unanswered question
        st.session_state[place] = next((at for at, s in enumerate(steps) if f"{page}/{s.name}" not in kept), 0)
    at = st.session_state[place] % len(steps)
    step, answered = steps[at], [kept[f"{page}/{s.name}"] for s in steps if f"{page}/{s.name}" in kept]
    with st.container(border=True, key="test_card", gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"### :material/psychology: {t('Predict, then reveal')}")
            if answered:
                right = sum(bool(each.get("right")) for each in answered)
                st.badge(
                    t("right: {right} of {made}", right=right, made=len(answered)), icon=":material/trophy:",
                    color="green" if right else "gray",
                )  # fmt: skip
        key = f"{page}/{step.name}"
        ask(step, key, kept.get(key), lambda row: reached.keep(QUIZ, {key: row}))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                t("Another question"),
                key="predict_next",
                icon=":material/skip_next:",
                on_click=st.session_state.update,
                args=({place: at + 1},),
            )
            st.caption(t("Question {number} of {count}", number=at + 1, count=len(steps)))


def ask(step: LessonStep, key: str, kept: object, keep: Callable[[dict], None]) -> None:
    """Show a question; `kept` is the row of an earlier answer, `keep` is given the row of a new one."""
    block = step.block
    at = kept.get("answer") if kept else None  # its number, because the words differ between languages
    answered = block.choices[at].text if isinstance(at, int) and 0 <= at < len(block.choices) else None
    left, right = st.columns([1.15, 1], gap="large") if block.program else (None, st.container())
    if left is not None:
        with left:
            st.markdown(heading(block.program.side))
            if code := _code(block):
                st.code(code, language="python", wrap_lines=True)
    with right:
        st.markdown(f"**{glossary.linked(block.ask)}**")
        guess = st.radio(
            t("Your prediction"), [choice.text for choice in block.mixed], index=None, format_func=label, key=f"guess_{key}",
            disabled=answered is not None, label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        if answered is None:
            st.button(
                t("Reveal: run it now") if block.program else t("Answer"), key="reveal", type="primary",
                icon=":material/play_arrow:", disabled=guess is None, on_click=_reveal, args=(block, key, keep),
            )  # fmt: skip
    if answered is not None:
        _revealed(block, answered, truth(block) if block.program else "")


def label(choice: str) -> str:
    """Return a choice as shown: a few words that any program may answer with are translated into the reader's language."""
    return {ERROR: t("an error"), "yes": t("yes"), "no": t("no")}.get(choice, choice.replace("*", "\\*"))


def truth(block: LessonBlock) -> str:
    """Return the right choice: by running the program, or the one that is marked; "" if no worker can be asked."""
    if block.program is None:
        return next(choice.text for choice in block.choices if choice.marked)
    answer = programs.ask(block.program.call, sides=(block.program.side,))[block.program.side]
    return block.program.truth(answer.outcomes[0]) if answer.problem is None else ""


def _code(block: LessonBlock) -> str:
    """Return the program's text, which the worker returns without running it."""
    try:
        return programs.code_of(block.program.side, block.program.call)
    except ClsfError as error:
        unanswered(error.sentence)
        return ""


def _reveal(block: LessonBlock, key: str, keep: Callable[[dict], None]) -> None:
    """Run the program and store the answer and whether it was right."""
    guess = st.session_state.get(f"guess_{key}")
    right = truth(block)
    if guess in [choice.text for choice in block.choices] and right:
        keep(row(guess == right, [choice.text for choice in block.choices].index(guess)))


def _revealed(block: LessonBlock, guess: str, right: str) -> None:
    right = right or next((choice.text for choice in block.choices if choice.marked or not choice.why_not), "")
    if guess == right:
        st.success(t("Right: {answer}.", answer=label(right)), icon=":material/check_circle:")
    else:
        said = next((choice.why_not for choice in block.choices if choice.text == guess), "")
        st.warning(
            t("You said {guess}. It is {answer}.", guess=label(guess), answer=label(right))
            + (f"  \n{glossary.linked(said)}" if said else ""),
            icon=":material/lightbulb:",
        )
    st.markdown(f"**{t('Why')}** · {glossary.linked(block.why)}")
    if block.program is not None:
        _ran(block)


def _ran(block: LessonBlock) -> None:
    """Show the result of the program; where all libraries have it, of all of them."""
    prints = block.program.read == "prints"
    shared = all(name.split(".")[0] not in ("layers", "learning", "own") for name in block.program.call.steps)
    sides = [side for side in SIDES if not (prints and side == "numpy")] if shared else [block.program.side]
    st.caption(t("And this is what all of them do:") if shared else t("This came out:"))
    for _, outcomes in programs.each(programs.ask(block.program.call, sides=sides), "predicted", sides):
        programs.result(outcomes[0], value=not prints)
