"""Cases: a published gap between the frameworks, reproduced here while its causes are removed one by one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import streamlit as st

from clsf.charts import compare_case as charts
from clsf.compare.background import Background
from clsf.compare.cases import CASES
from clsf.compare.cases.case import Case
from clsf.compare.cases.crossedwires import PublishedPair, row_plan
from clsf.compare.cases.lecture import LECTURE, loss_floor
from clsf.compare.cases.runner import ServiceTrainer
from clsf.compare.cases.steps import MAX_SEEDS, CaseStep, Recalibrated, check, explain, proof, summary
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.plan import MAX_EPOCHS, Plan, Preparation
from clsf.runs.record import RunRecord
from clsf.ui.compare import estimate, example, jobs, keys, published
from clsf.ui.shared import choices, choose, data_choice, problems, service_access, state
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words


@dataclass(frozen=True, slots=True, eq=False)
class CaseJob:
    """A case that is being trained or has finished."""

    case: Case
    plan: Plan
    order: tuple[str, ...]
    seeds: int
    classes: int
    began: float
    background: Background
    done: list[RunRecord] = field(default_factory=list)  # runs that are over

    @property
    def total(self) -> int:
        return runs(self.case, self.seeds, self.order)


def runs(case: Case, seeds: int, order: tuple[str, ...]) -> int:
    """Return how many trainings a case takes."""
    return seeds * ((0 if case.carried else len(order) + 1) + (case.reference is not None))


def show() -> None:
    """Show the case and the published result; below, the controls on the left and the waterfall on the right."""
    titles = {name: words(case.title) for name, case in CASES.items()}
    case = CASES[choose.named(st.selectbox, t("Case"), titles, keys.CASE)]
    st.subheader(plain(case.question))
    row = published.show(case)
    jobs.page_of(keys.GAP, lambda: _choose(case, row), _start, _look, _hint, ":material/waterfall_chart:", example.case)


def _hint() -> str:
    return note("compare", "press-explain-gap")


def _choose(case: Case, row: PublishedPair | None) -> tuple[Case, Plan, int, tuple[str, ...]] | None:
    """Show the widgets; return what to train when the button was pressed."""
    data = data_choice.select()
    info = catalogue.info(data)
    left, right = st.columns(2, gap="small")
    epochs = left.number_input(t("Epochs"), 1, MAX_EPOCHS, case.epochs, key=keys.GAP_EPOCHS, **LINKED)
    seeds = right.number_input(
        t("Seeds"), 1, MAX_SEEDS, 3, key=keys.GAP_SEEDS, help=t("How often every step is trained: chance can then be seen."),
        **LINKED,
    )  # fmt: skip
    limit = choices.limit(st, keys.GAP_LIMIT)
    titles = {cause.name: cause.title for cause in case.causes}
    order = choose.several(
        st.multiselect, t("Causes, in your order"), {name: words(title) for name, title in titles.items()},
        f"{keys.GAP_ORDER}_{case.name}" if case is not LECTURE else keys.GAP_ORDER, tuple(titles),
        help=t("They are taken away in this order; what is left out stays in the code."),
    )  # fmt: skip
    if order:
        st.caption("  \n".join(f"{number}. {plain(titles[name])}" for number, name in enumerate(order, start=1)))
    try:
        check(case, seeds, order)
        plan = Plan(data, Preparation(), train_limit=limit, epochs=epochs)
        plan = case.settings(plan)
        if row is not None:
            plan = row_plan(row, plan).but(epochs=epochs)
        spec = case.spec(len(info.classes))
        spec.analyse(info.shape)
    except ClsfError as error:
        problems.show(error)
        return None
    estimate.show(spec, plan, runs(case, seeds, tuple(order)), "torch")
    pressed = st.button(
        t("Explain the gap"), key="explain", type="primary", icon=":material/play_arrow:", width="stretch", disabled=not order
    )
    return (case, plan, seeds, tuple(order)) if pressed else None


def _start(case: Case, plan: Plan, seeds: int, order: tuple[str, ...]) -> None:
    classes = len(catalogue.info(plan.data).classes)
    trainer = ServiceTrainer(service_access.get_service(), state.owner())

    def steps(stopped):
        trainer.stopped = stopped
        return explain(case, trainer, plan, classes, seeds, order, stopped)

    jobs.put(keys.GAP, CaseJob(case, plan, order, seeds, classes, time.monotonic(), Background(steps), trainer.done))


def _look(job: CaseJob) -> None:
    over, said = job.background.over, list(job.background.items)
    steps = [item for item in said if isinstance(item, CaseStep)]
    facts = [
        words(job.case.title),
        data_name(job.plan.data),
        tn("{epochs} epoch", "{epochs} epochs", job.plan.epochs, epochs=job.plan.epochs),
        t("batch size {size}", size=job.plan.batch_size),
        t("learning rate {rate}", rate=f"{job.plan.learning_rate:g}"),
        tn("{count} seed", "{count} seeds", job.seeds),
    ]
    st.caption(plain(" · ".join(facts)))
    if not over:
        jobs.show_trainings(keys.GAP, len(job.done), job.total, job.began)
    if job.background.failure is not None:
        st.error(plain(job.background.failure), icon=":material/error:")
    elif over and len(steps) <= len(job.order):
        total = len(job.order) + 1
        told = tn(
            "Stopped: {done} of {total} step was trained.", "Stopped: {done} of {total} steps were trained.", total,
            done=len(steps), total=total,
        )  # fmt: skip
        st.info(told, icon=":material/stop:")
    if steps:
        _drawn(job, steps, [item for item in said if isinstance(item, Recalibrated)], over)


def _drawn(job: CaseJob, steps: list[CaseStep], fresh: list[Recalibrated], over: bool) -> None:
    case = job.case
    if len(steps) > 1:
        st.success(plain(summary(steps)), icon=":material/lightbulb:")
    if fresh:
        st.success("  \n".join(plain(proof(one)) for one in fresh), icon=":material/restart_alt:")
        st.caption(note("compare", "recalibration"))
    floor, stamp = loss_floor(job.classes) if case is LECTURE else None, (id(job), len(steps))
    st.markdown(f"**{t('Accuracy on validation images, one cause less at each step')}**")
    height, alt = charts.height(steps, words), charts.in_words(steps, words)
    draw("compare-gap", stamp, lambda: (charts.waterfall(steps, words, case.reference), alt), height)
    st.caption(note("compare", "coloured-what-taking") if job.seeds > 1 else note("compare", "one-run-each"))
    if over and case.lesson is not None:
        st.info(plain(case.lesson), icon=":material/school:")
    with st.expander(t("Loss at each step"), icon=":material/trending_down:", expanded=case is LECTURE):
        draw("compare-gap-loss", stamp, lambda: (charts.loss(steps, floor, words, case.reference), alt), height)
        if floor is not None:
            st.caption(
                note("compare", "softmax-gives-numbers", classes=job.classes, others=job.classes - 1, floor=f"{floor:.3f}")
            )
