"""Settings of the objective: the loss, and the regularisation against memorising."""

from __future__ import annotations

import streamlit as st

from clsf.loss_kinds import LOSSES
from clsf.ui.shared.choose import named
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import number, pair, toggle, twins
from clsf.ui.shared.text import t, words


def loss(classes: int) -> dict[str, object]:
    """Show the loss; return fields of a plan."""
    chosen = st.session_state.get(keys.LOSS)
    offered = [kind for kind in LOSSES.values() if classes == 2 or not kind.one_output or kind.name == chosen]
    titles = {kind.name: words(kind.title) for kind in offered}
    name = named(st.selectbox, t("Cross-entropy"), titles, keys.LOSS, help=note("train", "keras-argument-loss"))
    kind = LOSSES[name]
    probabilities = toggle(t("The model ends with probabilities"), keys.PROBABILITIES, help=note("train", "off-last-layer"))
    smoothing = 0.0
    if kind.smooths:
        smoothing = number(
            st, t("Label smoothing"), keys.LABEL_SMOOTHING, 0.0, 0.9, 0.05, help=note("train", "share-target-spread")
        )
    twins(str(kind.keras_call(probabilities, smoothing)), kind.torch_text(probabilities, smoothing))
    st.caption(note("train", "loss-told-leaves"))
    return {"loss": name, "probabilities": probabilities, "label_smoothing": smoothing}


def regularisation() -> dict[str, object]:
    """Show the regularisation; return fields of a plan."""
    left, right = pair()
    l1 = number(left, "L1", keys.L1, 0.0, 10.0, 0.0001, help=note("train", "adds-times-sum"))
    l2 = number(
        right, "L2", keys.L2, 0.0, 10.0, 0.0001,
        help=t("Adds this times the sum of w² over all kernels: large weights cost most. Keras: `kernel_regularizer=L2(…)`."),
    )  # fmt: skip
    decay = number(st, t("Weight decay"), keys.WEIGHT_DECAY, 0.0, 10.0, 0.001, help=note("train", "same-update-rule"))
    if l1 or l2:
        sums = ((l1, "sum(w.abs().sum() for w in kernels)"), (l2, "sum((w ** 2).sum() for w in kernels)"))
        keras = f"L1L2({l1:g}, {l2:g})" if l1 and l2 else f"L1({l1:g})" if l1 else f"L2({l2:g})"
        added = " + ".join(f"{value:g} * {text}" for value, text in sums if value)
        twins(f"kernel_regularizer={keras}", f"loss = loss + {added}")
    if decay:
        call = f"…(weight_decay={decay:g})"
        twins(f"optimizers.{call}  # w -= lr * {decay:g} * w", f"optim.{call}  # grad += {decay:g} * w")
        st.caption(note("train", "same-word-two"))
    st.caption(t("Layers for dropout and batch normalisation belong to the model; augmentation and early stopping are below."))
    return {"l1": l1, "l2": l2, "weight_decay": decay}
