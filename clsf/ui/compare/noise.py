"""Noise: the same comparison with several seeds, and whether its gap is more than chance."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import streamlit as st

from clsf import optimizers
from clsf.charts import compare_noise as charts
from clsf.charts.compare_curves import contestants
from clsf.compare import noise
from clsf.compare.background import Background
from clsf.compare.cases.steps import MAX_SEEDS
from clsf.compare.differences import ENTRIES
from clsf.compare.noise import METHODS
from clsf.compare.seeds import ComparedArm, SeedPair, arms, train_seeds
from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError
from clsf.frameworks import TITLES
from clsf.model.spec import ModelSpec
from clsf.plan import LEARNING_RATES, MAX_EPOCHS, Plan
from clsf.runs.record import RunRecord
from clsf.ui.compare import bench, estimate, example, jobs, keys
from clsf.ui.shared import choices, choose, problems, service_access, state, units
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words

FRAMEWORKS_APART = "frameworks"


@dataclass(frozen=True, slots=True, eq=False)
class NoiseJob:
    """Seeds that are being trained or have been."""

    spec: ModelSpec
    arms: tuple[ComparedArm, ComparedArm]
    change: str  # FRAMEWORKS_APART, or the difference
    seeds: int
    began: float
    background: Background
    done: list[RunRecord] = field(default_factory=list)


def show() -> None:
    """Show the controls on the left and their results on the right."""
    jobs.page_of(
        keys.NOISE,
        _choose,
        _start,
        _look,
        lambda: note("compare", "press-train-seeds"),
        ":material/scatter_plot:",
        example.seeds,
    )


def _choose() -> tuple[ModelSpec, tuple[ComparedArm, ComparedArm], str, int] | None:
    titles = {FRAMEWORKS_APART: t("TensorFlow and PyTorch"), **{n: t("without and with: {title}", title=words(e.title)) for n, e in ENTRIES.items()}}  # fmt: skip
    change = choose.named(st.selectbox, t("What is compared"), titles, keys.NOISE_CHANGE, keys.NOISE_CHANGE_LINK)
    spec, data, preparation, fits = bench.model_and_data()
    left, right = st.columns(2, gap="small")
    optimizer = choices.select_optimizer(left, state.OPTIMIZER, optimizers.DEFAULT)
    epochs = right.number_input(t("Epochs"), 1, MAX_EPOCHS, 3, key=keys.NOISE_EPOCHS, **LINKED)
    left, right = st.columns(2, gap="small")
    seeds = left.number_input(t("Seeds"), 1, MAX_SEEDS, 5, key=keys.NOISE_SEEDS, **LINKED)
    limit = choices.limit(right, keys.NOISE_LIMIT)
    if not fits:
        return None
    difference = None if change == FRAMEWORKS_APART else change
    try:
        rate = LEARNING_RATES[optimizer]
        plan = Plan(data, preparation, epochs=epochs, optimizer=optimizer, learning_rate=rate, train_limit=limit)
        compared = arms(plan, difference)
        analysis = spec.analyse(prepared_shape(catalogue.info(data), preparation))
        why = None if difference is None else ENTRIES[difference].idle(analysis, plan)
    except ClsfError as error:
        problems.show(error)
        return None
    if why is not None:
        st.warning(plain(why), icon=":material/block:")
    estimate.show(spec, plan, 2 * seeds, compared[0].framework)
    pressed = st.button(t("Train the seeds"), key="train_seeds", type="primary", icon=":material/play_arrow:", width="stretch")
    return (spec, compared, change, seeds) if pressed else None


def _start(spec: ModelSpec, compared: tuple[ComparedArm, ComparedArm], change: str, seeds: int) -> None:
    service, owner, done = service_access.get_service(), state.owner(), []
    background = Background(lambda stopped: train_seeds(service, spec, compared, range(seeds), owner, stopped, done.append))
    jobs.put(keys.NOISE, NoiseJob(spec, compared, change, seeds, time.monotonic(), background, done))


def _names(job: NoiseJob) -> list[str]:
    if job.change == FRAMEWORKS_APART:
        return [TITLES[arm.framework] for arm in job.arms]
    title, framework = words(ENTRIES[job.change].title), TITLES[job.arms[0].framework]
    return [t("{framework}, aligned", framework=framework), t("{framework}, other: {title}", framework=framework, title=title)]


def _look(job: NoiseJob) -> None:
    over, pairs = job.background.over, [item for item in list(job.background.items) if isinstance(item, SeedPair)]
    plan = job.arms[0].plan
    epochs = tn("{epochs} epoch", "{epochs} epochs", plan.epochs, epochs=plan.epochs)
    facts = [data_name(plan.data), job.spec.name, f"{plan.optimizer} {plan.learning_rate:g}", epochs]
    st.caption(plain(" · ".join(facts)))
    if not over:
        jobs.show_trainings(keys.NOISE, len(job.done), 2 * job.seeds, job.began)
    if job.background.failure is not None:
        st.error(plain(job.background.failure), icon=":material/error:")
    elif over and len(pairs) < job.seeds:
        told = tn(
            "Stopped: {done} of {total} seed was trained.", "Stopped: {done} of {total} seeds were trained.", job.seeds,
            done=len(pairs), total=job.seeds,
        )  # fmt: skip
        st.info(told, icon=":material/stop:")
    if pairs:
        _result(job, pairs)


def _left_out(job: NoiseJob, pairs: list[SeedPair]) -> None:
    """Show which runs gave no result, and why."""
    names = _names(job)
    for pair in pairs:
        for name, record in zip(names, pair.records, strict=True):
            why = noise.why_not(record)
            if why is not None:
                st.warning(
                    t("Seed {seed}, {name}: left out, because {why}.", seed=pair.seed, name=name, why=plain(why)),
                    icon=":material/block:",
                )


def _result(job: NoiseJob, pairs: list[SeedPair]) -> None:
    values = [noise.by_seed(pair.records[side] for pair in pairs) for side in (0, 1)]
    images = noise.images_of(record for pair in pairs for record in pair.records)
    _left_out(job, pairs)
    if not values[0].keys() & values[1].keys():
        st.info(t("No seed has two whole runs yet."), icon=":material/hourglass_empty:")
        return
    titles = {"t": t("t interval"), "bootstrap": t("bootstrap")}
    method = choose.named(
        st.segmented_control, t("Method"), {name: titles[name] for name in METHODS}, keys.METHOD, default="t",
        help=note("compare", "t-right-results"),
    )  # fmt: skip
    gap = noise.gap(*values, method, images)
    text = plain(noise.gap_sentence(gap))
    if gap.inside is None:
        st.info(text, icon=":material/casino:")
    elif gap.inside:
        st.success(text, icon=":material/blur_on:")
    else:
        st.warning(text, icon=":material/call_split:")
    means = [noise.interval(list(v.values()), method, images) for v in values]
    names = _names(job)
    styles = [c.style for c in contestants([pairs[0].records[0], pairs[0].records[1]], names)]
    draw(
        "compare-noise", (id(job), len(pairs), method),
        lambda: (charts.figure(names, styles, values, means, words), charts.in_words(names, means, words)), height=380,
    )  # fmt: skip
    st.caption(note("compare", "small-symbols-one"))
    rows = {
        t("Seed"): [str(pair.seed) for pair in pairs],
        **{name: [units.share(v.get(pair.seed)) for pair in pairs] for name, v in zip(names, values, strict=True)},
    }
    with st.expander(t("Numbers"), icon=":material/table:"):
        st.table(rows, border="horizontal", hide_index=True, alt=t("Accuracy of each seed"))
