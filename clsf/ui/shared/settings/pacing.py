"""Settings of the learning-rate schedule, which is drawn before anything is trained, and of early stopping."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf import schedules
from clsf.charts import train_schedule
from clsf.plan import MONITORS, Plan, Plateau, Schedule, Stopping
from clsf.schedule_kinds import SCHEDULE_KINDS, ScheduleSetting
from clsf.ui.shared.choose import named, whole
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys
from clsf.ui.shared.settings.fields import number, pair, toggle, twins
from clsf.ui.shared.text import t, words

MOST = 1000  # epochs, of patience and the like
MOST_STEPS = 20_000  # steps that are computed for the picture; in a longer run every n-th step, as if an epoch had fewer


def schedule() -> Schedule:
    """Show how the learning rate changes with the steps."""
    left, right = pair()
    name = named(
        st.selectbox, t("Schedule"), {name: words(kind.title) for name, kind in SCHEDULE_KINDS.items()}, keys.SCHEDULE,
        help=t("Keras: `LearningRateScheduler`, or `learning_rate=schedules.…`. PyTorch: `optim.lr_scheduler.…`."), place=left
    )  # fmt: skip
    warmup = number(
        right, t("Warm-up"), keys.WARMUP, 0.0, float(MOST), 0.5,
        help=t("Epochs of linear warm-up. Keras: `CosineDecay(warmup_target=…, warmup_steps=…)`. PyTorch: `LinearLR`."),
    )  # fmt: skip
    kind = SCHEDULE_KINDS[name]
    places = pair() if len(kind.settings) > 1 or (kind.settings and not kind.whole_run) else (st,)
    chosen = Schedule(name, warmup, **{s.field: _setting(place, s) for place, s in zip(places, kind.settings, strict=False)})
    if kind.keras and kind.torch:
        remark = f"  # {kind.remark(chosen)}" if kind.remark(chosen) else ""
        twins(f"{kind.keras(chosen)}{remark}", f"{kind.torch(chosen)}{remark}")
    return chosen


def _setting(place: DeltaGenerator, setting: ScheduleSetting) -> float:
    """Show one number of a schedule."""
    key = keys.OF_SCHEDULE[setting.key or setting.field]
    help = words(setting.help) if setting.help else note("train", "learning-rate-end")
    if setting.whole:
        return whole(words(setting.title), int(setting.low), int(setting.high), int(setting.usual), key, place, help=help)
    return number(place, words(setting.title), key, setting.usual, setting.high, setting.step, help, setting.low)


def preview(schedule: Schedule, values: dict, batches: int) -> None:
    """Draw the schedule, if the learning rate changes at all. Nothing is drawn for values that no plan accepts."""
    if not schedule.varies or schedule.warmup_epochs > values["epochs"] or not values["learning_rate"]:
        return
    steps = max(min(batches, MOST_STEPS // values["epochs"]), 1)
    stamp = (schedule, values["epochs"], values["learning_rate"], steps)

    def make() -> tuple[dict, str]:
        plan = Plan("digits", epochs=values["epochs"], learning_rate=values["learning_rate"], schedule=schedule)
        rates = schedules.preview(plan, steps)
        return train_schedule.figure(rates, steps, words), train_schedule.in_words(rates, words)

    st.caption(t("Learning rate over the epochs, the same for both frameworks:"))
    draw("train-schedule", stamp, make, height=150)


def plateau() -> Plateau | None:
    """Show what is done when the validation loss no longer falls."""
    wanted = toggle(t("Reduce on plateau"), keys.PLATEAU, help=note("train", "when-validation-loss"))
    if not wanted:
        return None
    left, right = pair()
    patience = whole(t("Epochs to wait"), 1, MOST, 2, keys.PLATEAU_PATIENCE, left, help=t("Without a better loss: `patience`."))
    factor = number(
        right, t("Factor"), keys.PLATEAU_FACTOR, 0.5, 0.99, 0.05, low=0.001, help=t("What the learning rate is then multiplied by.")
    )  # fmt: skip
    left, right = pair()
    delta = number(
        left, t("Smallest gain"), keys.PLATEAU_DELTA, 0.0001, 10.0, 0.001,
        help=t("How much smaller the loss must be to count: `min_delta` in Keras, `threshold` with `threshold_mode=\"abs\"` in PyTorch."),
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
    early = toggle(t("Early stopping"), keys.STOP_EARLY, help=note("train", "ends-training-when"))
    patience, delta = None, 0.0
    if early:
        left, right = pair()
        patience = whole(t("Patience"), 1, MOST, 3, keys.PATIENCE, left, help=t("Epochs without a better one until it stops."))
        delta = number(
            right, t("Smallest gain"), keys.MIN_DELTA, 0.0, 10.0, 0.001, help=t("Less than this does not count as better: `min_delta`.")
        )  # fmt: skip
    keeping = {"last": t("Only the last epoch's"), "both": t("The best epoch's too"), "best": t("The best epoch's instead")}
    kept = named(st.selectbox, t("Weights to keep"), keeping, keys.BEST, help=note("train", "best-epoch-one"))
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
