"""The epoch whose recorded values are shown, and these values."""

from __future__ import annotations

import streamlit as st

from clsf.inspection_events import PredictionsInspected
from clsf.runs.record import RunRecord
from clsf.ui.shared import linked
from clsf.ui.shared.text import t
from clsf.ui.train import keys


def at_epoch(records: list[RunRecord]) -> int:
    """Let the reader choose the epoch of a look; the newest until another one is chosen."""
    epochs = sorted({look.epoch for record in records for look in list(record.predictions_looked)})
    if len(epochs) < 2:
        return epochs[-1]
    chosen = st.session_state.get(keys.INSIDE_AT)
    if chosen is None and st.query_params.get(keys.INSIDE_AT, "") in map(str, epochs):
        chosen = st.session_state[keys.INSIDE_AT] = int(st.query_params[keys.INSIDE_AT])
    following = chosen not in epochs or st.session_state.get(keys.INSIDE_LAST) == chosen
    if following:
        st.session_state[keys.INSIDE_AT] = epochs[-1]
    st.session_state[keys.INSIDE_LAST] = epochs[-1]
    at = st.select_slider(t("After epoch"), epochs, key=keys.INSIDE_AT)
    linked.keep(keys.INSIDE_LINK, None if at == epochs[-1] else str(at), keys.INSIDE_AT)
    return at


def look_at(record: RunRecord, epoch: int) -> PredictionsInspected:
    """Return the last recording of a run at or before this epoch; its first one if there is none."""
    looks = list(record.predictions_looked)
    return next((look for look in reversed(looks) if look.epoch <= epoch), looks[0])
