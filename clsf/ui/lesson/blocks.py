"""The exercises in a step: a question, a task on a page, a number to find, a text, a fault to fix."""

from __future__ import annotations

import streamlit as st

from clsf.course.finding import near, number_of
from clsf.course.fixing import fixed, found_kinds, planted
from clsf.course.lesson import Lesson, LessonStep
from clsf.course.progress import PART
from clsf.faults.catalogue import FAULTS
from clsf.ui.shared import course, facts, glossary, navigation, questions, reached, styles
from clsf.ui.shared.text import plain, t, words


def show(lesson: Lesson, step: LessonStep, kept: object) -> None:
    """Show the block of a step. `kept`: the stored row of earlier work, None if there is none."""
    styles.show("shared/programs")
    kinds = {
        "predict": ("psychology", t("Predict"), _predict), "do": ("construction", t("Do it yourself"), _do),
        "find": ("search", t("Find the number"), _find), "explain": ("edit_note", t("In your own words"), _explain),
        "fix": ("build", t("Fix it"), _fix),
    }  # fmt: skip
    icon, name, show_it = kinds[step.block.kind]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"##### :material/{icon}: {name}")
        if kept:
            st.badge(t("done"), icon=":material/check:", color="green")
    if step.block.kind != "predict":  # there the question is shown with its program
        st.markdown(glossary.linked(step.block.ask))
    show_it(lesson, step, kept)


def _predict(lesson: Lesson, step: LessonStep, kept: object) -> None:
    key = f"{lesson.name}/{step.name}"
    questions.ask(step, key, kept, lambda row: reached.keep(PART, {key: row}))


def _do(lesson: Lesson, step: LessonStep, kept: object) -> None:
    block = step.block
    if not kept and facts.done(block.check):
        course.keep(lesson, step, right=True)
        st.rerun()
    if kept:
        st.success(glossary.linked(block.why) or t("Done: this is what your session holds."), icon=":material/check_circle:")
    else:
        st.caption(f":material/search: {plain(block.check.missing(facts.candidates(block.check)))}")
    _opening(lesson, step)
    _hint(step)


def _opening(lesson: Lesson, step: LessonStep) -> None:
    link = step.block.open
    if link is None:
        return
    title = words(navigation.page_named(link.page).title)
    if st.button(t("Open the page {page}", page=title), key="open_page", icon=":material/open_in_new:", type="primary"):
        course.open_link(lesson, step, link)


def _hint(step: LessonStep) -> None:
    if step.block.hint:
        with st.expander(t("Hint"), icon=":material/lightbulb:"):
            st.markdown(glossary.linked(step.block.hint))


def _find(lesson: Lesson, step: LessonStep, kept: object) -> None:
    block = step.block
    key = f"number_{lesson.name}_{step.name}"
    with st.form(f"form_{key}", border=False):
        typed = st.text_input(t("Your number"), key=key, max_chars=40, placeholder="0.5", persist_state="session")
        sent = st.form_submit_button(t("Check it"), icon=":material/check:", type="primary")
    right = block.answer or questions.truth(block)
    if sent and typed and right:
        value = number_of(typed)
        if value is None:
            st.info(t("{text} is no number. Write it with digits, such as 430102 or 0.67.", text=plain(typed)))
        elif near(value, right, block.within):
            course.keep(lesson, step, right=True, answer=typed)
            kept = kept or {"answer": typed}
        else:
            st.warning(t("{text} is not right. Look again.", text=plain(typed)), icon=":material/lightbulb:")
    if kept:
        st.success(t("Right: {answer}.", answer=plain(right)), icon=":material/check_circle:")
        st.markdown(f"**{t('Why')}** · {glossary.linked(block.why)}")
    _opening(lesson, step)
    _hint(step)


def _explain(lesson: Lesson, step: LessonStep, kept: object) -> None:
    key = f"text_{lesson.name}_{step.name}"
    if kept and key not in st.session_state:
        st.session_state[key] = str(kept.get("answer") or "")
    with st.form(f"form_{key}", border=False):
        text = st.text_area(t("Your answer"), key=key, max_chars=2000, height=120, persist_state="session")
        sent = st.form_submit_button(t("Keep it"), icon=":material/save:", type="primary")
    st.caption(t("Nobody grades this. It is kept with your progress, and goes into the file that you can take along."))
    if sent and text.strip():
        reached.keep(PART, {f"{lesson.name}/{step.name}": course.row(None, text.strip())})
        kept = {"answer": text}
    if kept:
        with st.expander(t("An answer to compare with"), icon=":material/compare_arrows:", expanded=True):
            st.markdown(glossary.linked(step.block.sample))


def _fix(lesson: Lesson, step: LessonStep, kept: object) -> None:
    block, case = step.block, planted(*step.block.fault)
    key = f"code_{lesson.name}_{step.name}"
    st.session_state.setdefault(key, case.shown)
    with st.form(f"form_{key}", border=False):
        text = st.text_area(t("The program"), key=key, height=360, max_chars=20_000, persist_state="session")
        sent = st.form_submit_button(t("Read it again"), icon=":material/fact_check:", type="primary")
    st.caption(t("The program is read, never run."))
    if sent:
        if fixed(case, text):
            course.keep(lesson, step, right=True, answer=text)  # so that it can be read again when it is handed in
            kept = kept or {"right": True}
        else:
            still = [words(FAULTS[kind].title) for kind in found_kinds(text)]
            said = t("The program can't be read as a model and its training any more. Bring back what was removed.")
            if still:
                said = t("Still there: {faults}.", faults=plain("; ".join(still)))
            st.warning(said, icon=":material/lightbulb:")
    if kept:
        st.success(t("The fault is gone."), icon=":material/check_circle:")
        st.markdown(f"**{t('Why')}** · {glossary.linked(block.why)}")
    _hint(step)
