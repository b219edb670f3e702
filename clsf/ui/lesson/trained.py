"""Trained here and now, in both frameworks: digits with and without their neighbourhoods, and workers in lockstep compared with one device."""

from __future__ import annotations

import streamlit as st

from clsf.charts import course_neighbours, course_workers, pictures
from clsf.course import neighbours, workers
from clsf.course.workers import Setup, WorkerLockstep
from clsf.data.sources import open_dataset
from clsf.frameworks import BY_NAME
from clsf.ui.shared import choose, facts, figures, styles
from clsf.ui.shared.asking import both_or_say
from clsf.ui.shared.text import plain, t, words
from clsf.ui.shared.units import share

_TRAINED, _SEED = "neighbours_trained", "neighbours_seed"
BAR = 1e-12  # of the chart of workers
SEEDS = 5  # number of seeds that the trainings cycle through


def shuffled() -> None:
    """Show four digits in both orders, the button that trains, and the result."""
    styles.show("lesson/neighbours")
    images = open_dataset(neighbours.DATA).train
    first = images.pixels[:4]
    order = neighbours.order(first.shape[1] * first.shape[2])
    mixed = first.reshape(len(first), -1, first.shape[3])[:, order].reshape(first.shape)
    for title, pixels, alt in (
        (t("Proper"), first, t("a handwritten {digit}")),
        (t("Shuffled"), mixed, t("a {digit} with its pixels in another order")),
    ):
        cells = "".join(
            pictures.image(p, alt.format(digit=images.classes[label])) for p, label in zip(pixels, images.labels, strict=False)
        )
        st.html(f'<div class="nb"><span>{title}</span>{cells}</div>')
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        label = t("Again, with other first weights") if st.session_state.get(_TRAINED) else t("Train all four")
        st.button(label, key="neighbours_train", icon=":material/play_arrow:", type="primary", on_click=_press)
        st.caption(t("Two networks, each on proper and on shuffled digits, in both frameworks: about ten seconds."))
    if st.session_state.get(_TRAINED):
        _train_networks(st.session_state.get(_SEED, 0))


def _press() -> None:
    if st.session_state.get(_TRAINED):
        st.session_state[_SEED] = (st.session_state.get(_SEED, 0) + 1) % SEEDS
    st.session_state[_TRAINED] = True


def _train_networks(seed: int) -> None:
    """Train the networks one after the other, and show each result as soon as it is ready."""
    titles = {neighbours.DENSE: t("Fully connected"), neighbours.CONVOLUTION: t("Convolutions")}
    rows, places = [], dict(zip(titles, st.columns(2, gap="medium"), strict=True))
    for network, title in titles.items():
        with places[network], st.spinner(t("{network} is training…", network=title)):
            plain_, mixed = (both_or_say(neighbours.JOB, network, shuffle, seed, named=True) for shuffle in (False, True))
            learned = {(f, o.shuffled): o.accuracies for answers in (plain_, mixed) for f, o in answers.items()}
            if not learned:
                continue
            figures.draw(
                f"lesson-{network}", (seed, tuple(learned.items())),
                lambda learned=learned, title=title: (course_neighbours.figure(learned, words), title), 350, title,
            )  # fmt: skip
        for framework in (framework for framework in plain_ if framework in mixed):
            proper, other = plain_[framework].accuracies[-1], mixed[framework].accuracies[-1]
            rows.append((network, framework, proper, other))
            facts.tell("neighbours", network=network, framework=framework, proper=proper, shuffled=other, lost=proper - other)
    if rows:
        st.table(
            {
                t("Network"): [titles[network] for network, *_ in rows],
                t("Framework"): [BY_NAME[framework].style.title for _, framework, *_ in rows],
                t("Proper"): [share(proper) for *_, proper, _ in rows],
                t("Shuffled"): [share(other) for *_, other in rows],
                t("Lost"): [t("{points} points", points=f"{100 * (proper - other):.1f}") for *_, proper, other in rows],
            },
            border="horizontal", hide_index=True, alt=t("Accuracy on proper and on shuffled digits"),
        )  # fmt: skip
        epochs = neighbours.PLAN.epochs
        st.caption(
            plain(t("Validation images after epoch {epochs}; first weights number {seed}.", epochs=epochs, seed=seed + 1))
        )


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
    locksteps = both_or_say(workers.JOB, setup, named=True)
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
    answers = both_or_say(workers.JOB, setup, named=True)
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
    answers = both_or_say(workers.RATES_JOB, count, named=True)
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
