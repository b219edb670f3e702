"""What looks wrong with runs, folded away; nothing at all where nothing does."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress

import streamlit as st

from clsf.doctor import facts_of, history_of
from clsf.errors import ClsfError
from clsf.faults.doctor import Verdict, diagnose
from clsf.faults.probes import PROBES
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.shared import controls, navigation, run_status, runs, service_access, state
from clsf.ui.shared.text import plain, sentence, t, words

SHOWN = 2  # verdicts of a run that are said in full
REMEMBERED = 200  # runs

_known: OrderedDict[tuple, tuple[Verdict, ...]] = OrderedDict()


def verdicts(record: RunRecord) -> tuple[Verdict, ...]:
    """Return what a run looks like. It is looked at anew only when an epoch has ended or the run is over."""
    key = (record.run_id, record.created, len(record.epochs), record.status in ("queued", "preparing"), record.over)
    if key not in _known:
        _known[key] = diagnose(history_of(record), facts_of(record)) if record.started is not None else ()
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return _known[key]


def show(records: list[RunRecord], place: str) -> None:
    """Show a folded part for the runs that look wrong. `place` tells apart the pages that show the same run."""
    found = [(record, said) for record in records if (said := verdicts(record))]
    if not found:
        return
    titles = list(dict.fromkeys(words(said[0].fault.title) for _, said in found))
    label = t("This looks wrong: {what}", what="; ".join(titles[:2]))
    with st.expander(plain(label), icon=":material/stethoscope:", key=f"doctor-{place}"):
        for record, said in found:
            if len(records) > 1:
                st.markdown(f"**{run_status.name(record.framework)}** · {plain(record.model.name)}")
            for verdict in said[:SHOWN]:
                _verdict(verdict, record, place)
            if len(said) > SHOWN:
                rest = ", ".join(words(verdict.fault.title) for verdict in said[SHOWN:])
                st.caption(t("Also possible: {causes}", causes=plain(rest)))


def _verdict(verdict: Verdict, record: RunRecord, place: str) -> None:
    sure = {"certain": t("certain"), "likely": t("likely"), "possible": t("possible")}[verdict.certainty]
    st.markdown(f":orange[:material/warning:] {sentence(verdict.fault.title)} :gray-badge[{sure}]")
    st.markdown(t("Seen: {what}", what=sentence(verdict.evidence.said)))
    st.markdown(sentence(verdict.fault.what))
    st.markdown(t("What to do: {what}", what=sentence(verdict.fault.mend)))
    probe = PROBES.get(verdict.evidence.probe)
    if probe is not None:
        st.markdown(t("What would decide: {what}", what=sentence(probe.does)))
    plan = probe.run(record.plan) if probe is not None and probe.run is not None else None
    if plan is not None and record.over:
        pressed = st.button(
            words(probe.does), key=f"probe-{place}-{record.run_id}-{verdict.kind}", icon=":material/play_arrow:"
        )
        if pressed:
            _run(record, plan)


def _run(record: RunRecord, plan: Plan) -> None:
    try:
        run_ids = service_access.get_service().train(record.model, plan, (record.framework,), owner=state.owner())
    except ClsfError as error:
        st.error(sentence(error.sentence), icon=":material/error:")
        return
    runs.look_at(run_ids[0])
    with suppress(ClsfError):  # images that are not known here any more: the form stays as it is
        controls.choose_as(record.model, plan, record.framework)
    st.session_state[state.TRAIN_VIEW_WANTED] = "run"
    st.switch_page(navigation.link_to("train"), query_params={**navigation.kept(), state.RUN: run_ids[0]})
