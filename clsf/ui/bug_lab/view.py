"""A case: its symptoms, the probes, the answer, and the proof once it is solved."""

from __future__ import annotations

import streamlit as st

from clsf.charts import bug_lab
from clsf.faults import FAULTS
from clsf.faults.lab import LEVELS, Case, answer_of, checked, first_difference, hint, points
from clsf.faults.lab.game import HINT, OFFERED, WRONG
from clsf.faults.probes import PROBES
from clsf.faults.running import Ran
from clsf.ui.bug_lab import running, state
from clsf.ui.shared.text import plain, sentence, t, words


def choose() -> None:
    """Show how a case is chosen, and what was reached so far."""
    st.segmented_control(
        t("Framework"), ["torch", "tensorflow"], default="torch", key=state.FRAMEWORK, required=True,
        format_func={"torch": "PyTorch", "tensorflow": "Keras"}.__getitem__,
    )  # fmt: skip
    levels = {level: f"{level} · {words(title)}" for level, title in LEVELS.items()}  # said now, in the reader's language
    st.selectbox(t("Level"), list(levels), 1, key=state.LEVEL, format_func=levels.__getitem__)
    with st.container(horizontal=True, gap="small"):
        st.button(t("New case"), key="buglab_new", type="primary", icon=":material/casino:", on_click=state.begin_new)
        st.button(t("Today's case"), key="buglab_daily", icon=":material/today:", on_click=state.begin_daily)
    st.caption(t("Points: {points} · solved in a row: {streak}", points=state.total(), streak=state.streak()))
    st.caption(t("The address of this page names the case: give it to a class, and everybody gets the same one."))


def show(case: Case) -> None:
    """Show a case from its symptoms to its proof."""
    st.header(t("Case {code}", code=case.code))
    st.caption(f"{words(LEVELS[case.level])} · {'Keras' if case.framework == 'tensorflow' else 'PyTorch'}")
    with st.spinner(t("The program runs …"), show_time=True):
        seen = running.ran(case.code)
    if seen is None:
        st.error(t("The program didn't end in time. Try again when the machine has less to do."), icon=":material/timer_off:")
        running.ran.clear(case.code)
        return
    _symptoms(seen, None)
    st.code(case.shown, language="python", line_numbers=True, height=420)
    _probes(case, seen)
    _answer(case)
    if state.solved(case.code) is not None:
        _proof(case, seen)


def _symptoms(seen: Ran, healthy: Ran | None) -> None:
    if seen.traceback:
        st.code(seen.traceback[:2000], language="text", wrap_lines=True)
    if seen.history.losses:
        losses = {t("this program"): seen.history.losses}
        accuracies = {t("training"): seen.history.accuracy, t("validation"): seen.history.validation_accuracy}
        if healthy is not None:
            losses[t("healthy")] = healthy.history.losses
            accuracies = {
                t("this program"): seen.history.validation_accuracy,
                t("healthy"): healthy.history.validation_accuracy,
            }
        figure = bug_lab.curves(losses, accuracies, (t("Loss by step"), t("Accuracy by epoch")))
        st.plotly_chart(figure, key=f"buglab-curves-{healthy is not None}")
    if healthy is None:
        with st.expander(t("What it printed"), icon=":material/terminal:"):
            st.code(seen.printed[-4000:] or "–", language="text")
        if seen.confusion is not None:
            with st.expander(t("Confusion matrix"), icon=":material/grid_on:"):
                st.plotly_chart(bug_lab.confusion(seen.confusion, t("label"), t("answer")), key="buglab-confusion")


def _probes(case: Case, seen: Ran) -> None:
    done = state.attempt(case.code)
    worth = points(done)
    st.markdown(t("Worth now, in points: {points}. Each probe costs a point or two.", points=worth))
    with st.container(horizontal=True, gap="xsmall"):
        for name in OFFERED:
            st.button(
                words(PROBES[name].title), key=f"buglab_probe_{name}", disabled=name in done.probes, help=sentence(PROBES[name].does),
                on_click=state.note, args=(case.code,), kwargs={"probes": (*done.probes, name)},
            )  # fmt: skip
        st.button(
            t("Hint (−{cost})", cost=HINT), key="buglab_hint", icon=":material/lightbulb:", disabled=done.hints > 1,
            on_click=state.note, args=(case.code,), kwargs={"hints": done.hints + 1},
        )  # fmt: skip
    for name in done.probes:
        st.markdown(f":material/search: **{words(PROBES[name].title)}** {sentence(answer_of(name, seen).said)}")
    for number in range(done.hints):
        st.markdown(f":material/lightbulb: {sentence(hint(case, number))}")


def _answer(case: Case) -> None:
    titles = {kind: words(FAULTS[kind].title) for kind in case.choices}
    key, most = f"buglab_kinds_{case.code}", len(case.kinds)
    if key in st.session_state:
        st.session_state[key] = st.session_state[key][:most]  # more can be sent than the widget lets choose
    with st.form(f"buglab_answer_{case.code}"):
        kinds = st.multiselect(
            t("Diagnosis"), case.choices, key=key, format_func=titles.__getitem__,
            max_selections=most, placeholder=t("What is wrong?"),
        )  # fmt: skip
        line = st.number_input(t("Line"), 1, len(case.shown.splitlines()), 1, key=f"buglab_line_{case.code}")
        sent = st.form_submit_button(t("Answer"), type="primary", icon=":material/gavel:")
    if not sent or not kinds:
        return
    right, near = checked(case, set(kinds), line)
    if right:
        state.solve(case.code, points(state.attempt(case.code)))
        st.success(t("Right, and at its line.") if near else t("Right. The line is another one."), icon=":material/verified:")
    else:
        state.note(case.code, wrong=state.attempt(case.code).wrong + 1)
        state.miss()
        st.error(t("It isn't that. A wrong answer costs {cost} points.", cost=WRONG), icon=":material/close:")


def _proof(case: Case, seen: Ran) -> None:
    for kind in case.kinds:
        st.markdown(f"### {sentence(FAULTS[kind].title)}")
        st.markdown(sentence(FAULTS[kind].what))
        st.markdown(t("What to do: {what}", what=sentence(FAULTS[kind].mend)))
        st.caption(plain("; ".join(FAULTS[kind].sources)))
    st.markdown(t("Lines: {lines}", lines=", ".join(map(str, case.lines))))
    with st.spinner(t("The healthy program runs …"), show_time=True):
        healthy = running.ran(case.code, healthy=True)
    if healthy is not None:
        st.markdown(f":material/fact_check: {sentence(first_difference(seen, healthy))}")
        _symptoms(seen, healthy)
