"""A run that is trained once more, with another plan, and shown on Train."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from clsf.errors import ClsfError
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.shared import controls, navigation, runs, service_access, state
from clsf.ui.shared.text import sentence


def train_again(record: RunRecord, plan: Plan | None = None, **changes: object) -> None:
    """Train the model of a run with another plan, or these changes of its own, and go to Train; a refusal is shown and changes nothing."""
    try:
        plan = plan or record.plan.but(**changes)
        run_ids = service_access.get_service().train(record.model, plan, (record.framework,), owner=state.owner())
    except ClsfError as error:
        st.error(sentence(error.sentence), icon=":material/error:")
        return
    runs.look_at(run_ids[0])
    with suppress(ClsfError):  # images that are not known here any more: the form stays as it is
        controls.choose_as(record.model, plan, record.framework)
    st.session_state[state.TRAIN_VIEW_WANTED] = "run"
    st.switch_page(navigation.link_to("train"), query_params={**navigation.kept(), state.RUN: run_ids[0]})
