"""Evaluate: the test set, predicted once per click, and all statistics of the answers; batch normalisation's made anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from clsf.charts.predict_calibration import Calibrated, figure, in_words
from clsf.charts.style import STYLES
from clsf.compare.cases import runner
from clsf.compare.cases.steps import Recalibrated, proof
from clsf.predict import metrics
from clsf.predict.values import Evaluated
from clsf.ui.predict import keys, mistakes, tables
from clsf.ui.predict.trying import class_names
from clsf.ui.shared import choose, example, linked, live_chart, units
from clsf.ui.shared.asked_model import AskedModel, answers
from clsf.ui.shared.components import component, nothing
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words

EVALUATE = "clsf.predict.evaluating:evaluate"
BESIDE = 12  # classes up to which two matrices stand side by side
MOST_CLASSES = 30  # with more, the numbers of a matrix would be unreadable
SECONDS = 600.0  # a large model on 10,000 images

Measured = tuple[AskedModel, Evaluated]


def show(models: Sequence[AskedModel]) -> None:
    """Show the button, and its last result."""
    _button(models)
    recalibrating(models)
    measured_models = measured(models)
    if not measured_models:
        example.guess(
            t(
                "Guess before you press: which two classes are mixed up most often, and is the accuracy higher or lower than on validation images?"
            )
        )
        return
    titles = {"numbers": t("Numbers and checks"), "confusion": t("Confusion"), "sure": t("How sure"), "images": t("Images")}
    view = choose.named(st.segmented_control, t("What to look at"), titles, keys.VIEW, label_visibility="collapsed")
    {"numbers": _numbers, "confusion": _confusion, "sure": _sure, "images": mistakes.show}[view](measured_models)


def measured(models: Sequence[AskedModel]) -> list[Measured]:
    """Return the models that were evaluated in this session, with the result."""
    kept = st.session_state.get(keys.MEASURED, {})
    return [(model, kept[model.run_id]) for model in models if model.run_id in kept]


def _button(models: Sequence[AskedModel]) -> None:
    looks = st.session_state.get(keys.LOOKS, 0)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        asked = st.button(t("Evaluate on the test set"), key="predict_evaluate", type="primary", icon=":material/fact_check:")
        said = t("In this session nothing was measured on the test set yet.")
        if looks:
            said = t("Times something was measured on the test set in this session: {count}", count=looks)
        st.caption(said)
    if not asked:
        return
    with st.spinner(t("Asking about every test image …")):
        answered = {model.run_id: answer for model, answer in answers(models, EVALUATE, timeout=SECONDS)}
    if answered:
        st.session_state.setdefault(keys.MEASURED, {}).update(answered)
        st.session_state[keys.LOOKS] = looks + 1
        st.rerun()


# The result.


def _numbers(measured_models: list[Measured]) -> None:
    if any(e.part == "validation" for _, e in measured_models):
        st.warning(note("predict", "data-set-has"), icon=":material/info:")
    st.html(tables.headline(measured_models))
    count = len(measured_models[0][1].labels)
    said = tn(
        "The interval is Wilson's, 95 %: it says how far another {count} image might have moved the accuracy.",
        "The interval is Wilson's, 95 %: it says how far another {count} images might have moved the accuracy.",
        count, count=f"{count:,}",
    )  # fmt: skip
    st.caption(said)
    if len(measured_models) == 2 and count == len(measured_models[1][1].labels):
        _difference(*measured_models)
    tables.checks(measured_models)
    st.subheader(t("Class by class"))
    st.html(tables.per_class(measured_models, class_names(measured_models[0][0].record)))
    st.caption(note("predict", "precision-what-was"))


def _difference(one: Measured, two: Measured) -> None:
    gap = metrics.paired_difference(one[1].labels, one[1].probabilities, two[1].probabilities)
    apart = int((metrics.answers(one[1].probabilities) != metrics.answers(two[1].probabilities)).sum())
    said = note("predict", "accuracy-minus-percentage",
        one=one[0].name, two=two[0].name, difference=f"{100 * gap.share:+.2f}", low=f"{100 * gap.low:+.2f}",
        high=f"{100 * gap.high:+.2f}", apart=apart, count=f"{gap.count:,}",
    )  # fmt: skip
    more = note("predict", "interval-does-not")
    if gap.low <= 0 <= gap.high:
        more = t("The interval contains 0, so these images do not tell which one is better.")
    st.info(f"{said} {more}", icon=":material/balance:")


def _confusion(measured_models: list[Measured]) -> None:
    names = class_names(measured_models[0][0].record)
    kinds = {"counts": t("Counts"), "rates": t("Rates of each row")}
    kind = choose.named(st.segmented_control, t("Cells show"), kinds, keys.MATRIX)
    if len(names) > MOST_CLASSES:
        st.info(t("With {count} classes a matrix can't be read; these are the most frequent mix-ups.", count=len(names)))
    beside = len(measured_models) > 1 and len(names) <= BESIDE
    places = st.columns(len(measured_models)) if beside else [st.container() for _ in measured_models]
    for place, (model, evaluated) in zip(places, measured_models, strict=True):
        with place:
            st.subheader(f"{model.mark} {model.name}")
            if len(names) > MOST_CLASSES:
                st.html(tables.mix_ups(evaluated, names))
                continue
            cell = matrix(f"{keys.CELL}-{model.run_id}", evaluated.confusion, names, rates=kind == "rates")
            if cell is None:
                st.caption(t("Choose a cell to see its images."))
                continue
            mistakes.cell(model, evaluated, *cell)


def _sure(measured_models: list[Measured]) -> None:
    drawn = [
        Calibrated(m.name, STYLES[m.record.framework], metrics.calibration(e.labels, e.probabilities)) for m, e in measured_models
    ]  # fmt: skip
    live_chart.live_chart(figure(drawn, words), key="predict-calibration", alt=in_words(drawn, words), height=420)
    for model in drawn:
        st.markdown(note("predict", "expected-calibration-error", name=model.name, error=units.share(model.calibration.error)))
    st.caption(note("predict", "answers-grouped-how"))


_component = component("clsf_confusion", __file__, "matrix", '<div class="scroll"></div>\n<span hidden></span>')


def matrix(key: str, counts: np.ndarray, classes: Sequence[str], rates: bool) -> tuple[int, int] | None:
    """Show counts, int (classes, classes), or the rates of each row; return the cell that was chosen, (shown, answered)."""
    chosen = (st.session_state.get(key) or {}).get("cell") or linked.current(f"{key}-kept", key) or ""
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shown = [[f"{v:.0%}" for v in row] for row in counts / totals] if rates else [[str(v) for v in row] for row in counts]
    result = _component(
        key=key,
        data={
            "classes": list(classes), "counts": counts.tolist(), "shown": shown, "cell": chosen,
            "words": {
                "caption": t("Row: what the image shows. Column: what the model answered."),
                "cell": t("Shows %s, answered %a: %n images"),
            },
        },
        on_cell_change=nothing,
    )  # fmt: skip
    cell = _cell(result.cell or chosen, len(classes))
    linked.keep(f"{key}-kept", f"{cell[0]},{cell[1]}" if cell else None, key)
    return cell


def _cell(value: object, classes: int) -> tuple[int, int] | None:
    """Return the cell in what the browser sent, None if there is none of that name."""
    row, _, column = str(value or "").partition(",")
    if row.isdecimal() and column.isdecimal() and len(row) < 5 and len(column) < 5 and max(int(row), int(column)) < classes:
        return int(row), int(column)
    return None


def recalibrating(models: Sequence[AskedModel]) -> None:
    """Show the button and its result, if a model has batch normalisation."""
    normed = [model for model in models if _has_norm(model)]
    if not normed:
        return
    if st.button(
        t("Recompute batch normalisation's statistics"), key="predict_recalibrate", icon=":material/restart_alt:",
        help=t("Nothing is trained, and the run stays as it is. Measured on validation images."),
    ):  # fmt: skip
        with st.spinner(t("Training images go through the model …")):
            fresh = st.session_state.setdefault(keys.FRESH, {})
            for model, answer in answers(normed, runner.JUDGE, True, timeout=runner.SECONDS):
                fresh[model.run_id] = Recalibrated(model.record.framework, (answer.before.accuracy,), (answer.after.accuracy,))
    kept = st.session_state.get(keys.FRESH, {})
    said = [plain(proof(kept[model.run_id])) for model in normed if model.run_id in kept]
    if said:
        st.success("  \n".join(said), icon=":material/restart_alt:")
        st.caption(note("compare", "recalibration"))


def _has_norm(model: AskedModel) -> bool:
    facts = model.record.model.analyse(tuple(model.record.started.input_shape)).layers
    return any(layer.role == "Batchwise" for layer in facts)
