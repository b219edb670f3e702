"""The code of both runs of a race: the model in both frameworks, aligned layer by layer, and the loop that each of them ran."""

from __future__ import annotations

import streamlit as st

from clsf import code
from clsf.charts.compare_curves import Contestant
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.frameworks import BY_NAME
from clsf.runs.record import RunRecord
from clsf.ui.compare import keys
from clsf.ui.shared import code_panel
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t


def show(named: tuple[Contestant, ...]) -> None:
    """Show it folded away, as soon as the shape of the images is known."""
    records = [c.run for c in named]
    if any(record.started is None for record in records):
        return
    with st.expander(t("The code of both"), icon=":material/code:", key=keys.CODE, bind="query-params") as place:
        if not place.open:  # the code is long, and a live race is redrawn all the time
            return
        st.caption(note("compare", "same-model-both"))
        try:
            sources = [_model(record) for record in records]
            code_panel.panel(*sources, [BY_NAME[record.framework].code_style for record in records], key="race_code")
            for column, c in zip(st.columns(2), named, strict=True):
                with column:
                    st.markdown(f"{c.style.mark} **{plain(c.name)}**: " + t("the loop, written out"))
                    st.code(
                        code.loop_code(c.run.framework, c.run.plan.variants[c.run.framework], c.run.plan), language="python"
                    )
        except ClsfError as error:
            st.info(plain(error.sentence), icon=":material/info:")


def _model(record: RunRecord) -> code.Code:
    shape = record.started.input_shape
    classes = len(catalogue.info(record.plan.data).classes)
    return code.model_code(record.model, shape, classes, BY_NAME[record.framework].code_style, record.plan)
