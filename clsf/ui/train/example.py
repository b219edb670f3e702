"""An example of a first training, shown before the reader's own: real curves, and a question about them."""

from __future__ import annotations

import streamlit as st

from clsf import examples
from clsf.charts.curves import CurveView
from clsf.ui.shared import example
from clsf.ui.shared.text import t, tn
from clsf.ui.train import run_charts


def show() -> None:
    """Show the example; nothing if it was not shipped."""
    records = [examples.record(run_id) for run_id in examples.ids(examples.FIRST)]
    if not records:
        return
    with st.container(border=True, key="example_training", gap="small"):
        said = tn(
            "A training of {count} epoch with the default settings.",
            "A training of {count} epochs with the default settings.",
            records[0].plan.epochs,
        )
        example.head(said)
        run_charts.show(records, CurveView(), [])
        example.guess(t("Guess before you press: will your curves look like these, and why are there two in each chart?"))
