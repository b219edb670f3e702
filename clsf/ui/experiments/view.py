"""A started experiment, live or finished: progress, the leading arm, curves, table of differences. Before it, an example."""

from __future__ import annotations

import time

import streamlit as st

from clsf import examples
from clsf.charts import experiment_scores as scores
from clsf.charts.arm_styles import ArmStyle, arm_style
from clsf.charts.style import STYLES
from clsf.errors import ClsfError
from clsf.experiments import start
from clsf.experiments.open_question import open_question
from clsf.experiments.remaining import seconds_left
from clsf.experiments.start import ExperimentRuns, Member
from clsf.experiments.verdict import Verdict, agreement, verdicts
from clsf.ui.experiments import keys
from clsf.ui.shared import doctor_view, linked, navigation, pace, problems, run_overlay, run_table, service_access, state, units
from clsf.ui.shared.data_names import data_of
from clsf.ui.shared.downloads import download
from clsf.ui.shared.example import guess, head
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.places import show_each
from clsf.ui.shared.progress import of_run
from clsf.ui.shared.run_table import RunRow
from clsf.ui.shared.text import plain, t, tn, words
from clsf.words import Sentence

EARLY = 0.04  # share of an experiment below which the remaining time can't be estimated
ORDERED = ("learning-rate", "batch-size")
"""Kinds whose arms are numbers, from small to large."""


def show(experiment_id: str) -> None:
    """Show the experiment, refreshed until all of its runs have finished."""
    experiment = _found(experiment_id)
    if experiment is not None:
        st.fragment(_look, run_every=None if experiment.over else pace.seconds("steady"))(experiment_id, experiment.over)


def _found(experiment_id: str) -> ExperimentRuns | None:
    """Return the experiment; if there is nothing to show of it, say why, and offer to close it."""
    try:
        experiment = start.find(service_access.get_service(), experiment_id)
        if experiment.members:
            return experiment
        st.info(t("None of its runs is there: they were deleted, or ended before their turn came."), icon=":material/delete:")
    except ClsfError as error:
        st.error(plain(error.sentence), icon=":material/search_off:")
    st.button(t("Close"), key="close_experiment", on_click=linked.keep, args=(state.EXPERIMENT, None))
    return None


@pace.turn()
def _look(experiment_id: str, was_over: bool) -> None:
    if linked.current(state.EXPERIMENT) != experiment_id:
        st.rerun()
    experiment = _found(experiment_id)
    if experiment is None:
        return
    pace.looked()
    rows = rows_of(experiment)
    with st.container(key="live-experiment"):
        _head(experiment)
        said = verdicts(experiment.members)
        show_each(
            lambda: None if experiment.over else _progress(experiment),
            lambda: _failures(experiment),
            lambda: _missing(experiment),
            lambda: show_verdicts(experiment, said),
        )
        run_overlay.show(rows, experiment_id)
        members = experiment.members
        doctor_view.show([m.record for m in members], "experiments", {m.record.run_id: words(m.label) for m in members})
        show_scores(experiment, said)
        st.header(t("What differs, and the results"))
        best = [m.record.run_id for v in said for m in experiment.members if v.margin and m.arm == v.scores[0].arm and m.record.framework == v.framework]  # fmt: skip
        run_table.show(rows, varied(experiment), best)
        st.caption(note("experiments", "settings-all-runs"))
        if any(m.record.race for m in members):
            st.caption(t("Several of these runs trained at the same time, so their times can't be compared."))
        _left_open(experiment, said)
        _actions(experiment, rows)
    if not was_over and experiment.over:
        st.rerun()  # once more, without a timer


def _head(experiment: ExperimentRuns) -> None:
    plan, model = experiment.members[0].record.plan, experiment.members[0].record.model
    facts = [
        data_of(plan), model.name, tn("{epochs} epoch", "{epochs} epochs", plan.epochs, epochs=plan.epochs),
        tn("{count} run", "{count} runs", len(experiment.members)), time.strftime("%Y-%m-%d %H:%M", time.localtime(experiment.row.created)),
    ]  # fmt: skip
    st.header(plain(start.title(experiment.row)))
    st.caption(plain(" · ".join(facts)))


