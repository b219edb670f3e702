"""The source of a layer's weights: random, kernels written by hand, the student's own numbers, or one of their trained runs."""

from __future__ import annotations

from math import isfinite

import pandas as pd
import streamlit as st

from clsf.charts.style import STYLES
from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError
from clsf.layer_stack import stages
from clsf.layer_stack.kernels import NAMES, SIDE
from clsf.layer_stack.stages import Filling, Stage
from clsf.model.layers import Convolution
from clsf.model.walk import LayerFacts
from clsf.plan import STARTS
from clsf.runs.record import RunRecord
from clsf.ui.layers import keys, stack
from clsf.ui.shared import problems, runs
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.text import t, tn

RUNS = 30  # newest runs that are offered


def show(stage: Stage, position: int) -> None:
    """Show the widgets for the weights of a layer that has some."""
    if not stage.layer.learns:
        return
    by_hand = isinstance(stage.layer, Convolution)
    titles = {
        "random": t("random") if stage.layer.KERNELS else t("as at the start"),
        **({"hand": t("by hand"), "own": t("my own")} if by_hand else {}),
        "run": t("a trained run"),
    }
    key = keys.widget(stack.version(), position, "source")
    filling = stage.filling if stage.filling.source in titles else Filling()
    st.session_state.setdefault(key, filling.source)
    st.segmented_control(
        t("Weights of the layer"), titles, format_func=titles.__getitem__, key=key, required=True, wrap=True, on_change=_set,
        args=(key, position, "source"),
    )  # fmt: skip
    if filling.source == "hand":
        _kernels(filling, position)
    elif filling.source == "own":
        _own(filling, position)
    if filling.source == "run":
        _run(stage, position)
    elif stage.layer.KERNELS:
        _chance(filling, position)


def kernel_titles() -> dict[str, str]:
    """Return the kernels written by hand, by their titles in the reader's language."""
    return {
        "edge": t("edge"), "sobel-x": t("Sobel ↔"), "sobel-y": t("Sobel ↕"), "blur": t("blur"), "sharpen": t("sharpen"),
        "emboss": t("emboss"), "identity": t("identity"),
    }  # fmt: skip


def filter_title(stage: Stage, number: int, many: int = 0) -> tuple[str, bool]:
    """Return the name of a filter, and whether it is written by hand. Where each channel has `many` of its own, it is named too."""
    if many:
        title, by_hand = filter_title(stage, number % many)
        return f"{title} · {t('channel {channel}', channel=number // many)}", by_hand
    if isinstance(stage.layer, Convolution):
        if stage.filling.source == "own" and number == 0:
            return t("my own"), True
        if stage.filling.source == "hand" and number < len(stage.filling.kernels):
            return kernel_titles()[stage.filling.kernels[number]], True
    return t("filter {number}", number=number), False


def _kernels(filling: Filling, position: int) -> None:
    key = keys.widget(stack.version(), position, "kernels")
    titles = kernel_titles()
    st.pills(
        t("Kernels by hand"), NAMES, default=filling.kernels, selection_mode="multi", format_func=titles.__getitem__, key=key, wrap=True,
        on_change=_set, args=(key, position, "kernels"),
        help=t("They become the first filters, the others stay random. On several channels they are applied to the mean."),
    )  # fmt: skip


def _own(filling: Filling, position: int) -> None:
    key = keys.widget(stack.version(), position, "numbers")
    # The table's initial values must stay the same while it is edited, or edits would be counted twice.
    base = st.session_state.setdefault(f"{key}_base", filling.numbers)
    names = [str(n + 1) for n in range(SIDE)]
    table = pd.DataFrame([base[SIDE * row : SIDE * (row + 1)] for row in range(SIDE)], columns=names)
    st.caption(t("Your kernel becomes the first filter; the others stay random."))
    st.data_editor(
        table, key=key, hide_index=True, num_rows="fixed", on_change=_typed, args=(key, position),
        column_config={name: st.column_config.NumberColumn(name, format="%g", required=True, width="small") for name in names},
    )  # fmt: skip


