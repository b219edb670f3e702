"""Defaults that differ under the same name, read live from the installed frameworks; each row has its switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts.style import STYLES
from clsf.compare.background import Background
from clsf.compare.defaults import DefaultRow, Defaults, ask
from clsf.ui.compare import example, jobs, keys, switches
from clsf.ui.shared import service_access, state
from clsf.ui.shared.marks import heading
from clsf.ui.shared.sections import go
from clsf.ui.shared.text import plain, t, words


@dataclass(frozen=True, slots=True, eq=False)
class DefaultsJob:
    """The question to both workers, and its answer."""

    background: Background


def show() -> None:
    """Ask both workers, once per reader, and show their answers."""
    job = jobs.current(keys.DEFAULTS)
    if job is None:
        job = _ask()
    st.fragment(_look, run_every=None if job.background.over else jobs.TICK)(job, job.background.over)


def _ask() -> DefaultsJob:
    service = service_access.get_service()

    def answer(stopped: Callable[[], bool]) -> Iterator[Defaults]:
        yield ask(service)

    jobs.put(keys.DEFAULTS, job := DefaultsJob(Background(answer)))
    return job


def _look(job: DefaultsJob, was_over: bool) -> None:
    if not job.background.over:
        st.info(t("Both workers are asked. While they still load their framework, this takes a few seconds."), icon=":material/hourglass_top:")  # fmt: skip
        _recorded()
        return
    if not was_over:
        st.rerun()
    if job.background.failure is not None:
        st.error(plain(job.background.failure), icon=":material/error:")
        _again()
        _recorded()
        return
    defaults: Defaults = job.background.items[0]
    for framework, why in defaults.failures.items():
        st.warning(f"{heading(framework)}: {plain(why)}", icon=":material/error:")
    if defaults.failures:
        _again()
    if len(defaults.failures) == len(FRAMEWORKS):
        _recorded()
        return
    for row in defaults.rows:
        _row(row)


def _recorded() -> None:
    """Show stored answers while there are no live ones."""
    example.defaults(lambda row: _row(row, switch=False))


def _again() -> None:
    if st.button(t("Ask again"), key="ask_again", icon=":material/refresh:", on_click=jobs.forget, args=(keys.DEFAULTS,)):
        st.rerun()


def _row(row: DefaultRow, switch: bool = True) -> None:
    with st.container(border=True, gap="xsmall"):
        what, *sides, action = st.columns([1.5, 2, 2, 1], vertical_alignment="top", gap="medium")
        what.markdown(f"**{plain(row.title)}**")
        for place, framework in zip(sides, FRAMEWORKS, strict=True):
            place.html(_values(framework, row.values[framework]))
        with action:
            if switch and row.difference is not None and st.button(
                t("Switch"), key=f"open_{row.row}", icon=":material/toggle_on:", on_click=_open, args=(row.difference,),
                help=t("Switch it on and see what it does: {title}", title=words(row.title)), width="stretch",
            ):  # fmt: skip
                st.rerun()


def _values(framework: str, values: dict[str, object] | None) -> str:
    look = STYLES[framework]
    lines = "<br>".join(f"{escape(str(key))} = {escape(_short(value))}" for key, value in values.items()) if values else "–"
    mark = f'<span style="color: {look.colour}" aria-hidden="true">{look.mark}</span>'
    return f'<div class="cp cp-default"><b>{mark} {look.title}</b>{lines}</div>'


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _open(difference: str) -> None:
    switches.turn(difference, switches.first(difference))
    st.session_state[keys.OPENED] = difference
    go(state.COMPARE_SECTION, "switches")
