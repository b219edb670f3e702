"""The curves of a start, and how to look at them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

import streamlit as st

from clsf.charts.curves import KINDS, View, figure, in_words
from clsf.runs.record import RunRecord
from clsf.ui import language, state
from clsf.ui.live_chart import live_chart
from clsf.ui.text import sentence, t, words

ALWAYS = ("loss", "accuracy")
MORE = tuple(name for name in KINDS if name not in ALWAYS)

SHARED = 0.4  # seconds that a drawing of a run that goes on serves whoever looks at it
KEPT = 60  # drawings, about 100 kB each
_lock = threading.Lock()


def settings(records: list[RunRecord]) -> tuple[View, list[str]]:
    """Show how the charts can be looked at; return what was chosen, and the names of the charts asked for besides."""
    axes = {"steps": t("Steps"), "epochs": t("Epochs"), "seconds": t("Seconds")}
    with st.popover(t("Charts"), icon=":material/tune:", key="chart_settings", disabled=not _begun(records)):
        axis = st.segmented_control(
            t("Horizontal axis"), list(axes), default="steps", required=True, format_func=axes.get,
            key=state.CHART_AXIS, persist_state="session",
        )  # fmt: skip
        smoothing = st.slider(
            t("Smoothing"), 0.0, 0.99, 0.8, 0.01, key=state.CHART_SMOOTHING, persist_state="session",
            help=t("How much the past counts in the strong line (exponential moving average). 0 shows every batch as it is."),
        )  # fmt: skip
        log = st.toggle(t("Loss in powers of ten"), key=state.CHART_LOG, persist_state="session")
        apart = st.toggle(t("Frameworks side by side"), key=state.CHART_APART, persist_state="session")
        more = st.pills(
            t("More charts"), MORE, selection_mode="multi", key=state.CHART_MORE, persist_state="session",
            format_func=lambda name: words(KINDS[name].title),
        )  # fmt: skip
    return View(axis, log, smoothing, apart), more


def show(records: list[RunRecord], view: View, more: list[str]) -> None:
    """Show loss and accuracy, and whatever else is asked for, once there is a step to show."""
    if not _begun(records):
        return
    names = [*ALWAYS, *(name for name in MORE if name in more or (name == "learning-rate" and _rate_varies(records)))]
    with st.grid("auto", min_column_width=250, gap="small") as grid:
        for name in names:
            with grid.cell(), st.container(gap="xxsmall"):
                _chart(name, records, view)
    st.caption(
        t(
            "Thin lines: every batch as it was trained on. Strong lines: the same, smoothed. "
            "Circles and squares: validation images, after each epoch."
        )
        + (" " + t("A star: the best epoch.") if any(record.best for record in records) else "")
    )


def _rate_varies(records: list[RunRecord]) -> bool:
    """Return whether the learning rate in force is a story of its own."""
    return any(r.plan.schedule.varies or r.plan.plateau or r.rate_changes for r in records)


def _begun(records: list[RunRecord]) -> bool:
    return any(len(record.steps) for record in records)


def _chart(name: str, records: list[RunRecord], view: View) -> None:
    kind = KINDS[name]
    st.markdown(f"**{sentence(kind.title)}**")
    if name == "gradient-norm" and not any(record.steps.gradient_norms for record in records):
        st.caption(t("Not told by this variant of the loop: model.fit keeps its gradients to itself."))
        return
    drawn, alt = _drawn(name, records, view)
    live_chart(drawn, key=f"chart-{name}", alt=alt, height=280)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """A figure with its description, when it was drawn, and how far the runs were then."""

    versions: tuple[int, ...]
    over: bool
    when: float  # seconds of the monotonic clock
    figure: dict
    words: str


@st.cache_resource(show_spinner=False)
def _drawings() -> OrderedDict[tuple, _Drawing]:
    """Return the latest drawings of all sessions: a class that watches one run has it drawn once, not fifty times."""
    return OrderedDict()


def _drawn(name: str, records: list[RunRecord], view: View) -> tuple[dict, str]:
    """Return figure and description; of runs that go on they may be SHARED seconds old."""
    key = (name, tuple(record.run_id for record in records), view, language.chosen())
    versions, over = tuple(record.version for record in records), all(record.over for record in records)
    shelf = _drawings()
    found = shelf.get(key)
    if found is None or (found.versions != versions and (found.over != over or over or time.monotonic() - found.when > SHARED)):
        found = _Drawing(
            versions, over, time.monotonic(), figure(KINDS[name], records, view, words), in_words(KINDS[name], records, words)
        )
        with _lock:
            shelf[key] = found
            shelf.move_to_end(key)
            while len(shelf) > KEPT:
                shelf.popitem(last=False)
    return found.figure, found.words
