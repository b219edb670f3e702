"""The switchboard: every known difference, what each framework does, what it does to this model, and a switch."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import streamlit as st

from clsf.compare.background import Background
from clsf.compare.differences import ENTRIES
from clsf.compare.effects import Effect, effects
from clsf.compare.entry import Difference
from clsf.compare.seeds import with_and_without
from clsf.compare.verdict import place
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.ui.compare import bench, jobs, keys, lockstep, switches
from clsf.ui.compare.bench import CompareBench
from clsf.ui.shared import controls, problems, runs, service_access, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.sections import go
from clsf.ui.shared.text import plain, t, words


@dataclass(frozen=True, slots=True, eq=False)
class EffectsJob:
    """Effects that are being measured on one model and plan, and earlier ones."""

    spec: ModelSpec
    plan: Plan
    asked: tuple[tuple[str, str], ...]
    background: Background
    earlier: dict[tuple[str, str], Effect] = field(default_factory=dict)

    @property
    def effects(self) -> dict[tuple[str, str], Effect]:
        return {**self.earlier, **{(e.name, e.option): e for e in list(self.background.items)}}

    def fits(self, chosen: CompareBench) -> bool:
        """Whether it was measured with the current choices."""
        return self.spec == chosen.spec and self.plan == chosen.plan


def show() -> None:
    """Show an introduction, then one card per difference."""
    job = jobs.current(keys.EFFECTS)
    running = job is not None and not job.background.over
    st.fragment(_board, run_every=jobs.TICK * 1.5 if running else None)(running)


def _board(was_running: bool) -> None:
    """Draw all switches, because turning one changes what the others allow."""
    with st.expander(t("Measured on"), icon=":material/science:", expanded=True):
        left, right = st.columns(2, gap="large")
        with left:
            chosen = bench.choose(steps=False)
        if chosen.plan is not None:
            with right:
                _actions(chosen)
    if chosen.plan is not None:
        _cards(chosen)
    job = jobs.current(keys.EFFECTS)
    if was_running != (job is not None and not job.background.over):
        st.rerun()  # for a timer, or for none


def _job(chosen: CompareBench) -> EffectsJob | None:
    job = jobs.current(keys.EFFECTS)
    return job if job is not None and job.fits(chosen) else None


def _actions(chosen: CompareBench) -> None:
    """Show what can be done with all switches at once."""
    useful = [name for name, entry in ENTRIES.items() if entry.idle(chosen.analysis, chosen.plan) is None]
    on, job = switches.on(), _job(chosen)
    st.markdown(t("**{count} of {all} differences** can show with this model and plan.", count=len(useful), all=len(ENTRIES)))
    if job is not None and not job.background.over:
        done, total = len(job.background.items), len(job.asked)
        jobs.show_progress(keys.EFFECTS, done / total, t("{done} of {total} measured", done=done, total=total))
    elif st.button(
        t("Measure the effect of each"), key="measure_all", icon=":material/science:", width="stretch",
        on_click=_measure, args=(chosen, [(name, _option(name, on)) for name in useful]),
        help=note("compare", "lockstep-two-steps"),
    ):  # fmt: skip
        st.rerun()
    if on:
        st.markdown(t("Switched on: {names}", names=", ".join(plain(ENTRIES[name].title) for name in on)))
        if st.button(
            t("Run lockstep with these"), key="lockstep_with", icon=":material/footprint:", type="primary", width="stretch",
            on_click=_run_with, args=(chosen,),
        ):  # fmt: skip
            st.rerun()
        if st.button(t("Align everything"), key="align_all", icon=":material/restart_alt:", width="stretch", on_click=switches.only, args=([],)):  # fmt: skip
            st.rerun()
    else:
        st.caption(t("Every switch is aligned: both frameworks do the same."))


def _option(name: str, on: dict[str, str]) -> str:
    return on.get(name, switches.first(name))


def _cards(chosen: CompareBench) -> None:
    on, job = switches.on(), _job(chosen)
    effects = job.effects if job is not None else {}
    waiting = set(job.asked) - set(effects) if job is not None and not job.background.over else set()
    useful = [name for name, entry in ENTRIES.items() if entry.idle(chosen.analysis, chosen.plan) is None]
    opened = st.session_state.get(keys.OPENED)
    if opened is not None:  # first, even if it has no effect here: then it says why
        useful = [opened, *(name for name in useful if name != opened)]
    _grid(useful, chosen, on, effects, waiting)
    others = [name for name in ENTRIES if name not in useful]
    if others:
        with st.expander(
            t("{count} that can't show with this model and plan, and why", count=len(others)), icon=":material/block:"
        ):
            _grid(others, chosen, on, effects, waiting)


def _grid(
    names: list[str],
    chosen: CompareBench,
    on: dict[str, str],
    effects: dict[tuple[str, str], Effect],
    waiting: set[tuple[str, str]],
) -> None:
    with st.grid("auto", min_column_width=340, gap="small") as grid:
        for name in names:
            with grid.cell(), st.container(border=True, height="stretch", gap="small", key=f"card_{name}"):
                option = _option(name, on)
                position = on.get(name, switches.ALIGNED)
                _card(ENTRIES[name], chosen, position, effects.get((name, option)), (name, option) in waiting)


def _card(entry: Difference, chosen: CompareBench, position: str, effect: Effect | None, waiting: bool) -> None:
    idle = entry.idle(chosen.analysis, chosen.plan)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain(entry.title)}**")
        if position != switches.ALIGNED:
            st.badge(t("on"), icon=":material/toggle_on:", color="orange")
    st.html(_what(entry))
    options = {option.name: words(option.title) for option in entry.options}
    key = keys.switch(entry.name)
    st.session_state[key] = position
    st.pills(
        t("Switch: {title}", title=words(entry.title)), list(options), key=key, format_func=options.__getitem__, required=True, wrap=True,
        label_visibility="collapsed", on_change=_turned, args=(entry.name,), disabled=idle is not None and position == switches.ALIGNED,
    )  # fmt: skip
    if idle is not None:
        st.caption(f":material/block: {plain(idle)}")
        return
    _effect(entry, chosen, effect, waiting)
    option = position if position != switches.ALIGNED else switches.first(entry.name)
    with st.container(horizontal=True, gap="xsmall"):
        if st.button(
            t("Measure"), key=f"measure_{entry.name}", icon=":material/science:", disabled=waiting, on_click=_measure,
            args=(chosen, [(entry.name, option)]), help=t("A lockstep of two steps with exactly this one switched on."),
        ):  # fmt: skip
            st.rerun()
        if st.button(
            t("Train with and without"), key=f"train_{entry.name}", icon=":material/flag:", on_click=_train,
            args=(chosen, entry.name, option), help=t("Two whole trainings, compared under “Two runs”."),
        ):  # fmt: skip
            st.rerun()


def _what(entry: Difference) -> str:
    rows = [
        ('<span class="mark mark-tensorflow" aria-hidden="true">●</span>Keras', escape(words(entry.keras))),
        ('<span class="mark mark-torch" aria-hidden="true">■</span>PyTorch', escape(words(entry.torch))),
    ]
    if entry.lecture is not None:
        rows.append((escape(t("Lecture")), escape(words(entry.lecture))))
    rows.append((escape(t("Shows")), escape(words(entry.shows))))
    if entry.fault is not None:
        rows.append((escape(t("As a fault")), escape(f"{words(entry.fault.title)}. {words(entry.fault.mend)}")))
    files = "".join(f"<li><code>{escape(s.file)}</code> <b>{escape(s.name)}</b></li>" for s in entry.sources)
    told = "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in rows)
    source = f"<details><summary>{escape(t('Source'))}</summary><ul>{files}</ul></details>"
    return f'<div class="cp cp-what"><dl>{told}</dl>{source}</div>'


def _effect(entry: Difference, chosen: CompareBench, effect: Effect | None, waiting: bool) -> None:
    if waiting:
        st.caption(f":material/hourglass_top: {t('being measured')}")
    elif effect is None:
        return
    elif effect.failure is not None:
        st.error(plain(effect.failure), icon=":material/error:")
    elif effect.parting is None:
        st.badge(t("no effect in two steps"), icon=":material/check:", color="green")
    else:
        parting = effect.parting
        phases = {"forward": t("forward"), "backward": t("backward"), "update": t("update"), "evaluation": t("evaluation")}
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.badge(t("first differs in step {step}: {phase}", step=parting.step, phase=phases[parting.phase]), icon=":material/call_split:", color="red")  # fmt: skip
            where = words(place(parting, chosen.spec)).rstrip(",")
            st.caption(plain(t("{where}: differs by {difference}", where=where, difference=f"{parting.difference:.1e}")))


def _turned(name: str) -> None:
    switches.turn(name, st.session_state[keys.switch(name)])


def _measure(chosen: CompareBench, asked: list[tuple[str, str]]) -> None:
    job, service = _job(chosen), service_access.get_service()
    background = Background(lambda stopped: effects(service, chosen.spec, chosen.plan, asked, stopped))
    jobs.put(keys.EFFECTS, EffectsJob(chosen.spec, chosen.plan, tuple(asked), background, job.effects if job else {}))


def _run_with(chosen: CompareBench) -> None:
    """Take the switches to the lockstep and run it, as many steps as chosen there."""
    from dataclasses import replace

    from clsf.compare.recording import Recording

    steps = st.session_state.get(keys.STEPS) or bench.DEFAULT_STEPS
    lockstep.start(replace(chosen, recording=Recording(steps)), switches.on())
    go(state.COMPARE_SECTION, "lockstep")


def _train(chosen: CompareBench, name: str, option: str) -> None:
    """Train twice, with and without, and look at both."""
    plan = chosen.plan.but(dtype="float32", device="auto", epochs=st.session_state.get(state.EPOCHS) or controls.DEFAULT_EPOCHS)
    with problems.kept():
        ids = [
            service_access.get_service().train(chosen.spec, arm.plan, (arm.framework,), owner=state.owner())[0]
            for arm in with_and_without(plan, name, option)
        ]
        runs.look_at_pair(*ids)
    go(state.COMPARE_SECTION, "race")
