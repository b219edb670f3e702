"""Collect: where images come from, a card per class, and what is still missing."""

from __future__ import annotations

import hashlib
from functools import partial

import numpy as np
import streamlit as st

from clsf.data import cache, private
from clsf.data.kinds import SUFFIXES
from clsf.own import kept, reading
from clsf.own.collection import MOST_CLASSES, MOST_IMAGES, MOST_NAME, SIDE, Collection, OwnClass
from clsf.own.tryout import tryout
from clsf.ui.own import from_sets, held, keys, teach
from clsf.ui.shared import camera, choose, problems, sections
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.text import plain, t, tn
from clsf.words import say, say_n

SHOWN, COLUMNS = 20, 5  # newest images of a class that its card shows
THUMBNAIL = 2  # every n-th pixel of an image is shown
TYPES = [suffix.removeprefix(".") for suffix in SUFFIXES]


def show() -> None:
    """Show the section."""
    sources = {
        "camera": ":material/videocam: " + t("Camera"), "files": ":material/upload: " + t("Files"),
        "set": ":material/photo_library: " + t("A data set"), "again": ":material/unarchive: " + t("A teach-again file"),
    }  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        source = choose.named(
            st.segmented_control, t("Where the images come from"), sources, keys.SOURCE, label_visibility="collapsed"
        )
        st.button(
            t("Try-out set"), key="own_tryout", icon=":material/toys:", on_click=lambda: held.replace(tryout()), type="primary" if not len(held.collection()) else "secondary",
            help=note("own", "tryout"),
        )  # fmt: skip
        last = _taught_last() if not len(held.collection()) else None
        if last is not None:
            st.button(
                t("Images taught last"), key="own_last", icon=":material/history:", on_click=_take_last, args=(last,), help=note("own", "last")
            )  # fmt: skip
    if source == "again":
        _again()
    elif source == "set":
        from_sets.show()
    if source == "camera":
        left, right = st.columns([1, 1.9], gap="large")
        with left:
            collection = held.collection()
            camera.record(keys.CAMERA, collection.names, SIDE, _recorded, full=not collection.room())
        with right:
            _cards(uploads=False)
    else:
        _cards(uploads=source == "files")


def _cards(uploads: bool) -> None:
    held.show_told()
    collection = held.collection()
    with st.grid("auto", min_column_width=260, gap="small"):
        for at, kind in enumerate(collection.kinds):
            with st.container(border=True, gap="small", key=f"own_card_{at}"):
                _card(collection, at, kind, uploads)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        full = len(collection.kinds) >= MOST_CLASSES
        st.button(t("Add a class"), key="own_add", icon=":material/add:", on_click=_add, disabled=full)
        st.button(t("Start over"), key="own_anew", icon=":material/delete_sweep:", on_click=_anew, type="tertiary")
    _ready(collection)


def _card(collection: Collection, at: int, kind: OwnClass, uploads: bool) -> None:
    generation = held.generation()
    st.text_input(
        t("Name of class {number}", number=at + 1), kind.name, max_chars=MOST_NAME, key=keys.name(at, generation), label_visibility="collapsed",
        on_change=lambda: held.change(held.collection().renamed(at, st.session_state[keys.name(at, generation)])),
    )  # fmt: skip
    recordings = len(np.unique(kind.recordings))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            tn("{count} image", "{count} images", len(kind)) + " · " + tn("{count} recording", "{count} recordings", recordings)
            if len(kind) else t("no image yet"),
            width="stretch",
        )  # fmt: skip
        st.button(
            t("Remove"), key=f"own_drop_{generation}_{at}", icon=":material/close:", type="tertiary",
            on_click=lambda: held.replace(held.collection().without_class(at)),
            disabled=len(collection.kinds) <= 1, help=t("Removes the class and its images."),
        )  # fmt: skip
    if uploads:
        _upload(at, kind, generation)
    if not len(kind):
        return
    first = max(len(kind) - SHOWN, 0)
    shown = np.ascontiguousarray(kind.pixels[first:][::-1, ::THUMBNAIL, ::THUMBNAIL])  # the newest first
    picked = st.session_state.get(keys.PICKED)
    mine = picked[1] if picked and picked[0] == at else None
    pictures(
        shown, [""] * len(shown), key=keys.strip(at), stamp=hashlib.blake2b(shown.tobytes(), digest_size=12).hexdigest(), columns=COLUMNS, side=56,
        label=t("Images of “{name}”, newest first", name=kind.name),
        notes=[], picked=None if mine is None else len(kind) - 1 - mine, on_pick=partial(_pick, at, len(kind)),
        names=[t("image {number}", number=len(kind) - n) for n in range(len(shown))],
    )  # fmt: skip
    if first:
        st.caption(tn("and {count} older one", "and {count} older ones", first))
    if mine is not None and mine < len(kind):
        st.button(
            t("Delete image {number}", number=mine + 1), key=f"own_delete_{at}", icon=":material/delete:",
            on_click=lambda: held.change(held.collection().without(at, mine)),
        )  # fmt: skip


