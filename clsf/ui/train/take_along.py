"""Downloads of a run: its log as a CSV file, and event files for TensorBoard."""

from __future__ import annotations

import streamlit as st

from clsf import logs
from clsf.charts.style import STYLES
from clsf.runs.record import RunRecord
from clsf.ui.shared import service_access
from clsf.ui.shared.downloads import download
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t


def show(records: list[RunRecord]) -> None:
    """Show the downloads of finished runs."""
    ended = [record for record in records if record.over and record.epochs]
    if not ended:
        return
    folded = st.expander(t("Log files"), icon=":material/description:", key="logs_open", bind="query-params")
    if not folded.open:
        return
    with folded:
        st.caption(note("train", "csv-file-what"))
        for record in ended:
            _of(record)


def _of(record: RunRecord) -> None:
    title = STYLES[record.framework].title
    with st.container(horizontal=True, gap="xsmall"):
        download(
            t("CSV log, {framework}", framework=title), lambda: logs.epochs_csv(record).encode(),
            f"{record.group}-{record.framework}.csv", f"csv_{record.framework}",
        )  # fmt: skip
        download(
            t("TensorBoard, {framework}", framework=title), lambda: service_access.get_service().tensorboard(record.run_id),
            f"{record.group}-{record.framework}-tensorboard.zip", f"tensorboard_{record.framework}", ":material/folder_zip:",
        )  # fmt: skip
