"""The run doctor's findings in an expander, each with the probe that would decide; nothing if there are none."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from clsf.charts import evidence
from clsf.charts import probe as drawing
from clsf.doctor import facts_of, history_of, seen_of
from clsf.faults.doctor import RunVerdict, diagnose, looked_at
from clsf.faults.marks import marks
from clsf.faults.probes import PROBES, Bars, Lines, ProbeTable
from clsf.plan import MAX_EPOCHS
from clsf.runs.record import RunRecord
from clsf.ui.shared import fault_lesson, problems, progress, runs, service_access, state
from clsf.ui.shared.figures import draw
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence

SHOWN = 2  # verdicts of a run that are said in full
DRAWN = 3  # runs whose curves are drawn
REMEMBERED = 200  # runs
FALLBACK = "overfit-batch"
ASKED = "doctor_asked"  # in the session: what was asked -> the id of its run, "" for a probe that needs none
TICK = 1.0  # seconds between two looks at a run that goes on
UNNAMED: Mapping[str, str] = MappingProxyType({})

_known: OrderedDict[tuple, tuple[RunVerdict, ...]] = OrderedDict()


def verdicts(record: RunRecord) -> tuple[RunVerdict, ...]:
    """Return the diagnosis of a run. It is updated when an epoch has ended, less often later in the run, and at the end."""
    key = (record.run_id, record.created, looked_at(len(record.epochs)), record.status in ("queued", "preparing"), record.over)
    if key not in _known:
        _known[key] = diagnose(history_of(record), facts_of(record)) if record.started is not None else ()
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return _known[key]


def show(records: list[RunRecord], place: str, named: Mapping[str, str] = UNNAMED) -> None:
    """Show a folded part for the runs that look wrong. `place` distinguishes the pages that show the same run.

    `named`: run id -> name that distinguishes runs of one model.
    """
    patients = [(record, said) for record in records if (said := verdicts(record))]
    if not patients:
        return
    titles = list(dict.fromkeys(words(said[0].fault.title) for _, said in patients))
    label = t("This looks wrong: {what}", what="; ".join(titles[:2]))
    folded = st.expander(plain(label), icon=":material/stethoscope:", key="doctor_open", bind="query-params")
    if not folded.open:  # its charts would be redrawn at each refresh
        return
    with folded:
        for number, (record, said) in enumerate(patients):
            if len(records) > 1:
                st.markdown(f"**{heading(record.framework)}** · {plain(named.get(record.run_id, record.model.name))}")
            if number < DRAWN:
                _drawn(said[:SHOWN], record, place)
            for verdict in said[:SHOWN]:
                _verdict(verdict, record, place)
            if len(said) > SHOWN:
                rest = ", ".join(words(verdict.fault.title) for verdict in said[SHOWN:])
                st.caption(t("Also possible: {causes}", causes=plain(rest)))


def _drawn(said: tuple[RunVerdict, ...], record: RunRecord, place: str) -> None:
    """Draw the run's curves with the evidence for the verdicts; nothing if there is no line to draw."""
    history, facts = history_of(record), facts_of(record)
    told = [mark for verdict in said for mark in marks(verdict, history, facts)]
    drawn = tuple(mark for n, mark in enumerate(told) if mark not in told[:n])  # a sentence with values has no hash
    if not drawn:
        return
    stamp = (record.run_id, len(record.epochs), record.over, drawn)
    for name, column in zip(evidence.CHARTS, st.columns(2), strict=True):  # one below the other on a phone
        with column:
            draw(
                f"{place}-evidence-{name}-{record.run_id}", stamp,
                lambda name=name: (evidence.figure(history, drawn, words, name), evidence.in_words(history, drawn, words, name)),
                height=260,
            )  # fmt: skip


def _verdict(verdict: RunVerdict, record: RunRecord, place: str) -> None:
    sure = {"certain": t("certain"), "likely": t("likely"), "possible": t("possible")}[verdict.certainty]
    st.markdown(f":orange[:material/warning:] {plain(verdict.fault.title)} :gray-badge[{sure}]")
    st.markdown(t("Seen: {what}", what=plain(verdict.evidence.said)))
    st.markdown(plain(verdict.fault.what))
    st.markdown(t("What to do: {what}", what=plain(verdict.fault.mend)))
    fault_lesson.show(verdict.kind)
    if not record.over:
        return
    name = deciding(verdict, record)
    st.markdown(t("What would decide: {what}", what=plain(PROBES[name].does)))
    _probe(name, record, f"{place}-{record.run_id}-{verdict.kind}")


def deciding(verdict: RunVerdict, record: RunRecord) -> str:
    """Return the probe for this run: the verdict's own, or whether the model can memorise one batch."""
    probe = PROBES.get(verdict.evidence.probe)
    if probe is not None and (probe.run is not None or probe.answer(seen_of(record)) is not None):
        return verdict.evidence.probe
    return FALLBACK


def _probe(name: str, record: RunRecord, key: str) -> None:
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
