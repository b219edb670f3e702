"""Teach: the split, one button, and one chart of the training of both frameworks' heads."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts.curves import CurveView
from clsf.charts.style import STYLES
from clsf.data import pretrained
from clsf.data.task import Task
from clsf.errors import ClsfError
from clsf.own import kept, teaching
from clsf.own.collection import Collection
from clsf.own.recordings import Sides, divided
from clsf.predict.asking import ask_all
from clsf.runs.record import RunRecord
from clsf.ui.own import held, keys
from clsf.ui.own.held import USABLE, VALIDATED, Taught
from clsf.ui.shared import example, problems, run_status, runs, service_access, state
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.figures import curves
from clsf.ui.shared.lessons import note
from clsf.ui.shared.live_chart import preload
from clsf.ui.shared.text import plain, t, tn

TICK = 0.5  # seconds between two looks at runs that go on
REFUSED = "own_refused"  # in the session: why nothing was started
WARMED = "own_warmed"  # in the session: which runs' models were built ahead


def show() -> None:
    """Show the section."""
    preload("own_preload")
    collection = held.collection().taught()
    lacking = collection.missing()
    if lacking is not None:
        st.info(plain(lacking), icon=":material/photo_camera:")
        example.guess(
            t("Guess before you collect: how many images of each class will be enough for nine right answers of ten?")
        )
        held.to_section("collect", t("Collect images"), ":material/photo_camera:")
        return
    st.toggle(t("Recordings stay whole"), True, key=keys.WHOLE, help=note("own", "whole"), **LINKED)
    try:
        _split(collection, divided(collection.labels, collection.recordings, _whole()), _whole())
    except ClsfError as error:
        problems.show(error)
        return
    missing = pretrained.missing(teaching.BACKBONE)
    if missing is not None:
        st.error(plain(missing), icon=":material/error:")
    known = held.taught()
    st.button(
        t("Teach it again") if known else t("Teach it"), key="own_teach", type="secondary" if known else "primary", icon=":material/school:",
        disabled=missing is not None, on_click=begin,
    )  # fmt: skip
    runs.show_refusal(REFUSED)
    if known:
        _follow(known)


def _whole() -> bool:
    return bool(st.session_state.get(keys.WHOLE, True))


def _split(collection: Collection, sides: Sides, whole: bool) -> None:
    count = len(sides.validation)
    said = t(
        "Training images: {train} of {all}. Validation images: {validation}.", train=len(sides.train), all=len(collection), validation=count
    )  # fmt: skip
    if not whole:
        frames = set(collection.recordings[sides.train].tolist()) & set(collection.recordings[sides.validation].tolist())
        known = sum(int(r) in frames for r in collection.recordings[sides.validation])
        if known:
            said += " " + tn(
                ":orange[{known} of these has a near-equal neighbour among the training images: the result will look too good.]",
                ":orange[{known} of these have a near-equal neighbour among the training images: the result will look too good.]",
                known, known=known,
            )  # fmt: skip
    st.caption(said)
    if whole and sides.alone:
        names = ", ".join(f"“{plain(collection.names[n])}”" for n in sides.alone)
        st.warning(note("own", "alone", names=names), icon=":material/movie:")


def begin() -> None:
    """Store the collection as a private set and start both trainings; keep a refusal to show. Call it before the page is drawn."""
    service, owner, taught = service_access.get_service(), state.owner(), held.collection().taught()
    if taught.missing() is not None or pretrained.missing(teaching.BACKBONE) is not None:
        return  # the section shows it
    with problems.kept(REFUSED):
        sides = divided(taught.labels, taught.recordings, _whole())
        data = kept.keep(taught, sides, owner, t("Own classes: {names}", names=", ".join(taught.names)[:40]))
        run_ids = service.train(
            teaching.model(len(taught.kinds)), teaching.plan(data, len(sides.train)), FRAMEWORKS, owner=owner, race=True
        )
        runs.look_at(run_ids[0])
        st.session_state[keys.TAUGHT] = Taught(tuple(run_ids), data, taught.names, _whole(), taught, sides)


def _follow(known: Taught) -> None:
    try:
        records = known.records()
    except ClsfError as error:
        st.warning(plain(error.sentence), icon=":material/search_off:")
        return
    if all(record.over for record in records):
        _seen(records)
        _said(known, records)
        _warm(known, records)
    else:
        st.fragment(_look, run_every=TICK)(known)


def _look(known: Taught) -> None:
    records = known.records()
    if all(record.over for record in records):
        st.rerun()
    _seen(records)
    st.button(
        t("Stop"), key="own_stop", icon=":material/stop:", on_click=runs.command, args=([record.run_id for record in records], "stop")
    )  # fmt: skip


def _seen(records: list[RunRecord]) -> None:
    """Show the chart and, while a run is going on, the progress of each."""
    if not all(record.over and not record.failure for record in records):
        run_status.show(records)
    if any(len(record.steps) for record in records):
        curves("own", "accuracy", records, CurveView("epochs", smoothing=0.5), "own-chart", 300)


def _said(known: Taught, records: list[RunRecord]) -> None:
    """Show the result, and what the number is based on."""
    good = [record for record in records if record.final is not None and record.final.validation_accuracy is not None]
    if not good:
        return
    count = good[0].started.validation_images
    told = []
    for record in good:
        style, right = STYLES[record.framework], round(record.final.validation_accuracy * count)
        told.append(f"{style.mark} **{style.title}** {t('{right} of {count} right', right=right, count=count)}")
    st.markdown(t("On the validation images: {said}.", said=" · ".join(told)))
    text = tn(
        "One image more or less is {points} percentage points, so this number is a rough one.",
        "One image more or less is {points} percentage points, so these numbers are rough ones.",
        len(good), points=f"{100 / max(count, 1):.0f}",
    )  # fmt: skip
    st.caption(text + ("" if known.whole else " " + note("own", "promises")))
    held.to_section("try", t("Try it"), ":material/play_arrow:")


def _warm(known: Taught, records: list[RunRecord]) -> None:
    """Make the workers build the models once before they are used."""
    if st.session_state.get(WARMED) != known.run_ids:
        st.session_state[WARMED] = known.run_ids
        service, usable = service_access.get_service(), [record for record in records if record.status in USABLE]
        Task(lambda _: ask_all(service, usable, VALIDATED))
