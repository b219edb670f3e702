"""Starting and controlling runs, and the run in view (its id is in the link)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.ui.shared import linked, problems, service_access, state
from clsf.ui.shared.choices import Choices
from clsf.ui.shared.text import plain

COMPARE_WITH_LINK = "with"
"""In a link to two runs that were not started together: the second run's id."""


def start(choices: Choices, stepwise: bool = False) -> None:
    """Start runs with the choices. If refused, nothing is started and the message is kept to show.

    `stepwise`: pause after the first batch and report it in detail; frameworks then run in parallel, or one would wait forever.
    """
    with problems.kept():
        run_ids = service_access.get_service().train(
            choices.spec, choices.plan, choices.frameworks, owner=state.owner(), race=choices.race or stepwise
        )
        look_at(run_ids[0])
        if stepwise:
            command(run_ids, "look")


def look_at(run_id: str) -> None:
    """Show this run."""
    linked.keep(state.RUN, run_id)


def look_at_pair(one: str, two: str) -> None:
    """Compare these two runs."""
    look_at(one)
    compare_with(two)


def compare_with(run_id: str | None) -> None:
    """Compare the run in view with this one; None: with the one that was started together with it."""
    linked.keep(state.COMPARE_WITH, run_id, COMPARE_WITH_LINK)


def compared_with() -> str | None:
    """Return the id of the second run, from the link or the last choice; None if the two were started together."""
    return linked.current(state.COMPARE_WITH, COMPARE_WITH_LINK)


def looked_at() -> str | None:
    """Return the id of the run in the link, or of the last one viewed, which is then put back into the link."""
    return linked.current(state.RUN)


def record(run_id: str) -> RunRecord | None:
    """Return a run, None if it is gone."""
    with suppress(ClsfError):
        return service_access.get_service().record(run_id)
    return None


def newest(most: int, statuses: Sequence[str]) -> list[RunRecord]:
    """Return those of the reader's `most` newest runs that ended so; one that can't be read any more is left out."""
    service, records = service_access.get_service(), []
    for summary in service.recent(state.owner(), most):
        if summary.status in statuses:
            with suppress(ClsfError):
                records.append(service.record(summary.run_id))
    return records


def forget() -> None:
    """Stop showing a run."""
    linked.keep(state.RUN, None)


def command(run_ids: list[str], name: str, value: float | None = None) -> None:
    """Send a command to the reader's runs: "pause", "resume", "step", "stop", or to use another "learning_rate"."""
    for run_id in run_ids:
        with problems.kept():
            service_access.get_service().control(run_id, name, value, owner=state.owner())


def show_refusal(key: str = state.REFUSAL) -> None:
    """Show once what was refused last, if anything; `key`: where in the session its sentence is kept."""
    refused = st.session_state.pop(key, None)
    if refused is not None:
        st.error(plain(refused), icon=":material/error:")
