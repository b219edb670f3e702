"""Settings of the training loop: its start, initial weights and frozen layers, its variant, and whether it reports values inside the model."""

from __future__ import annotations

import streamlit as st

from clsf.data import pretrained
from clsf.frameworks import VARIANT_TITLES, VARIANTS
from clsf.model.pretrained import SOURCES
from clsf.plan import DTYPES, STARTS, WEIGHTS
from clsf.ui.shared import state
from clsf.ui.shared.choose import LINKED, named, one, whole
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import explained, pair, toggle, twins
from clsf.ui.shared.text import plain, t

START_TITLES = {"glorot": "Glorot uniform (Keras)", "kaiming": "Kaiming uniform (PyTorch)"}

SIDE = 96  # pixels that images get for a pretrained network where no size is chosen


def beginning() -> dict[str, object]:
    """Show the settings that give both frameworks an equal start; return fields of a plan."""
    aligned = st.toggle(
        t("Same update rule in both"), True, key=state.ALIGNED, help=note("train", "both-frameworks-follow"), **LINKED
    )
    start = one(
        t("Initial weights"), STARTS, state.START, format_func=START_TITLES.__getitem__,
        help=t("The scheme they are drawn by. They are drawn once and loaded into both frameworks."),
    )  # fmt: skip
    left, right = pair()
    help = t("Decides the split, the order of the batches, the initial weights and dropout.")
    seed = whole(t("Seed"), 0, 2**31 - 1, 0, state.SEED, left, help=help)
    help = t("float64 is slower, but shows that only rounding separates the two frameworks.")
    dtype = one(t("Number format"), DTYPES, state.DTYPE, place=right, help=help)
    mixed = dtype == "float32" and toggle(t("Mixed precision: bfloat16"), keys.MIXED, help=note("train", "mixed-precision"))
    return {"rules": "aligned" if aligned else "native", "start": start, "seed": seed, "dtype": dtype, "mixed": mixed}


def variants() -> tuple[dict[str, object], bool]:
    """Show the variants of the loop; return fields of a plan, and whether both frameworks train at the same time."""
    loops = (
        ("tensorflow", t("TensorFlow's loop"), state.TENSORFLOW_VARIANT, note("train", "tf-function-several")),
        ("torch", t("PyTorch's loop"), keys.TORCH_VARIANT, note("train", "index-loop-images")),
    )
    chosen = {
        name: one(title, VARIANTS[name], key, widget=st.segmented_control, format_func=VARIANT_TITLES.__getitem__, help=help)
        for name, title, key, help in loops
    }
    race = st.toggle(
        t("Both at the same time"), False, key=state.RACE,
        help=t("They then share the processor's cores, and neither is as fast as alone: compare curves, not speed."), **LINKED,
    )  # fmt: skip
    return {"variants": chosen}, race


def looking_inside() -> bool:
    """Show whether the loop also reports values inside the model."""
    return toggle(t("Look inside while it trains"), keys.LOOK_INSIDE, help=note("train", "histograms-weights-gradients"))


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
        help = t("Counted from the end; the head trains too.")
        blocks = whole(t("Blocks before the head"), 1, 999, 1, keys.LAST_BLOCKS, help=help)
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
