"""Settings of the training loop: its start, its variant, and whether it reports values inside the model."""

from __future__ import annotations

import streamlit as st

from clsf.frameworks import VARIANT_TITLES, VARIANTS
from clsf.plan import DTYPES, STARTS
from clsf.ui.shared import state
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import one_of, pair, toggle
from clsf.ui.shared.text import t

START_TITLES = {"glorot": "Glorot uniform (Keras)", "kaiming": "Kaiming uniform (PyTorch)"}


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
