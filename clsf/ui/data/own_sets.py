"""The reader's own sets: look, train, save under a name, remove."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.data import private
from clsf.data.catalogue import DatasetInfo
from clsf.data.split import split
from clsf.errors import DataError
from clsf.ui.data import keys, source
from clsf.ui.shared import data_choice, data_names, navigation, problems, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.text import plain, t, tn, words

FEW = 10  # images per class; with fewer, a training is not meaningful
SHOWN = 10  # pictures per set


def show() -> None:
    """Show a card per set."""
    names = private.own()
    own = [info for info in data_choice.infos() if info.name in names]
    if not own:
        return
    st.subheader(t("Your data sets"), anchor=False)
    for info in own:
        with st.container(border=True, key=f"own_{info.name}"), problems.shown():
            _card(info)


def _card(info: DatasetInfo) -> None:
    images = source.dataset(info.name).train
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(info.title)}**", width="content")
        if not info.private:
            st.badge(t("saved, for everybody here"), icon=":material/group:", color="green")
        elif info.saved:
            st.badge(t("saved, for you alone"), icon=":material/bookmark:", color="green")
        else:
            st.badge(t("for a day after its last use"), icon=":material/timer:", color="gray")
    st.caption(data_names.size_of(info))
    _strip(info, images)
    trainable = _warn(images)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button(
            t("Look at it"),
            key=f"look_{info.name}",
            icon=":material/apps:",
            on_click=st.session_state.update,
            args=({state.DATA: info.name, keys.SECTION: "look"},),
        )
        if st.button(
            t("Train with it"), key=f"train_{info.name}", icon=":material/play_arrow:", type="primary", disabled=not trainable,
            on_click=st.session_state.update, args=({state.DATA: info.name},),
        ):  # fmt: skip
            navigation.switch_to("train")
        with st.popover(t("Save"), icon=":material/bookmark:"):
            _save(info)
        with st.popover(t("Remove"), icon=":material/delete:"):
            st.markdown(note("data", "images-taken-off"))
            st.button(t("Remove the images"), key=f"remove_{info.name}", type="primary", on_click=_remove, args=(info.name,))


def _strip(info: DatasetInfo, images) -> None:
    """Show the first images, class by class in turn."""
    counts = np.bincount(images.labels, minlength=len(images.classes))
    each = [np.flatnonzero(images.labels == label) for label in range(min(len(counts), SHOWN))]
    taken = [group[turn] for turn in range(SHOWN) for group in each if turn < len(group)][:SHOWN]
    pictures(
        np.asarray(images.pixels[taken]), [images.classes[images.labels[k]] for k in taken], key=f"strip_{info.name}",
        stamp=(info.name, "strip"), columns=SHOWN, side=84, label=words(info.title),
    )  # fmt: skip


def _warn(images) -> bool:
    """Say if there are too few images; return whether they can be trained on at all."""
    counts = np.bincount(images.labels, minlength=len(images.classes))
    try:
        split(images.labels, 0.2, 0)
    except DataError as error:
        st.warning(plain(error.sentence), icon=":material/warning:")
        return False
    if counts.min() < FEW:
        st.warning(
            tn(
                "“{name}” has only {count} image. A network needs some more to learn what they have in common: 20 "
                "per class are a start.",
                "“{name}” has only {count} images. A network needs some more to learn what they have in common: 20 per class are a start.",
                int(counts.min()),
                name=plain(images.classes[int(counts.argmin())]),
            ),
            icon=":material/warning:",
        )  # fmt: skip
    return True


def _save(info: DatasetInfo) -> None:
    st.text_input(t("Name of the data set"), words(info.title), max_chars=60, key=f"{keys.SAVE_TITLE}_{info.name}")
    st.toggle(
        t("Everybody who uses this dashboard may choose it"), not info.private, key=f"{keys.SAVE_EVERYONE}_{info.name}",
        help=note("data", "off-only-you"),
    )  # fmt: skip
    st.caption(t("Do not share images of people who have not agreed to it."))
    st.button(t("Save"), key=f"save_{info.name}", type="primary", on_click=_saved, args=(info.name,))
    if info.saved:
        st.caption(t("Saved. This browser finds it again; on another computer, your key from the Runs page does."))


def _saved(name: str) -> None:
    title = st.session_state.get(f"{keys.SAVE_TITLE}_{name}", "")
    with problems.kept():
        private.save(name, title, everyone=bool(st.session_state.get(f"{keys.SAVE_EVERYONE}_{name}")))


def _remove(name: str) -> None:
    with problems.kept():
        private.remove(name)
        if st.session_state.get(state.DATA) == name:
            st.session_state[state.DATA] = source.DEFAULT