def _ready(collection: Collection) -> None:
    missing = collection.missing()
    for one, two, count in collection.in_two_classes():
        st.warning(
            tn(
                "{count} image is in “{one}” and in “{two}”. It can’t be both: delete it from one of them.",
                "{count} images are in “{one}” and in “{two}”. They can’t be both: delete them from one of them.",
                count, one=plain(one), two=plain(two),
            ),
            icon=":material/content_copy:",
        )  # fmt: skip
    disabled = missing is not None
    st.button(t("Teach it"), key="own_go_teach", type="primary", icon=":material/school:", disabled=disabled, on_click=_teach)
    if missing is not None:
        st.caption(plain(missing))


def _upload(at: int, kind: OwnClass, generation: int) -> None:
    given = st.file_uploader(
        t("Images of “{name}”", name=kind.name), type=TYPES, accept_multiple_files=True, key=keys.files(at, generation),
    )  # fmt: skip
    if not given:
        return
    collection = held.collection()
    with held.refusal_told(), st.spinner(t("Reading …")):
        read = reading.pictures([(file.name, file) for file in given], collection.room())
        _told(read)
        collection = collection.added(at, read.pixels, together=False)
    held.replace(collection)  # a new generation: the uploader is empty
    st.rerun()


def _told(read: reading.Pictures) -> None:
    """Show the result of reading files."""
    count = len(read.pixels)
    if read.given > count + len(read.skipped):
        held.tell(
            "warning",
            say(
                "Of the images given ({given}), {count} were taken, spread evenly: all classes together hold at most {most}. Import larger sets on the Data page.",
                given=f"{read.given:,}", most=f"{MOST_IMAGES:,}", count=f"{count:,}",
            ),
        )  # fmt: skip
    elif count:
        held.tell("success", say_n("{count} image was added.", "{count} images were added.", count))
    if read.skipped:
        name, why = read.skipped[0]
        held.tell(
            "error",
            say_n(
                "{count} file was left out: {name}. {why}", "{count} files were left out, the first is {name}. {why}",
                len(read.skipped), name=name, why=why,
            ),
        )  # fmt: skip


def _again() -> None:
    st.caption(note("own", "again"))
    file = st.file_uploader(
        t("A teach-again file (zip)"), type=["zip"], key=f"{keys.AGAIN}_{held.generation()}", max_upload_size=100
    )
    if file is None:
        return
    with problems.shown():
        with st.spinner(t("Reading …")):
            taught = reading.taught_again(file)
        held.replace(taught)
        held.tell("success", say_n("{count} image is back.", "{count} images are back.", len(taught)))
        st.rerun()


# Callbacks of the buttons; each is called before the page is drawn.


def _recorded(at: int, frames: np.ndarray) -> None:
    collection = held.collection()
    if at < len(collection.kinds):
        held.change(collection.added(at, frames, together=True))


def _teach() -> None:
    sections.go(keys.SECTION, "teach")
    teach.begin()


def _taught_last() -> str | None:
    """Return the name of the newest private set made from a collection, because a reload clears the session."""
    names = [name for name in private.own() if kept.recordings(name) is not None]
    return max(names, key=cache.used, default=None)


def _take_last(name: str) -> None:
    with held.refusal_told():
        collection = kept.collection(name)
        if collection is not None:
            held.replace(collection[0])


def _pick(at: int, count: int, place: int) -> None:
    st.session_state[keys.PICKED] = at, count - 1 - place


def _add() -> None:
    collection = held.collection()
    held.change(collection.with_class(t("Class {number}", number=len(collection.kinds) + 1)))


def _anew() -> None:
    st.session_state.pop(keys.COLLECTION, None)
    held.replace(held.collection())
