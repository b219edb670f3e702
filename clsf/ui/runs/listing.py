"""The list of a reader's own runs: filtered and sorted by the database, which are chosen; an example before there is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from clsf import FRAMEWORKS, examples, optimizers
from clsf.charts.style import STYLES
from clsf.errors import ClsfError
from clsf.experiments.settings import NO_SETTING, shown
from clsf.experiments.settings import title as setting
from clsf.experiments.start import title
from clsf.runs.history import KEPT_DAYS, Query, RunLine
from clsf.runs.record import OVER, RunRecord
from clsf.ui.runs import keys, names
from clsf.ui.shared import example, linked, navigation, service_access, state, units
from clsf.ui.shared.choose import LINKED, named
from clsf.ui.shared.components import component, nothing
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.lessons import note
from clsf.ui.shared.run_status import status_words
from clsf.ui.shared.text import plain, t, tn, words

SHOWN = 1000  # runs listed at once
MOST_CHOSEN = 100  # that a link opens

_component = component("clsf_run_list", __file__, "list", '<div class="runs"></div>')


def choose() -> list[RunLine]:
    """Show filters and the list; return the chosen runs."""
    history, owner = service_access.get_service().history, state.owner()
    waiting = history.waiting(owner)
    if waiting:
        st.caption(
            ":material/hourglass_empty: "
            + tn(
                "{count} more run of your experiments waits. It is listed here as soon as it begins.",
                "{count} more runs of your experiments wait. Each is listed here as soon as it begins.",
                waiting,
            )
        )
    if not history.trained(owner):
        _nothing_yet()
        return []
    query = _query()
    count = history.count(query)
    if not count:
        st.info(t("No run is like that. Take a filter away."), icon=":material/filter_list_off:")
        return []
    lines = history.find(query)
    label = tn("{count} run", "{count} runs", count, count=f"{count:,}")
    if count > SHOWN:
        label += " · " + t("{first} to {last} shown", first=query.offset + 1, last=query.offset + len(lines))
    st.caption(label)
    same, differs = differences(lines)
    if same:
        st.caption(t("The same in all: {settings}", settings=plain(" · ".join(same))))
    chosen = _list(lines, differs, query)
    if not chosen:
        st.caption(note("runs", "choose-runs-boxes"))
    if count > SHOWN:
        st.number_input(t("Page"), 1, -(-count // SHOWN), 1, key=keys.PAGE, **LINKED)
    return chosen


def _query() -> Query:
    owner = state.owner()
    known = service_access.get_service().history.values(owner)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            t("Search"), key=keys.TEXT, placeholder=t("name, note, tag, data, model"), max_chars=100, icon=":material/search:",
            label_visibility="collapsed", **LINKED,
        )  # fmt: skip
        with st.popover(t("Filter"), icon=":material/filter_list:"):
            data = _one(t("Images"), known["data"], keys.DATA, {name: data_name(name) for name in known["data"]})
            model = _one(t("Model"), known["model"], keys.MODEL)
            framework = _one(t("Framework"), list(FRAMEWORKS), keys.FRAMEWORK, {n: STYLES[n].title for n in FRAMEWORKS})
            chosen = _one(t("State"), list(OVER), keys.STATUS, status_words())
            tag = _one(t("Tag"), known["tag"], keys.TAG) if known["tag"] else ""
            days = KEPT_DAYS
            help = tn("Kept for {days} day, then gone for good.", "Kept for {days} days, then gone for good.", days, days=days)
            deleted = st.toggle(t("Deleted ones"), key=keys.DELETED, help=help, **LINKED)
        with st.popover(t("Sort"), icon=":material/sort:"):
            sorts = {
                "created": t("Time of start"), "accuracy": t("Accuracy, validation"), "loss": t("Loss, validation"),
                "seconds": t("Duration"), "name": t("Name"), "data": t("Images"), "model": t("Model"), "framework": t("Framework"),
                "optimizer": t("Optimizer"), "learning_rate": t("Learning rate"), "epochs": t("Epochs"),
            }  # fmt: skip
            sort = named(st.selectbox, t("Sort by"), sorts, keys.SORT)
            upwards = st.toggle(t("Smallest first"), key=keys.UPWARDS, **LINKED)
    experiment = _experiment()
    page = st.session_state.get(keys.PAGE) or 1
    return Query(
        owner, text or "", data, model, framework, chosen, tag, experiment, bool(deleted), sort,
        not upwards, SHOWN, (int(page) - 1) * SHOWN,
    )  # fmt: skip


def _one(label: str, options: list[str], key: str, titles: dict[str, str] | None = None) -> str:
    """Show a choice among the values that occur; "" means no filter."""
    said = {"": t("all"), **{name: (titles or {}).get(name, name) for name in options}}
    return named(st.selectbox, label, said, key)


def _experiment() -> str:
    """Show which experiment the list is limited to, and return its id."""
    wanted = linked.current(state.RUNS_OF_EXPERIMENT)
    if not wanted:
        return ""
    try:
        row = service_access.get_service().history.experiment(wanted)
    except ClsfError:
        linked.keep(state.RUNS_OF_EXPERIMENT, None)
        return ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":material/science: " + t("Only the runs of **{name}**", name=plain(title(row))))
        if st.button(t("Open it"), key="open_experiment", icon=":material/open_in_new:"):
            st.session_state[state.EXPERIMENT] = wanted
            navigation.switch_to("experiments")
        forget = (state.RUNS_OF_EXPERIMENT, None)
        st.button(t("All my runs"), key="all_runs", icon=":material/close:", on_click=linked.keep, args=forget)
    return wanted


def _nothing_yet() -> None:
    """Say so before the reader has any, and show two real runs as an example."""
    st.info(t("You have not trained anything yet. What you train is listed here, and stays."), icon=":material/history:")
    if st.button(t("Train"), key="to_train", icon=":material/show_chart:", type="primary"):
        navigation.switch_to("train")
    records = [examples.record(run_id) for run_id in examples.ids(examples.FIRST)]
    with st.container(border=True, key="example_runs", gap="small"):
        example.head(t("A first training, in both frameworks. Yours can be opened, named, compared, continued and shared."))
        rows = {
            t("Run"): [_called(record) for record in records],  # three columns, because a phone has no space for more
            t("Framework"): [STYLES[record.framework].title for record in records],
            t("Accuracy, validation"): [units.share(record.final.validation_accuracy) for record in records],
        }
        st.table(rows, border="horizontal", hide_index=True, alt=t("Two runs as an example"))


def differences(lines: Sequence[RunLine]) -> tuple[list[str], list[list[str]]]:
    """Return the settings that all of these runs share, and the differing ones of each run; a single run has only its own."""
    called = {name: data_name(name) for name in {line.run.data for line in lines}}
    told = [
        (
            called[line.run.data], line.run.model, STYLES[line.run.framework].title, f"{optimizers.title(line.optimizer)} {names.rates(line.learning_rate, line.happened)}",
            tn("{count} epoch", "{count} epochs", line.run.planned_epochs),
        )
        for line in lines
    ]  # fmt: skip
    more = _settings([line.plan for line in lines])
    apart = [len(lines) == 1 or any(row[place] != told[0][place] for row in told) for place in range(len(told[0]))]
    same = [text for text, differs in zip(told[0], apart, strict=True) if not differs]
    states = status_words()
    each = []
    for line, row, settings in zip(lines, told, more, strict=True):
        named = names.of_line(line).split(" · ")
        own = [text for text, differs in zip(row, apart, strict=True) if differs and text not in named]
        own += settings
        if line.run.status != "finished":
            own.append(states.get(line.run.status, line.run.status))
        own += [words(said) for said in line.happened.sentences()]
        own += [f"#{tag}" for tag in line.tags] + [line.note] * bool(line.note)
        each.append(own)
    return same, each


TOLD = ("data", "optimizer", "learning_rate", "epochs", *NO_SETTING)
"""Fields of a plan that a row shows in another form, or that are not settings."""


def _settings(plans: Sequence[Mapping[str, object]]) -> list[list[str]]:
    """Return the settings of each plan that are not the same in all of them, except those in TOLD."""
    flat = [{**plan, **(preparation if isinstance(preparation := plan.get("preparation"), dict) else {})} for plan in plans]
    known = dict.fromkeys(name for plan in flat for name in plan if name not in (*TOLD, "preparation"))
    apart = [name for name in known if any(plan.get(name) != flat[0].get(name) for plan in flat)]
    return [
        [f"{words(setting(name))} {words(shown(plan[name]))}" for name in apart if plan.get(name) not in (None, [], {}, False)]
        for plan in flat
    ]


def _list(lines: Sequence[RunLine], differs: Sequence[Sequence[str]], query: Query) -> list[RunLine]:
    """Show the runs, those of one experiment in a fold, and return the chosen ones."""
    key = f"{keys.TABLE}-{st.session_state.get(keys.TABLE_ROUND, 0)}"
    known = (st.session_state.get(key) or {}).get("chosen")
    if known is None:  # a link opens the chosen runs, until another list starts with nothing chosen
        known = st.query_params.get(keys.CHOSEN, "").split(",")[:MOST_CHOSEN] if key.endswith("-0") else []
    counts = Counter(line.experiment for line in lines)
    groups = {} if query.experiment else {name: _group(name, count) for name, count in counts.items() if name and count > 1}
    rows = [
        {
            "id": line.run.run_id, "name": names.of_line(line), "differs": " · ".join(own), "when": line.run.created,
            "score": "–" if line.run.validation_accuracy is None else units.share(line.run.validation_accuracy),
            "group": line.experiment if line.experiment in groups else "",
        }
        for line, own in zip(lines, differs, strict=True)
    ]  # fmt: skip
    told = _component(
        key=key,
        data={
            "rows": rows, "groups": groups, "chosen": known,
            "words": {"label": t("Your runs"), "choose": t("Choose {name}", name="%n")},
        },
        on_chosen_change=nothing,
    )  # fmt: skip
    wanted = told.chosen if isinstance(told.chosen, list) else known
    chosen = [line for line in lines if line.run.run_id in wanted]
    linked.put_long(keys.CHOSEN, ",".join(line.run.run_id for line in chosen), t("which runs are chosen"))
    return chosen


def _group(experiment: str, count: int) -> str:
    try:
        name = words(title(service_access.get_service().history.experiment(experiment)))
    except ClsfError:
        name = t("Experiment")
    return f"{name} · " + tn("{count} run", "{count} runs", count)


def _called(record: RunRecord) -> str:
    epochs = tn("{epochs} epoch", "{epochs} epochs", len(record.epochs), epochs=len(record.epochs))
    return " · ".join([data_name(record.plan.data), record.model.name, optimizers.title(record.plan.optimizer), epochs])
