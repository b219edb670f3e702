"""The progress of each run: one card per framework."""

from __future__ import annotations

import streamlit as st

from clsf import examples
from clsf.runs.record import RunRecord
from clsf.runs.waiting import elapsed, remaining
from clsf.ui.shared import navigation, service_access, state
from clsf.ui.shared.data_names import data_of
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.progress import of_epoch, of_run
from clsf.ui.shared.settings import extras
from clsf.ui.shared.text import plain, t, tn
from clsf.ui.shared.units import duration, megabytes

COLOURS = {
    "queued": "gray", "preparing": "blue", "running": "green", "paused": "yellow", "finished": "green", "stopped": "gray",
    "diverged": "red", "cut-off": "red", "time-limit": "orange", "failed": "red",
}  # fmt: skip
ICONS = {
    "queued": "hourglass_empty", "preparing": "download", "running": "play_arrow", "paused": "pause",
    "finished": "check", "stopped": "stop", "diverged": "trending_up", "cut-off": "power_off", "time-limit": "timer_off", "failed": "error",
}  # fmt: skip


def show(records: list[RunRecord]) -> None:
    """Show one card per run, side by side where there is room."""
    with st.grid(len(records), min_column_width=200, gap="small"):
        for record in records:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _card(record)


def chosen(record: RunRecord) -> None:
    """Show in a line what these runs train, because the form next to them may have changed since."""
    plan = record.plan
    parts = [
        *trained(record, f"{plan.learning_rate:g}"),
        plan.dtype,
        t("seed {seed}", seed=plan.seed),
        *extras.said(plan, short=True),
    ]
    st.caption(plain(" · ".join(parts)))


def trained(record: RunRecord, rates: str) -> list[str]:
    """Return what a run trains, in which steps, and by which rule with these learning rates."""
    plan = record.plan
    steps = tn(
        "{epochs} epoch, batches of {size}", "{epochs} epochs, batches of {size}", plan.epochs, epochs=plan.epochs, size=plan.batch_size,
    )  # fmt: skip
    return [data_of(plan), record.model.name, steps, f"{plan.optimizer} {rates} ({plan.rules})"]


def status(record: RunRecord) -> str:
    """Return the state of a run in a word or two."""
    return status_words()[record.status]


def computed_on(record: RunRecord) -> str:
    """Return the device and the threads of a run that has begun."""
    return tn(
        "{device}, {threads} thread", "{device}, {threads} threads", record.started.threads,
        device=record.started.device, threads=record.started.threads,
    )  # fmt: skip


def status_words() -> dict[str, str]:
    """Return every state of a run -> the word or two for it."""
    return {
        "queued": t("waiting"), "preparing": t("getting the images"), "running": t("now training"), "paused": t("paused"),
        "finished": t("finished"), "stopped": t("stopped"), "diverged": t("diverged"), "cut-off": t("cut off"),
        "time-limit": t("time is up"), "failed": t("failed"),
    }  # fmt: skip


def _card(record: RunRecord) -> None:
    badge = f":{COLOURS[record.status]}-badge[:material/{ICONS[record.status]}: {status(record)}]"
    st.markdown(f"{heading(record.framework)} {badge}")
    if record.status == "queued":
        _waiting(record)
    elif record.status == "preparing":
        _preparing(record)
    elif record.over:
        _over(record)
    else:
        _bars(record)


def _waiting(record: RunRecord) -> None:
    place = service_access.get_service().place(record.run_id)
    if place is None:
        st.caption(t("The worker loads the framework and builds the model."))
        return
    text = t("Place in the queue: {place}", place=place.position)
    st.caption(text if place.wait is None else f"{text} · {_soon(place.wait)}")
    ready = examples.ids(examples.FIRST)
    if ready:
        navigation.link(t("Meanwhile: look at a run that is finished"), "train", ":material/visibility:", {state.RUN: ready[0]})


def _soon(seconds: float) -> str:
    """Return the estimated time until a run starts, rounded to ten seconds, for long times to minutes."""
    if seconds < 10:
        return t("begins in a few seconds")
    if seconds < 90:
        return t("begins in about {count} seconds", count=10 * round(seconds / 10))
    return tn("begins in about {count} minute", "begins in about {count} minutes", round(seconds / 60))


def _preparing(record: RunRecord) -> None:
    news = record.progress
    if news is None or not (news.done or news.total):  # the run has started since the last refresh, or nothing is known yet
        return
    share, counts = (
        min(news.done / news.total, 1.0) if news.total else 0.0,
        {"done": f"{news.done:,}", "total": f"{news.total:,}"},
    )
    if news.stage == "download" and not news.total:
        text = t("Downloading: {done} MB", done=megabytes(news.done))
    elif news.stage == "download":
        text = t("Downloading: {done} of {total} MB", done=megabytes(news.done), total=megabytes(news.total))
    elif news.stage == "features":
        text = tn(
            "Through the frozen layers, once: {done} of {total} image", "Through the frozen layers, once: {done} of {total} images",
            news.total, **counts,
        )  # fmt: skip
    else:
        text = t("Preparing images: {done} of {total}", **counts)
    st.progress(share, text)


def _bars(record: RunRecord) -> None:
    left = remaining(record)
    step, total, time = len(record.steps), record.total_steps, duration(elapsed(record))
    text = t("Step {step} of {total} · {elapsed}", step=step, total=total, elapsed=time)
    if left is not None:
        text += " · " + t("about {time} left", time=duration(left))
    st.progress(of_run(record), text)
    epoch, share = of_epoch(record)
    st.progress(share, t("Epoch {epoch} of {total}", epoch=epoch, total=record.started.epochs))
    norms, speed = record.steps.gradient_norms, record.steps.images_per_second
    grid = st.grid(2, min_column_width=96, gap="small")
    grid.metric(t("Images/s"), f"{speed[-1]:,.0f}" if speed else "–")
    grid.metric(t("Gradient"), f"{norms[-1]:.3g}" if norms else "–", help=note("train", "l2-norm-over"))


def _over(record: RunRecord) -> None:
    if record.failure is not None:
        st.error(plain(record.failure), icon=":material/error:")
        return
    time = duration(elapsed(record))
    st.caption(tn("{count} epoch in {time}", "{count} epochs in {time}", len(record.epochs), time=time))
    if record.status == "diverged":
        st.warning(note("train", "loss-became-nan"), icon=":material/trending_up:")
    if record.status == "cut-off":
        st.caption(t("The program ended before this run did."))
    if record.status == "time-limit":
        st.caption(note("train", "trained-long-server"))
