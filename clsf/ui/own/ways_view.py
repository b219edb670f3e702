"""Why not from scratch? The same images taught in three ways, on several splits, in both frameworks."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts import own_ways
from clsf.data import private
from clsf.data.progress import Progress
from clsf.data.task import Task
from clsf.errors import ClsfError, EngineError
from clsf.own import kept, teaching
from clsf.own.recordings import divided
from clsf.own.ways import SPLITS, JudgedTraining, interval
from clsf.runs.ids import new_id
from clsf.training_service import TrainingService
from clsf.ui.own import keys
from clsf.ui.own.held import Taught
from clsf.ui.shared import service_access, state
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words
from clsf.words import say

TICK = 1.0  # seconds between two looks at trainings that go on
POLL = 0.3  # seconds between two looks at one of them

JudgedWays = dict[tuple[str, str], list[JudgedTraining]]
"""(framework, way) -> one training per split."""


def show(known: Taught, models: Sequence[AskedModel]) -> None:
    """Show the question: trained when the button is pressed, because it takes a minute or two."""
    st.markdown(note("own", "ways", blocks=teaching.TUNED_BLOCKS))
    task: Task | None = st.session_state.get(keys.WAYS)
    if task is not None and task.over:
        del st.session_state[keys.WAYS]
        if task.failure is not None:
            st.error(plain(task.failure), icon=":material/error:")
        elif not task.cancelled:
            st.session_state[keys.WAYS_FOUND] = known.run_ids, task.result
        task = None
    if task is not None:
        st.fragment(_watch, run_every=TICK)()
        return
    of, judged = st.session_state.get(keys.WAYS_FOUND, (None, None))
    if of == known.run_ids:
        _said(judged)
        return
    total = SPLITS * len(teaching.WAYS) * len(models)
    st.button(
        tn("Train {count} time", "Train {count} times", total), key="own_ways_go", icon=":material/play_arrow:", type="primary",
        on_click=_begin, args=(known, tuple(model.record.framework for model in models)),
    )  # fmt: skip


def _begin(known: Taught, frameworks: tuple[str, ...]) -> None:
    service, owner, title = service_access.get_service(), state.owner(), t("Own classes, another split")
    st.session_state[keys.WAYS] = Task(lambda progress: trained(service, known, frameworks, owner, title, progress))


def trained(
    service: TrainingService, known: Taught, frameworks: Sequence[str], owner: str, title: str, progress: Progress
) -> JudgedWays:
    """Train each way on each split in each framework, one after the other; the sets of the splits are removed again."""
    runs: JudgedWays = {(framework, way): [] for framework in frameworks for way in teaching.WAYS}
    total, start = SPLITS * len(runs), new_id()
    pictures = known.collection
    for seed in range(SPLITS):
        sides = divided(pictures.labels, pictures.recordings, known.whole, seed)
        data = kept.keep(pictures, sides, owner, title)
        try:
            for framework, way in runs:
                done = sum(map(len, runs.values()))
                spec, plan = teaching.way(way, data, len(known.classes), len(sides.train), seed)
                (run_id,) = service.train(spec, plan, (framework,), owner=owner, start=start)
                runs[framework, way].append(_judged(service, run_id, lambda done=done: progress("ways", done, total)))
        finally:
            if data != known.data:  # the split of the taught models is not removed
                with suppress(ClsfError):
                    private.remove(data)
    return runs


def _judged(service: TrainingService, run_id: str, tell: Callable[[], None]) -> JudgedTraining:
    """Wait for a run and return its result. Raises EngineError if it did not finish, and stops it if `tell` raises."""
    try:
        while not (record := service.record(run_id)).over:
            tell()
            time.sleep(POLL)
        tell()
    except BaseException:
        service.control(run_id, "stop")
        raise
    if record.final is None or record.final.validation_accuracy is None:
        raise EngineError(record.failure or say("The training did not finish."))
    return JudgedTraining(record.final.validation_accuracy, record.final.seconds)


def _watch() -> None:
    task: Task | None = st.session_state.get(keys.WAYS)
    if task is None or task.over:
        st.rerun()
    _, done, total = task.news
    st.progress(
        min(done / total, 1.0) if total else 0.0,
        text=t("Training {done} of {total} …", done=min(done + 1, total or 1), total=total or "?"),
    )
    st.button(t("Stop"), key="own_ways_stop", icon=":material/stop:", on_click=task.cancel)


def _said(judged: JudgedWays) -> None:
    titles = {"scratch": t("from scratch"), "frozen": t("frozen features"), "tuned": t("fine-tuned")}
    rows = []
    for framework, way in itertools.product(FRAMEWORKS, teaching.WAYS):
        if (framework, way) in judged:
            accuracies = [one.accuracy for one in judged[framework, way]]
            seconds = sum(one.seconds for one in judged[framework, way]) / SPLITS
            rows.append(own_ways.WayRow(framework, titles[way], interval(accuracies), accuracies, seconds))
    draw(
        "own-ways", [(row.framework, row.name, row.values) for row in rows], lambda: (own_ways.figure(rows, words), own_ways.in_words(rows, words)), 260,
        t("Validation accuracy by the way of teaching"),
    )  # fmt: skip
    st.caption(plain(own_ways.in_words(rows, words)))
    st.caption(note("own", "ways-said", splits=SPLITS))
