"""The bars above a page: the task of a lesson that has opened it, an assignment, and whether runs are being saved."""

from __future__ import annotations

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.shared import assigned, components, course, facts, glossary, navigation, service_access
from clsf.ui.shared.text import plain, t

TASK, SAVING = "task", "saving"
"""The keys of the containers; the style sheet collapses the second while there is nothing to show."""

SAVES = ("train", "experiments", "compare", "predict", "runs")
"""Pages that show or store runs; the first page shows the notice next to the workers."""

TICK = 5.0  # seconds


def of_lesson(page: str) -> None:
    """Show the task of the lesson that opened a page, if one has."""
    task = course.open_task() if page not in (course.PAGE, "", "home") else None
    if task is None:
        return
    lesson, step = task
    block = step.block
    done = block.check is not None and facts.done(block.check)
    if done:
        course.keep(lesson, step, right=True)
    with st.container(border=True, gap="xsmall", key="course_task"):
        where = f"{t('Lesson {number}', number=lesson.number)} · {plain(lesson.title)} · {plain(step.title)}"
        st.caption(f":material/school: {where}")
        st.markdown(glossary.linked(block.ask))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            kind = "primary" if done else "secondary"
            if st.button(t("Back to the lesson"), key="course_back", icon=":material/arrow_back:", type=kind):
                course.go(lesson, step.name)
            st.button(t("Not now"), key="course_close", icon=":material/close:", type="tertiary", on_click=course.close_task)
            if done:
                st.badge(t("done"), icon=":material/check:", color="green")
            elif block.check is not None:
                st.caption(plain(block.check.missing(facts.candidates(block.check))))


# A locked control can be neither pressed nor reached with the keyboard. What a run was trained with is checked again when it is graded.
_JS = """
export default function ({ data: [data] }) {
  const lock = () => {
    for (const name of data.names)
      for (const found of document.querySelectorAll(`.st-key-${CSS.escape(name)}`))
        if (!found.inert) { found.inert = true; found.style.opacity = "0.6"; found.title = data.title; }
  };
  const drawn = new MutationObserver(() => requestAnimationFrame(lock));
  drawn.observe(document.body, { childList: true, subtree: true });
  lock();
  return () => {
    drawn.disconnect();
    for (const name of data.names)
      for (const found of document.querySelectorAll(`.st-key-${CSS.escape(name)}`)) { found.inert = false; found.style.opacity = ""; found.title = ""; }
  };
}
"""

_locks = components.declared("clsf_locks", html="<span hidden></span>", js=_JS, isolate_styles=False)


def of_assignment(page: str) -> None:
    """Show the bar, except on the page of the assignment itself."""
    assignment = assigned.opened()
    if assignment is None or page in (assigned.PAGE, "teachers"):
        return
    locked = assignment.locked if page == assignment.page else ()
    names = [key for name in locked for key in (name, *course.ALIASES.get((page, name), ()))]
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small", key="assignment_bar",
    ):  # fmt: skip
        st.markdown(f":material/assignment: **{plain(assignment.title)}**", width="content")
        check = assignment.check
        if check is not None:
            if assigned.goal_reached(assignment):
                st.badge(t("goal reached"), icon=":material/check:", color="green")
            elif page != "lesson":
                st.caption(plain(check.missing(facts.candidates(check))), width="content")
        if names:
            st.caption(f":material/lock: {t('Some controls are locked by the assignment.')}", width="content")
        navigation.link(t("To the assignment"), assigned.PAGE, ":material/arrow_back:")
        _locks(key="locks", data={"names": names, "title": t("Locked by the assignment")})


@st.fragment(run_every=TICK)
def saving() -> None:
    """Show problems with saving runs, refreshed every TICK seconds; nothing while there are none."""
    try:
        notice = service_access.get_service().notice()
    except ClsfError:  # the page itself shows the error
        return
    if notice is not None:
        st.warning(plain(notice), icon=":material/warning:")
