"""A probe of the run doctor: a button to start it, the run that it may need, and its answer as text and as a chart."""

from __future__ import annotations

import streamlit as st

from clsf.charts import probe as drawing
from clsf.doctor import seen_of
from clsf.faults.probes import PROBES, Bars, Lines, ProbeTable
from clsf.plan import MAX_EPOCHS
from clsf.runs.record import RunRecord
from clsf.ui.shared import problems, progress, runs, service_access, state
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence

ASKED = "doctor_asked"  # in the session: what was asked -> the id of its run, "" for a probe that needs none
TICK = 1.0  # seconds between two looks at a run that goes on


def show(name: str, record: RunRecord, key: str) -> None:
    """Show the button, or the result. `key` distinguishes places and verdicts that ask the same."""
    asked = st.session_state.setdefault(ASKED, {})
    which = (record.run_id, name)
    if which not in asked:
        if st.button(t("Try it"), key=f"probe-{key}", icon=":material/play_arrow:", help=plain(PROBES[name].does)):
            started = _started(name, record)
            if started is not None:
                asked[which] = started
                st.rerun()
        return
    again = runs.record(asked[which]) if asked[which] else None
    if asked[which] and again is None:
        st.caption(t("The run of this probe is not here any more."))
    elif again is not None and not again.over:
        _follow(asked[which])
    else:
        _answer(name, record, again, key)


def _started(name: str, record: RunRecord) -> str | None:
    """Begin the run that a probe needs; return its id, "" if it needs none, None if it was refused."""
    change = PROBES[name].run
    if change is None:
        return ""
    with problems.shown():
        plan = change(record.plan)
        plan = plan.but(epochs=min(plan.epochs, MAX_EPOCHS))
        return service_access.get_service().train(record.model, plan, (record.framework,), owner=state.owner())[0]
    return None


@st.fragment(run_every=TICK)
def _follow(run_id: str) -> None:
    record = runs.record(run_id)
    if record is None or record.over:
        st.rerun()
    st.progress(progress.of_run(record), text=t("The probe's run trains …"))


def _answer(name: str, record: RunRecord, again: RunRecord | None, key: str) -> None:
    answer = PROBES[name].answer(seen_of(record, again))
    if answer is None:
        st.caption(t("This run can't be asked that."))
        return
    st.markdown(f":material/search: {plain(answer.said)}")
    if isinstance(answer.picture, Lines | Bars):
        st.plotly_chart(drawing.figure(answer.picture, words), key=f"probe-picture-{key}", config={"displayModeBar": False})
    elif isinstance(answer.picture, ProbeTable):
        rows = [[words(cell) if isinstance(cell, Sentence) else cell for cell in row] for row in answer.picture.rows]
        titles = [words(heading) for heading in answer.picture.headings]
        columns = {title: [row[place] for row in rows] for place, title in enumerate(titles)}
        st.table(columns, border="horizontal", hide_index=True)
