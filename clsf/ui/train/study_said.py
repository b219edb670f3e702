"""The results of the study of variants, as text and as a table, and what makes its times unfair."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clsf.charts import train_variants
from clsf.charts.style import STYLES
from clsf.charts.train_variants import Timing
from clsf.runs.record import RunRecord
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t

BUSY = 0.5  # share of the cores that other programs may use before a warning


def findings(timings: list[Timing]) -> list[str]:
    """Return the meaning of these times, in the reader's language: the cost of tracing, its savings, and when it pays off."""
    by = {timing.variant: timing for timing in timings}
    said = []
    graph, eager = by.get("graph"), by.get("eager")
    if graph and eager and graph.steady and eager.steady:
        times = {
            "first": _time(graph.first), "eager_first": _time(eager.first), "steady": _time(graph.steady),
            "eager_steady": _time(eager.steady), "ratio": f"{eager.steady / graph.steady:.1f}",
        }  # fmt: skip
        said.append(note("train", "graph-s-first", **times))
        step = train_variants.breakeven(graph, eager)
        if step is None:
            said.append(t("So here the graph never catches up: its steps are not faster."))
        elif step > 1:
            said.append(
                t("That has paid from about step {step} on; for fewer steps, eager is the quicker way.", step=f"{step:,}")
            )
    loop, loader = by.get("loop"), by.get("dataloader")
    if loop and loader and loop.steady and loader.steady:
        said.append(note("train", "pytorch-runs-eagerly", loader=_time(loader.steady), loop=_time(loop.steady)))
    return said


def _time(seconds: float) -> str:
    if seconds >= 0.1:
        return t("{seconds} s", seconds=f"{seconds:.2f}")
    return t("{milliseconds} ms", milliseconds=f"{seconds * 1000:.3g}")


def table(timings: list[Timing]) -> pd.DataFrame:
    """Return a row per variant, in the reader's language."""
    rows = [
        {
            t("Variant"): f"{STYLES[x.framework].title}, {x.title}",
            t("First step"): _time(x.first),
            t("Steady time per step"): _time(x.steady) if x.steady else "–",
            t("Steps"): f"{len(x.seconds):,}",
            t("All steps"): _time(x.total),
        }
        for x in timings
    ]
    return pd.DataFrame(rows).set_index(t("Variant"))


def fair(measured: list[RunRecord], load: float | None) -> None:
    """Show what was equal, and what makes these times unfair; `load` is the share of the cores that was busy before."""
    alike = {(r.started.weights_hash, r.started.order_hash, len(r.steps)) for r in measured}
    if len(alike) == 1 and len(measured) > 1:
        st.markdown(f":green[:material/verified:] {t('Checked: same initial weights, same batches, same number of steps.')}")
    if load is not None and load > BUSY:
        st.warning(note("train", "when-study-began", share=f"{load:.0%}"), icon=":material/speed:")
    st.caption(note("train", "runs-trained-one"))
