"""A first training without a form, live, and then the same with one difference, so that the curves separate."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf import FRAMEWORKS, examples
from clsf.charts.curves import CurveView
from clsf.charts.style import STYLES
from clsf.compare.differences import ENTRIES, plans
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.home import keys
from clsf.ui.shared import controls, linked, navigation, next_steps, pace, problems, runs, service_access, state
from clsf.ui.shared.figures import curves
from clsf.ui.shared.live_chart import preload
from clsf.ui.shared.text import t, words

DIFFERENCE = "softmax-before-loss"
"""The difference: visible from the first step on, and a common mistake."""

VIEW = CurveView()
CHART_HEIGHT = 214  # pixels


def trained() -> list[RunRecord]:
    """Return the runs of the first training once both have models; with the switch on, including the run that differs."""
    first, shown = _group(linked.current(keys.FIRST)), _shown()
    return next((name for name in (shown, first) if name and all(r.status == "finished" for r in name)), [])


def show() -> None:
    """Show the button and the images before a training, the curves after it."""
    preload("plotly-home")
    first = _group(linked.current(keys.FIRST))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        st.markdown(f"**2 · {t('Now train your own')}**", width="content")
        label, kind = (t("Train again"), "secondary") if first else (t("Train your first model"), "primary")
        going = not all(record.over for record in first)
        st.button(label, key="first", icon=":material/play_arrow:", type=kind, disabled=going, on_click=_train)
    runs.show_refusal()
    if first:
        records = _shown()
        going = [record for record in records if not record.over]
        st.fragment(_look, run_every=pace.seconds(pace.of(going) if going else None))(bool(going))
    else:
        _images()
    _switch(first)


def _images() -> None:
    """Show training images in the place of the curves to come."""
    info = catalogue.info(controls.DEFAULT_DATA)
    alt = t("Handwritten digits of the data set")
    address = examples.picture(info.name)
    if address is not None:
        halves = "".join(f'<img src="{address}" alt="{said}">' for said in (escape(alt), ""))
        st.html(f'<div class="first-images">{halves}</div>')
    st.caption(
        t(
            "Images like these ({number} in all), one small network, the same start in TensorFlow and PyTorch. Both learn in a few seconds, batch by batch.",
            number=f"{info.train:,}",
        )
    )


def _switch(first: list[RunRecord]) -> None:
    entry = ENTRIES[DIFFERENCE]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**3 · {t('Make them differ')}**", width="content")
        over = bool(first) and all(record.status == "finished" for record in first)
        if linked.current(keys.OTHERWISE) and keys.SWITCH not in st.session_state:
            st.session_state[keys.SWITCH] = True
        st.toggle(
            t("Softmax twice in PyTorch"), key=keys.SWITCH, persist_state="session", disabled=not over, on_change=_flip, help=words(entry.torch)
        )  # fmt: skip
    if not over:
        st.caption(t("A mistake in many programs. Guess first: will PyTorch learn faster, slower, or not at all?"))


def _train() -> None:
    """Start the first training: the Train page's defaults, both frameworks at the same time. Forget the one before."""
    linked.keep(keys.FIRST, None)
    linked.keep(keys.OTHERWISE, None)
    for key in (keys.SWITCH, keys.WHO):
        st.session_state.pop(key, None)
    started = _start(preset(controls.DEFAULT_MODEL, 10), Plan(controls.DEFAULT_DATA), FRAMEWORKS)
    if started:
        linked.keep(keys.FIRST, started[0])
        st.session_state[state.RUN] = started[0]  # the Train page shows it, too


def _flip() -> None:
    """Train PyTorch once more, with the difference; if that was done before, show the same run."""
    first = _group(st.session_state.get(keys.FIRST))
    if not st.session_state.get(keys.SWITCH) or not first or _group(st.session_state.get(keys.OTHERWISE)):
        return
    option = ENTRIES[DIFFERENCE].options[-1]
    framework = next(iter(option.does))
    plan = plans(first[0].plan, {DIFFERENCE: option.name})[framework]
    started = _start(first[0].model, plan, (framework,))
    if started:
        linked.keep(keys.OTHERWISE, started[0])


def _start(spec: object, plan: Plan, frameworks: tuple[str, ...]) -> list[str]:
    with problems.kept():
        return service_access.get_service().train(spec, plan, frameworks, owner=state.owner(), race=len(frameworks) > 1)
    return []


def _group(run_id: str | None) -> list[RunRecord]:
    """Return the runs that were started with this one, none if it is gone."""
    if not run_id:
        return []
    try:
        return service_access.get_service().group(run_id)
    except ClsfError:
        return []


def _shown() -> list[RunRecord]:
    """Return the runs whose curves are shown: the pair; with the switch on, the run that differs replaces its counterpart."""
    first = _group(linked.current(keys.FIRST))
    if not st.session_state.get(keys.SWITCH, bool(linked.current(keys.OTHERWISE))):
        return first
    others = {record.framework: record for record in _group(linked.current(keys.OTHERWISE))[:1]}
    return [others.get(record.framework, record) for record in first]


@pace.turn()
def _look(was_going: bool) -> None:
    """Draw the current curves and the text about them."""
    records = _shown()
    pace.looked()
    with st.container(key="live-first", gap="xsmall"):
        curves("home-loss", "loss", records, VIEW, "chart-first", CHART_HEIGHT)
        st.html(f'<div class="first-how">{"".join(map(_how, records))}</div>')
        over = all(record.over for record in records)
        if over:
            _said(records)
    if was_going and over:
        st.rerun()


def _how(record: RunRecord) -> str:
    """Return a run's progress and accuracy in one line."""
    style, last = STYLES[record.framework], record.epochs[-1] if record.epochs else None
    if record.over and record.final is not None:
        far = t("{share} right", share=f"{record.final.validation_accuracy:.1%}")
    elif record.status in ("queued", "preparing"):
        far = t("waits for its turn") if record.status == "queued" else t("prepares the images")
    elif last is None:
        far = t("begins")
    else:
        share = f"{last.validation_accuracy:.1%}"
        far = t("epoch {epoch} of {total}: {share} right", epoch=last.epoch, total=record.plan.epochs, share=share)
    return f'<span class="side-{record.framework}">{style.mark} {escape(style.title)} <b>{escape(far)}</b></span>'


def _said(records: list[RunRecord]) -> None:
    """Show the result in a sentence."""
    if any(record.plan.differences for record in records):
        st.caption(t("Same model, same start, same images: one line of code made this gap."))
        link = {"compare": "switches", "switches": f"{DIFFERENCE}:{ENTRIES[DIFFERENCE].options[-1].name}"}
        navigation.link(t("Find where it begins: Switchboard"), "compare", ":material/toggle_on:", link)
    else:
        st.caption(
            t(
                "Two frameworks, one curve: they began with the same weights and saw the same images. Draw again: now your models answer."
            )
        )
        next_steps.rounding(records)
        said, query = t("What next? Mistakes, numbers, a look inside: Train"), {state.RUN: records[0].run_id}
        navigation.link(said, "train", ":material/show_chart:", query)
