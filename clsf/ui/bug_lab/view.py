"""A case, one step at a time: symptoms, probes, diagnosis, proof; the program is shown next to them."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.faults.lab import LEVELS, BugCase, points
from clsf.frameworks import BY_NAME
from clsf.ui.bug_lab import running, state, steps, symptoms
from clsf.ui.shared.choose import named
from clsf.ui.shared.sections import go
from clsf.ui.shared.text import plain, t, tn, words

CODE_HEIGHT = 640


def choose() -> None:
    """Show the progress so far and the choice of another case."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.popover(t("Another case"), icon=":material/casino:", key="buglab_choose"):
            names = {name: BY_NAME[name].style.title for name in FRAMEWORKS}
            st.radio(t("Framework"), list(names), key=state.FRAMEWORK, format_func=names.__getitem__, horizontal=True)
            levels = {level: f"{level} · {words(title)}" for level, title in LEVELS.items()}
            st.radio(t("Level"), list(levels), 1, key=state.LEVEL, format_func=levels.__getitem__)
            st.button(t("New case"), key="buglab_new", type="primary", icon=":material/casino:", on_click=state.begin_new)
            st.caption(t("The address of this page names the case: give it to a class, and everybody gets the same one."))
        st.button(t("Today's case"), key="buglab_daily", icon=":material/today:", type="tertiary", on_click=state.begin_daily)
        cases, sum_ = state.total()
        streak = state.streak()
        said = [
            tn("{count} case solved", "{count} cases solved", cases), t("points: {points}", points=sum_),
            t("in a row: {row}", row=streak.row), t("best: {best}", best=streak.best),
        ]  # fmt: skip
        days = streak.days_on(state.today())
        if days:
            said.append(tn("daily case: {count} day in a row", "daily case: {count} days in a row", days))
        if cases:
            st.caption(" · ".join(said))
    trouble = st.session_state.get(state.TROUBLE)
    if trouble is not None:
        st.caption(t("Points last for this visit only: {why}", why=plain(trouble)))


def show(case: BugCase) -> None:
    """Show a case from its symptoms to its proof."""
    solved = state.solved(case.code)
    badges = [f":gray-badge[{BY_NAME[case.framework].style.title}]", f":gray-badge[{plain(LEVELS[case.level])}]"]
    if state.is_daily(case.code):
        badges.append(f":blue-badge[{t('today')}]")
    st.header(t("Case {code}", code=case.code), anchor=False)
    st.markdown(" ".join(badges))
    titles = {
        "symptoms": t("1 · What do you see?"), "probes": t("2 · What would you check?"), "diagnosis": t("3 · What is wrong, and where?"),
        "proof": t("4 · Why is it that?"),
    }  # fmt: skip
    missing = "proof" if solved is None else "diagnosis"
    steps = [step for step in state.STEPS if step != missing]
    if st.session_state.get(state.STEP) not in steps:
        st.session_state[state.STEP] = steps[-1]
    offered = {name: titles[name] for name in steps}
    step = named(st.segmented_control, t("Step"), offered, state.STEP, label_visibility="collapsed")
    panel, code = st.columns([1.25, 1], gap="large")
    with code:
        st.markdown(t("**The program**"))
        st.code(case.shown, language="python", line_numbers=True, wrap_lines=True, height=CODE_HEIGHT)
    with panel:
        _step(case, step, solved)


def _step(case: BugCase, step: str, solved: int | None) -> None:
    if step == "symptoms":
        seen = symptoms.show(case)
        if seen is not None and solved is None:
            _next(t("Check something"), "probes")
        return
    seen = running.seen(case)
    if step == "diagnosis":
        st.caption(_worth(case))
        steps.diagnosis(case)
    elif seen is None:
        return
    elif step == "probes":
        st.caption(_worth(case) if solved is None else t("Solved: probes cost nothing any more."))
        steps.probes(case, seen)
        if solved is None:
            _next(t("I know what it is"), "diagnosis")
    else:
        steps.proof(case, seen)
        st.button(t("Next case"), key="buglab_next_case", type="primary", icon=":material/casino:", on_click=state.begin_new)


def _worth(case: BugCase) -> str:
    worth = points(state.attempt(case.code))
    return t("A right answer is worth {points} of 10 points now. Each probe costs one.", points=worth)


def _next(label: str, step: str) -> None:
    st.button(label, key="buglab_next", type="primary", icon=":material/arrow_forward:", on_click=go, args=(state.STEP, step))
