"""The experiment in view (its id is in the link), starting one, and earlier ones."""

from __future__ import annotations

import time

import streamlit as st

from clsf.experiments import start as starting
from clsf.experiments.values import Experiment
from clsf.ui.experiments import keys
from clsf.ui.shared import linked, problems, service_access, state
from clsf.ui.shared.text import t, words

MOST_OFFERED = 30


def current() -> str | None:
    """Return the id of the experiment in the link, or of the last one viewed, which is then put back into the link."""
    return linked.current(state.EXPERIMENT)


def look_at(experiment_id: str) -> None:
    """Show this experiment."""
    linked.keep(state.EXPERIMENT, experiment_id)


def forget() -> None:
    """Stop showing an experiment."""
    linked.keep(state.EXPERIMENT, None)


def in_turn() -> bool:
    """Return whether the reader wants one run after the other."""
    return bool(st.session_state.get(keys.IN_TURN))


def start(experiment: Experiment) -> None:
    """Queue the runs. A refusal is kept to be shown; nothing was started then."""
    with problems.kept(keys.REFUSAL):
        look_at(starting.start(service_access.get_service(), experiment, state.owner(), "", in_turn()))


def earlier() -> None:
    """Offer the reader's experiments, newest first."""
    listed = service_access.get_service().history.experiments(state.owner(), MOST_OFFERED)
    if not listed:
        return
    with st.expander(t("My experiments"), icon=":material/history:"):
        for row in listed:
            st.button(
                f"{words(starting.title(row))} · {time.strftime('%m-%d %H:%M', time.localtime(row.created))}", key=f"open_{row.experiment_id}",
                on_click=look_at, args=(row.experiment_id,), type="tertiary", width="stretch",
            )  # fmt: skip
