"""Downloads: the teach-again file with the images, and the models as on the Predict page."""

from __future__ import annotations

import streamlit as st

from clsf.own import teach_file
from clsf.ui.own import held
from clsf.ui.own.asking import models as taught_models
from clsf.ui.shared import take_home
from clsf.ui.shared.downloads import download
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t


def show() -> None:
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
    models = taught_models()
    if models is not None:
        take_home.show(models[1])
