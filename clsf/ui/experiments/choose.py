"""The choices of an experiment: images, a model, what the runs differ in. Widgets in, one experiment out, and its start."""

from __future__ import annotations

import time

import streamlit as st

from clsf import FRAMEWORKS, optimizers
from clsf.charts.style import STYLES
from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError
from clsf.experiments import grid, sets, start
from clsf.experiments.estimate import estimate
from clsf.experiments.fitting import fitting
from clsf.experiments.sets import KINDS, Strengths
from clsf.experiments.together import compares_times
from clsf.experiments.values import MOST_RUNS, Arm, Experiment
from clsf.model.spec import ModelSpec
from clsf.plan import LEARNING_RATES, MAX_BATCH, MAX_EPOCHS, MAX_IMAGE_SIZE, Plan, Preparation
from clsf.ui.experiments import keys
from clsf.ui.shared import choices, data_choice, linked, problems, service_access, state, units
from clsf.ui.shared.choose import LINKED, named, several, several_chosen
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import begun, plain, t, tn, words

DEFAULT_MODEL, DEFAULT_EPOCHS = "lenet-5", 5
DEFAULT_FACTORS = ("optimizer", "seed")
MOST_OFFERED = 30  # earlier experiments


def kind() -> str:
    """Let the reader choose what the runs differ in."""
    icons = {
        "optimizers": "speed", "regularisation": "healing", "learning-rate": "stairs", "batch-size": "stacks", "seeds": "casino",
        "own": "grid_on",
    }  # fmt: skip
    titles = {name: f":material/{icons[name]}: {words(title)}" for name, title in KINDS.items()}
    return named(st.pills, t("Experiment"), titles, keys.KIND, label_visibility="collapsed")


@problems.shown()
def experiment(which: str) -> Experiment | None:
    """Show all widgets; return the experiment, or None after having said why there is none."""
    data = data_choice.select(keys.DATA)
    info = catalogue.info(data)
    if which == "own" and "model" in _factors():
        spec = choices.model(DEFAULT_MODEL, len(info.classes))  # the grid sets the models
    else:
        spec = choices.model(choices.select_model(DEFAULT_MODEL, keys.MODEL), len(info.classes))
    said = st.container()
    frameworks = st.pills(
        t("Frameworks"), FRAMEWORKS, selection_mode="multi", default=["torch"], key=keys.FRAMEWORKS,
        format_func=lambda name: STYLES[name].title, **LINKED,
    )  # fmt: skip
    plan = fitting(spec, _plan(which, data))
    with said:
        _fit(spec, plan)
    chosen = tuple(name for name in FRAMEWORKS if name in frameworks)
    experiment = Experiment(which, tuple(_arms(which, spec, plan)), chosen)
    for arm in experiment.arms:
        service_access.get_service().check(arm.spec, arm.plan)
    return experiment


def cost(experiment: Experiment) -> None:
    """Show how many runs there will be, how long they may take, and which they are."""
    try:
        recent = service_access.get_service().recent(None, 100)
    except ClsfError:
        recent = []
    about = estimate(experiment, catalogue.info(experiment.arms[0].plan.data), recent, _in_turn())
    text = tn("{count} run, about {time}", "{count} runs, about {time}", about.runs, time=units.duration(about.seconds))
    if about.measured == about.runs:
        how = t("from the last such runs on this machine")
    elif about.measured:
        how = t("in part from earlier runs, in part a rough guess")
    else:
        how = t("a rough guess; after the first runs it is measured")
    st.caption(f":material/schedule: **{text}** · {how}")
    if about.together > 1:
        st.caption(t("At a time {count} of them train: compare what they learn, not their times.", count=about.together))
    elif compares_times(experiment):
        st.caption(t("One run trains after the other, so that their times can be compared."))
    waiting = service_access.get_service().state().waiting
    if waiting:
        said = tn(
            "{count} run waits already; who queued less gets a turn first.", "{count} runs wait already; who queued less gets a turn first.", waiting,
        )  # fmt: skip
        st.caption(said)
    with st.expander(t("What will be trained"), icon=":material/list:"):
        st.markdown("\n".join(f"{place}. {plain(arm.label)}" for place, arm in enumerate(experiment.arms, start=1)))


