"""Settings of the learning rate's course and of when a training stops."""

from __future__ import annotations

import streamlit as st

from clsf.plan import MONITORS, SCHEDULES, Plateau, Schedule, Stopping
from clsf.ui.shared.choose import named
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import number, pair, toggle, twins, whole
from clsf.ui.shared.text import t

MOST = 1000  # epochs, of patience and the like


def schedule() -> Schedule:
    """Show how the learning rate changes with the steps."""
    titles = {
        "constant": t("Constant"), "step": t("Steps down"), "exponential": t("Exponential decay"), "cosine": t("Cosine"),
        "range": t("Range test: rising"),
    }  # fmt: skip
    left, right = pair()
    with left:
        kind = named(
            st.selectbox, t("Schedule"), {name: titles[name] for name in SCHEDULES}, keys.SCHEDULE,
            help=t("Keras: `LearningRateScheduler`, or `learning_rate=schedules.…`. PyTorch: `optim.lr_scheduler.…`."),
        )  # fmt: skip
    warmup = number(
        right, t("Warm-up"), keys.WARMUP, 0.0, float(MOST), 0.5,
        help=t("So many epochs the learning rate first rises in a straight line. Keras: `CosineDecay(warmup_steps=…)`. PyTorch: `LinearLR`."),
    )  # fmt: skip
    factor, every, floor = 0.5, 1, 0.0
    if kind in ("step", "exponential"):
        left, right = pair()
        factor = number(
            left, t("Factor"), keys.FACTOR, 0.5, 1.0, 0.05, low=0.001, help=t("What the learning rate is multiplied by, `gamma` in PyTorch.")
        )  # fmt: skip
        if kind == "step":
            every = whole(right, t("Every … epochs"), keys.EVERY, 1, 1, MOST, help=t("So often it is multiplied."))
    if kind == "cosine":
        floor = number(
            st, t("Ends at this share"), keys.FLOOR, 0.0, 1.0, 0.01,
            help=note("train", "learning-rate-end"),
        )  # fmt: skip
    if kind == "range":
        floor = number(
            st, t("Begins at this share"), keys.RANGE_FLOOR, 1e-5, 0.9, 1e-5, low=1e-12,
            help=t(
                "Of the learning rate above, which is reached at the last step. At every step the loss is noted; where it falls fastest is a "
                "good learning rate, and where it turns up is too much (Smith 2015)."
            ),
        )  # fmt: skip
    chosen = Schedule(kind, warmup, factor, every, floor)
    if kind != "constant":
        keras, torch = {
            "step": (f"PiecewiseConstantDecay(…)  # * {factor:g}", f"StepLR(optimizer, step_size={every}, gamma={factor:g})"),
            "exponential": (f"ExponentialDecay(lr, steps, {factor:g})", f"ExponentialLR(optimizer, gamma={factor:g})"),
            "range": (
                f"ExponentialDecay(lr * {floor:g}, steps, {1 / (floor or 1):g})",
                f"ExponentialLR(optimizer, gamma={1 / (floor or 1):g} ** (1 / steps))",
            ),
            "cosine": (f"CosineDecay(lr, steps, alpha={floor:g})", "CosineAnnealingLR(optimizer, T_max=steps)"),
        }[kind]
        twins(f"schedules.{keras}", f"lr_scheduler.{torch}")
    return chosen


def plateau() -> Plateau | None:
    """Show what is done when the validation loss no longer falls."""
    wanted = toggle(
        t("Reduce on plateau"), keys.PLATEAU,
        help=note("train", "when-validation-loss"),
    )  # fmt: skip
    if not wanted:
        return None
    left, right = pair()
    patience = whole(left, t("Epochs to wait"), keys.PLATEAU_PATIENCE, 2, 1, MOST, help=t("Without a better loss: `patience`."))
    factor = number(
        right, t("Factor"), keys.PLATEAU_FACTOR, 0.5, 0.99, 0.05, low=0.001, help=t("What the learning rate is then multiplied by.")
    )  # fmt: skip
    left, right = pair()
    delta = number(
        left, t("Smallest gain"), keys.PLATEAU_DELTA, 0.0001, 10.0, 0.001,
        help=t("So much smaller the loss must be to count: `min_delta` in Keras, `threshold` with `threshold_mode=\"abs\"` in PyTorch."),
    )  # fmt: skip
    lowest = number(
        right, t("Never below"), keys.PLATEAU_LOWEST, 0.0, 1e12, 0.0001, help=t("The smallest learning rate: `min_lr`.")
    )  # fmt: skip
    twins(
        f"callbacks.ReduceLROnPlateau(patience={patience}, factor={factor:g})",
        f"lr_scheduler.ReduceLROnPlateau(optimizer, patience={patience - 1}, factor={factor:g})",
    )
    return Plateau(patience, factor, delta, lowest)


def stopping() -> Stopping:
    """Show when to stop before the last epoch, and which weights are kept."""
    early = toggle(
        t("Early stopping"), keys.STOP_EARLY,
        help=note("train", "ends-training-when"),
    )  # fmt: skip
    patience, delta = None, 0.0
    if early:
        left, right = pair()
        patience = whole(left, t("Patience"), keys.PATIENCE, 3, 1, MOST, help=t("Epochs without a better one until it stops."))
        delta = number(
            right, t("Smallest gain"), keys.MIN_DELTA, 0.0, 10.0, 0.001, help=t("Less than this does not count as better: `min_delta`.")
        )  # fmt: skip
    keeping = {"last": t("Only the last epoch's"), "both": t("The best epoch's too"), "best": t("The best epoch's instead")}
    kept = named(
        st.selectbox, t("Weights to keep"), keeping, keys.BEST,
        help=note("train", "best-epoch-one"),
    )  # fmt: skip
    monitor = MONITORS[0]
    if early or kept != "last":
        measures = {"loss": t("Loss"), "accuracy": t("Accuracy")}
        monitor = named(
            st.segmented_control, t("Best validation"), {name: measures[name] for name in MONITORS}, keys.MONITOR,
            help=t("Keras: `monitor=\"val_loss\"` or `\"val_accuracy\"`."),
        )  # fmt: skip
    if early:
        restore = ", restore_best_weights=True" if kept == "best" else ""
        twins(
            f'callbacks.EarlyStopping("val_{monitor}", patience={patience}{restore})',
            f"if epochs_without_better >= {patience}: break",
        )
    if kept != "last":
        twins(f'callbacks.ModelCheckpoint(…, "val_{monitor}", save_best_only=True)', "best = copy.deepcopy(model.state_dict())")
    return Stopping(patience, kept == "best", kept == "both", monitor, delta)
