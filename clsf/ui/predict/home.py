"""Take it home: the trained models as files, a capsule to open, and a report for a teacher, with the student's own notes."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Sequence

import streamlit as st

from clsf import report as reports
from clsf.capsule import MOST_BYTES
from clsf.errors import CapsuleError
from clsf.frameworks import TITLES
from clsf.report.contents import MOST_NOTES
from clsf.ui.predict import keys
from clsf.ui.predict.measuring import measured
from clsf.ui.predict.trying import class_names
from clsf.ui.shared import capsules, language, problems, runs, take_home
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.downloads import download
from clsf.ui.shared.lessons import note
from clsf.ui.shared.sections import go
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence


def show(models: Sequence[AskedModel]) -> None:
    """Show the downloads of each model, and the upload of a capsule."""
    take_home.show(models)
    st.subheader(t("Open a capsule"))
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


HEIGHT = 620  # pixels of the preview


def report(models: Sequence[AskedModel]) -> None:
    """Show the fields for the student, both files, and a preview of the report."""
    evaluated_of = {model.run_id: evaluated for model, evaluated in measured(models)}
    if len(evaluated_of) < len(models):
        with st.container(horizontal=True, vertical_alignment="center"):
            said = t("The test set was not used for all of these models. Without it the report says so.")
            st.info(said, icon=":material/fact_check:")
            st.button(t("To the section Evaluate"), key="predict_to_evaluate", on_click=go, args=(keys.SECTION, "evaluate"))
    author = st.text_input(t("Your name (may stay empty)"), key=keys.AUTHOR, max_chars=80, persist_state="session")
    if keys.NOTES not in st.session_state:
        st.session_state[keys.NOTES] = take_home.note_of(models[0].run_id)
    notes = st.text_area(
        t("Your notes"), key=keys.NOTES, height=150, max_chars=MOST_NOTES, persist_state="session",
        placeholder=t("What did you expect, what came out, and how do you explain it?"),
    )  # fmt: skip
    contents = reports.Contents(
        records=[m.record for m in models], names=[m.name for m in models], classes=class_names(models[0].record),
        made=time.strftime("%Y-%m-%d"), author=(author or "").strip(), notes=notes or "", measured=evaluated_of,
        looks=st.session_state.get(keys.LOOKS, 0), language=language.chosen(),
    )  # fmt: skip
    page = reports.html(contents, words)
    named = f"{data_name(models[0].record.plan.data)}-{models[0].record.model.name}"
    stem = "report-" + (re.sub(r"[^\w.-]+", "-", named).strip("-") or "run")
    with st.container(horizontal=True, gap="small"):
        download(t("One page (HTML)"), page.encode, f"{stem}.html", "predict_html", type="primary")
        download(
            t("Markdown and figures (zip)"), lambda: reports.markdown_zip(contents, words), f"{stem}.zip", "predict_markdown",
            ":material/folder_zip:",
        )  # fmt: skip
    st.caption(t("Both hold everything: no script, nothing from elsewhere. The page prints well."))
    st.markdown(f"**{t('What it looks like')}**")
    # As a data address, the page has its own origin, so nothing in it can reach the dashboard.
    st.iframe("data:text/html;base64," + base64.b64encode(page.encode()).decode(), height=HEIGHT)
