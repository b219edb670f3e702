"""The steps of the Own classes page, of which only the one in view computes; the last is short and lies here."""

from __future__ import annotations

import streamlit as st

from clsf.own import teach_file
from clsf.ui.own import collect, held, keys, questions, teach, try_it
from clsf.ui.shared import take_home
from clsf.ui.shared.downloads import download
from clsf.ui.shared.lessons import note
from clsf.ui.shared.sections import Section, Sections
from clsf.ui.shared.text import t
from clsf.words import say


def _take() -> None:
    """Show the section."""
    collection = held.collection()
    if len(collection):
        with st.container(border=True):
            st.markdown(f"**{t('The images')}**")
            download(
                t("Teach-again file"), lambda: teach_file.written(collection), "own_classes.zip", "own_again_file",
                ":material/folder_zip:", type="primary",
            )  # fmt: skip
            st.caption(note("own", "take-again"))
    models = held.taught_models()
    if models is not None:
        take_home.show(models[1])


SECTIONS = Sections(
    keys.SECTION,
    (
        Section("collect", say("Collect"), ":material/photo_camera:", collect.show),
        Section("teach", say("Teach it"), ":material/school:", teach.show),
        Section("try", say("Try it"), ":material/psychology:", try_it.show),
        Section("questions", say("Questions"), ":material/help:", questions.show),
        Section("home", say("Take it home"), ":material/inventory_2:", _take),
    ),
    label=say("Step"),
)
