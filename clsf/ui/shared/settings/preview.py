"""The learning rate of every step, drawn before anything is trained."""

from __future__ import annotations

import streamlit as st

from clsf import schedules
from clsf.charts import train_schedule
from clsf.plan import Plan, Schedule
from clsf.ui.shared.figures import draw
from clsf.ui.shared.text import t, words

MOST_STEPS = 20_000  # steps that are computed; in a longer run every n-th step, as if an epoch had fewer


def show(schedule: Schedule, values: dict, batches: int) -> None:
    """Draw the schedule, if the learning rate changes at all. Nothing is drawn for values that no plan accepts."""
    if not schedule.varies or schedule.warmup_epochs > values["epochs"] or not values["learning_rate"]:
        return
    steps = max(min(batches, MOST_STEPS // values["epochs"]), 1)
    stamp = (schedule, values["epochs"], values["learning_rate"], steps)

    def make() -> tuple[dict, str]:
        plan = Plan("digits", epochs=values["epochs"], learning_rate=values["learning_rate"], schedule=schedule)
        rates = schedules.preview(plan, steps)
        return train_schedule.figure(rates, steps, words), train_schedule.in_words(rates, words)

    st.caption(t("Learning rate over the epochs, the same for both frameworks:"))
    draw("train-schedule", stamp, make, height=150)
