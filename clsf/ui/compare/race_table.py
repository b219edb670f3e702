"""The numbers of two runs, side by side, and how far a gap between them can be trusted."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from clsf.charts.compare_curves import Contestant
from clsf.charts.style import STYLES
from clsf.compare import noise
from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.ui.shared import units
from clsf.ui.shared.lessons import note
from clsf.ui.shared.run_status import computed_on, status
from clsf.ui.shared.text import plain, t


def show(named: tuple[Contestant, ...]) -> None:
    """Show the table as soon as one run has trained an epoch, and what its gap means when both have ended."""
    told = [c for c in named if c.run.started is not None and c.run.epochs]
    if not told:
        return
    st.subheader(t("In numbers"))
    columns = [f"{c.style.mark} {c.name}" for c in told]
    rows = {label: [text(c.run) for c in told] for label, text in _rows().items()}
    st.table(pd.DataFrame.from_dict(rows, orient="index", columns=columns), border="horizontal", alt=t("Both runs in numbers"))
    if len(told) == 2 and all(c.run.ended is not None for c in told):
        _gap(*(c.run for c in told))
    st.caption(note("compare", "first-step-sets"))


def _rows() -> dict[str, Callable[[RunRecord], str]]:
    """Return label -> function that formats the value for a run that has trained an epoch."""
    return {
        t("State"): status,
        t("Loss, training"): lambda r: units.loss(r.final.train_loss),
        t("Loss, validation"): lambda r: units.loss(r.final.validation_loss),
        t("Accuracy, training"): lambda r: units.share(r.final.train_accuracy),
        t("Accuracy, validation"): lambda r: units.share(r.final.validation_accuracy),
        t("First step"): lambda r: milliseconds(r.steps.seconds[0]),
        t("Steady time per step"): lambda r: milliseconds(r.plan.batch_size / speed) if (speed := _speed(r)) else "–",
        t("Images per second"): lambda r: f"{speed:,.0f}" if (speed := _speed(r)) else "–",
        t("Peak memory of the worker"): lambda r: (
            f"{r.ended.peak_memory_mb:,.0f} MB" if r.ended and r.ended.peak_memory_mb else "–"
        ),
        t("Parameters"): lambda r: f"{r.started.parameters:,}",
        t("Computed on"): computed_on,
    }


def milliseconds(seconds: float) -> str:
    """Return a short time as text."""
    return t("{milliseconds} ms", milliseconds=f"{seconds * 1e3:,.1f}")


def _speed(record: RunRecord) -> float | None:
    return record.ended.images_per_second if record.ended is not None else record.epochs[-1].images_per_second


def _gap(one: RunRecord, two: RunRecord) -> None:
    for record in (one, two):
        why = noise.why_not(record)
        if why is not None:
            said = t(
                "No gap is stated: the run in {framework} is no result of its plan, because {why}.",
                framework=STYLES[record.framework].title, why=plain(why),
            )  # fmt: skip
            st.info(said, icon=":material/casino:")
            return
    try:
        gap = noise.gap(noise.by_seed([one]), noise.by_seed([two]))
    except ClsfError:
        st.info(t("One run each, with different seeds: whether a gap is chance is not known."), icon=":material/casino:")
        return
    st.info(
        f"{plain(noise.gap_sentence(gap))} " + t("How large the noise is: see the section “Noise”."), icon=":material/casino:"
    )