def _progress(experiment: ExperimentRuns) -> None:
    done = sum(m.record.over for m in experiment.members)
    total = len(experiment.members)
    share = sum(1.0 if m.record.over else of_run(m.record) if m.record.started else 0.0 for m in experiment.members) / total
    text = tn("{done} of {total} training", "{done} of {total} trainings", total, done=done, total=total)
    begun = [m for m in experiment.members if m.record.status != "queued" and not m.record.over]
    left = seconds_left(experiment.members, time.time()) if total == experiment.planned else None
    if left is not None and share > EARLY:
        text += " · " + t("about {time} left", time=units.duration(left))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(share, 1.0), text)
        if experiment.row.owner == state.owner():
            st.button(t("Stop"), key="stop_experiment", icon=":material/stop:", on_click=_stop, args=(experiment,))
    for now in begun:
        style = STYLES[now.record.framework]
        epoch = t("epoch {epoch}", epoch=min(len(now.record.epochs) + 1, now.record.plan.epochs))
        st.caption(f":{style.text_colour}[{style.mark}] {style.title} · {plain(now.label)} · {epoch}")
    if not begun and not done:
        st.caption(t("The runs wait for their turn."))


def _stop(experiment: ExperimentRuns) -> None:
    with problems.kept(keys.REFUSAL):
        start.stop(service_access.get_service(), experiment, state.owner())


def _failures(experiment: ExperimentRuns) -> None:
    """Show each reason why runs could not go on, once."""
    why = {str(m.record.failure): m.record.failure for m in experiment.members if m.record.failure is not None}
    for said in why.values():
        st.error(plain(said), icon=":material/error:")
    diverged = [words(m.label) for m in experiment.members if m.record.status == "diverged"]
    if diverged:
        st.warning(
            t("The loss became nan or larger than a million, so these have no result: {names}.", names=plain(", ".join(dict.fromkeys(diverged)))),
            icon=":material/trending_up:",
        )  # fmt: skip


def _missing(experiment: ExperimentRuns) -> None:
    """Show how many of its runs never began; such runs are stored nowhere."""
    count = experiment.planned - len(experiment.members)
    if count:
        st.info(
            tn(
                "{count} more run of it is not there: it was deleted, or ended before its turn came.",
                "{count} more runs of it are not there: they were deleted, or ended before their turn came.",
                count,
            ),
            icon=":material/hourglass_disabled:",
        )


def show_verdicts(experiment: ExperimentRuns, said: list[Verdict]) -> None:
    """Say who is ahead, in each framework."""
    both = len(experiment.frameworks) > 1
    for verdict in said:
        text = plain(verdict.sentence)
        if both:
            text = f"{heading(verdict.framework)} — {text}"
        if not experiment.over:
            text = t("So far:") + " " + text
        if verdict.chance is None:
            st.info(text, icon=":material/casino:")
        elif verdict.chance:
            st.info(text, icon=":material/blur_on:")
        else:
            st.success(text, icon=":material/emoji_events:")
    agreed = agreement(said)
    if agreed is not None and experiment.over:
        st.markdown(f":material/balance: {plain(agreed)}")


def show_scores(experiment: ExperimentRuns, said: list[Verdict]) -> None:
    """Draw the scores, the best on top, once there are two to compare."""
    arms = 1 + max(m.arm for m in experiment.members)
    several = any(len(score.accuracies) > 1 for verdict in said for score in verdict.scores)
    apart = len(experiment.frameworks) > 1 and several  # intervals would overlap
    rows = []
    for verdict in said:
        for score in verdict.scores:
            member = next(m for m in experiment.members if m.arm == score.arm and m.record.framework == score.framework)
            name, look = name_of(score.label, score.framework, apart), member_look(experiment, member, arms)
            rows.append(scores.ScoreRow(score, name, look))
    if len(rows) < 2 and not several:
        return
    rows.sort(key=lambda row: -row.score.mean)
    st.markdown(f"**{t('Accuracy on the validation images, at the end')}**")
    stamp = tuple((row.name, tuple(row.score.accuracies.items())) for row in rows)
    draw(
        "experiment-scores", stamp, lambda: (scores.figure(rows, words), scores.in_words(rows, words)), height=scores.height(rows)
    )  # fmt: skip


