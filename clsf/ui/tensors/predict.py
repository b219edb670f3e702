"""Predict, then reveal: the student answers, only then the program runs. The score stays in the session."""

from __future__ import annotations

import streamlit as st

from clsf.errors import ClsfError
from clsf.tensors import quiz, sections
from clsf.tensors.quiz import ERROR, Question
from clsf.tensors.sections import Section
from clsf.ui.shared.text import sentence, t
from clsf.ui.tensors import asking, columns, keys


def score() -> tuple[int, int]:
    """Return how many predictions were right, and how many were made."""
    answers = st.session_state.get(keys.ANSWERS, {})
    return sum(answer == truth for answer, truth in answers.values()), len(answers)


def show(name: str) -> None:
    """Show one question of a section, if it has any."""
    section = sections.section(name)
    questions = quiz.of(*section.topics)
    if not questions:
        return
    number = st.session_state.get(keys.question(section.name), 0) % len(questions)
    question = questions[number]
    with st.container(border=True, key="predict", gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"### :material/psychology: {t('Predict, then reveal')}")
            right, made = score()
            if made:
                st.badge(
                    t("right: {right} of {made}", right=right, made=made),
                    icon=":material/trophy:",
                    color="green" if right else "gray",
                )
        _ask(section, question)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                t("Another question"),
                key="predict_next",
                icon=":material/skip_next:",
                on_click=_next,
                args=(section.name, len(questions)),
            )
            st.caption(t("Question {number} of {count}", number=number + 1, count=len(questions)))


def _ask(section: Section, question: Question) -> None:
    answered = st.session_state.setdefault(keys.ANSWERS, {}).get(question.name)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        st.markdown(columns.title(question.side))
        code = _code(question)
        if code:
            st.code(code, language="python", wrap_lines=True)
    with right:
        st.markdown(f"**{sentence(quiz.ASKED[question.topic])}**")
        guess = st.radio(
            t("Your prediction"),
            question.choices,
            index=None,
            format_func=_label,
            key=keys.guess(question.name),
            horizontal=True,
            disabled=answered is not None,
            persist_state="session",
        )
        if answered is None:
            st.button(
                t("Reveal: run it now"),
                key="reveal",
                type="primary",
                icon=":material/play_arrow:",
                disabled=guess is None,
                on_click=_reveal,
                args=(question,),
            )
    if answered is not None:
        _revealed(question, *answered)


def _code(question: Question) -> str:
    """Return the program's text, which the worker tells without running it."""
    try:
        return asking.code_of(question.side, question.call)
    except ClsfError as error:
        st.info(sentence(error.sentence), icon=":material/hourglass_empty:")
        return ""


def _reveal(question: Question) -> None:
    """Run the program and keep the answer with what really came out."""
    answer = asking.ask(question.call, sides=(question.side,))[question.side]
    if answer.problem is None:
        guess = st.session_state.get(keys.guess(question.name))
        st.session_state.setdefault(keys.ANSWERS, {})[question.name] = (guess, question.truth(answer.outcomes[0]))


def _revealed(question: Question, guess: str, truth: str) -> None:
    if guess == truth:
        st.success(t("Right: {answer}.", answer=_label(truth)), icon=":material/check_circle:")
    else:
        st.warning(
            t("You said {guess}. It is {answer}.", guess=_label(guess), answer=_label(truth)), icon=":material/lightbulb:"
        )
    everybody = [side for side in asking.SIDES if not (question.topic == "prints" and side == "numpy")]
    st.caption(t("And this is what all of them do:"))
    for _, outcomes in columns.each(asking.ask(question.call, sides=everybody), "predicted", everybody):
        columns.result(outcomes[0], value=question.topic != "prints")


def _next(section: str, count: int) -> None:
    key = keys.question(section)
    st.session_state[key] = (st.session_state.get(key, 0) + 1) % count


def _label(choice: str) -> str:
    return {ERROR: t("an error"), "yes": t("yes"), "no": t("no")}.get(choice, choice)
