"""Recomputes the statistics of batch normalisation without training, and compares the accuracy before and after."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from clsf.compare.cases.runner import JUDGE, SECONDS
from clsf.compare.cases.steps import Recalibrated, proof
from clsf.ui.predict import keys
from clsf.ui.shared.asked_model import AskedModel, answers
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t


def show(models: Sequence[AskedModel]) -> None:
    """Show the button and its result, if a model has batch normalisation."""
    normed = [model for model in models if _has_norm(model)]
    if not normed:
        return
    if st.button(
        t("Recompute batch normalisation's statistics"), key="predict_recalibrate", icon=":material/restart_alt:",
        help=t("Nothing is trained, and the run stays as it is. Measured on validation images."),
    ):  # fmt: skip
        _ask(normed)
    kept = st.session_state.get(keys.FRESH, {})
    said = [plain(proof(kept[model.run_id])) for model in normed if model.run_id in kept]
    if said:
        st.success("  \n".join(said), icon=":material/restart_alt:")
        st.caption(note("compare", "recalibration"))


def _has_norm(model: AskedModel) -> bool:
    facts = model.record.model.analyse(tuple(model.record.started.input_shape)).layers
    return any(layer.role == "Batchwise" for layer in facts)


def _ask(models: Sequence[AskedModel]) -> None:
    kept = st.session_state.setdefault(keys.FRESH, {})
    with st.spinner(t("Training images go through the model …")):
        for model, answer in answers(models, JUDGE, True, timeout=SECONDS):
            kept[model.run_id] = Recalibrated(model.record.framework, (answer.before.accuracy,), (answer.after.accuracy,))
