"""Two to four workers in lockstep compared with one device: equal steps, batch normalisation, batch size and learning rate."""

from __future__ import annotations

import streamlit as st

from clsf.charts import course_workers
from clsf.course import workers
from clsf.course.workers import Setup, WorkerLockstep
from clsf.frameworks import BY_NAME
from clsf.ui.lesson import asked
from clsf.ui.shared import choose, facts, figures
from clsf.ui.shared.text import t, words

BAR = 1e-12


def lockstep() -> None:
    """Show that averaged gradients give the step of one big batch, and how unequal parts change that."""
    left, right = st.columns([1, 2])
    with left:
        count = _count()
    parts = choose.named(
        st.segmented_control, t("Parts of a batch"),
        {"equal": t("equal"), "unequal": t("unequal"), "weighted": t("unequal, weighted by size")}, "worker_parts", place=right
    )  # fmt: skip
    setup = Setup(count, parts)
    locksteps = asked.both(workers.JOB, setup)
    if not locksteps:
        return
    sizes, total = " + ".join(map(str, setup.sizes)), sum(setup.sizes)
    st.caption(t("Images per step: {sizes}, together {total}. One device takes them all at once.", sizes=sizes, total=total))
    _apart(locksteps, f"{count}-{parts}")
    st.table(
        {
            t("Framework"): [BY_NAME[name].style.title for name in locksteps],
            t("Loss, workers"): [f"{one.losses[-1]:.4f}" for one in locksteps.values()],
            t("Loss, one device"): [f"{one.one_device[-1]:.4f}" for one in locksteps.values()],
            t("Copies from each other"): [f"{max(one.copies_apart):.1g}" for one in locksteps.values()],
            t("Copies from one device"): [f"{max(one.apart):.1e}" for one in locksteps.values()],
        },
        border="horizontal", hide_index=True, alt=t("Workers and one device after the last step"),
    )  # fmt: skip
    _tell(setup, locksteps)


def statistics() -> None:
    """Show what batch normalisation sees on each worker, and that the steps are then no longer equal."""
    left, right = st.columns([1, 2])
    with left:
        count = _count("_norm")
    kind = choose.named(
        st.segmented_control, t("Mean and variance of"),
        {"own": t("each worker's own part"), "shared": t("the whole batch")}, "worker_statistics", place=right
    )  # fmt: skip
    setup = Setup(count, statistics=kind)
    answers = asked.both(workers.JOB, setup)
    if not answers:
        return
    one = next(iter(answers.values()))
    names = [t("worker {number}", number=number + 1) for number in range(count)]
    st.table(
        {
            t("First unit"): [*names, t("mean over the workers"), t("whole batch")],
            t("Mean"): [f"{value:.4f}" for value in (*one.means, sum(one.means) / count, one.mean)],
            t("Variance"): [f"{value:.4f}" for value in (*one.variances, sum(one.variances) / count, one.variance)],
        },
        border="horizontal", hide_index=True, alt=t("What batch normalisation measures on each worker"),
    )  # fmt: skip
    _apart(answers, f"{count}-{kind}")
    _tell(setup, answers)


def rates() -> None:
    """Show several devices with the learning rate of one device, and with a larger one."""
    count = _count("_rate")
    answers = asked.both(workers.RATES_JOB, count)
    if not answers:
        return
    curves = next(iter(answers.values()))
    title = t("The same number of images, one framework's numbers")
    figures.draw(
        "lesson-rates", (count, curves), lambda: (course_workers.rates(curves, words), title), 330, t("Loss over images seen")
    )
    st.table(
        {
            t("Devices"): [str(curve.workers) for curve in curves],
            t("Learning rate"): [f"{curve.rate:g}" for curve in curves],
            t("Steps"): [str(curve.images[-1] // (workers.SHARE * curve.workers)) for curve in curves],
            **{
                t("Loss, {framework}", framework=BY_NAME[name].style.title): [f"{curve.losses[-1]:.4f}" for curve in each]
                for name, each in answers.items()
            },
        },
        border="horizontal", hide_index=True, alt=t("Loss after the same number of images"),
    )  # fmt: skip


def _count(name: str = "") -> int:
    return int(choose.named(st.segmented_control, t("Workers"), {str(n): str(n) for n in workers.WORKERS}, f"workers{name}"))


def _apart(locksteps: dict[str, WorkerLockstep], name: str) -> None:
    apart = {framework: one.apart for framework, one in locksteps.items()}
    alt = t("Largest difference of any weight between the workers and one device; the dashed line is {bar}.", bar=f"{BAR:g}")
    figures.draw(
        "lesson-workers", (name, tuple(apart.items())), lambda: (course_workers.difference(apart, BAR, words), alt), 300,
        t("Workers' weights against one device's"),
    )  # fmt: skip
    st.caption(alt)


def _tell(setup: Setup, locksteps: dict[str, WorkerLockstep]) -> None:
    facts.tell(
        "workers", workers=setup.workers, parts=setup.parts, statistics=setup.statistics, frameworks=len(locksteps),
        apart=max(max(one.apart) for one in locksteps.values()),
    )  # fmt: skip
