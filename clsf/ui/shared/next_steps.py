"""Next steps after a training: draw an image, see the mistakes, look inside, compare, change one thing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from clsf.errors import ClsfError
from clsf.experiments import next_change
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.shared import controls, navigation, problems, runs, service_access, state
from clsf.ui.shared.runs import COMPARE_WITH_LINK
from clsf.ui.shared.text import plain, t

DIGITS = ("digits", "mnist")  # sets of handwritten digits

STEPS = 200  # of the lockstep that shows how rounding grows


def show(records: Sequence[RunRecord]) -> None:
    """Show the ways on from runs that ended with weights, and what to change; nothing while one goes on."""
    if not all(record.over for record in records):
        return
    done = [record for record in records if record.ended is not None and record.ended.epochs]
    if done:
        _ways(done)
        rounding(done)
    _change(records)


def rounding(records: Sequence[RunRecord]) -> None:
    """If two runs with equal start and rule did not end equal, show why, and where to see the difference grow."""
    if not rounded_apart(records):
        return
    one, two = (f"{record.final.validation_accuracy:.1%}" for record in records)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            t("{one} and {two}, though both began equal? Rounding: float32 keeps seven digits, and each framework adds in its own order.", one=one, two=two),
            width="content",
        )  # fmt: skip
        navigation.link(t("See it grow: Lockstep"), "compare", ":material/footprint:", lockstep_link(records[0]))


def rounded_apart(records: Sequence[RunRecord]) -> bool:
    """Return whether the results of two runs differ only by rounding: same plan, start, order and rule."""
    if len(records) != 2 or any(record.final is None or record.started is None for record in records):
        return False
    one, two = records
    same = {(r.started.weights_hash, r.started.order_hash, r.started.parameters, repr(r.plan.to_json())) for r in records}
    aligned = one.plan.rules == "aligned" and one.plan.dtype == "float32" and not one.plan.mixed and not one.plan.differences
    told = {f"{r.final.validation_accuracy:.1%}" for r in records}
    return len(same) == 1 and one.framework != two.framework and aligned and len(told) == 2


def lockstep_link(record: RunRecord) -> dict[str, str]:
    """Return the link values with which Lockstep repeats the first steps of a run, in float32."""
    plan = record.plan
    return {
        "compare": "lockstep", state.DATA: plan.data, state.MODEL: record.model.name, "lock_optimizer": plan.optimizer,
        "lock_rate": f"{plan.learning_rate:g}", "lock_batch": str(plan.batch_size), "lock_dtype": plan.dtype, "lock_seed": str(plan.seed),
        "steps": str(STEPS),
    }  # fmt: skip


def _ways(done: Sequence[RunRecord]) -> None:
    linked = {state.RUN: done[0].run_id}
    ways = [
        (t("See their mistakes"), "predict", ":material/fact_check:", {"predict": "evaluate"}),
        (t("Look inside"), "predict", ":material/visibility:", {"predict": "inside"}),
    ]
    if len(done) == 2:
        together = {"compare": "race", COMPARE_WITH_LINK: done[1].run_id}
        ways.append((t("Compare the two"), "compare", ":material/balance:", together))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = t("Draw your own digit") if done[0].plan.data in DIGITS else t("Draw your own")
        if st.button(label, key="draw_own", icon=":material/draw:", type="primary"):
            navigation.switch_to("predict", {**linked, "predict": "try", "source": "draw"})
        for title, page, icon, more in ways:
            navigation.link(title, page, icon, {**linked, **more})


def _change(records: Sequence[RunRecord]) -> None:
    """Offer the one change that the result suggests; a press trains it in the same frameworks."""
    change = next_change.suggested(records[0])
    if change is None or any(record.owner != state.owner() for record in records):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            t("Change one thing: {what}", what=plain(change.what)), key="change_one", icon=":material/tune:", on_click=_train,
            args=(tuple(record.run_id for record in records), change.plan),
        )  # fmt: skip
        st.caption(plain(change.why), width="content")


def _train(run_ids: tuple[str, ...], plan: Plan) -> None:
    service = service_access.get_service()
    with problems.kept():
        records = [service.record(run_id) for run_id in run_ids]
        frameworks = tuple(record.framework for record in records)
        runs.look_at(service.train(records[0].model, plan, frameworks, owner=state.owner(), race=records[0].race)[0])
        runs.compare_with(None)
        with suppress(ClsfError):  # the data set is no longer known here: the form stays as it is
            controls.choose_as(records[0].model, plan, records[0].framework)
            st.session_state[state.FRAMEWORKS] = list(frameworks)
