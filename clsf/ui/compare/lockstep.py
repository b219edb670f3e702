"""Lockstep: both frameworks take the same steps, every tensor is compared, and the first that differs is named."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import numpy as np
import streamlit as st

from clsf.charts import compare_lockstep as charts
from clsf.charts.compare_lockstep import layer_rows
from clsf.cli.lockstep import result_line, step_line
from clsf.compare.background import Background
from clsf.compare.differences import ENTRIES, plans
from clsf.compare.lockstep import lockstep
from clsf.compare.pairs import FRAMEWORKS_PAIR, PAIRS, Pair
from clsf.compare.recording import Recording
from clsf.compare.values import FirstParting, LockstepResult, LockstepStarted, StepDifference
from clsf.frameworks import TITLES
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import Plan
from clsf.runs.sharing import shared
from clsf.ui.compare import bench, diagram_view, example, jobs, keys, layers_view, switches
from clsf.ui.compare.bench import CompareBench
from clsf.ui.shared import choose, service_access, units
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.downloads import download
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, words


@dataclass(frozen=True, slots=True, eq=False)
class LockstepJob:
    """A lockstep that is running or has finished."""

    spec: ModelSpec
    analysis: Analysis
    plan: Plan
    recording: Recording
    chosen: dict[str, str]
    background: Background
    pair: Pair = FRAMEWORKS_PAIR

    @property
    def started(self) -> LockstepStarted | None:
        return next((item for item in self.background.items[:1]), None)

    @property
    def steps(self) -> list[StepDifference]:
        return [item for item in list(self.background.items) if isinstance(item, StepDifference)]

    @property
    def result(self) -> LockstepResult | None:
        last = self.background.items[-1:]
        return last[0] if last and isinstance(last[0], LockstepResult) else None

    @property
    def parting(self) -> FirstParting | None:
        """Return the first difference once it was found."""
        if self.result is not None:
            return self.result.first_parting
        started = self.started
        first = FirstParting.of(1, started.weights) if started is not None else None
        return first or next((p for s in self.steps if (p := FirstParting.of(s.step, s.tensors))), None)


def show() -> None:
    """Show the controls on the left and their results on the right."""
    jobs.page_of(keys.LOCKSTEP, _choose, start, _look, _hint, ":material/footprint:", example.lockstep)


def _hint() -> str:
    """Return what to do; for sides that need a GPU where none is, what was seen on one."""
    if _possible(PAIRS[st.session_state[keys.PAIR]]):
        return note("compare", "press-run-lockstep")
    return note("compare", "seen-on-a-gpu")


def _possible(pair: Pair) -> bool:
    return pair.possible(service_access.get_service().state().workers)


def _choose() -> tuple[CompareBench, dict[str, str]] | None:
    """Show the widgets; return what to run when the button was pressed."""
    chosen = bench.choose()
    on = _switches() if not chosen.pair.alone else {}
    if not (possible := _possible(chosen.pair)):
        st.caption(t("PyTorch finds no GPU here, so this can't run."))
    asked = st.button(
        t("Run lockstep"), key="run_lockstep", type="primary", icon=":material/footprint:", width="stretch",
        disabled=chosen.plan is None or not possible,
    )  # fmt: skip
    return (chosen, on) if asked and chosen.plan is not None else None


def start(chosen: CompareBench, on: dict[str, str]) -> None:
    """Begin a lockstep in the background."""
    pair = chosen.pair
    sides = pair.of(service_access.get_service(), chosen.spec, plans(chosen.plan, on), chosen.recording)
    background = Background(lambda stopped: lockstep(*sides, chosen.recording, stopped=stopped, pair=pair))
    jobs.put(
        keys.LOCKSTEP, LockstepJob(chosen.spec, chosen.analysis, chosen.plan, chosen.recording, dict(on), background, pair)
    )
    st.session_state.pop(keys.STEP, None)


def _switches() -> dict[str, str]:
    """Let the reader switch differences on."""
    on = switches.on()
    st.session_state[keys.PICKED] = list(on)
    st.multiselect(
        t("Done differently, on purpose"), list(ENTRIES), key=keys.PICKED, format_func=lambda name: words(ENTRIES[name].title),
        placeholder=t("nothing: everything is aligned"), on_change=_pick,
        help=t("What PyTorch does by its own rule, or as in the lecture. The switchboard explains each."),
    )  # fmt: skip
    return switches.on()


def _pick() -> None:
    switches.only(st.session_state[keys.PICKED])


def _look(job: LockstepJob) -> None:
    """Draw the results so far. Unchanged parts are sent unchanged, so the browser does not redraw them."""
    _head(job)
    started, steps = job.started, job.steps
    if started is not None:
        _equal(job, started)
    if steps:
        _chart(job, started, steps)
        _layers(job, started, steps)
        _numbers(job, started, steps)


def _head(job: LockstepJob) -> None:
    """Show the progress, or the result."""
    plan, over = job.plan, job.background.over
    otherwise = ", ".join(words(ENTRIES[name].title) for name in job.chosen) or t("everything aligned")
    otherwise = words(job.pair.title) if job.pair.alone else otherwise
    facts = [data_name(plan.data), job.spec.name, f"{plan.optimizer} {plan.learning_rate:g}", plan.dtype, otherwise]
    st.caption(plain(" · ".join(facts)))
    if not over:
        done, total = len(job.steps), job.recording.steps
        text = t("Step {step} of {total}", step=done, total=total) if done else t("Both sides build the model.")
        jobs.show_progress(keys.LOCKSTEP, done / total, text)
    if job.background.failure is not None:
        st.error(plain(job.background.failure), icon=":material/error:")
    result = job.result
    if result is None:
        return
    if result.first_parting is None and not (job.pair.alone and result.max_weight_difference):
        st.success(plain(result.sentence), icon=":material/verified:")
    elif result.growth or job.pair.alone:
        st.info(plain(result.sentence), icon=":material/trending_up:")
    else:
        st.warning(plain(result.sentence), icon=":material/call_split:")
    if result.failure is not None:
        framework, why = result.failure
        said = t("{framework} could not continue; the steps before stay.", framework=TITLES[framework])
        st.error(f"{said} {plain(why)}", icon=":material/error:")


def _equal(job: LockstepJob, started: LockstepStarted) -> None:
    """Show the hashes of what both started with."""
    steps = job.steps
    facts = [
        (t("same initial weights"), t("other initial weights"), started.same_weights),
        (t("same batches"), t("other batches"), started.same_order and all(s.same_batch for s in steps)),
        (t("same device"), t("other devices"), len({s.device for s in started.sides}) == 1),
    ]
    with st.container(horizontal=True, gap="small"):
        for yes, no, equal in facts:
            if equal:
                st.badge(yes, icon=":material/check:", color="green")
            else:
                st.badge(no, icon=":material/close:", color="orange")
        st.badge(units.parameters(started.parameters), icon=":material/tune:", color="gray")


def _chart(job: LockstepJob, started: LockstepStarted, steps: list[StepDifference]) -> None:
    st.markdown(f"**{t('Largest difference at each step, in powers of ten')}**")
    parting = job.parting
    draw(
        "compare-lockstep", (id(job), len(steps), job.background.over),
        lambda: (charts.figure(started, steps, parting, words), charts.in_words(started, steps, words)), height=340,
    )  # fmt: skip
    st.caption(note("compare", "long-dashed-line"))


def _layers(job: LockstepJob, started: LockstepStarted, steps: list[StepDifference]) -> None:
    st.subheader(t("Where in the model"))
    parting = job.parting
    at = min(parting.step if parting is not None else len(steps), len(steps))
    if job.background.over and len(steps) > 1:
        if not 1 <= st.session_state.get(keys.STEP, at) <= len(steps):
            st.session_state[keys.STEP] = at
        at = st.slider(t("Step"), 1, len(steps), at, key=keys.STEP, **LINKED)
    rows = layer_rows(job.analysis, started, steps[at - 1], parting)
    ways = {"list": t("Layer by layer"), "diagram": t("Diagram")}
    if choose.named(st.segmented_control, t("What to show"), ways, keys.WHERE, label_visibility="collapsed") == "list":
        layers_view.show(rows, steps[at - 1], parting)
    else:
        diagram_view.show(job.spec, job.analysis.input_shape, rows)


def _numbers(job: LockstepJob, started: LockstepStarted, steps: list[StepDifference]) -> None:
    if not job.background.over:
        return
    with st.expander(t("Every tensor"), icon=":material/table:"):
        at = st.session_state.get(keys.STEP) or len(steps)
        table = charts.per_tensor([steps[min(at, len(steps)) - 1]]).drop(columns="step")
        number = st.column_config.NumberColumn
        st.dataframe(
            table, hide_index=True, height=320, alt=t("Every tensor of step {step}", step=at),
            column_config={
                "phase": t("Phase"), "tensor": t("Tensor"), "difference": number(t("Difference"), format="%.1e"),
                "size": number(t("Largest value"), format="%.2g"), "allowed": number(t("Rounding explains"), format="%.1e"),
                "parted": t("Parted"),
            },
        )  # fmt: skip
        with st.container(horizontal=True):
            download(
                t("Steps as CSV"), lambda: charts.per_step(steps).to_csv(index=False).encode(), "lockstep-steps.csv",
                "steps_csv",
            )  # fmt: skip
            download(
                t("Tensors as CSV"), lambda: charts.per_tensor(steps).to_csv(index=False).encode(), "lockstep-tensors.csv",
                "tensors_csv",
            )  # fmt: skip
            download(t("All as JSON"), lambda: _json(job, started, steps), "lockstep.json", "lockstep_json")
            if any(step.full for step in steps):
                download(t("Whole tensors (.npz)"), lambda: _arrays(steps, job.pair), "lockstep-tensors.npz", "lockstep_npz")


def _arrays(steps: list[StepDifference], pair: Pair) -> bytes:
    """Return every whole tensor as "step/phase/name/framework"."""
    arrays = {
        f"{step.step}/{phase}/{name}/{framework}": array
        for step in steps
        for (phase, name), both in step.full.items()
        for framework, array in zip(pair.keys, both, strict=True)
    }
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _json(job: LockstepJob, started: LockstepStarted, steps: list[StepDifference]) -> bytes:
    told = {
        "model": job.spec.to_json(), "plan": shared(job.plan).to_json(), "differences": job.chosen,
        "steps": [step_line(step) for step in steps],
        "result": result_line(started, job.result) if job.result is not None else None,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
