"""Shows how an upload is read before it is imported: parts, classes, counts, what is left out; all of it can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.data import upload
from clsf.data.layout import LayoutChoices, TreeReading
from clsf.data.names import ENCODINGS, TITLES
from clsf.data.roles import PARTS, ROLES
from clsf.errors import ClsfError
from clsf.ui.data import keys
from clsf.ui.data.source import waiting
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words
from clsf.words import Sentence


def packed(given: list) -> BinaryIO:
    """Return what was given as an archive."""
    if given[0] == "zip":
        return given[1]
    return upload.packed_tree(given[1]) if given[0] == "folder" else upload.packed(given)


def forget() -> None:
    """Stop showing how an upload is read."""
    st.session_state.pop(keys.OWN_READING, None)
    for key in [key for key in st.session_state if str(key).startswith((keys.OWN_ROLE, keys.OWN_ENCODING, keys.OWN_LABELS))]:
        del st.session_state[key]


def look(given: list, choices: LayoutChoices | None = None) -> None:
    """Read the tree of an upload and keep how it is read, for `show`."""
    if choices is None:
        forget()
    choices = choices or LayoutChoices()
    place = st.empty()
    try:
        with st.spinner(t("Reading …")):
            archive = packed(given)
            try:
                reading = upload.read_upload(archive, choices, lambda stage, _, before: _told(place, stage, before))
            finally:
                if archive is not given[1]:
                    archive.close()
    except ClsfError as error:
        reading = error
    place.empty()
    st.session_state[keys.OWN_READING] = _stamp(given), choices, reading


def _told(place: DeltaGenerator, stage: str, before: int) -> None:
    """Say how many uploads are read before this one; a reader who clicks elsewhere meanwhile gives up the place."""
    if stage == "wait":
        place.caption(waiting(before))


def show(given: list | None) -> LayoutChoices | None:
    """Show how the upload is read and let it be changed; return the choices with which it can be imported, or None."""
    kept = st.session_state.get(keys.OWN_READING)
    if kept is None or given is None or kept[0] != _stamp(given):
        return None
    _, choices, reading = kept
    if isinstance(reading, ClsfError):
        st.error(plain(reading.sentence), icon=":material/error:")
        return None
    with st.container(border=True, key="upload_shown"):
        st.markdown(f"**{t('This is how it is read')}**")
        changed = _choose(reading, choices)
        if changed != choices:
            look(given, changed)
            st.rerun()
        _table(reading)
        if reading.question is not None:
            st.warning(plain(reading.question), icon=":material/help:")
        elif reading.problem is not None:
            st.error(plain(reading.problem), icon=":material/error:")
    return choices if reading.question is None and reading.problem is None else None


def _stamp(given: list) -> tuple:
    files = [given[1]] if given[0] == "zip" else [one[-1] for one in (given[1] if given[0] == "folder" else given)]
    return tuple(getattr(file, "file_id", id(file)) for file in files)


def _choose(reading: TreeReading, choices: LayoutChoices) -> LayoutChoices:
    roles = dict(choices.roles)
    titles = {"train": t("training"), "val": t("validation"), "test": t("test"), "class": t("a class"), "out": t("left out")}
    shown = reading.folders if any(role != "class" for _, role, _ in reading.folders) or len(reading.folders) <= 6 else ()
    if shown and reading.labels == "folders":
        columns = st.columns(min(len(shown), 4))
        for number, (name, role, count) in enumerate(shown[:24]):
            chosen = columns[number % len(columns)].selectbox(
                tn("{folder}: {count} image", "{folder}: {count} images", count, folder=plain(name)), ROLES, ROLES.index(role), format_func=titles.__getitem__,
                key=f"{keys.OWN_ROLE}_{name}",
            )  # fmt: skip
            if chosen != role:
                roles[name] = chosen
    labels, encoding = choices.labels, choices.encoding
    if len(reading.offered) > 1:
        ways = {"folders": t("the folders"), "table": t("the table"), "names": t("the names of the files")}
        chosen = st.segmented_control(
            t("Where the classes come from"), reading.offered, format_func=ways.__getitem__, default=reading.labels if reading.labels in reading.offered else None,
            key=keys.OWN_LABELS, required=True,
        )  # fmt: skip
        labels = chosen if chosen not in (None, reading.labels) else labels
    if reading.encoding is not None:
        chosen = st.selectbox(
            t("Encoding of the names"), ENCODINGS, ENCODINGS.index(reading.encoding), format_func=TITLES.__getitem__, key=keys.OWN_ENCODING,
            help=note("data", "archive-does-not"),
        )  # fmt: skip
        encoding = chosen if chosen != reading.encoding else encoding
    return LayoutChoices(roles, labels, encoding)


def _table(reading: TreeReading) -> None:
    titles = {"train": t("Training"), "val": t("Validation"), "test": t("Test")}
    used = [part for part in PARTS if any(counts[part] for counts in reading.counts.values())]
    st.dataframe(
        {t("Class"): list(reading.counts)} | {titles[part]: [counts[part] for counts in reading.counts.values()] for part in used},
        hide_index=True, width="stretch", height=min(36 * (len(reading.counts) + 1) + 2, 300),
    )  # fmt: skip
    if "val" in used:
        st.caption(note("data", "validation-images-data"))  # fmt: skip
    if reading.skipped:
        left_out(tn("{count} file is left out", "{count} files are left out", len(reading.skipped)), reading.skipped)


def left_out(label: str, skipped: Sequence[tuple[str, Sentence]]) -> None:
    """Show, folded, which files were left out, and why."""
    with st.expander(label, icon=":material/rule:"):
        rows = skipped[:200]
        told = {t("File"): [name for name, _ in rows], t("Why"): [words(why) for _, why in rows]}
        st.dataframe(told, hide_index=True, width="stretch")
