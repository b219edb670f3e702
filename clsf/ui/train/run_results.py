"""The results: the last numbers side by side, what was the same for both, what the numbers do not show; and logs as files."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from clsf import logs
from clsf.charts.style import STYLES
from clsf.runs.record import RunRecord
from clsf.ui.shared import next_steps, service_access, units
from clsf.ui.shared.downloads import download
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.run_status import computed_on, status
from clsf.ui.shared.text import t, tn


def show(records: list[RunRecord]) -> None:
    """Show the table as soon as one run has ended."""
    ended = [record for record in records if record.ended is not None and record.started is not None]
    if not ended:
        return
    st.header(t("Result"))
    next_steps.show(records)
    wanted = _rows() | (_best_rows() if any(record.best for record in ended) else {})
    rows = {label: [text(record) for record in ended] for label, text in wanted.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[STYLES[record.framework].title for record in ended])
    st.table(table, border="horizontal", alt=t("Last numbers of each run"))
    for record in ended:
        _stopped_early(record)
    if len(ended) == len(records) > 1:
        _same(ended)
    st.caption(_caution(ended))


def _rows() -> dict[str, Callable[[RunRecord], str]]:
    """Return label -> function that formats the value for a run that has ended."""
    return {
        t("State"): status,
        t("Epochs"): lambda r: f"{r.ended.epochs}",
        t("Loss, training"): lambda r: units.loss(r.ended.train_loss),
        t("Loss, validation"): lambda r: units.loss(r.ended.validation_loss),
        t("Accuracy, training"): lambda r: units.share(r.ended.train_accuracy),
        t("Accuracy, validation"): lambda r: units.share(r.ended.validation_accuracy),
        t("Time"): lambda r: units.duration(r.ended.seconds),
        t("Images per second"): lambda r: f"{r.ended.images_per_second:,.0f}" if r.ended.images_per_second else "–",
        t("Parameters"): lambda r: f"{r.started.parameters:,}",
        t("Computed on"): computed_on,
    }


def _best_rows() -> dict[str, Callable[[RunRecord], str]]:
    """Return the additional rows for runs that recorded their best epoch."""
    return {
        t("Best epoch"): lambda r: f"{r.best.epoch}" if r.best else "–",
        t("Its validation"): lambda r: (
            f"{units.loss(r.best.validation_loss)} · {units.share(r.best.validation_accuracy)}" if r.best else "–"
        ),
        t("Weights kept"): _kept,
    }


def _kept(record: RunRecord) -> str:
    if record.restored:
        return t("of epoch {epoch}, restored", epoch=record.restored.epoch)
    if record.plan.stopping.checkpoint and record.best:
        return t("of epoch {last}, and of epoch {best}", last=record.ended.epochs, best=record.best.epoch)
    if record.started and len(record.steps) > record.ended.epochs * record.started.batches_per_epoch:
        return t("of step {step}", step=len(record.steps))
    return t("of epoch {epoch}", epoch=record.ended.epochs)


def _stopped_early(record: RunRecord) -> None:
    early = record.stopped_early
    if early is None:
        return
    values = {
        "epoch": early.epoch, "planned": record.plan.epochs, "best": early.best_epoch, "patience": early.patience,
        "delta": f"{record.plan.stopping.min_delta:g}",
    }  # fmt: skip
    if record.plan.stopping.min_delta:
        why = tn(
            "stopped early after epoch {epoch} of {planned}: {patience} epoch was not better than epoch {best} by more than {delta} on validation images.",
            "stopped early after epoch {epoch} of {planned}: {patience} epochs in a row were not better than epoch {best} by more than {delta} on validation images.",
            early.patience, **values,
        )  # fmt: skip
    else:
        why = note("train", "stopped-early-after", **values)
    st.markdown(f":material/front_hand: {heading(record.framework)}: {why}")


def _same(ended: list[RunRecord]) -> None:
    """Show whether the runs really started equal, according to their own reports."""
    alike = {(r.started.parameters, r.started.weights_hash, r.started.order_hash) for r in ended}
    if len(alike) == 1:
        checked = t("Checked: same number of parameters, same initial weights, same images in the same order.")
        st.markdown(f":green[:material/verified:] {checked}")
    else:
        said = t("These runs did not begin equal: parameters, initial weights or the order of the images differ.")
        st.warning(said, icon=":material/difference:")


def _caution(ended: list[RunRecord]) -> str:
    said = [note("train", "training-numbers-means"), note("train", "time-includes-first")]
    if any(record.restored for record in ended):
        said.append(t("Where the best epoch's weights were restored, all numbers but epochs and time are that epoch's."))
    if any(record.status in ("stopped", "time-limit") for record in ended):
        said.append(note("train", "run-was-stopped"))
    said.append(t("Anything else that ran on this machine meanwhile makes times unfair."))
    if len(ended) > 1:
        said.append(t("One run each: another seed moves these numbers too, so a small gap means nothing yet."))
        if ended[0].race:
            said.append(t("They ran at the same time and shared the processor: compare the curves, not the speed."))
    return " ".join(said)


def log_files(records: list[RunRecord]) -> None:
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
            _log_files(record)


def _log_files(record: RunRecord) -> None:
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
