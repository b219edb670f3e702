"""A real experiment in the place of the reader's own, before there is one."""

from __future__ import annotations

import streamlit as st

from clsf import examples
from clsf.experiments.verdict import verdicts
from clsf.ui.experiments import names, view
from clsf.ui.shared import example, run_overlay
from clsf.ui.shared.text import t, tn


def show() -> None:
    """Show six learning rates: what was found, and the curves."""
    experiment = examples.rates()
    said = verdicts(experiment.members)
    with st.container(border=True, key="example_experiment", gap="small"):
        count = len(experiment.members)
        what = tn(
            "{count} learning rate, the smallest network, digits.",
            "{count} learning rates, the smallest network, digits.",
            count,
        )
        example.head(what)
        example.guess(t("Guess before you read on: which learning rate is the best, and why not the largest?"))
        run_overlay.show(names.rows(experiment), "example")
        view.show_scores(experiment, said)
        view.show_verdicts(experiment, said)
