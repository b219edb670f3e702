"""Runs the programs of cases, once for the whole server; a page that waits shows the progress."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf.faults.lab import BenchTask, BugCase, ProgramBench
from clsf.faults.running import Live, Ran
from clsf.faults.scene import Scene
from clsf.ui.shared import problems
from clsf.ui.shared.text import t, tn

TICK = 0.5  # seconds between two looks at a program that runs


@st.cache_resource(show_spinner=False, on_release=lambda bench: bench.close())
def bench() -> ProgramBench:
    return ProgramBench()


def seen(case: BugCase, shown: Callable[[Live], None] | None = None) -> Ran | None:
    """Return what a case's program does; None while it runs."""
    ran = waited(case, lambda: [case.faulty], shown=shown)
    return ran[0] if ran is not None else None


@problems.shown()
def waited(
    case: BugCase, programs: Callable[[], list[Scene]], what: str = "", shown: Callable[[Live], None] | None = None
) -> tuple[Ran, ...] | None:
    """Return the results of programs about a case. While they run, show the progress, and redraw the page at the end.

    `what` distinguishes them from the case's own program.
    """
    task = bench().ask(case.code + what, programs)
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