def _chance(filling: Filling, position: int) -> None:
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    seed = keys.widget(stack.version(), position, "seed")
    left.number_input(
        t("Seed"), 0, 2**31 - 1, filling.seed, key=seed, on_change=_set, args=(seed, position, "seed"),
        help=t("The same seed draws the same weights, in both frameworks."),
    )  # fmt: skip
    scheme = keys.widget(stack.version(), position, "scheme")
    right.selectbox(
        t("Scheme"), STARTS, index=STARTS.index(filling.scheme), key=scheme, filter_mode=None, on_change=_set,
        args=(scheme, position, "scheme"),
        help=t("glorot is the default of Keras, kaiming that of PyTorch."),
    )  # fmt: skip


def _run(stage: Stage, position: int) -> None:
    newest = runs.newest(RUNS, ("finished", "stopped", "diverged"))
    if not newest:
        said = t("There is no run of yours that has ended. Train a model on the Train page, then come back.")
        st.info(said, icon=":material/school:")
        return
    key = keys.widget(stack.version(), position, "run")
    titles = {run.run_id: _title(run) for run in newest}
    chosen = stage.filling.run if stage.filling.run in titles else next(iter(titles))
    st.selectbox(
        t("Trained run"), list(titles), index=list(titles).index(chosen), format_func=titles.__getitem__, key=key, filter_mode=None,
        on_change=_set, args=(key, position, "run"),
    )  # fmt: skip
    record = next(run for run in newest if run.run_id == chosen)
    layers = {facts.path: facts for facts in layers_of(record) if facts.kind == stage.kind}
    if not layers:
        st.info(t("This run has no layer of the kind {kind}.", kind=stage.kind), icon=":material/layers_clear:")
        if not stage.filling.path:
            _stands_in()
        return
    key = keys.widget(stack.version(), position, "path")
    path = stage.filling.path if stage.filling.path in layers and stage.filling.run == chosen else None
    shown = {path: f"{path} · {facts.kind} · {choose_shape(facts)}" for path, facts in layers.items()}
    st.selectbox(
        t("Its layer"), list(shown), index=list(shown).index(path) if path else None, format_func=shown.__getitem__, key=key,
        filter_mode=None, on_change=_layer, args=(key, position, chosen, {p: f.layer for p, f in layers.items()}),
        placeholder=t("Choose a layer"),
    )  # fmt: skip
    if path is None:
        _stands_in()


def _stands_in() -> None:
    """Show which weights the layer uses while no run's weights are chosen."""
    st.caption(t("Until a layer of the run is chosen, random weights are used."))


def choose_shape(facts: LayerFacts) -> str:
    """Return the shape of a layer's largest array of weights."""
    return "×".join(map(str, max((w.shape for w in facts.weights), key=len)))


def layers_of(record: RunRecord) -> tuple[LayerFacts, ...]:
    """Return the facts of every layer of a run's model; none if its data set is no longer known."""
    try:
        shape = prepared_shape(catalogue.info(record.plan.data), record.plan.preparation)
        return record.model.analyse(shape).layers
    except ClsfError:
        return ()


def _title(run: RunRecord) -> str:
    look = STYLES[run.framework]
    trained = tn("trained for {count} epoch", "trained for {count} epochs", len(run.epochs))
    return f"{look.mark} {look.title} · {run.model.name} · {data_name(run.plan.data)} · {trained}"


def _set(key: str, position: int, name: str) -> None:
    value = st.session_state[key]
    if value is not None:
        more = {"path": ""} if name == "run" else {}
        stack.change_filling(position, **{name: tuple(value) if isinstance(value, list) else value}, **more)


def _layer(key: str, position: int, run: str, layers: dict) -> None:
    """Take over a trained layer: its fields and its weights."""
    path = st.session_state[key]
    if path is None:
        return
    with problems.kept(keys.REFUSED):
        stack.put(position, Stage(stages.checked(layers[path]), Filling("run", run=run, path=path)))
        return
    stack.keep(stack.current())


def _typed(key: str, position: int) -> None:
    """Apply the edits of the table to the kernel; values that are not finite are ignored."""
    numbers = list(st.session_state[f"{key}_base"])
    for row, changes in st.session_state[key]["edited_rows"].items():
        for name, value in changes.items():
            if name in ("1", "2", "3") and isinstance(value, int | float) and isfinite(value):
                numbers[SIDE * int(row) + int(name) - 1] = float(value)
    stack.change_filling(position, numbers=tuple(numbers))
