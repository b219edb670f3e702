"""What is behind the course: the images to learn from, what is kept equal, and the processes in which the frameworks run."""

from __future__ import annotations

from contextlib import suppress
from html import escape

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS, examples
from clsf.charts import pictures
from clsf.data import catalogue
from clsf.data.catalogue import DatasetInfo
from clsf.engine.base import EngineState, WorkerState
from clsf.engine.installed import installed
from clsf.errors import ClsfError
from clsf.plan import Plan
from clsf.ui.shared import asking, data_choice, data_names, problems, service_access, waiting
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import plain, t, tn
from clsf.ui.shared.units import megabytes

FRAMEWORK = FRAMEWORKS[-1]  # whose worker is asked for images
PICTURES = 10  # images of a set
TICK = 2.0  # seconds
COLOURS = {"starting": "yellow", "warm": "green", "busy": "blue", "paused": "orange", "lost": "red"}
ICONS = {"starting": "hourglass_top", "warm": "check", "busy": "play_arrow", "paused": "memory", "lost": "error"}


def data_cards() -> None:
    """Show a card per data set: how many images, how large, and whether they are here already."""
    with st.grid("auto", min_column_width=250, gap="small", border=True) as grid:
        for info in data_choice.infos():
            with grid.cell(), st.container(gap="xsmall"):
                _data_card(info)


def _data_card(info: DatasetInfo) -> None:
    height, width, channels = info.shape
    st.markdown(f"**{plain(info.title)}**")
    _pictures(info)
    _where(info)
    lines = [
        tn(
            "{train} training, {validation} validation and {test} test image · {height}×{width}×{channels} · {classes} classes",
            "{train} training, {validation} validation and {test} test images · {height}×{width}×{channels} · {classes} classes",
            info.test,
            train=f"{info.train:,}", validation=f"{info.validation:,}", test=f"{info.test:,}", height=height, width=width,
            channels=channels, classes=len(info.classes),
        ) if info.validation else data_names.size_of(info),
        plain(info.note) if info.note else "",
        plain(info.licence),
        f"[{t('source')}]({info.source})" if info.source.startswith("http") else plain(info.source),
    ]  # fmt: skip
    st.markdown("  \n".join(f":small[{line}]" for line in lines if line))


def _pictures(info: DatasetInfo) -> None:
    """Show some images of a set: those shipped with the program, or those that a worker reads if the set is on this machine."""
    address = examples.picture(info.name)
    if address is None and catalogue.is_cached(info.name) and not waiting.cold():
        with suppress(ClsfError):
            job, plan = "clsf.data.pick:pixels", Plan(info.name).to_json()
            pixels = asking.ask(FRAMEWORK, job, plan, list(range(PICTURES)), small=True)
            address = pictures.address(np.concatenate(list(pixels), axis=1))
    if address is not None:
        alt = t("Some images of the data set")
        st.html(f'<div class="set-images"><img src="{address}" alt="{escape(alt)}"></div>')


def _where(info: DatasetInfo) -> None:
    if info.embedded:
        st.badge(t("built in"), icon=":material/inventory_2:", color="green")
    elif catalogue.is_cached(info.name):
        st.badge(t("on this machine"), icon=":material/download_done:", color="green")
    else:
        said = t("{size} MB to download at first use", size=megabytes(info.download_bytes or 0))
        st.badge(said, icon=":material/download:", color="gray")


def promises() -> None:
    """Show the table of what is kept equal."""
    rows = {
        t("Model"): (
            t("each framework's habits: other padding, other dropout, softmax applied twice"),
            t("one design; both count the same parameters"),
        ),
        t("Initial weights"): (t("drawn by each framework"), t("drawn once, loaded into both")),
        t("Batches"): (t("shuffled by each framework"), t("one order: the same images in every batch")),
        t("Update rule"): (t("the same name, another formula"), t("one written rule, or each framework's own if you ask")),
        t("Time"): (t("device and loop not stated"), t("device, threads and loop are named")),
    }
    heads = (t("What"), t("Often elsewhere"), t("Here"))
    lines = [heads, ("---",) * 3, *((f"**{name}**", *said) for name, said in rows.items())]
    st.markdown(note("home", "two-numbers-can"))
    st.markdown(
        "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    )  # st.table would load pandas, which would delay the first page


@st.fragment(run_every=TICK)
def engine() -> None:
    """Show one card per worker, looked at again every TICK seconds."""
    with problems.shown():
        service = service_access.at_hand()
        notice = None if service is None else service.notice()
        if notice is not None:
            st.warning(plain(notice), icon=":material/warning:")
        with st.container(key="live-engine"):
            _cards(_unopened() if service is None else service.state())


def _unopened() -> EngineState:
    """Return the state until the first page has been shown: the workers are about to start."""
    workers = tuple(WorkerState(name, "starting", None, "", "", 0, None) for name in installed())
    return EngineState("local", "", workers, 0)


def _cards(engine: EngineState) -> None:
    for column, worker in zip(st.columns(max(len(engine.workers), 1)), engine.workers, strict=False):
        with column.container(border=True, height="stretch", gap="small"):
            _worker_card(worker)
    if engine.small:
        st.caption(note("home", "server-has-little"))
    if engine.waiting:
        st.caption(t("Runs waiting: {count}", count=engine.waiting))


def _worker_card(worker: WorkerState) -> None:
    statuses = {
        "starting": t("starting"), "warm": t("ready"), "busy": t("at work"), "paused": t("waits for memory"), "lost": t("lost"),
    }  # fmt: skip
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(heading(worker.framework))
        st.badge(statuses[worker.status], icon=f":material/{ICONS[worker.status]}:", color=COLOURS[worker.status])
    facts = [worker.device or "", tn("{count} thread", "{count} threads", worker.threads) if worker.threads else ""]
    if worker.memory_mb:
        facts.append(t("{count} MB of memory", count=f"{worker.memory_mb:,.0f}"))
    st.caption(" · ".join(fact for fact in facts if fact) or t("The framework is being loaded."))
