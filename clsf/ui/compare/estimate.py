"""Estimates the duration of several trainings: from earlier similar runs on this machine, else a rough guess."""

from __future__ import annotations

import streamlit as st

from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.speed import training_seconds
from clsf.runs.summary import RunSummary
from clsf.ui.shared import service_access, units
from clsf.ui.shared.text import t, tn


def show(spec: ModelSpec, plan: Plan, runs: int, framework: str) -> None:
    """Show the number of trainings and their estimated total time."""
    seconds, measured = training_seconds(spec, plan, framework, catalogue.info(plan.data), _recent())
    text = tn("{count} training, about {time}", "{count} trainings, about {time}", runs, time=units.duration(runs * seconds))
    if measured:
        text += " · " + t("from the last such run on this machine")
    else:
        text += " · " + t("a rough guess; after the first training it is measured")
    st.caption(f":material/schedule: {text}")


def _recent() -> list[RunSummary]:
    try:
        return service_access.get_service().recent(None, 50)
    except ClsfError:
        return []
