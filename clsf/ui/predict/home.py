"""Downloads: the trained models as files, and the upload of a capsule."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from clsf.capsule import MOST_BYTES
from clsf.errors import CapsuleError
from clsf.frameworks import TITLES
from clsf.ui.predict import keys
from clsf.ui.shared import capsules, problems, runs, take_home
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t
from clsf.words import Sentence


def show(models: Sequence[AskedModel]) -> None:
    """Show the downloads of each model, and the upload of a capsule."""
    take_home.show(models)
    st.subheader(t("Open a capsule"))
    _open()


def _open() -> None:
    most = MOST_BYTES // 1_000_000
    st.markdown(note("predict", "run-you-took"))
    given = st.file_uploader(t("A capsule, at most {most} MB", most=most), type=["zip"], key=keys.CAPSULE, max_upload_size=most)
    st.button(
        t("Open it and ask it"), key="predict_open_capsule", disabled=given is None, on_click=_take, icon=":material/unarchive:",
        args=(given,),
    )  # fmt: skip
    refused = st.session_state.pop(keys.TAKEN, None)
    if isinstance(refused, Sentence):
        st.error(plain(refused), icon=":material/error:")
    elif refused:
        st.success(t("It is open: {run}", run=plain(refused)), icon=":material/check_circle:")


def _take(given: object) -> None:
    """Add the run to the reader's own and show it."""
    with problems.kept(keys.TAKEN):
        opened = capsules.opened(given.getvalue())
        if opened.weights is None:
            raise CapsuleError("This capsule holds no weights, so its model can't be asked anything.")
        runs.look_at(capsules.take_in(opened))
        st.session_state[keys.TAKEN] = f"{data_name(opened.plan.data)} · {opened.model.name} · {TITLES[opened.framework]}"
