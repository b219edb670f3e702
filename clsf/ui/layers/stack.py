"""The chain of the session: read from the link, stored, changed, and shown one layer at a time"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from clsf.errors import SpecError
from clsf.layer_stack import stages
from clsf.layer_stack.stages import FRESH, MAX_STAGES, Filling, LayerStack, Stage
from clsf.model.layers import made
from clsf.ui.layers import keys
from clsf.ui.shared import choose, linked
from clsf.ui.shared.text import plain, t


def current() -> LayerStack:
    """Return the chain of this session; an unreadable chain in the link gives one message."""
    text = st.session_state.get(keys.CHAIN)
    if text is None:
        text = st.query_params.get(keys.CHAIN, "")
        if text:
            try:
                stages.from_text(text)
            except SpecError as error:
                st.session_state[keys.REFUSED] = error.sentence
                text = ""
        text = text or stages.to_text(stages.DEFAULT)
        st.session_state[keys.CHAIN] = text
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
    chain = current()
    try:
        keep((*chain[:position], changed(chain[position]), *chain[position + 1 :]), anew=False)
    except SpecError as error:
        st.session_state[keys.REFUSED] = error.sentence
        keep(chain)


def change_kind(position: int, kind: str) -> None:
    """Replace a layer by another one."""
    chain = current()
    filling = Filling("hand") if FRESH[kind].role == "Convolution" else Filling()
    keep((*chain[:position], Stage(FRESH[kind], filling), *chain[position + 1 :]))


def looked_at(chain: LayerStack) -> int:
    """Let the student choose which layer to look at and return its place, counted from 0; show what changes the row."""
    titles = {str(n): f"{n} · {stage_title(stage)}" for n, stage in enumerate(chain, start=1)}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = int(choose.named(st.pills, t("Look at layer"), titles, keys.LOOKED_AT)) - 1
        full, last = len(chain) >= MAX_STAGES, len(chain) - 1
        limit = t("A chain has at most {most} layers.", most=MAX_STAGES) if full else t("Puts a layer behind this one.")
        _button(t("Add"), "add", "add", _add, chosen, disabled=full, help=limit)
        _button(t("Remove"), "remove", "remove", _remove, chosen, disabled=not last)
        _button(t("Earlier"), "earlier", "arrow_back", _swap, chosen - 1, disabled=chosen == 0)
        _button(t("Later"), "later", "arrow_forward", _swap, chosen, 1, disabled=chosen == last)
        _button(t("As at the beginning"), "reset", "restart_alt", _reset)
    return chosen


def _button(label: str, name: str, icon: str, change: Callable[..., None], *args: int, **more: object) -> None:
    """Show a button that changes the row."""
    st.button(label, key=f"chain_{name}", icon=f":material/{icon}:", type="tertiary", on_click=change, args=args, **more)


def stage_title(stage: Stage) -> str:
    """Return the name of a layer in a row of layers; for an activation, its function."""
    return getattr(stage.layer, "name", stage.kind)


def refused() -> None:
    """Show once what was refused."""
    problem = st.session_state.pop(keys.REFUSED, None)
    if problem is not None:
        st.warning(plain(problem), icon=":material/block:")


def _add(position: int) -> None:
    chain = current()
    keep((*chain[: position + 1], Stage(made("Function", "relu")), *chain[position + 1 :]))
    st.session_state[keys.LOOKED_AT] = str(position + 2)


def _remove(position: int) -> None:
    chain = current()
    keep((*chain[:position], *chain[position + 1 :]))
    st.session_state[keys.LOOKED_AT] = str(max(position, 1))


def _swap(first: int, step: int = 0) -> None:
    """Swap a layer and the next one; the layer in view stays in view."""
    chain = list(current())
    chain[first], chain[first + 1] = chain[first + 1], chain[first]
    keep(tuple(chain))
    st.session_state[keys.LOOKED_AT] = str(first + 1 + step)


def _reset() -> None:
    keep(stages.DEFAULT)
    st.session_state[keys.LOOKED_AT] = "1"
    linked.keep(keys.BEGIN, None)
