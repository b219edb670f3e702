"""Settings of the objective and of the update: loss, regularisation, the optimizer's rule, what happens to gradients before."""

from __future__ import annotations

import streamlit as st

from clsf.frameworks import TITLES
from clsf.loss_kinds import LOSSES
from clsf.optimizers import CLIPPING, OPTIMIZERS, Setting
from clsf.plan import CLIPPINGS, Clipping
from clsf.ui.shared.choose import named, whole
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import number, pair, toggle, twins
from clsf.ui.shared.text import plain, t, words

KEYS = tuple(f"{name}_{setting.name}" for name, declared in OPTIMIZERS.items() for setting in declared.settings)


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


def hyper(name: str, rate: float) -> dict[str, object]:
    """Show the rule of the optimizer and its hyper-parameters; return fields of a plan."""
    declared = OPTIMIZERS[name]
    st.caption("  \n".join(f"`{step}`" for step in declared.formula.split(";  ")))
    chosen = {}
    for first in range(0, len(declared.settings), 2):
        for place, setting in zip(pair(), declared.settings[first : first + 2], strict=False):
            key, help = f"{name}_{setting.name}", plain(setting.help)
            value = number(place, setting.name, key, setting.usual, setting.high, _step(setting), help)
            if value != setting.usual:
                chosen[setting.name] = value
    if not declared.settings:
        st.caption(t("This rule has no numbers but the learning rate."))
    twins(str(declared.keras_call(rate, chosen)), str(declared.torch_call(rate, chosen)))
    if declared.differs:
        for title, said in zip(TITLES.values(), (declared.keras_says, declared.torch_says), strict=True):
            st.caption(f"**{title}**: {plain(said)}")
    return {"hyper": chosen}


def _step(setting: Setting) -> float:
    """Return the step of + and -: 0.01 for shares, the number itself for small numbers."""
    return 0.01 if 0.01 <= setting.usual < 1 else setting.usual


def updates(optimizer: str) -> dict[str, object]:
    """Show clipping, gathering and averaging; return fields of a plan."""
    return {"clipping": _clipping(), "accumulate": _accumulate(optimizer), "average": _average()}


def _clipping() -> Clipping | None:
    titles = {
        "none": t("No clipping"), "value": t("Each number by itself"), "norm": t("Each weight array by its norm"),
        "global-norm": t("All together by their norm"),
    }  # fmt: skip
    left, right = pair()
    kind = named(
        st.selectbox, t("Gradient clipping"), {name: titles[name] for name in ("none", *CLIPPINGS)}, keys.CLIPPING,
        help=note("train", "clipping-rules"), place=left
    )  # fmt: skip
    if kind == "none":
        return None
    limit = number(
        right, t("Limit"), keys.CLIP_LIMIT, 1.0, 1e6, 0.1, low=1e-6, help=t("The gradients' norms are shown beside the curves.")
    )
    torch = {
        "value": f"clip_grad_value_(model.parameters(), {limit:g})",
        "norm": f"for p in model.parameters(): clip_grad_norm_(p, {limit:g})",
        "global-norm": f"clip_grad_norm_(model.parameters(), {limit:g})",
    }[kind]
    twins(f"optimizers.…({CLIPPING[kind]}={limit:g})", torch)
    return Clipping(kind, limit)


def _accumulate(optimizer: str) -> int:
    batches = whole(
        t("Batches per update"), 1, 1000, 1, keys.ACCUMULATE,
        help=t("The mean gradient of this many batches makes one update: a large batch for a machine with little memory."),
    )  # fmt: skip
    if batches > 1:
        twins(
            f"optimizers.…(gradient_accumulation_steps={batches})",
            f"(loss / {batches}).backward(); if done % {batches} == 0: optimizer.step()",
        )
        said = t(
            "Equal to one batch of that many times the size, except for batch normalisation, which still sees the small ones."
        )
        if OPTIMIZERS[optimizer].counts_steps:
            said += " " + t("In `model.fit`, Keras counts every batch as a step of this rule and not every update; there it is not equal.")  # fmt: skip
        st.caption(said)
    return batches


def _average() -> float:
    kept = number(st, t("Moving average of the weights"), keys.AVERAGE, 0.0, 0.9999, 0.01, help=note("train", "moving-average"))
    if kept:
        twins(
            f"optimizers.…(use_ema=True, ema_momentum={kept:g})",
            f"swa_utils.AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn({kept:g}))",
        )
    return kept


def balanced() -> bool:
    """Show whether images of rare classes count more."""
    wanted = toggle(t("Weigh the classes"), keys.BALANCED, help=note("train", "rare-classes"))
    if wanted:
        twins("model.fit(…, class_weight={0: …, 1: …})", '(weights[y] * F.cross_entropy(z, y, reduction="none")).mean()')
        said = t(
            "`CrossEntropyLoss(weight=…)` in PyTorch divides by the sum of the weights in the batch, Keras by the count of images. Here "
            "both do as Keras."
        )
        st.caption(said)
    return wanted
