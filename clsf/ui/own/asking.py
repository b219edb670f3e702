"""The taught models, for the sections that use them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.errors import ClsfError
from clsf.own import unknown
from clsf.predict import asking
from clsf.runs.record import RunRecord
from clsf.ui.own import held
from clsf.ui.own.held import USABLE, VALIDATED, Taught
from clsf.ui.own.teach import to_section
from clsf.ui.shared import example, problems, service_access
from clsf.ui.shared.asked_model import AskedModel, named
from clsf.ui.shared.text import t


def models() -> tuple[Taught, list[AskedModel]] | None:
    """Return what was taught and its models; None, after a message on what to do first, if there are none."""
    known = held.taught()
    if known is None:
        st.info(t("Nothing has been taught yet."), icon=":material/school:")
        example.guess(
            t("Guess before you teach: what will the models answer to a thing of no class, and how sure will they be?")
        )
        to_section("teach", t("Teach it"), ":material/school:")
        return None
    try:
        records = [record for record in known.records() if record.status in USABLE and record.started is not None]
    except ClsfError as error:
        problems.show(error)
        return None
    if not records:
        st.info(t("The training is not over yet, or kept no weights."), icon=":material/hourglass_top:")
        to_section("teach", t("Look at the training"), ":material/show_chart:")
        return None
    return known, named(records)


def threshold(record: RunRecord) -> unknown.Threshold:
    """Return the threshold from which an answer of this model counts. Raises ClsfError."""
    return _threshold(record.run_id, record)


@st.cache_data(max_entries=200, show_spinner=False)
def _threshold(run_id: str, _record: RunRecord) -> unknown.Threshold:
    validated = asking.ask(service_access.get_service(), _record, VALIDATED)
    return unknown.threshold(validated.probabilities.astype(np.float64), validated.labels)