def _left_open(experiment: ExperimentRuns, said: list[Verdict]) -> None:
    """Show what the experiment does not answer, and where to continue."""
    asked = open_question(experiment, said)
    if asked is None:
        return
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="left_open"
    ):
        st.markdown(f"**{t('Left open:')}** {plain(asked.text)}", width="stretch")
        if st.button(words(asked.way), key="open_question", icon=":material/arrow_forward:"):
            if asked.page == "experiments":  # this page: the result is replaced by the next choice
                linked.keep(state.EXPERIMENT, None)
                st.session_state[keys.KIND] = asked.link["kind"]
                st.rerun()
            navigation.switch_to(asked.page, asked.link)


def _actions(experiment: ExperimentRuns, rows: list[RunRow]) -> None:
    with st.container(horizontal=True, gap="small"):
        download(
            t("Download CSV"), lambda: run_table.csv(rows), f"experiment-{experiment.row.experiment_id}.csv", "experiment_csv"
        )
        if experiment.row.owner == state.owner():
            if st.button(t("Open in my runs"), icon=":material/history:", key="experiment_runs"):
                st.session_state[state.RUNS_OF_EXPERIMENT] = experiment.row.experiment_id
                navigation.switch_to("runs")
            with st.popover(t("Rename"), icon=":material/edit:"):
                st.text_input(t("Name"), experiment.row.name, max_chars=80, key=keys.NAME)
                st.button(t("Keep this name"), key="rename_experiment", on_click=_rename, args=(experiment.row.experiment_id,))
        forget = (state.EXPERIMENT, None)
        st.button(t("Close"), key="close_experiment", icon=":material/close:", on_click=linked.keep, args=forget)


def _rename(experiment_id: str) -> None:
    with problems.kept(keys.REFUSAL):
        name = st.session_state.get(keys.NAME) or ""
        service_access.get_service().history.rename_experiment(state.owner(), experiment_id, name)


def rows_of(experiment: ExperimentRuns) -> list[RunRow]:
    """Return the runs with their names and looks; the framework is in a name only if there are two."""
    both, arms = len(experiment.frameworks) > 1, 1 + max((m.arm for m in experiment.members), default=0)
    return [
        RunRow(name_of(m.label, m.record.framework, both), member_look(experiment, m, arms), m.record, words(m.label))
        for m in experiment.members
    ]


def name_of(label: Sentence, framework: str, both: bool) -> str:
    """Return what to call a run, or the score of an arm."""
    return f"{words(label)} · {STYLES[framework].title}" if both else words(label)


def member_look(experiment: ExperimentRuns, member: Member, arms: int) -> ArmStyle:
    return arm_style(member.arm, arms, member.record.framework, experiment.kind in ORDERED)


def varied(experiment: ExperimentRuns) -> list[str]:
    """Return the settings that the names say already."""
    names = {what for member in experiment.members for what, _ in member.varied}
    return sorted(names | ({"framework"} if len(experiment.frameworks) > 1 else set()))


def example() -> None:
    """Show six learning rates: what was found, and the curves."""
    experiment = examples.rates()
    said = verdicts(experiment.members)
    with st.container(border=True, key="example_experiment", gap="small"):
        count = len(experiment.members)
        what = tn(
            "{count} learning rate, the smallest network, digits.",
            "{count} learning rates, the smallest network, digits.",
            count,
        )
        head(what)
        guess(t("Guess before you read on: which learning rate is the best, and why not the largest?"))
        run_overlay.show(rows_of(experiment), "example")
        show_scores(experiment, said)
        show_verdicts(experiment, said)
