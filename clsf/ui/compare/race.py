"""Two runs side by side: first what was equal, then curves and numbers. Trained here, or chosen from the reader's own."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts.compare_curves import Contestant, contestants, figure, in_words, link
from clsf.compare import fairness
from clsf.compare.contender import Contender
from clsf.compare.differences import ENTRIES
from clsf.errors import ClsfError
from clsf.frameworks import TITLES
from clsf.runs.record import RunRecord
from clsf.runs.store import RunSummary
from clsf.ui.compare import check_view, code_view, example, keys, race_table
from clsf.ui.shared import controls, next_steps, pace, run_buttons, run_numbers, run_status, runs, service_access, state, units
from clsf.ui.shared.choices import Choices
from clsf.ui.shared.figures import shared
from clsf.ui.shared.lessons import note
from clsf.ui.shared.live_chart import live_chart
from clsf.ui.shared.text import plain, t, words

MOST_OFFERED = 40


def show() -> None:
    """Show the controls on the left and the comparison on the right."""
    chosen, seen = st.columns([1, 2.4], gap="large")
    with chosen:
        _choose_runs()
        with st.container(key="race_controls"):  # without the choice of frameworks, because here it is always both
            choices = controls.training_choices()
        both = replace(choices, frameworks=tuple(FRAMEWORKS))
        asked = controls.start_button(both, t("Train both"), "train_both")
    if asked:
        _start(both)
    with seen:
        runs.show_refusal()
        if runs.looked_at():
            _compare()
        elif both.plan is not None and not both.problem:
            _preview(both)


def _start(choices: Choices) -> None:
    before = runs.looked_at()
    runs.start(choices)
    if runs.looked_at() != before:
        runs.compare_with(None)


def _preview(choices: Choices) -> None:
    """Show what will be equal, before anything is trained."""
    one, two = (Contender(name, choices.spec, choices.plan, race=choices.race) for name in FRAMEWORKS)
    check_view.show(fairness.check(one, two), planned=True)
    said = t("Press “Train both”: one model, one plan, both frameworks. Curves and numbers appear here.")
    st.info(said, icon=":material/show_chart:")
    example.runs()


def _compare() -> None:
    records = _records()
    if records is None:
        return
    now = pace.of(records)
    st.fragment(_look, run_every=pace.seconds(now))(now)


def _records() -> list[RunRecord] | None:
    """Return the runs that are compared, or None after having said why there are none."""
    service, other = service_access.get_service(), runs.compared_with()
    try:
        if other:
            return [service.record(runs.looked_at()), service.record(other)]
        return service.group(runs.looked_at())[:2]
    except ClsfError as error:
        st.error(plain(error.sentence), icon=":material/search_off:")
        st.button(t("Close this run"), key="forget", on_click=_forget)
        return None


@pace.turn()
def _look(drawn_at: pace.Pace | None) -> None:
    """Draw both runs as they are now."""
    if not runs.looked_at():  # they were closed just now
        st.rerun()
    records = _records()
    if records is None:
        return
    pace.looked()
    runs.show_refusal()
    if len(records) < 2:
        st.info(note("compare", "one-run-choose"), icon=":material/looks_one:")
    elif not _comparable(*records):
        return
    named = contestants(records, names(records))
    if len(records) == 2:
        check_view.show(fairness.check(*records))
        st.space("small")
    if len({record.framework for record in records}) < len(records):
        for place, c in zip(st.columns(len(named)), named, strict=True):
            place.markdown(f":small[{c.style.mark} **{plain(c.name)}**]")
    run_status.chosen(records[0])
    run_status.show(records)
    with st.container(horizontal=True, gap="xsmall"):
        run_buttons.show(records)
    _charts(named)
    if all(record.over for record in records):
        next_steps.rounding(records)
    race_table.show(named)
    if len(records) == 2:
        code_view.show(named)
    run_numbers.show(records)
    if pace.of(records) != drawn_at:
        st.rerun()  # once more, with another timer or none


def _comparable(one: RunRecord, two: RunRecord) -> bool:
    why = fairness.refusal(one, two)
    if why is None:
        return True
    st.error(t("These two runs can't be compared.") + " " + plain(why), icon=":material/block:")
    st.button(
        t("Look at the first one alone"), key="alone", icon=":material/looks_one:", on_click=runs.compare_with, args=(None,)
    )
    return False


def names(records: list[RunRecord]) -> list[str]:
    """Return a name for each run: its framework, and its differing settings if the framework is not enough."""
    titles = [TITLES[record.framework] for record in records]
    if len(set(titles)) == len(titles):
        return titles
    own = [[n for n in r.plan.differences if any(n not in other.plan.differences for other in records)] for r in records]
    said = [f"{title}, {', '.join(words(ENTRIES[n].title) for n in mine)}" if mine else title for title, mine in zip(titles, own, strict=True)]  # fmt: skip
    return said if len(set(said)) == len(said) else [f"{title} {number}" for number, title in enumerate(said, start=1)]


def _charts(named: tuple[Contestant, ...]) -> None:
    if not any(len(c.run.steps) for c in named):
        return
    titles = {"epochs": t("Over epochs"), "seconds": t("Over seconds")}
    records = [c.run for c in named]
    with st.grid("auto", min_column_width=245, gap="small"):
        for axis, title in titles.items():
            name = f"compare-race-{axis}"
            drawn, alt = shared(
                (name, *(c.name for c in named)), records,
                lambda axis=axis: (figure(named, axis, words), in_words(named, axis, words)),
            )  # fmt: skip
            live_chart(drawn, key=name, alt=alt, height=400, title=title, link=link(named, axis))
    st.caption(note("compare", "all-four-zoom"))


# Choosing two runs from the reader's own.


def _choose_runs() -> None:
    """Offer the reader's runs, newest first, as soon as there are two."""
    listed = [s for s in service_access.get_service().recent(state.owner(), MOST_OFFERED) if s.epochs]
    if len(listed) < 2:
        return
    titles = {s.run_id: _title(s) for s in listed}
    with st.expander(t("Compare two of my runs"), icon=":material/history:"):
        one = st.selectbox(t("First"), list(titles), index=1, format_func=titles.__getitem__, key=keys.PICK_ONE)
        two = st.selectbox(t("Second"), list(titles), index=0, format_func=titles.__getitem__, key=keys.PICK_TWO)
        st.button(
            t("Compare"), key="compare_two", icon=":material/compare_arrows:", disabled=one == two, on_click=runs.look_at_pair,
            args=(one, two), width="stretch",
        )  # fmt: skip


def _title(summary: RunSummary) -> str:
    when = time.strftime("%H:%M:%S", time.localtime(summary.created))
    return " · ".join((TITLES[summary.framework], summary.data, summary.model, units.share(summary.validation_accuracy), when))


def _forget() -> None:
    runs.forget()
    runs.compare_with(None)
