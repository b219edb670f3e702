"""The curves of runs started together, and their display settings."""

from __future__ import annotations

import streamlit as st

from clsf import range_test
from clsf.charts import train_range
from clsf.charts.curves import KINDS, CurveView
from clsf.runs.record import RunRecord
from clsf.schedule_kinds import RANGE
from clsf.ui.shared import choose, state
from clsf.ui.shared.figures import curves
from clsf.ui.shared.lessons import note
from clsf.ui.shared.live_chart import live_chart
from clsf.ui.shared.text import plain, t, words

ALWAYS = ("loss", "accuracy")
MORE = tuple(name for name in KINDS if name not in ALWAYS)


def settings(records: list[RunRecord]) -> tuple[CurveView, list[str]]:
    """Show the display settings of the charts; return the choice, and the names of the additional charts."""
    axes = {"steps": t("Steps"), "epochs": t("Epochs"), "seconds": t("Seconds")}
    with st.popover(t("Charts"), icon=":material/tune:", key="chart_settings", disabled=not _begun(records)):
        axis = choose.named(st.segmented_control, t("Horizontal axis"), axes, state.CHART_AXIS)
        smoothing = st.slider(
            t("Smoothing"), 0.0, 0.99, 0.8, 0.01, key=state.CHART_SMOOTHING,
            help=note("train", "how-much-past"), **choose.LINKED,
        )  # fmt: skip
        log = st.toggle(t("Loss in powers of ten"), key=state.CHART_LOG, **choose.LINKED)
        apart = st.toggle(t("Frameworks side by side"), key=state.CHART_APART, **choose.LINKED)
        more = choose.several(
            st.pills, t("More charts"), {name: words(KINDS[name].title) for name in MORE}, state.CHART_MORE, selection_mode="multi"
        )  # fmt: skip
    return CurveView(axis, log, smoothing, apart), more


def show(records: list[RunRecord], view: CurveView, more: list[str]) -> None:
    """Show loss, accuracy and the additional charts, once there is a step to show."""
    if not _begun(records):
        return
    varies = any(r.plan.schedule.varies or r.plan.plateau or r.rate_changes for r in records)  # then it has a chart of its own
    names = [*ALWAYS, *(name for name in MORE if name in more or (name == "learning-rate" and varies))]
    with st.grid("auto", min_column_width=250, gap="small"):
        for name in names:
            if name == "gradient-norm" and not any(record.steps.gradient_norms for record in records):
                with st.container(gap="xxsmall"):
                    st.markdown(f"**{plain(KINDS[name].title)}**")
                    st.caption(t("Not reported by this variant of the loop: model.fit keeps its gradients to itself."))
            else:
                curves(name, name, records, view, f"chart-{name}", 280)
    _range_test(records)
    st.caption(
        note("train", "thin-lines-every")
        + (" " + t("A star: the best epoch.") if any(record.best for record in records) else "")
    )


def _range_test(records: list[RunRecord]) -> None:
    """Show the result of a learning-rate range test, for runs that are such a test."""
    tests = {
        record.framework: test
        for record in records
        if record.plan.schedule.kind == RANGE
        and (test := range_test.read(record.steps.learning_rates, record.steps.losses)) is not None
    }
    if not tests:
        return
    drawn, alt = train_range.figure(tests, words), train_range.in_words(tests, words)
    live_chart(drawn, key="chart-range", alt=alt, height=280, title=t("Range test: loss over learning rate"))
    st.caption(alt + " " + t("A usual choice is the rate of the fastest fall, or a little less."))


def _begun(records: list[RunRecord]) -> bool:
    return any(len(record.steps) for record in records)
