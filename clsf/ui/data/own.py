"""Section 9: the student's own images: uploaded, checked, kept for the session, and saved if they wish."""

from __future__ import annotations

import streamlit as st

from clsf import settings
from clsf.data import catalogue, upload
from clsf.data.imports import MIN_SIDE, SIDE
from clsf.data.kinds import KINDS, SUFFIXES
from clsf.data.layout import LayoutChoices
from clsf.data.task import Task
from clsf.plan import MAX_IMAGE_SIZE
from clsf.ui.data import keys, own_reading, own_sets
from clsf.ui.data.source import TICK, progress_bar
from clsf.ui.shared import choose, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn

MOST_KINDS = 12
TYPES = [suffix.removeprefix(".") for suffix in SUFFIXES]


def settle() -> None:
    """Take over the result of an upload. Call it before the choice of images is shown, because it changes that choice."""
    task = st.session_state.get(keys.OWN_TASK)
    if task is None or not task.over:
        return
    del st.session_state[keys.OWN_TASK]
    st.session_state[keys.OWN_FOUND] = task
    if task.result is not None:
        st.session_state[state.DATA] = task.result.name
        st.session_state[keys.OWN_DONE] = st.session_state.get(keys.OWN_DONE, 0) + 1
        st.session_state[keys.IMAGE] = 0


def show() -> None:
    """Show the section."""
    if keys.OWN_TASK in st.session_state:
        _watch()
    else:
        _outcome()
        _form()
    own_sets.show()


def _form() -> None:
    st.subheader(t("Upload images"), anchor=False)
    ways = {"zip": t("an archive or a file of arrays"), "classes": t("class by class"), "folder": t("a folder")}
    way = choose.named(st.segmented_control, t("How"), ways, keys.WAY_IN, label_visibility="collapsed")
    done = st.session_state.get(keys.OWN_DONE, 0)
    left, right = st.columns([2, 1], gap="large")
    with left:
        given = {"zip": _zip, "classes": _classes, "folder": _folder}[way](done)
    with right:
        title = st.text_input(
            t("Name of the data set"), max_chars=60, key=f"{keys.OWN_TITLE}_{done}", placeholder=t("My images"),
            help=t("What it is called in the choice of images."),
        )  # fmt: skip
        side = st.number_input(
            t("Image size"), MIN_SIDE, MAX_IMAGE_SIZE, None, placeholder=t("by itself"), key=keys.OWN_SIDE,
            help=note("data", "side-pixels-images", side=SIDE,
            ),
        )  # fmt: skip
    _limits()
    if st.button(t("Read the images"), key="upload_read", type="primary", icon=":material/upload:", disabled=given is None):
        own_reading.look(given)
        st.rerun()
    choices = own_reading.show(given)
    if choices is not None and st.button(
        t("Import the images"), key="upload_import", type="primary", icon=":material/check:", disabled=given is None
    ):
        _start(given, title or t("My images"), side, choices)
        st.rerun()


def _limits() -> None:
    limits, allowed = upload.limits(), settings.read()
    st.caption(
        note("data", "least-2-classes",
            kinds=KINDS, classes=f"{limits['classes']:,}", upload=f"{_most_mb():,}", unpacked=f"{limits['unpacked']:,}", files=f"{limits['files']:,}",
            file=limits["file"], pixels=limits["pixels"], jpeg=limits["jpeg_pixels"],
        )
    )  # fmt: skip
    st.caption(
        note("data", "unpacked-data-set",
            one=f"{allowed.set_mb:,}", all=f"{allowed.sets_mb_per_session:,}", held=f"{allowed.held_mb_per_session:,}",
        )
        + " "
        + tn(
            "{count} upload of all users is read at a time; others wait for their turn.",
            "{count} uploads of all users are read at a time; others wait for their turn.",
            allowed.reading_at_once,
        )
    )  # fmt: skip
    st.caption(note("data", "nobody-else-shown"))


