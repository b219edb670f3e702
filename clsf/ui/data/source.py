"""The data set of the page: its choice, its facts, its download with progress and a stop button, and its pixels once it is there."""

from __future__ import annotations

import threading

import streamlit as st

from clsf.data import cache, catalogue
from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Dataset, Images
from clsf.data.sources import open_dataset
from clsf.data.task import Task
from clsf.ui.data import keys
from clsf.ui.shared import data_choice, data_names, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn
from clsf.ui.shared.units import megabytes

DEFAULT = "digits"
TICK = 0.4  # seconds between two looks at work that is going on

_lock = threading.Lock()


@st.cache_resource(show_spinner=False)
def _tasks() -> dict[str, tuple[Task, str]]:
    """Return the tasks that fetch or generate data, by name, shared by all sessions, each with the reader who asked for it."""
    return {}


def choose() -> DatasetInfo:
    """Show the choice of images and what is known about them."""
    left, right = st.columns([1, 2.2], gap="medium", vertical_alignment="bottom")
    info = catalogue.info(data_choice.select(place=left))
    right.markdown(_facts(info))
    return info


def _facts(info: DatasetInfo) -> str:
    licence = t("your own upload: only you can choose it") if info.private else plain(info.licence)
    source = f"[{t('source')}]({info.source})" if info.source.startswith("http") else plain(info.source)
    note = plain(info.note) if info.note else ""
    return f"**{plain(info.title)}** · {data_names.size_of(info)}  \n:small[{' · '.join(part for part in (note, licence, source) if part)}]"


def ready(info: DatasetInfo) -> bool:
    """Return whether the images are on this machine; if not, generate them or offer them, and show the progress."""
    found, _ = _tasks().get(info.name, (None, ""))
    running = found if found is not None and not found.over else None
    if running is None and catalogue.is_cached(info.name):
        return True
    if running is None and info.embedded:
        running = _start(info.name)  # takes a second or two, and no network
    if running is not None:
        _watch(info.name)
        return False
    st.info(note("data", "images-not-machine", size=megabytes(info.download_bytes or 0)), icon=":material/download:")
    _last_failure(info.name)
    if st.button(t("Download {size} MB", size=megabytes(info.download_bytes or 0)), key="download", type="primary", icon=":material/download:"):  # fmt: skip
        _start(info.name)
        st.rerun()
    st.caption(t("Digits and shapes need no download."))
    return False


def _start(name: str) -> Task:
    with _lock:
        tasks = _tasks()
        if name not in tasks or tasks[name][0].over:
            tasks[name] = Task(lambda progress: open_dataset(name, progress) and None), state.owner()
        return tasks[name][0]


def _last_failure(name: str) -> None:
    task, asker = _tasks().get(name, (None, ""))
    if task is None or asker != state.owner():
        return
    if task.cancelled:
        st.caption(t("Stopped. What was fetched so far is kept, and the next download continues from there."))
    elif task.failure is not None:
        st.error(plain(task.failure), icon=":material/error:")


@st.fragment(run_every=TICK)
def _watch(name: str) -> None:
    task, asker = _tasks()[name]
    if task.over:
        st.rerun()
    progress_bar(task)
    if asker == state.owner():
        st.button(t("Stop"), key="stop_making", icon=":material/stop:", on_click=task.cancel)
    else:
        st.caption(t("Somebody else asked for it first; it will be here for both."))


def waiting(before: int) -> str:
    """Return the message for an upload that waits for its turn."""
    return tn("Waiting: {count} upload is read before this one", "Waiting: {count} uploads are read before this one", before)


def progress_bar(task: Task) -> None:
    """Show the progress of a task in megabytes or images."""
    stage, done, total = task.news
    share, counts = min(done / total, 1.0) if total else 0.0, {"done": f"{done:,}", "total": f"{total:,}"}
    if stage == "download":
        text = t("Downloading: {done} of {total} MB", done=megabytes(done), total=megabytes(total))
    elif stage == "read":
        text = tn("Reading: {done} of {total} image", "Reading: {done} of {total} images", total, **counts)
    elif stage == "prepare":
        text = tn("Preparing: {done} of {total} image", "Preparing: {done} of {total} images", total, **counts)
    elif stage == "wait":
        text = waiting(total)
    else:
        text = t("Getting started …")
    st.progress(share, text=text)


@st.cache_resource(show_spinner=False, max_entries=12)
def _opened(name: str, stamp: float) -> Dataset:
    return open_dataset(name)


def dataset(name: str) -> Dataset:
    """Return a data set that is on this machine. Raises DataError if its files are damaged, or it is someone else's."""
    catalogue.info(name)  # a set opened for one reader is not for all
    return _opened(name, (cache.facts(name) or {}).get("checksum", ""))


def picked(images: Images) -> int:
    """Return the index of the image in view, the first one if that index does not exist."""
    value = st.session_state.get(keys.IMAGE, st.query_params.get(keys.IMAGE))
    try:
        number = int(value)
    except (TypeError, ValueError):
        return 0
    return number if 0 <= number < len(images) else 0