def begin(experiment: Experiment) -> None:
    """Queue the runs, and show them. A refusal is kept to be shown; nothing was started then."""
    with problems.kept(keys.REFUSAL):
        service = service_access.get_service()
        linked.keep(state.EXPERIMENT, start.start(service, experiment, state.owner(), "", _in_turn()))


def earlier() -> None:
    """Offer the reader's experiments, newest first."""
    listed = service_access.get_service().history.experiments(state.owner(), MOST_OFFERED)
    if not listed:
        return
    with st.expander(t("My experiments"), icon=":material/history:"):
        for row in listed:
            st.button(
                f"{words(start.title(row))} · {time.strftime('%m-%d %H:%M', time.localtime(row.created))}", key=f"open_{row.experiment_id}",
                on_click=linked.keep, args=(state.EXPERIMENT, row.experiment_id), type="tertiary", width="stretch",
            )  # fmt: skip


def _in_turn() -> bool:
    """Return whether the reader wants one run after the other."""
    return bool(st.session_state.get(keys.IN_TURN))


def _factors() -> tuple[str, ...]:
    """Return the settings that the grid varies, as set by its widget further down."""
    return tuple(several_chosen(grid.FACTORS, keys.FACTORS, DEFAULT_FACTORS))


def _fit(spec: ModelSpec, plan: Plan) -> None:
    info, size = catalogue.info(plan.data), plan.preparation.image_size
    shape = prepared_shape(info, plan.preparation)
    analysis = spec.check(shape, len(info.classes))
    text = units.parameters(analysis.parameters)
    if size is not None and size != st.session_state.get(keys.SIZE):
        text += " · " + t("images are resized to {side}×{side}, because the model needs them that large", side=size)
    st.caption(text)


def _plan(which: str, data: str) -> Plan:
    """Show the settings that all runs share, without the varied ones."""
    varied = _factors() if which == "own" else ()
    grid_ = st.grid(2, min_column_width=96, gap="small")
    values: dict[str, object] = {}
    if "epochs" not in varied:
        values["epochs"] = grid_.cell().number_input(t("Epochs"), 1, MAX_EPOCHS, DEFAULT_EPOCHS, key=keys.EPOCHS, **LINKED)
    if which != "optimizers" and "optimizer" not in varied:
        default = optimizers.PLAINEST if which == "learning-rate" else optimizers.POPULAR
        optimizer = choices.select_optimizer(grid_.cell(), keys.OPTIMIZER, default)
        values |= {"optimizer": optimizer, "learning_rate": LEARNING_RATES[optimizer]}
    with st.expander(t("More settings"), icon=":material/tune:"):
        more = st.grid(2, min_column_width=96, gap="small")
        if which != "batch-size" and "batch_size" not in varied:
            values["batch_size"] = more.cell().number_input(t("Batch size"), 1, MAX_BATCH, 32, key=keys.BATCH, **LINKED)
        if "train_limit" not in varied:
            values["train_limit"] = choices.limit(more.cell(), keys.LIMIT)
        if "seed" not in varied:
            values["seed"] = more.cell().number_input(
                t("Seed"), 0, 2**31 - 1, 0, key=keys.SEED,
                help=t("Decides the split, the order of the batches, the initial weights and dropout."), **LINKED,
            )  # fmt: skip
        size = more.cell().number_input(
            t("Image size"), 4, MAX_IMAGE_SIZE, None, placeholder=t("as needed"), key=keys.SIZE,
            help=t("Side in pixels that images are resized to; empty: only as large as the model needs them."), **LINKED,
        )  # fmt: skip
        st.toggle(
            t("One run after the other"), key=keys.IN_TURN,
            help=t("Then their times can be compared. Otherwise small runs train at the same time: quicker, with the same results."),
            **LINKED,
        )  # fmt: skip
    return Plan(data=data, preparation=Preparation(size), **values)