def _most_mb() -> int:
    """Return how many MB an upload may have: the smaller of the host's limit and the web server's."""
    return min(settings.read().upload_mb, st.get_option("server.maxUploadSize"))


def _zip(done: int) -> list | None:
    file = st.file_uploader(
        note("data", "zip-tar-gz"), type=["zip", "tm", "tar", "gz", "tgz", "npz"],
        key=f"{keys.ARCHIVE}_{done}", max_upload_size=_most_mb(),
    )  # fmt: skip
    return None if file is None else ["zip", file]


def _folder(done: int) -> list | None:
    # No filter of types: the code that reads all uploads reports what is left out and why.
    files = st.file_uploader(
        t("A folder of this computer that holds one folder per class"), accept_multiple_files="directory",
        key=f"{keys.FOLDER}_{done}", max_upload_size=_most_mb(),
    )  # fmt: skip
    return ["folder", [(file.name, file) for file in files]] if files else None


def _classes(done: int) -> list | None:
    kinds = choose.whole(t("Number of classes"), 2, MOST_KINDS, 2, keys.KINDS)
    classes = []
    for number in range(kinds):
        name_at, files_at = st.columns([1, 2])
        name = name_at.text_input(
            t("Class {number}", number=number + 1), max_chars=60, key=keys.kind_name(number), persist_state="session",
            placeholder=[t("cats"), t("dogs")][number] if number < 2 else None,
        )  # fmt: skip
        files = files_at.file_uploader(
            t("Its images"), type=TYPES, accept_multiple_files=True, key=keys.kind_files(number, done),
            max_upload_size=_most_mb(),
        )  # fmt: skip
        classes += [(name.strip() or t("Class {number}", number=number + 1), file.name, file) for file in files]
    return classes or None


def _start(given: list, title: str, side: int | None, choices: LayoutChoices) -> None:
    owner = state.owner()

    def work(progress) -> object:
        with own_reading.packed(given) as archive:
            return upload.import_upload(archive, title, owner, side, progress, choices=choices)

    own_reading.forget()
    st.session_state.pop(keys.OWN_FOUND, None)
    st.session_state[keys.OWN_TASK] = Task(work)


@st.fragment(run_every=TICK)
def _watch() -> None:
    task = st.session_state.get(keys.OWN_TASK)
    if task is None or task.over:
        st.rerun()
    progress_bar(task)
    st.button(t("Stop"), key="stop_upload", icon=":material/stop:", on_click=task.cancel)


def _outcome() -> None:
    """Show the result of the last upload once."""
    task = st.session_state.get(keys.OWN_FOUND)
    if task is None:
        return
    if task.cancelled:
        st.info(t("Stopped. Nothing was kept."), icon=":material/stop:")
    elif task.failure is not None:
        st.error(plain(task.failure), icon=":material/error:")
    elif catalogue.is_cached(task.result.name):
        outcome = task.result
        height, width, channels = outcome.info.shape
        st.success(
            note("data", "ready-images-classes",
                title=plain(outcome.info.title), count=f"{outcome.info.train + outcome.info.validation + outcome.info.test:,}", classes=len(outcome.info.classes),
                height=height, width=width, channels=channels,
            ),
            icon=":material/check_circle:",
        )  # fmt: skip
        if outcome.copies:
            st.warning(
                tn(
                    "{count} image outside the training images is a copy of a training image: {file} of {same}. What is "
                    "measured on them says little.",
                    "{count} images outside the training images are copies of training images, such as {file} of {same}. What is "
                    "measured on them says little.",
                    len(outcome.copies), file=plain(outcome.copies[0][0]), same=plain(outcome.copies[0][1]),
                ),
                icon=":material/content_copy:",
            )  # fmt: skip
        if outcome.skipped:
            label = tn("{count} file was left out", "{count} files were left out", len(outcome.skipped))
            own_reading.left_out(label, outcome.skipped)
