"""Settings of the training loop: its start, initial weights and frozen layers, its variant, and whether it reports values inside the model"""

from __future__ import annotations

import streamlit as st

from clsf.data import pretrained
from clsf.frameworks import VARIANT_TITLES, VARIANTS
from clsf.model.pretrained import SOURCES
from clsf.plan import DTYPES, STARTS, WEIGHTS
from clsf.ui.shared import state
from clsf.ui.shared.choose import LINKED, named
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import explained, one_of, pair, toggle, twins, whole
from clsf.ui.shared.text import plain, t

START_TITLES = {"glorot": "Glorot uniform (Keras)", "kaiming": "Kaiming uniform (PyTorch)"}

SIDE = 96  # pixels that images get for a pretrained network where no size is chosen


def beginning() -> dict[str, object]:
    """Show the settings that give both frameworks an equal start; return fields of a plan."""
    aligned = st.toggle(
        t("Same update rule in both"), True, key=state.ALIGNED, help=note("train", "both-frameworks-follow"), **LINKED
    )
    start = st.selectbox(
        t("Initial weights"), STARTS, format_func=START_TITLES.__getitem__, key=state.START, filter_mode=None,
        help=t("The scheme they are drawn by. They are drawn once and loaded into both frameworks."), **LINKED,
    )  # fmt: skip
    left, right = pair()
    seed = left.number_input(
        t("Seed"), 0, 2**31 - 1, 0, key=state.SEED,
        help=t("Decides the split, the order of the batches, the initial weights and dropout."), **LINKED,
    )  # fmt: skip
    dtype = right.selectbox(
        t("Number format"), DTYPES, key=state.DTYPE, filter_mode=None,
        help=t("float64 is slower, but shows that only rounding separates the two frameworks."), **LINKED,
    )  # fmt: skip
    mixed = dtype == "float32" and toggle(t("Mixed precision: bfloat16"), keys.MIXED, help=note("train", "mixed-precision"))
    return {"rules": "aligned" if aligned else "native", "start": start, "seed": seed, "dtype": dtype, "mixed": mixed}


def variants() -> tuple[dict[str, object], bool]:
    """Show the variants of the loop; return fields of a plan, and whether both frameworks train at the same time."""
    tensorflow = one_of(
        t("TensorFlow's loop"),
        VARIANTS["tensorflow"],
        VARIANT_TITLES,
        state.TENSORFLOW_VARIANT,
        note("train", "tf-function-several"),
    )
    torch = one_of(
        t("PyTorch's loop"), VARIANTS["torch"], VARIANT_TITLES, keys.TORCH_VARIANT, note("train", "index-loop-images")
    )
    race = st.toggle(
        t("Both at the same time"), False, key=state.RACE,
        help=t("They then share the processor's cores, and neither is as fast as alone: compare curves, not speed."), **LINKED,
    )  # fmt: skip
    return {"variants": {"tensorflow": tensorflow, "torch": torch}}, race


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
