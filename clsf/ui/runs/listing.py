"""The list of a reader's own runs: filtered and sorted by the database, and which of them are chosen."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clsf import FRAMEWORKS, optimizers
from clsf.charts.style import STYLES
from clsf.errors import ClsfError
from clsf.experiments.start import title
from clsf.runs.happened import rates_text
from clsf.runs.history import KEPT_DAYS, Line, Query
from clsf.runs.record import OVER
from clsf.ui.runs import example, keys, names
from clsf.ui.shared import navigation, service_access, state
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.lessons import note
from clsf.ui.shared.run_status import status_words
from clsf.ui.shared.text import sentence, t, tn, words

SHOWN = 1000  # runs listed at once
LINES = 12  # of the table that are seen without scrolling


def choose() -> list[Line]:
    """Show filters and the list; return the chosen runs."""
    history, owner = service_access.get_service().history, state.owner()
    waiting = history.waiting(owner)
    if waiting:
        st.caption(
            ":material/hourglass_empty: "
            + tn(
                "{count} more run of your experiments waits. It is listed here as soon as it begins.",
                "{count} more runs of your experiments wait. Each is listed here as soon as it begins.",
                waiting,
            )
        )
    if not history.knows(owner):
        _nothing_yet()
        return []
    query = _query()
    count = history.count(query)
    if not count:
        st.info(t("No run is like that. Take a filter away."), icon=":material/filter_list_off:")
        return []
    found = history.find(query)
    label = tn("{count} run", "{count} runs", count, count=f"{count:,}")
    if count > SHOWN:
        label += " · " + t("{first} to {last} shown", first=query.offset + 1, last=query.offset + len(found))
    st.caption(label)
    event = st.dataframe(
        _table(found), hide_index=True, on_select="rerun", selection_mode="multi-row", column_config=_columns(),
        key=f"{keys.TABLE}-{st.session_state.get(keys.TABLE_ROUND, 0)}-{hash(query)}", alt=t("Your runs"),
        height=min(len(found), LINES) * 35 + 38,
    )  # fmt: skip
    if not event.selection.rows:
        st.caption(note("runs", "choose-runs-boxes"))
    if count > SHOWN:
        st.number_input(t("Page"), 1, -(-count // SHOWN), 1, key=keys.PAGE)
    return [found[place] for place in event.selection.rows if place < len(found)]


def _query() -> Query:
    owner = state.owner()
    known = service_access.get_service().history.values(owner)
    place = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with place:
        text = st.text_input(
            t("Search"), key=keys.TEXT, placeholder=t("name, note, tag, data, model"), max_chars=100, icon=":material/search:",
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        with st.popover(t("Filter"), icon=":material/filter_list:"):
            data = _one(t("Images"), known["data"], keys.DATA, {name: data_name(name) for name in known["data"]})
            model = _one(t("Model"), known["model"], keys.MODEL)
            framework = _one(t("Framework"), list(FRAMEWORKS), keys.FRAMEWORK, {n: STYLES[n].title for n in FRAMEWORKS})
            states = status_words()
            found = _one(t("State"), list(OVER), keys.STATUS, states)
            tag = _one(t("Tag"), known["tag"], keys.TAG) if known["tag"] else ""
            deleted = st.toggle(
                t("Deleted ones"),
                key=keys.DELETED,
                help=tn(
                    "Kept for {days} day, then gone for good.",
                    "Kept for {days} days, then gone for good.",
                    KEPT_DAYS,
                    days=KEPT_DAYS,
                ),
            )
        with st.popover(t("Sort"), icon=":material/sort:"):
            titles = _sorts()
            sort = st.selectbox(
                t("Sort by"), list(titles), format_func=titles.get, key=keys.SORT, filter_mode=None, persist_state="session"
            )
            upwards = st.toggle(t("Smallest first"), key=keys.UPWARDS, persist_state="session")
    experiment = _experiment()
    page = st.session_state.get(keys.PAGE) or 1
    return Query(
        owner, text or "", data, model, framework, found, tag, experiment, bool(deleted), sort if sort in titles else "created",
        not upwards, SHOWN, (int(page) - 1) * SHOWN,
    )  # fmt: skip


def _one(label: str, options: list[str], key: str, titles: dict[str, str] | None = None) -> str:
    """Show a choice among values that occur; "" leaves it open."""
    said = {"": t("all"), **{name: (titles or {}).get(name, name) for name in options}}
    if st.session_state.get(key) not in said:
        st.session_state[key] = ""
    return st.selectbox(label, list(said), format_func=said.get, key=key, filter_mode=None, persist_state="session") or ""


def _experiment() -> str:
    """Show which experiment the list is limited to, and return its id."""
    wanted = st.session_state.get(state.RUNS_OF_EXPERIMENT)
    if not wanted:
        return ""
    try:
        row = service_access.get_service().history.experiment(wanted)
    except ClsfError:
        st.session_state.pop(state.RUNS_OF_EXPERIMENT, None)
        return ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":material/science: " + t("Only the runs of **{name}**", name=sentence(title(row))))
        if st.button(t("Open it"), key="open_experiment", icon=":material/open_in_new:"):
            st.session_state[state.EXPERIMENT] = wanted
            st.switch_page(navigation.link_to("experiments"), query_params=navigation.kept())
        st.button(
            t("All my runs"),
            key="all_runs",
            icon=":material/close:",
            on_click=lambda: st.session_state.pop(state.RUNS_OF_EXPERIMENT, None),
        )
    return wanted


def _sorts() -> dict[str, str]:
    return {
        "created": t("Time of start"), "accuracy": t("Accuracy, validation"), "loss": t("Loss, validation"), "seconds": t("Duration"),
        "name": t("Name"), "data": t("Images"), "model": t("Model"), "framework": t("Framework"), "optimizer": t("Optimizer"),
        "learning_rate": t("Learning rate"), "epochs": t("Epochs"),
    }  # fmt: skip


def _nothing_yet() -> None:
    st.info(t("You have not trained anything yet. What you train is listed here, and stays."), icon=":material/history:")
    if st.button(t("Train"), key="to_train", icon=":material/show_chart:", type="primary"):
        st.switch_page(navigation.link_to("train"), query_params=navigation.kept())
    example.show()


def _table(found: list[Line]) -> pd.DataFrame:
    states, runs = status_words(), [line.run for line in found]
    called = {name: data_name(name) for name in {run.data for run in runs}}
    return pd.DataFrame(
        {
            "name": [names.of_line(line) for line in found],
            "data": [called[run.data] for run in runs],
            "model": [run.model for run in runs],
            "framework": [STYLES[run.framework].title for run in runs],
            "optimizer": [optimizers.title(line.optimizer) for line in found],
            "learning_rate": [_rates(line) for line in found],
            "epochs": [f"{run.epochs} / {run.planned_epochs}" for run in runs],
            "accuracy": [None if run.validation_accuracy is None else 100 * run.validation_accuracy for run in runs],
            "loss": [run.validation_loss for run in runs],
            "seconds": [run.seconds for run in runs],
            "state": [states.get(run.status, run.status) for run in runs],
            "happened": [" ".join(map(words, line.happened.sentences())) for line in found],
            "when": pd.to_datetime([run.created for run in runs], unit="s", utc=True),
            "tags": [", ".join(line.tags) for line in found],
            "note": [line.note for line in found],
        }
    )  # fmt: skip


def _rates(line: Line) -> str:
    """Return the learning rates that a run had one after the other."""
    was = line.happened
    return rates_text(line.learning_rate, tuple(sorted(was.changed + was.reduced)))


def _columns() -> dict[str, object]:
    column, number = st.column_config, st.column_config.NumberColumn
    return {
        "name": column.TextColumn(t("Run"), pinned=True),
        "data": t("Images"),
        "model": t("Model"),
        "framework": t("Framework"),
        "optimizer": t("Optimizer"),
        "learning_rate": t("Learning rate"),
        "epochs": t("Epochs"),
        "accuracy": number(t("Accuracy, validation"), format="%.1f%%"),
        "loss": number(t("Loss, validation"), format="%.4f"),
        "seconds": number(t("Seconds"), format="%.1f"),
        "state": t("State"),
        "happened": t("Beyond the plan"),
        "when": column.DatetimeColumn(t("Started"), format="YYYY-MM-DD HH:mm", timezone=_timezone()),
        "tags": t("Tags"),
        "note": t("Note"),
    }


def _timezone() -> str | None:
    """Return the reader's time zone, None for that of the numbers themselves."""
    found = st.context.timezone
    return found if isinstance(found, str) else None
