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
from clsf.plan import TENSORFLOW_VARIANTS, TORCH_VARIANTS, Plan, Schedule, Stopping
from clsf.runs.record import RunRecord
from clsf.ui import lab_access, runs, state
from clsf.ui.choices import Choices
from clsf.ui.run_status import name
from clsf.ui.tensors.choose import LINKED
from clsf.ui.text import sentence, t, words
from clsf.ui.train import keys
from clsf.ui.train.drawing import draw
from clsf.ui.train.looping import VARIANT_TITLES

VARIANTS = {"tensorflow": TENSORFLOW_VARIANTS, "torch": TORCH_VARIANTS}
MOST_STEPS, DEFAULT_STEPS, WARM_STEPS = 1000, 100, 2
TICK = 0.7  # seconds between two looks
BUSY = 0.5  # share of the cores that others may use until it is said


def show(choices: Choices) -> None:
    """Show what the study does, its button, and what it found."""
    st.markdown(
        t(
            "The same model, weights and batches, trained a little in each variant of the loop: as a graph (`@tf.function`), eagerly, and "
            "with `model.fit`; in PyTorch with images gathered by index and with a `DataLoader`. The first call of a graph pays for "
            "**tracing**: Python runs once, and what it did is written down and compiled. Every later call only runs the graph."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = st.number_input(t("Steps"), 5, MOST_STEPS, DEFAULT_STEPS, key=keys.STUDY_STEPS, width=140, **LINKED)
        asked = st.button(
            t("Run the study"), key="run_study", type="primary", icon=":material/timer:",
            disabled=bool(choices.problem) or not choices.frameworks or choices.plan is None,
        )  # fmt: skip
    if asked:
        _start(choices, int(steps))
        runs.show_refusal()
    found = _records()
    if found:
        st.fragment(_look, run_every=None if all(r.over for r in found) else TICK)(all(r.over for r in found))


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
    found = []
    for framework in FRAMEWORKS:
        if framework in frameworks:
            field = f"{framework}_variant"
            found.append((framework, warm.but(**{field: "eager" if framework == "tensorflow" else "loop"})))
            found += [(framework, base.but(**{field: variant})) for variant in VARIANTS[framework]]
    return found


def _start(choices: Choices, steps: int) -> None:
    lab, ids = lab_access.get_lab(), []
    for old in _records():
        if old.owner == state.owner():
            runs.command([old.run_id], "stop")
    info = catalogue.info(choices.plan.data)
    images = info.train - round(info.train * choices.plan.validation_share) - len(info.classes)
    st.session_state[keys.STUDY_LOAD] = _load()
    start = secrets.token_urlsafe(6)  # all of them count as one where a session may not queue many
    try:
        for framework, plan in study_plans(
            choices.plan, choices.frameworks, steps, min(images, choices.plan.train_limit or images)
        ):
            ids += lab.train(choices.spec, plan, [framework], owner=state.owner(), start=start)
    except ClsfError as error:
        st.session_state[state.REFUSAL] = error.sentence
        for run_id in ids:
            runs.command([run_id], "stop")
        return
    st.session_state[keys.STUDY] = ",".join(ids)
    st.query_params[keys.STUDY] = ",".join(ids)


def _load() -> float | None:
    """Return the share of this machine's cores that was busy in the last minute, None where it can't be told."""
    try:
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    except OSError:
        return None


def _records() -> list[RunRecord]:
    """Return the runs of the study in the link, warm-ups left out; none where one of them is gone."""
    ids = st.query_params.get(keys.STUDY) or st.session_state.get(keys.STUDY) or ""
    try:
        found = [lab_access.get_lab().record(run_id) for run_id in ids.split(",") if run_id][:12]
    except ClsfError as error:
        st.error(sentence(error.sentence), icon=":material/search_off:")
        return []
    if found:
        st.session_state[keys.STUDY] = ids
        if st.query_params.get(keys.STUDY) != ids:
            st.query_params[keys.STUDY] = ids
    return found


def _look(was_over: bool) -> None:
    everything = _records()
    if not everything:
        return
    done = sum(record.over for record in everything)
    if done < len(everything):
        at = next(record for record in everything if not record.over)
        text = t("{done} of {total} runs", done=done, total=len(everything)) + f" · {name(at.framework)} {_title(at)}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(done / len(everything), text)
            st.button(
                t("Stop"), key="stop_study", icon=":material/stop:", on_click=runs.command, disabled=at.owner != state.owner(),
                args=([record.run_id for record in everything if not record.over], "stop"),
            )  # fmt: skip
    for record in everything:
        if record.failure is not None:
            st.error(f"{name(record.framework)} {_title(record)}: {sentence(record.failure)}", icon=":material/error:")
    measured = [record for record in _measured(everything) if record.over and len(record.steps) > 1]
    if measured:
        _drawn(measured)
    if not was_over and done == len(everything):
        st.rerun()  # once, with a timer no more


def _measured(everything: list[RunRecord]) -> list[RunRecord]:
    """Return the runs without those that only warmed a worker up: of each framework the first."""
    seen: set[str] = set()
    found = []
    for record in everything:
        if record.framework in seen:
            found.append(record)
        seen.add(record.framework)
    return found


def _title(record: RunRecord) -> str:
    return VARIANT_TITLES[record.plan.variant(record.framework)]


def timing(record: RunRecord) -> Timing:
    """Return what a run took: of steady steps the mean, without each kind of batch's first call."""
    speed = record.ended.images_per_second if record.ended else None
    steady = record.plan.batch_size / speed if speed else None
    variant = record.plan.variant(record.framework)
    return Timing(record.framework, variant, VARIANT_TITLES[variant], tuple(record.steps.seconds), steady)


def _drawn(measured: list[RunRecord]) -> None:
    timings = [timing(record) for record in measured]
    for said in findings(timings):
        st.markdown(f":material/lightbulb: {said}")
    draw(
        "study", tuple((record.run_id, len(record.steps)) for record in measured),
        lambda: (train_variants.figure(timings, words), train_variants.in_words(timings, words)), height=330,
    )  # fmt: skip
    st.table(_table(timings), border="horizontal", alt=t("Times of each variant"))
    _fair(measured)


def findings(timings: list[Timing]) -> list[str]:
    """Return what these times say, in the reader's language: what tracing costs, what it saves, and when that has paid."""
    by = {timing.variant: timing for timing in timings}
    said = []
    graph, eager = by.get("graph"), by.get("eager")
    if graph and eager and graph.steady and eager.steady:
        said.append(
            t(
                "The graph's first step took {first}, the eager one's {eager_first}: tracing has to be paid first. Afterwards a step takes {steady} "
                "instead of {eager_steady}, {ratio} times as fast.",
                first=_time(graph.first), eager_first=_time(eager.first), steady=_time(graph.steady),
                eager_steady=_time(eager.steady), ratio=f"{eager.steady / graph.steady:.1f}",
            )
        )  # fmt: skip
        step = train_variants.breakeven(graph, eager)
        if step is None:
            said.append(t("So here the graph never catches up: its steps are not faster."))
        elif step > 1:
            said.append(
                t("That has paid from about step {step} on; for fewer steps, eager is the quicker way.", step=f"{step:,}")
            )
    loop, loader = by.get("loop"), by.get("dataloader")
    if loop and loader and loop.steady and loader.steady:
        said.append(
            t(
                "PyTorch runs eagerly in both variants. A step with the `DataLoader` took {loader}, with images gathered by index {loop}: the "
                "difference is only how a batch is put together.",
                loader=_time(loader.steady), loop=_time(loop.steady),
            )
        )  # fmt: skip
    return said


def _time(seconds: float) -> str:
    return (
        t("{seconds} s", seconds=f"{seconds:.2f}")
        if seconds >= 0.1
        else t("{milliseconds} ms", milliseconds=f"{seconds * 1000:.3g}")
    )


def _table(timings: list[Timing]) -> pd.DataFrame:
    rows = [
        {
            t("Variant"): f"{STYLES[x.framework].title}, {x.title}",
            t("First step"): _time(x.first),
            t("Steady time per step"): _time(x.steady) if x.steady else "–",
            t("Steps"): f"{len(x.seconds):,}",
            t("All steps"): _time(x.total),
        }
        for x in timings
    ]
    return pd.DataFrame(rows).set_index(t("Variant"))


def _fair(measured: list[RunRecord]) -> None:
    """Say what was equal, and what makes these times unfair."""
    alike = {(r.started.weights_hash, r.started.order_hash, len(r.steps)) for r in measured}
    if len(alike) == 1 and len(measured) > 1:
        st.markdown(f":green[:material/verified:] {t('Checked: same initial weights, same batches, same number of steps.')}")
    load = st.session_state.get(keys.STUDY_LOAD)
    if load is not None and load > BUSY:
        st.warning(
            t(
                "When the study began, this machine had been busy for a minute already ({share} of its cores). Times taken under load are "
                "unfair; run the study again when nothing else runs.",
                share=f"{load:.0%}",
            ),
            icon=":material/speed:",
        )
    st.caption(
        t(
            "The runs trained one after another, never at the same time, after two steps that only warmed each worker up. Anything else that "
            "ran on the machine meanwhile, another student's page too, makes them unfair; so do not compare with times from another machine. "
            "A graph call here does several steps at once, as training does."
        )
    )
