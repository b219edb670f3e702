"""What the list of runs will hold, before the reader has any: two real ones."""

from __future__ import annotations

import streamlit as st

from clsf import examples, optimizers
from clsf.charts.style import STYLES
from clsf.ui.shared import example, units
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.text import t


def show() -> None:
    """Show the runs as a table."""
    records = [examples.record(run_id) for run_id in examples.ids(examples.FIRST)]
    with st.container(border=True, key="example_runs", gap="small"):
        example.head(t("A first training, in both frameworks. Yours can be opened, named, compared, continued and shared."))
        rows = {
            t("Images"): [data_name(r.plan.data) for r in records],
            t("Model"): [r.model.name for r in records],
            t("Framework"): [STYLES[r.framework].title for r in records],
            t("Optimizer"): [optimizers.title(r.plan.optimizer) for r in records],
            t("Epochs"): [f"{len(r.epochs)}" for r in records],
            t("Accuracy, validation"): [units.share(r.final.validation_accuracy) for r in records],
        }
        st.table(rows, border="horizontal", hide_index=True, alt=t("Two runs as an example"))