def _arms(which: str, spec: ModelSpec, plan: Plan) -> tuple[Arm, ...]:
    """Show the settings specific to this kind of experiment, and return its arms."""
    if which == "optimizers":
        st.caption(t("Each with its usual learning rate."))
        return sets.optimizers(spec, plan)
    if which == "regularisation":
        return sets.regularisation(spec, plan, _strengths())
    if which == "learning-rate":
        usual = ", ".join(f"{LEARNING_RATES[plan.optimizer] * factor:.3g}" for factor in sets.RATE_FACTORS)
        help = t("With commas between them; empty: from a hundredth to ten times the usual one.")
        typed = _typed(t("Learning rates"), keys.RATES, usual, help)
        return sets.learning_rates(spec, plan, grid.read("learning_rate", typed))
    if which == "batch-size":
        images = catalogue.info(plan.data).trained(plan.validation_share, plan.train_limit)
        usual = ", ".join(str(size) for size in sets.BATCH_SIZES if size <= images)
        typed = _typed(t("Batch sizes"), keys.BATCHES, usual, t("With commas between them; empty: 8 to 256."))
        return sets.batch_sizes(spec, plan, grid.read("batch_size", typed), images)
    if which == "seeds":
        count = st.number_input(t("How many seeds"), 2, sets.MOST_SEEDS, 5, key=keys.SEEDS, **LINKED)
        return sets.seeds(spec, plan, count)
    return _grid(spec, plan)


def _typed(label: str, key: str, usual: str, help: str) -> str:
    return st.text_input(label, "", key=key, placeholder=usual, max_chars=grid.MOST_TEXT, help=help, **LINKED) or ""


def _strengths() -> Strengths:
    usual = Strengths()
    place = st.grid(2, min_column_width=96, gap="small")
    l1 = place.cell().number_input(t("L1"), 0.0, 10.0, usual.l1, 1e-4, key=keys.L1, format="%g", **LINKED)
    l2 = place.cell().number_input(t("L2"), 0.0, 10.0, usual.l2, 1e-3, key=keys.L2, format="%g", **LINKED)
    dropout = place.cell().number_input(
        t("Rate of dropout"), 0.0, 0.95, usual.dropout, 0.1, key=keys.DROPOUT, format="%g", **LINKED
    )
    patience = place.cell().number_input(
        t("Patience"), 1, 1000, usual.patience, key=keys.PATIENCE, help=t("Epochs without a lower validation loss until it stops early."), **LINKED
    )  # fmt: skip
    st.caption(note("experiments", "none-then-each"))
    return Strengths(l1, l2, dropout, patience)


def _grid(spec: ModelSpec, plan: Plan) -> tuple[Arm, ...]:
    titles = {name: begun(words(factor.title)) for name, factor in grid.FACTORS.items()}
    chosen = several(
        st.multiselect, t("What is varied"), titles, keys.FACTORS, DEFAULT_FACTORS, help=t("Every combination is trained, at most {most} runs in all.", most=MOST_RUNS),
    )  # fmt: skip
    values: dict[str, tuple[object, ...]] = {}
    for name in (name for name in grid.FACTORS if name in chosen):
        factor = grid.FACTORS[name]
        if factor.choices:
            options = list(factor.choices)
            default = [optimizers.PLAINEST, optimizers.POPULAR] if name == "optimizer" else options[:2]
            values[name] = tuple(
                several(
                    st.multiselect, titles[name], {one: optimizers.title(one) if name == "optimizer" else str(one) for one in options},
                    keys.GRID + name, default,
                )
            )  # fmt: skip
        else:
            typed = _typed(titles[name], keys.GRID + name, factor.example, t("With commas between them."))
            values[name] = grid.read(name, typed) or grid.read(name, factor.example)
    return grid.grid(spec, plan, values, len(catalogue.info(plan.data).classes))
