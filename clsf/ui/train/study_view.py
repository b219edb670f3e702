"""What does tf.function buy here? The same batches through each variant of the loop, one after another, and timed."""

from __future__ import annotations

import os
import secrets
from math import ceil

import pandas as pd
import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts import train_variants
from clsf.charts.style import STYLES
from clsf.charts.train_variants import Timing
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.frameworks import BY_NAME, VARIANT_TITLES, VARIANTS
from clsf.plan import Plan, Schedule, Stopping
from clsf.runs.record import RunRecord
from clsf.ui.shared import example, linked, runs, service_access, state
from clsf.ui.shared.choices import Choices
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.settings.fields import explained
from clsf.ui.shared.text import plain, t, tn, words
from clsf.ui.train import keys

MOST_STEPS, DEFAULT_STEPS, WARM_STEPS = 1000, 100, 2
TICK = 0.7  # seconds between two looks


def show(choices: Choices) -> None:
    """Show what the study does, its button, and what it found."""
    st.markdown(note("train", "same-model-weights"))
    explained(note("train", "about-times"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = st.number_input(t("Steps"), 5, MOST_STEPS, DEFAULT_STEPS, key=keys.STUDY_STEPS, width=140, **LINKED)
        asked = st.button(
            t("Run the study"), key="run_study", type="primary", icon=":material/timer:",
            disabled=bool(choices.problem) or not choices.frameworks or choices.plan is None,
        )  # fmt: skip
    if asked:
        _start(choices, int(steps))
        runs.show_refusal()
    records = _records()
    if not records:
        example.guess(
            t(
                "Guess before you press: which way of writing the loop is the fastest, and how many times as fast as the slowest?"
            )
        )
    else:
        over = all(record.over for record in records)
        st.fragment(_look, run_every=None if over else TICK)(over)


def study_plans(plan: Plan, frameworks: tuple[str, ...], steps: int, images: int) -> list[tuple[str, Plan]]:
    """Return (framework, plan) of each run: a short one that warms each worker up, then one per variant, all on the same batches.

    `images`: how many there are to train on, at least.
    """
    batches = max(min(steps, images // plan.batch_size), 1)
    epochs = ceil(steps / batches)
    fits = plan.schedule.warmup_epochs <= epochs
    base = plan.but(
        train_limit=min(batches * plan.batch_size, images), epochs=epochs, look_inside=False, plateau=None, stopping=Stopping(),
        begin_from=None, epochs_before=0, schedule=plan.schedule if fits else Schedule(),
    )  # fmt: skip
    warm = base.but(train_limit=min(WARM_STEPS * plan.batch_size, base.train_limit), epochs=1, schedule=Schedule())
    plans = []
    for framework in FRAMEWORKS:
        if framework in frameworks:
            plans.append((framework, warm.but(variants={framework: BY_NAME[framework].first})))
            plans += [(framework, base.but(variants={framework: variant})) for variant in VARIANTS[framework]]
    return plans


def _start(choices: Choices, steps: int) -> None:
    service, ids = service_access.get_service(), []
    for old in _records():
        if old.owner == state.owner():
            runs.command([old.run_id], "stop")
    info = catalogue.info(choices.plan.data)
    images = info.trained(choices.plan.validation_share, choices.plan.train_limit)
    st.session_state[keys.STUDY_LOAD] = _load()
    start = secrets.token_urlsafe(6)  # all of them count as one in the limit of queued starts per session
    try:
        for framework, plan in study_plans(choices.plan, choices.frameworks, steps, images):
            ids += service.train(choices.spec, plan, [framework], owner=state.owner(), start=start)
        for run_id in ids:  # so that the reader's history can hide them, or show only them
            service.history.describe(state.owner(), run_id, "", "", [t("study of variants")])
    except ClsfError as error:
        st.session_state[state.REFUSAL] = error.sentence
        for run_id in ids:
            runs.command([run_id], "stop")
        return
    linked.keep(keys.STUDY, ",".join(ids))


def _load() -> float | None:
    """Return the share of this machine's cores that was busy in the last minute, None if it is unknown."""
    try:
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    except OSError:
        return None


def _records() -> list[RunRecord]:
    """Return the runs of the study in the link, warm-ups left out; none where one of them is gone."""
    ids = st.query_params.get(keys.STUDY) or st.session_state.get(keys.STUDY) or ""
    try:
        records = [service_access.get_service().record(run_id) for run_id in ids.split(",") if run_id][:12]
    except ClsfError as error:
        st.error(plain(error.sentence), icon=":material/search_off:")
        return []
    if records:
        st.session_state[keys.STUDY] = ids
        linked.put(keys.STUDY, ids)
    return records


def _look(was_over: bool) -> None:
    everything = _records()
    if not everything:
        return
    going, total = [record for record in everything if not record.over], len(everything)
    if going:
        at, done = going[0], total - len(going)
        text = tn("{done} of {total} run", "{done} of {total} runs", total, done=done, total=total)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(done / total, f"{text} · {heading(at.framework)} {_title(at)}")
            st.button(
                t("Stop"), key="stop_study", icon=":material/stop:", on_click=runs.command, disabled=at.owner != state.owner(),
                args=([record.run_id for record in going], "stop"),
            )  # fmt: skip
    for record in everything:
        if record.failure is not None:
            st.error(f"{heading(record.framework)} {_title(record)}: {plain(record.failure)}", icon=":material/error:")
    measured = [record for record in _measured(everything) if record.over and len(record.steps) > 1]
    if measured:
        _drawn(measured)
    if not was_over and not going:
        st.rerun()  # once more, without a timer


def _measured(everything: list[RunRecord]) -> list[RunRecord]:
    """Return the runs without those that only warmed a worker up: of each framework the first."""
    frameworks = [record.framework for record in everything]
    return [record for place, record in enumerate(everything) if record.framework in frameworks[:place]]


def _title(record: RunRecord) -> str:
    return VARIANT_TITLES[record.plan.variants[record.framework]]


def timing(record: RunRecord) -> Timing:
    """Return the times of a run; for steady steps the mean, without the first call of each kind of batch."""
    speed = record.ended.images_per_second if record.ended else None
    steady = record.plan.batch_size / speed if speed else None
    variant = record.plan.variants[record.framework]
    return Timing(record.framework, variant, VARIANT_TITLES[variant], tuple(record.steps.seconds), steady)


def _drawn(measured: list[RunRecord]) -> None:
    timings = [timing(record) for record in measured]
    for said in findings(timings):
        st.markdown(f":material/lightbulb: {said}")
    draw(
        "train-study", tuple((record.run_id, len(record.steps)) for record in measured),
        lambda: (train_variants.figure(timings, words), train_variants.in_words(timings, words)), height=330,
    )  # fmt: skip
    st.table(table(timings), border="horizontal", alt=t("Times of each variant"))
    fair(measured, st.session_state.get(keys.STUDY_LOAD))


BUSY = 0.5  # share of the cores that other programs may use before a warning


def findings(timings: list[Timing]) -> list[str]:
    """Return the meaning of these times, in the reader's language: the cost of tracing, its savings, and when it pays off."""
    by = {timing.variant: timing for timing in timings}
    said = []
    graph, eager = by.get("graph"), by.get("eager")
    if graph and eager and graph.steady and eager.steady:
        times = {
            "first": _seconds(graph.first), "eager_first": _seconds(eager.first), "steady": _seconds(graph.steady),
            "eager_steady": _seconds(eager.steady), "ratio": f"{eager.steady / graph.steady:.1f}",
        }  # fmt: skip
        said.append(note("train", "graph-s-first", **times))
        step = train_variants.breakeven(graph, eager)
        if step is None:
            said.append(t("So here the graph never catches up: its steps are not faster."))
        elif step > 1:
            said.append(
                t("That has paid from about step {step} on; for fewer steps, eager is the quicker way.", step=f"{step:,}")
            )
    loop, loader = by.get("loop"), by.get("dataloader")
    if loop and loader and loop.steady and loader.steady:
        said.append(note("train", "pytorch-runs-eagerly", loader=_seconds(loader.steady), loop=_seconds(loop.steady)))
    return said


def _seconds(seconds: float) -> str:
    if seconds >= 0.1:
        return t("{seconds} s", seconds=f"{seconds:.2f}")
    return t("{milliseconds} ms", milliseconds=f"{seconds * 1000:.3g}")


def table(timings: list[Timing]) -> pd.DataFrame:
    """Return a row per variant, in the reader's language."""
    rows = [
        {
            t("Variant"): f"{STYLES[x.framework].title}, {x.title}",
            t("First step"): _seconds(x.first),
            t("Steady time per step"): _seconds(x.steady) if x.steady else "–",
            t("Steps"): f"{len(x.seconds):,}",
            t("All steps"): _seconds(x.total),
        }
        for x in timings
    ]
    return pd.DataFrame(rows).set_index(t("Variant"))


def fair(measured: list[RunRecord], load: float | None) -> None:
    """Show what was equal, and what makes these times unfair; `load` is the share of the cores that was busy before."""
    alike = {(r.started.weights_hash, r.started.order_hash, len(r.steps)) for r in measured}
    if len(alike) == 1 and len(measured) > 1:
        st.markdown(f":green[:material/verified:] {t('Checked: same initial weights, same batches, same number of steps.')}")
    if load is not None and load > BUSY:
        st.warning(note("train", "when-study-began", share=f"{load:.0%}"), icon=":material/speed:")
    st.caption(note("train", "runs-trained-one"))
