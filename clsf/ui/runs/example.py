"""An example of the list of runs before the reader has any: two real runs."""

from __future__ import annotations

import streamlit as st

from clsf import examples, optimizers
from clsf.charts.style import STYLES
from clsf.runs.record import RunRecord
from clsf.ui.shared import example, units
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.text import t, tn


def show() -> None:
    """Show the runs as a table."""
    records = [examples.record(run_id) for run_id in examples.ids(examples.FIRST)]
    with st.container(border=True, key="example_runs", gap="small"):
        example.head(t("A first training, in both frameworks. Yours can be opened, named, compared, continued and shared."))
        rows = {
            t("Run"): [_called(record) for record in records],  # three columns, because a phone has no space for more
            t("Framework"): [STYLES[record.framework].title for record in records],
            t("Accuracy, validation"): [units.share(record.final.validation_accuracy) for record in records],
        }
        st.table(rows, border="horizontal", hide_index=True, alt=t("Two runs as an example"))


def _called(record: RunRecord) -> str:
    epochs = tn("{epochs} epoch", "{epochs} epochs", len(record.epochs), epochs=len(record.epochs))
    return " · ".join([data_name(record.plan.data), record.model.name, optimizers.title(record.plan.optimizer), epochs])
