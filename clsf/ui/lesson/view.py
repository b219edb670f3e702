"""A lesson: the position in it, one step at a time with its exercise, and the way to the next step."""

from __future__ import annotations

from functools import partial

import streamlit as st

from clsf.course import parsing
from clsf.course.finding import near, number_of
from clsf.course.fixing import fixed, found_kinds, planted
from clsf.course.lesson import Lesson, LessonStep
from clsf.course.progress import PART, Progress
from clsf.faults.catalogue import FAULTS
from clsf.ui.lesson import descent, own_parts, trained
from clsf.ui.shared import course, facts, glossary, linked, navigation, questions, reached, styles
from clsf.ui.shared.text import plain, t, tn, words


def show(lesson: Lesson, at: int) -> None:
    """Show one step of a lesson."""
    progress, step = reached.lessons(), lesson.steps[at]
    course.close_task()
    _head(lesson, at, progress)
    if at == 0 and lesson.able:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":material/flag: **{t('After this you can')}**")
            st.markdown("\n".join(f"- {line}" for line in lesson.able))
    _prose(step.prose)
    if step.block is not None:
        with st.container(border=True, key="block"):
            _block(lesson, step, progress.of(lesson.name, step.name))
    _ways(lesson, at, reached.lessons())
    _terms(lesson, at)


def _prose(text: str) -> None:
    """Show the prose of a step; where a line names a picture of ours, show that."""
    for at, part in enumerate(parsing.SHOW.split(text)):
        if at % 2:
            PICTURES[part]()
        elif part.strip():
            st.markdown(glossary.linked(part))


PICTURES = {
    "scores": descent.scores, "downhill": descent.downhill, "neighbours": trained.shuffled, "own-parts": own_parts.show, "own-metric": partial(own_parts.show, "metric"), "workers": trained.lockstep,
    "workers-statistics": trained.statistics, "workers-rates": trained.rates,
}  # fmt: skip
"""Name in clsf.course.lesson.PICTURES -> what shows it."""


def _head(lesson: Lesson, at: int, progress: Progress) -> None:
    with st.container(key="lesson_head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        minutes = tn("{count} minute", "{count} minutes", lesson.minutes)
        step = t("step {number} of {count}", number=at + 1, count=len(lesson.steps))
        st.caption(f"{t('Lesson {number}', number=lesson.number)} · {minutes} · {step}")
        st.page_link("pages/home.py", label=t("All lessons"), icon=":material/map:")
    st.title(plain(lesson.title), anchor=False)
    done, count = progress.count(lesson)
    st.progress(done / count, text=t("Steps done: {done} of {count}", done=done, count=count))
    st.header(plain(lesson.steps[at].title), anchor=False)


def _ways(lesson: Lesson, at: int, progress: Progress) -> None:
    step, last = lesson.steps[at], at == len(lesson.steps) - 1
    seen = step.block is None or progress.has(lesson.name, step.name)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            t("Back"),
            key="step_back",
            icon=":material/arrow_back:",
            disabled=at == 0,
            on_click=linked.put,
            args=(course.STEP, lesson.steps[at - 1].name),
        )
        if not last:
            st.button(
                t("Next") if seen else t("Skip this for now"), key="step_next", icon=":material/arrow_forward:", icon_position="right",
                type="primary" if seen else "secondary", on_click=_on, args=(lesson, at),
            )  # fmt: skip
    if last:
        if step.block is None and not progress.has(lesson.name, step.name):
            course.keep(lesson, step)
            progress = reached.lessons()
        if progress.finished(lesson):
            right, asked = progress.right(lesson)
            said = t("Lesson done. Right at the first answer: {right} of {asked}.", right=right, asked=asked)
            st.success(said, icon=":material/trophy:")
        else:
            names = ", ".join(plain(step.title) for step in lesson.steps if not progress.has(lesson.name, step.name))
            said = t("You have seen the last step. Steps that you skipped wait for you: {names}.", names=names)
            st.info(said, icon=":material/flag:")
        _after(lesson)


def _after(lesson: Lesson) -> None:
    after = course.course().after(lesson.name)
    if after is not None and st.button(
        t("Next lesson: {title}", title=after.title), key="lesson_next", icon=":material/arrow_forward:", type="primary"
    ):
        course.go(after)


def _on(lesson: Lesson, at: int) -> None:
    step = lesson.steps[at]
    if step.block is None:
        course.keep(lesson, step)
    linked.put(course.STEP, lesson.steps[at + 1].name)


def _terms(lesson: Lesson, at: int) -> None:
    step = lesson.steps[at]
    terms = glossary.in_text(step.prose + (step.block.ask if step.block else ""))
    if terms:
        with st.expander(t("Terms on this page"), icon=":material/dictionary:"):
            st.markdown("\n".join(f"- **{term.title}** ({term.other}): {term.text}" for term in terms))


def _block(lesson: Lesson, step: LessonStep, kept: object) -> None:
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
