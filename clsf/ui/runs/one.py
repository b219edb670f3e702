"""One run of the history: its facts, its curves, and its actions. A reader's own run, or one from a shared link."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from clsf import capsule
from clsf.charts.arm_styles import arm_style
from clsf.errors import ClsfError
from clsf.plan import MAX_EPOCHS
from clsf.runs.happened import Happened
from clsf.runs.history import MAX_NAME, MAX_NOTE, RunLine
from clsf.runs.record import RunRecord
from clsf.ui.runs import changes, keys, names
from clsf.ui.shared import controls, doctor_view, navigation, problems, run_overlay, runs, service_access, state, units
from clsf.ui.shared.assigned import link_to
from clsf.ui.shared.capsules import packed
from clsf.ui.shared.downloads import download
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.run_status import status, trained
from clsf.ui.shared.run_table import RunRow
from clsf.ui.shared.text import plain, t, words

KEEPS_WEIGHTS = ("finished", "stopped", "time-limit")
CONTINUED = "history_more_epochs"
TICK = 1.0  # seconds between two looks at a shared run that still trains


def show(line: RunLine, own: bool) -> None:
    """Show a run. Only its owner may change it, and sees notes and tags."""
    try:
        record = service_access.get_service().record(line.run.run_id)
    except ClsfError as error:
        problems.show(error)
        if own:
            st.button(
                t("Delete"), key="delete_one", icon=":material/delete:", on_click=changes.delete, args=([line.run.run_id],)
            )
        return
    name = names.of_line(line)
    st.header(plain(name))
    st.caption(f"{heading(record.framework)} · {_facts(record)}")
    beyond = [words(said) for said in Happened.of(record).sentences()]
    if beyond:
        st.caption(":material/history_edu: " + plain(" ".join(beyond)))
    _numbers(record)
    doctor_view.show([record], "runs")
    _actions(line, record, own)
    if own:
        _describe(line)
    run_overlay.show([RunRow(name, arm_style(0, 1, record.framework), record)], f"run-{record.run_id}")


def _facts(record: RunRecord) -> str:
    rates = names.rates(record.plan.learning_rate, Happened.of(record))
    parts = [status(record), *trained(record, rates), t("seed {seed}", seed=record.plan.seed)]
    return plain(" · ".join([*parts, record.machine] if record.machine else parts))


def _numbers(record: RunRecord) -> None:
    if record.failure is not None:
        st.error(plain(record.failure), icon=":material/error:")
    last, end = record.final, record.ended
    if last is None:
        return
    grid = st.grid(4, min_column_width=110, gap="small")
    grid.cell().metric(t("Accuracy, validation"), units.share(last.validation_accuracy))
    grid.cell().metric(t("Accuracy, training"), units.share(last.train_accuracy))
    grid.cell().metric(t("Loss, validation"), units.loss(last.validation_loss))
    grid.cell().metric(t("Time"), units.duration(end.seconds) if end is not None else "–")


def _actions(line: RunLine, record: RunRecord, own: bool) -> None:
    run_id = record.run_id
    with st.container(horizontal=True, gap="small"):
        _go(t("Open on Train"), "train", "show_chart", record)
        if record.status in KEEPS_WEIGHTS:
            _go(t("Predict with it"), "predict", "draw", record)
        if not own:
            return
        if record.status in KEEPS_WEIGHTS:
            with st.popover(t("Continue training"), icon=":material/resume:"):
                _continue(record)
        with st.popover(t("Share"), icon=":material/share:"):
            st.caption(note("runs", "whoever-has-link"))
            st.code(link_to("runs", **{state.RUN: run_id}), language=None, wrap_lines=True)
        if record.over and record.started is not None:
            download(
                t("Capsule"), lambda: packed(record, line.note), capsule.file_name(record), "pack",
                ":material/inventory_2:", help=note("runs", "whole-run-one"),
            )  # fmt: skip
        if line.deleted is not None:
            st.button(t("Bring back"), key="restore", icon=":material/undo:", on_click=changes.restore, args=([run_id],))
        elif record.over:
            st.button(t("Delete"), key="delete_one", icon=":material/delete:", on_click=changes.delete, args=([run_id],))
        else:
            st.button(t("Stop"), key="stop_one", icon=":material/stop:", on_click=changes.stop, args=([run_id],))


def _describe(line: RunLine) -> None:
    run_id = line.run.run_id
    with st.expander(t("Name, note and tags"), icon=":material/edit:"):
        known = service_access.get_service().history.values(state.owner())["tag"]
        st.text_input(
            t("Name"), line.name, max_chars=MAX_NAME, key=f"{keys.NAME}-{run_id}", placeholder=names.of_line(line),
            on_change=changes.describe, args=(run_id,),
        )  # fmt: skip
        st.text_area(t("Note"), line.note, max_chars=MAX_NOTE, key=f"{keys.NOTE}-{run_id}", height=90)
        st.multiselect(
            t("Tags"), sorted({*known, *line.tags}), default=list(line.tags), key=f"{keys.TAGS}-{run_id}", accept_new_options=True,
            placeholder=t("Choose, or type a new one"),
        )  # fmt: skip
        st.button(t("Keep"), key="describe", icon=":material/check:", on_click=changes.describe, args=(run_id,))


def _continue(record: RunRecord) -> None:
    st.caption(note("runs", "new-run-begins"))
    epochs = st.number_input(t("Further epochs"), 1, MAX_EPOCHS, min(record.plan.epochs, MAX_EPOCHS), key=CONTINUED)
    rate = st.number_input(
        t("Learning rate"), min_value=0.0, value=record.plan.learning_rate, step=record.plan.learning_rate / 2, format="%g",
        key="history_rate",
    )  # fmt: skip
    if st.button(t("Continue"), key="continue", type="primary", icon=":material/play_arrow:"):
        with problems.shown():
            plan = record.plan.but(begin_from=record.run_id, epochs=epochs, learning_rate=rate)
            run_ids = service_access.get_service().train(record.model, plan, (record.framework,), owner=state.owner())
            with suppress(ClsfError):  # the data set is no longer known here: the form stays as it is
                controls.choose_as(record.model, plan, record.framework)
            _open(run_ids[0], "train")


def _go(label: str, page: str, icon: str, record: RunRecord) -> None:
    """Show a button that opens the run on another page."""
    if st.button(label, key=f"to_{page}", icon=f":material/{icon}:"):
        _open(record.run_id, page)


def _open(run_id: str, page: str) -> None:
    runs.look_at(run_id)
    if page == "train":
        st.session_state[state.TRAIN_VIEW_WANTED] = "run"
    navigation.switch_to(page, {state.RUN: run_id})


def linked() -> str | None:
    """Return the id of the run in the link; also if it is the only run that another reader had chosen in their list."""
    run_id, chosen = st.query_params.get(state.RUN), st.query_params.get(keys.CHOSEN, "")
    if run_id or not chosen or "," in chosen:
        return run_id
    with suppress(ClsfError):
        line = service_access.get_service().history.line(chosen)
        return chosen if line is not None and line.run.owner != state.owner() else None
    return None


def shared(run_id: str) -> None:
    """Show the run alone, without the list."""
    st.button(t("My runs"), key="back", icon=":material/arrow_back:", on_click=_back)
    try:
        record = service_access.get_service().record(run_id)
    except ClsfError as error:
        st.error(plain(error.sentence), icon=":material/search_off:")
        return
    st.fragment(_look_shared, run_every=None if record.over else TICK)(run_id)


def _look_shared(run_id: str) -> None:
    line = service_access.get_service().history.line(run_id)
    if line is None:
        return
    own = line.run.owner == state.owner()
    if not own:
        st.caption(":material/share: " + t("Somebody shared this run with you. You can look at it, but not change it."))
    with st.container(key="live-shared"):
        show(line, own)


def _back() -> None:
    for name in (state.RUN, keys.CHOSEN):
        st.query_params.pop(name, None)
