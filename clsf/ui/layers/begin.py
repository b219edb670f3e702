"""A chain that starts after the first layers of a trained run: the picture goes through these first, with their weights"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from clsf.errors import SpecError
from clsf.layer_stack.stages import Filling, Stage
from clsf.model.spec import ModelSpec
from clsf.ui.layers import asking, keys
from clsf.ui.shared import linked, service_access
from clsf.ui.shared.text import t, tn
from clsf.words import say_n


@dataclass(frozen=True, slots=True)
class Start:
    """The start of the chain: a run, and the number of layers of its own row that come before the chain."""

    run: str
    layers: int


def chosen() -> Start | None:
    """Return where the chain starts, None for the picture itself. The value in the link is not trusted."""
    text = st.session_state.get(keys.BEGIN) or st.query_params.get(keys.BEGIN, "")
    run, _, layers = text.rpartition(":")
    if not run or not layers.isdigit() or not 1 <= int(layers) <= 200:
        return None
    st.session_state[keys.BEGIN] = text
    linked.put(keys.BEGIN, text)
    return Start(run, int(layers))


def inputs(start: Start, images: np.ndarray) -> np.ndarray:
    """Return the output of a run's first layers for pictures, (n, …). Raises ClsfError with a message if they do not fit."""
    record = service_access.get_service().record(start.run)
    row = record.model.layers[: start.layers]
    if len(row) < start.layers:
        said = say_n(
            "The run's model has {count} layer, but the chain was to begin behind layer {layer}.",
            "The run's model has {count} layers, but the chain was to begin behind layer {layer}.",
            len(row), layer=start.layers,
        )  # fmt: skip
        raise SpecError(said)
    spec = ModelSpec(record.model.name, row)
    names = spec.analyse(images.shape[1:]).named_weights()
    trained = asking.trained(start.run)
    missing = [n for n, w in names.items() if n not in trained or trained[n].shape != w.shape]
    if missing:
        raise SpecError(
            "The run's weights do not fit a picture of this size: {name}. Choose the size that it was trained on.",
            name=missing[0],
        )
    weights = {name: trained[name].astype(np.float32) for name in names}
    return asking.outputs(row, images, weights)[-1]


def note(start: Start) -> None:
    """Show where the chain starts, with a way back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        said = tn(
            "The picture goes through the first layer of a trained run before it enters the chain.",
            "The picture goes through the first {count} layers of a trained run before it enters the chain.",
            start.layers,
        )
        st.markdown(f":material/start: {said}")
        st.button(t("Begin with the picture itself"), key="begin_reset", icon=":material/undo:", on_click=forget)


def offer(stage: Stage) -> None:
    """Offer to start where the layer was in its run, if its weights do not fit its input here."""
    filling: Filling = stage.filling
    if filling.source != "run" or not filling.run or not filling.path:
        return
    place, _, inner = filling.path.partition(".")
    if not place.isdigit() or int(place) < 2 or (inner and not (inner.count(".") == 1 and inner.endswith(".1"))):
        return
    st.button(
        tn("Begin behind the first layer of this run", "Begin behind the first {count} layers of this run", int(place) - 1),
        key="begin_behind", icon=":material/start:", on_click=_begin, args=(filling.run, int(place) - 1),
    )  # fmt: skip


def forget() -> None:
    linked.keep(keys.BEGIN, None)


def _begin(run: str, layers: int) -> None:
    st.session_state[keys.BEGIN] = f"{run}:{layers}"
