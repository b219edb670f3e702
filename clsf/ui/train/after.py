"""What can be done with models that have just been trained: draw for them, see their mistakes, look inside, compare."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from clsf.runs.record import RunRecord
from clsf.ui.shared import navigation, state
from clsf.ui.shared.runs import COMPARE_WITH_LINK
from clsf.ui.shared.text import t

WAYS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("predict", ":material/fact_check:", {"predict": "evaluate"}),
    ("predict", ":material/visibility:", {"predict": "inside"}),
    ("compare", ":material/balance:", {"compare": "race"}),
)
"""Page, icon and what its link says besides the runs."""

DIGITS = ("digits", "mnist")  # sets of handwritten digits


def show(records: Sequence[RunRecord]) -> None:
    """Show the ways on from runs that ended with weights; nothing while one goes on or if none has any."""
    if not all(record.over for record in records):
        return
    done = [record for record in records if record.ended is not None and record.ended.epochs]
    if not done:
        return
    runs = {**navigation.kept(), state.RUN: done[0].run_id}
    titles = (t("See their mistakes"), t("Look inside"), t("Compare the two"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = t("Draw your own digit") if done[0].plan.data in DIGITS else t("Draw your own")
        if st.button(label, key="draw_own", icon=":material/draw:", type="primary"):
            st.switch_page(navigation.link_to("predict"), query_params={**runs, "predict": "try", "source": "draw"})
        for (page, icon, more), title in zip(WAYS, titles, strict=True):
            if page == "compare":
                if len(done) != 2:
                    continue
                more = {**more, COMPARE_WITH_LINK: done[1].run_id}
            st.page_link(navigation.link_to(page), label=title, icon=icon, query_params={**runs, **more})
