"""The chain of the session: read from the link, stored, changed, shown one layer at a time; it may begin behind the first layers of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from clsf.errors import SpecError
from clsf.layer_stack import stages
from clsf.layer_stack.stages import MAX_STAGES, Filling, LayerStack, Stage
from clsf.model.layers import made
from clsf.model.spec import ModelSpec
from clsf.ui.layers import asking, keys
from clsf.ui.shared import choose, linked, problems, service_access
from clsf.ui.shared.text import plain, t, tn
from clsf.words import say_n


def current() -> LayerStack:
    """Return the chain of this session; an unreadable chain in the link gives one message."""
    text = st.session_state.get(keys.CHAIN)
    if text is None:
        text = st.session_state[keys.CHAIN] = stages.to_text(stages.DEFAULT)
        with problems.kept(keys.REFUSED):
            if linked_text := st.query_params.get(keys.CHAIN):
                stages.from_text(linked_text)
                text = st.session_state[keys.CHAIN] = linked_text
    return stages.from_text(text)


def keep(chain: LayerStack, anew: bool = True) -> None:
    """Make this the chain of the session. `anew`: widgets show it and not their earlier values."""
    st.session_state[keys.CHAIN] = stages.to_text(chain)
    if anew:
        st.session_state[keys.VERSION] = version() + 1


def version() -> int:
    return st.session_state.get(keys.VERSION, 0)


def into_link() -> None:
    """Put the chain into the link, unless it is the default chain."""
    text = st.session_state[keys.CHAIN]
    linked.put(keys.CHAIN, None if text == stages.to_text(stages.DEFAULT) else text)


def change_layer(position: int, **fields: object) -> None:
    """Change fields of a layer; if the layer refuses them, show why and change nothing."""
    _change(position, lambda stage: replace(stage, layer=stages.checked(replace(stage.layer, **fields))))


def change_filling(position: int, **fields: object) -> None:
    """Change where the weights of a layer come from."""
    _change(position, lambda stage: replace(stage, filling=replace(stage.filling, **fields)))


def _change(position: int, changed: Callable[[Stage], Stage]) -> None:
    with problems.kept(keys.REFUSED):
        put(position, changed(current()[position]), anew=False)
        return
    keep(current())


def put(position: int, stage: Stage, anew: bool = True) -> None:
    """Replace a layer by another one; `anew` as in `keep`."""
    chain = current()
    keep((*chain[:position], stage, *chain[position + 1 :]), anew)


def looked_at(chain: LayerStack) -> int:
    """Let the student choose which layer to look at and return its place, counted from 0; show what changes the row."""
    titles = {str(n): f"{n} · {stage_title(stage)}" for n, stage in enumerate(chain, start=1)}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        place = int(choose.named(st.pills, t("Look at layer"), titles, keys.LOOKED_AT))
        chosen = place - 1
        full, last = len(chain) >= MAX_STAGES, len(chain) - 1
        limit = t("A chain has at most {most} layers.", most=MAX_STAGES) if full else t("Puts a layer behind this one.")
        _button(
            t("Add"),
            "add",
            "add",
            lambda c: (*c[:place], Stage(made("Function", "relu")), *c[place:]),
            place + 1,
            full,
            help=limit,
        )
        _button(t("Remove"), "remove", "remove", lambda c: c[:chosen] + c[place:], max(chosen, 1), not last)
        _button(t("Earlier"), "earlier", "arrow_back", lambda c: _swapped(c, chosen - 1), chosen, chosen == 0)
        _button(t("Later"), "later", "arrow_forward", lambda c: _swapped(c, chosen), place + 1, chosen == last)
        _button(t("As at the beginning"), "reset", "restart_alt", _default, 1)
    return chosen


def _button(
    label: str, name: str, icon: str, changed: Callable[[LayerStack], LayerStack], look: int, disabled: bool = False, help: str | None = None
) -> None:  # fmt: skip
    """Show a button that changes the row and then looks at a layer, counted from 1."""
    st.button(
        label, key=f"chain_{name}", icon=f":material/{icon}:", type="tertiary", on_click=_rearrange, args=(changed, look),
        disabled=disabled, help=help,
    )  # fmt: skip


def stage_title(stage: Stage) -> str:
    """Return the name of a layer in a row of layers; for an activation, its function."""
    return getattr(stage.layer, "name", stage.kind)


def refused() -> None:
    """Show once what was refused."""
    problem = st.session_state.pop(keys.REFUSED, None)
    if problem is not None:
        st.warning(plain(problem), icon=":material/block:")


def _rearrange(changed: Callable[[LayerStack], LayerStack], look: int) -> None:
    keep(changed(current()))
    st.session_state[keys.LOOKED_AT] = str(look)


def _swapped(chain: LayerStack, first: int) -> LayerStack:
    """Return the chain with a layer and the next one swapped."""
    return (*chain[:first], chain[first + 1], chain[first], *chain[first + 2 :])


def _default(_: LayerStack) -> LayerStack:
    linked.keep(keys.BEGIN, None)
    return stages.DEFAULT


def start() -> tuple[str, int] | None:
    """Return where the chain starts: a run, and how many layers of its own row come before the chain. None: at the picture.

    The value in the link is not trusted.
    """
    text = st.session_state.get(keys.BEGIN) or st.query_params.get(keys.BEGIN, "")
    run, _, layers = text.rpartition(":")
    if not run or not layers.isdigit() or not 1 <= int(layers) <= 200:
        return None
    st.session_state[keys.BEGIN] = text
    linked.put(keys.BEGIN, text)
    return run, int(layers)


def behind(run: str, layers: int, images: np.ndarray) -> np.ndarray:
    """Return the output of a run's first layers for pictures, (n, …). Raises ClsfError with a message if they do not fit."""
    record = service_access.get_service().record(run)
    row = record.model.layers[:layers]
    if len(row) < layers:
        said = say_n(
            "The run's model has {count} layer, but the chain was to begin behind layer {layer}.",
            "The run's model has {count} layers, but the chain was to begin behind layer {layer}.",
            len(row), layer=layers,
        )  # fmt: skip
        raise SpecError(said)
    spec = ModelSpec(record.model.name, row)
    names = spec.analyse(images.shape[1:]).named_weights()
    trained = asking.trained(run)
    missing = [n for n, w in names.items() if n not in trained or trained[n].shape != w.shape]
    if missing:
        raise SpecError(
            "The run's weights do not fit a picture of this size: {name}. Choose the size that it was trained on.",
            name=missing[0],
        )
    weights = {name: trained[name].astype(np.float32) for name in names}
    return asking.outputs(row, images, weights)[-1]


def start_note(layers: int) -> None:
    """Show where the chain starts, with a way back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        said = tn(
            "The picture goes through the first layer of a trained run before it enters the chain.",
            "The picture goes through the first {count} layers of a trained run before it enters the chain.",
            layers,
        )
        st.markdown(f":material/start: {said}")
        st.button(
            t("Begin with the picture itself"),
            key="begin_reset",
            icon=":material/undo:",
            on_click=linked.keep,
            args=(keys.BEGIN, None),
        )


def offer_start(stage: Stage) -> None:
    """Offer to start where the layer was in its run, if its weights do not fit its input here."""
    filling: Filling = stage.filling
    if filling.source != "run" or not filling.run or not filling.path:
        return
    place, _, inner = filling.path.partition(".")
    if not place.isdigit() or int(place) < 2 or (inner and not (inner.count(".") == 1 and inner.endswith(".1"))):
        return
    st.button(
        tn("Begin behind the first layer of this run", "Begin behind the first {count} layers of this run", int(place) - 1),
        key="begin_behind", icon=":material/start:", on_click=st.session_state.update,
        args=({keys.BEGIN: f"{filling.run}:{int(place) - 1}"},),
    )  # fmt: skip
