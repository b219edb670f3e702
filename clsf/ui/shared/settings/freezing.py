"""Settings for pretrained initial weights and frozen layers."""

from __future__ import annotations

import streamlit as st

from clsf.data import pretrained
from clsf.model.pretrained import SOURCES
from clsf.plan import WEIGHTS
from clsf.ui.shared import state
from clsf.ui.shared.choose import LINKED, named
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import explained, pair, toggle, twins, whole
from clsf.ui.shared.text import plain, t

SIDE = 96  # pixels that images get for a pretrained network where no size is chosen


def layers() -> dict[str, object]:
    """Show the choice of initial weights and of the layers that train; return fields of a plan."""
    left, right = pair()
    titles = {"drawn": t("Drawn at random"), **{name: {"imagenet": "ImageNet"}[name] for name in WEIGHTS}}
    weights = named(st.selectbox, t("Weights"), titles, keys.WEIGHTS, on_change=_prepare_so, place=left)
    which = named(
        st.selectbox, t("Layers that train"),
        {"all": t("all of them"), "head": t("the head"), "last": t("the last blocks")}, keys.TRAIN_LAYERS, place=right
    )  # fmt: skip
    if weights != "drawn":
        networks = ", ".join(source.name for source in SOURCES.values() if source.weights == weights)
        said = t("For the model {networks}. Images get the colours, the scale and, if none is chosen, a size that it knows.", networks=networks)  # fmt: skip
        st.caption(said)
        for source in SOURCES.values():
            said = pretrained.missing(source.name) or pretrained.first_use(source.name)
            if said is not None and st.session_state.get(state.MODEL) == source.name:
                st.info(plain(said), icon=":material/download:")
    if which == "last":
        blocks = whole(
            st, t("Blocks before the head"), keys.LAST_BLOCKS, 1, 1, 999, help=t("Counted from the end; the head trains too.")
        )
        which = f"last:{blocks}"
    if which != "all":
        twins("base.trainable = False", "base.requires_grad_(False); base.eval()")
    rate = None
    if which != "head":
        rate = st.number_input(
            t("Learning rate before the head"), 0.0, 100.0, None, format="%g", placeholder=t("the same"), key=keys.BACKBONE_RATE,
            help=note("train", "backbone-rate"), **LINKED,
        )  # fmt: skip
    still = toggle(t("Batch normalisation frozen"), keys.FREEZE_NORMS, help=note("train", "norms-still"))
    if still:
        twins("base(x, training=False)", "for m in base.modules(): isinstance(m, nn.BatchNorm2d) and m.eval()")
    explained(note("train", "about-freezing"))
    return {
        "weights": None if weights == "drawn" else weights, "train_layers": which, "backbone_rate": rate or None, "freeze_norms": still,
    }  # fmt: skip


def _prepare_so() -> None:
    """Prepare images as the pretrained network was trained, once its weights are chosen."""
    chosen, model = st.session_state.get(keys.WEIGHTS), st.session_state.get(state.MODEL)
    known = [source for source in SOURCES.values() if source.weights == chosen]
    if known:
        source = next((source for source in known if source.name == model), known[0])
        st.session_state[state.COLOUR], st.session_state[state.SCALE] = source.colour, source.scale
        if not st.session_state.get(state.IMAGE_SIZE):
            st.session_state[state.IMAGE_SIZE] = SIDE
