"""The lecture's gap, explained: its code as it was, then one cause after another taken away."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import streamlit as st

from clsf.charts import compare_gap as charts
from clsf.compare import gap
from clsf.compare.background import Background
from clsf.compare.gap import CAUSES, MAX_SEEDS, TITLES, GapStep
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.model import presets
from clsf.model.spec import ModelSpec
from clsf.plan import MAX_EPOCHS, Plan, Preparation
from clsf.runs.record import RunRecord
from clsf.ui.compare import estimate, jobs, keys
from clsf.ui.shared import data_choice, service_access, state
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, sentence, t, tn, words

MODEL = "lecture-cnn"


@dataclass(frozen=True, slots=True, eq=False)
class GapJob:
    """An explanation that goes on, or is over."""

    plan: Plan
    order: tuple[str, ...]
    seeds: int
    classes: int
    began: float
    background: Background
    done: list[RunRecord] = field(default_factory=list)  # runs that are over

    @property
    def total(self) -> int:
        return self.seeds * (len(self.order) + 1)


def show() -> None:
    """Show the controls on the left and the waterfall on the right."""
    jobs.page_of(
        keys.GAP, _choose, _start, _look,
        note("compare", "press-explain-gap"),
        ":material/waterfall_chart:",
    )  # fmt: skip


def _choose() -> tuple[ModelSpec, Plan, int, tuple[str, ...]] | None:
    """Show the widgets; return what to explain when the button was pressed."""
    data = data_choice.select()
    info = catalogue.info(data)
    left, right = st.columns(2, gap="small")
    epochs = left.number_input(t("Epochs"), 1, MAX_EPOCHS, 5, key=keys.GAP_EPOCHS, **LINKED)
    seeds = right.number_input(
        t("Seeds"), 1, MAX_SEEDS, 3, key=keys.GAP_SEEDS, help=t("Every step is trained so many times: chance can then be seen."),
        **LINKED,
    )  # fmt: skip
    limit = st.number_input(
        t("Training images"), 1, value=None, placeholder=t("all"), key=keys.GAP_LIMIT,
        help=t("At most so many training images are used; empty: all."), **LINKED,
    )  # fmt: skip
    order = st.multiselect(
        t("Causes, in your order"), list(CAUSES), default=list(CAUSES), key=keys.GAP_ORDER, persist_state="session",
        format_func=lambda name: words(TITLES[name]), help=t("They are taken away in this order; what is left out stays in the code."),
    )  # fmt: skip
    if order:
        st.caption("  \n".join(f"{number}. {sentence(TITLES[name])}" for number, name in enumerate(order, start=1)))
    spec = presets.preset(MODEL, len(info.classes))
    try:
        gap.check(seeds, order)
        plan = gap.lecture_plan(Plan(data, Preparation(), train_limit=limit, epochs=epochs))
    except ClsfError as error:
        st.error(sentence(error.sentence), icon=":material/error:")
        return None
    runs = seeds * (len(order) + 1)
    estimate.show(spec, plan, runs, "torch")
    pressed = st.button(
        t("Explain the gap"), key="explain", type="primary", icon=":material/play_arrow:", width="stretch", disabled=not order
    )
    return (spec, plan, seeds, tuple(order)) if pressed else None


def _start(spec: ModelSpec, plan: Plan, seeds: int, order: tuple[str, ...]) -> None:
    service, owner, done = service_access.get_service(), state.owner(), []

    def explain(stopped):
        train = gap.service_runner(service, spec, owner, stopped)

        def counted(one: Plan) -> RunRecord:
            record = train(one)
            done.append(record)
            return record

        return gap.explain(counted, plan, seeds, order, stopped)

    classes = len(catalogue.info(plan.data).classes)
    jobs.put(keys.GAP, GapJob(plan, order, seeds, classes, time.monotonic(), Background(explain), done))


def _look(job: GapJob, was_over: bool) -> None:
    over, steps = job.background.over, [item for item in list(job.background.items) if isinstance(item, GapStep)]
    plan = job.plan
    facts = [
        data_name(plan.data),
        MODEL,
        tn("{epochs} epoch", "{epochs} epochs", plan.epochs, epochs=plan.epochs),
        tn("{count} seed", "{count} seeds", job.seeds),
    ]
    st.caption(plain(" · ".join(facts)))
    if not over:
        jobs.show_progress(keys.GAP, len(job.done), job.total, job.began)
    if job.background.failure is not None:
        st.error(sentence(job.background.failure), icon=":material/error:")
    elif over and len(steps) <= len(job.order):
        st.info(
            tn(
                "Stopped: {done} of {total} step was trained.",
                "Stopped: {done} of {total} steps were trained.",
                len(job.order) + 1,
                done=len(steps),
                total=len(job.order) + 1,
            ),
            icon=":material/stop:",
        )
    if steps:
        _drawn(job, steps)
    if not was_over and over:
        st.rerun()  # once, with a timer no more


def _drawn(job: GapJob, steps: list[GapStep]) -> None:
    if len(steps) > 1:
        st.success(sentence(gap.sentence(steps)), icon=":material/lightbulb:")
    floor, stamp = gap.loss_floor(job.classes), (id(job), len(steps))
    st.markdown(f"**{t('Accuracy on validation images, one cause less at each step')}**")
    draw(
        "compare-gap",
        stamp,
        lambda: (charts.waterfall(steps, words), charts.in_words(steps, words)),
        height=120 + 48 * len(steps),
    )
    if job.seeds > 1:
        st.caption(note("compare", "coloured-what-taking"))
    else:
        st.caption(note("compare", "one-run-each"))
    st.markdown(f"**{t('Loss on training images, and the floor of two softmaxes')}**")
    draw(
        "compare-gap-loss",
        stamp,
        lambda: (charts.loss(steps, floor, words), charts.in_words(steps, words)),
        height=120 + 46 * len(steps),
    )
    st.caption(note("compare", "softmax-gives-numbers", classes=job.classes, others=job.classes - 1, floor=f"{floor:.3f}"))
