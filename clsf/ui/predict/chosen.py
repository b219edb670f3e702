"""Which trained models the page is about: one or two of the reader's own runs, or the run in the link."""

from __future__ import annotations

import time

import streamlit as st

from clsf import FRAMEWORKS, examples
from clsf.errors import ClsfError
from clsf.frameworks import TITLES
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.predict import keys
from clsf.ui.shared import example, linked, problems, run_status, runs, service_access, state, units
from clsf.ui.shared.asked_model import AskedModel, named
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t

MOST_OFFERED = 40
USABLE = ("finished", "stopped")  # runs that keep their weights
FIRST_MODEL, FIRST_PLAN = "two-block-cnn", Plan("digits", epochs=20)
TICK = 0.5  # seconds between two looks at runs that still train


def choose() -> list[AskedModel]:
    """Let the reader choose, and return one or two models of one task; none, after a message on what to do, if there is none."""
    started = _started()
    if started is not None and not all(record.over for record in started):
        st.fragment(_look, run_every=TICK)([record.run_id for record in started])
        return []
    newest = (*runs.newest(MOST_OFFERED, USABLE), *(started or []))
    offered = {record.run_id: record for record in newest if usable(record)}
    useless = [record for record in started or [] if not usable(record)]
    if useless:
        st.warning(note("predict", "what-follows-kept"), icon=":material/block:")
        run_status.chosen(useless[0])
        run_status.show(useless)
    if not offered:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="example_models"):
            example.head(note("predict", "there-no-trained"))  # whose models answer in the meantime
            st.button(t("Train a model on digits now"), key="predict_train", icon=":material/play_arrow:", on_click=_train)
        runs.show_refusal()
        return named([examples.record(run_id) for run_id in examples.ids(examples.DIGITS)])
    one, two = _picked(offered, started)
    records = [offered[one], *([offered[two]] if two else [])]
    if len(records) == 2 and _task(records[0]) != _task(records[1]):
        st.warning(note("predict", "two-models-answer"), icon=":material/call_split:")
        records = records[:1]
    return named(records)


def _task(record: RunRecord) -> tuple:
    return record.plan.data, tuple(record.started.input_shape), record.plan.preparation.colour


def usable(record: RunRecord) -> bool:
    """Return whether a run has final weights."""
    return record.started is not None and record.status in USABLE


# The choice.


def _started() -> list[RunRecord] | None:
    """Return the runs that were started with the one in the link, None where there is none."""
    run_id = runs.looked_at()
    if not run_id:
        return None
    try:
        return service_access.get_service().group(run_id)
    except ClsfError as error:
        st.warning(plain(error.sentence), icon=":material/search_off:")
        runs.forget()
        return None


def _picked(offered: dict[str, RunRecord], started: list[RunRecord] | None) -> tuple[str, str | None]:
    """Show both choices and return them; a run in the link that is new to the page presets them."""
    link = runs.looked_at()
    first = next((r.run_id for r in started or [] if r.run_id in offered), None) or next(iter(offered))
    if st.session_state.get(keys.FOLLOWED) != link or st.session_state.get(keys.ONE) not in offered:
        one, two = _pair(first, offered)
        second = st.query_params.get(keys.SECOND)
        st.session_state[keys.ONE] = one
        st.session_state[keys.TWO] = second if second in offered and second != one else two
        st.session_state[keys.FOLLOWED] = link
    titles = {run_id: _title(record) for run_id, record in offered.items()}
    said = list(titles.values())
    titles = {i: title if said.count(title) == 1 else f"{title} · {i[:4]}" for i, title in titles.items()}
    left, right = st.columns(2, gap="small")
    one = left.selectbox(
        t("Model"), list(titles), format_func=titles.__getitem__, key=keys.ONE, persist_state="session", on_change=_first_changed,
        filter_mode=None,
    )  # fmt: skip
    others = ["", *(run_id for run_id in titles if run_id != one)]
    if st.session_state.get(keys.TWO) not in others:
        st.session_state[keys.TWO] = ""
    two = right.selectbox(
        t("And beside it"), others, format_func=lambda run_id: titles.get(run_id, t("none")), key=keys.TWO,
        persist_state="session", on_change=_second_changed, filter_mode=None,
    )  # fmt: skip
    return one, two or None


def _pair(first: str, offered: dict[str, RunRecord]) -> tuple[str, str]:
    """Return a run and its partner of the same start in the other framework, TensorFlow first; "" where there is none."""
    mine = offered[first]
    partners = [
        r for r in offered.values() if r.group == mine.group and r.framework != mine.framework and _task(r) == _task(mine)
    ]
    pair = sorted([mine, *partners[:1]], key=lambda r: FRAMEWORKS.index(r.framework))
    return pair[0].run_id, pair[1].run_id if len(pair) == 2 else ""


def _first_changed() -> None:
    runs.look_at(st.session_state[keys.ONE])
    st.query_params.pop(keys.SECOND, None)


def _second_changed() -> None:
    linked.put(keys.SECOND, st.session_state[keys.TWO] or None)


def _title(record: RunRecord) -> str:
    seen = record.final.validation_accuracy if record.final else None
    when = time.strftime("%m-%d %H:%M:%S", time.localtime(record.created))
    return " · ".join((TITLES[record.framework], data_name(record.plan.data), record.model.name, units.share(seen), when))


# No model yet.


def _train() -> None:
    with problems.kept():
        service = service_access.get_service()
        runs.look_at(service.train(preset(FIRST_MODEL, 10), FIRST_PLAN, tuple(FRAMEWORKS), owner=state.owner(), race=False)[0])


def _look(run_ids: list[str]) -> None:
    """Show the progress of the training until it has finished; then the page continues by itself."""
    service = service_access.get_service()
    records = [service.record(run_id) for run_id in run_ids]
    if all(record.over for record in records):
        st.rerun()
    st.markdown(t("**The models are being trained.** When they are ready, this page goes on by itself."))
    run_status.chosen(records[0])
    run_status.show(records)
    if any(usable(record) for record in records) or len(service.recent(state.owner(), 5)) > len(records):
        st.button(t("Look at another model meanwhile"), key="predict_other", on_click=runs.forget)
