"""Runs the programs of cases, once for the whole server; a page that waits shows the progress."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf.faults.lab import BenchTask, BugCase, ProgramBench, mended, probe_scene
from clsf.faults.running import Live, Ran
from clsf.ui.shared import problems
from clsf.ui.shared.text import t, tn

TICK = 0.5  # seconds between two looks at a program that runs


@st.cache_resource(show_spinner=False, on_release=lambda bench: bench.close())
def bench() -> ProgramBench:
    return ProgramBench()


def case(case: BugCase) -> BenchTask:
    """Return the task that runs a case's program."""
    return bench().ask(case.code, lambda: [case.faulty])


def probe(case: BugCase, name: str) -> BenchTask:
    """Return the task of a probe that needs a run of its own."""
    return bench().ask(f"{case.code} {name}", lambda: [probe_scene(case, name)])


def proof(case: BugCase) -> BenchTask:
    """Return the task that runs the healthy program and the fixed one."""
    return bench().ask(f"{case.code} proof", lambda: [case.healthy, mended(case)])


def waited(ask: Callable[[], BenchTask], shown: Callable[[Live], None] | None = None) -> tuple[Ran, ...] | None:
    """Return the results of the programs. While they run, show the progress, and redraw the page at the end."""
    task = None
    with problems.shown():
        task = ask()
    if task is None:
        return None
    if not task.over:
        st.fragment(_look, run_every=TICK)(task, shown)
        return None
    try:
        outcomes = task.result()
        if None not in outcomes:
            return outcomes
        st.error(t("The program didn't end in time. Try again when the machine has less to do."), icon=":material/timer_off:")
    except Exception as error:
        st.error(t("The program could not be started: {error}", error=str(error)[:200]), icon=":material/error:")
    key = f"buglab_again_{task.key}"
    st.button(t("Try again"), key=key, icon=":material/refresh:", on_click=bench().forget, args=(task.key,))
    return None


def _look(task: BenchTask, shown: Callable[[Live], None] | None) -> None:
    if task.over:
        st.rerun()
    before = bench().before(task)
    if before:
        said = tn("{count} program is run before this one.", "{count} programs are run before this one.", before)
    else:
        said = t("The program runs. Its framework is loaded first, which takes some seconds.")
    st.info(said, icon=":material/hourglass_top:")
    if shown is not None:
        shown(task.live.get(0, Live()))
