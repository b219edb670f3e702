"""The settings of a plan as widget values: those from which `groups.show` would build this plan."""

from __future__ import annotations

from clsf.plan import Augmentation, Clipping, Plan, Plateau, Schedule
from clsf.ui.shared import state
from clsf.ui.shared.settings import keys


def values(plan: Plan) -> dict[str, object]:
    """Return session_state key -> value of each setting that is not as usual."""
    usual = _all(Plan("digits"))
    settings = {key: value for key, value in _all(plan).items() if value != usual[key]}
    return settings | {f"{plan.optimizer}_{name}": value for name, value in plan.hyper.items()}


def _all(plan: Plan) -> dict[str, object]:
    prepared, stopping, clipping, plateau = (
        plan.preparation,
        plan.stopping,
        plan.clipping or Clipping(),
        plan.plateau or Plateau(),
    )
    schedule, floors = plan.schedule, {keys.FLOOR: plan.schedule.floor, keys.RANGE_FLOOR: Schedule("range").begins}
    if schedule.kind == "range":  # its own widget asks for the floor
        floors = {keys.FLOOR: 0.0, keys.RANGE_FLOOR: schedule.begins}
    which, _, blocks = plan.train_layers.partition(":")
    return {
        state.IMAGE_SIZE: prepared.image_size, state.COLOUR: prepared.colour, state.SCALE: prepared.scale,
        state.TRAIN_LIMIT: plan.train_limit, **augmentation(plan.augmentation),
        state.ALIGNED: plan.rules == "aligned", state.START: plan.start, state.SEED: plan.seed, state.DTYPE: plan.dtype,
        keys.MIXED: plan.mixed, keys.BALANCED: plan.balanced, keys.ACCUMULATE: plan.accumulate, keys.AVERAGE: float(plan.average),
        keys.CLIPPING: clipping.kind if plan.clipping else "none", keys.CLIP_LIMIT: float(clipping.limit),
        keys.LOSS: plan.loss, keys.PROBABILITIES: plan.probabilities, keys.LABEL_SMOOTHING: float(plan.label_smoothing),
        keys.L1: float(plan.l1), keys.L2: float(plan.l2), keys.WEIGHT_DECAY: float(plan.weight_decay),
        keys.SCHEDULE: schedule.kind, keys.WARMUP: float(schedule.warmup_epochs), keys.FACTOR: float(schedule.factor),
        keys.EVERY: schedule.every, **floors,
        keys.PLATEAU: plan.plateau is not None, keys.PLATEAU_PATIENCE: plateau.patience, keys.PLATEAU_FACTOR: float(plateau.factor),
        keys.PLATEAU_DELTA: float(plateau.min_delta), keys.PLATEAU_LOWEST: float(plateau.lowest),
        keys.STOP_EARLY: stopping.patience is not None, keys.PATIENCE: stopping.patience or 3,
        keys.MIN_DELTA: float(stopping.min_delta), keys.MONITOR: stopping.monitor,
        keys.BEST: "best" if stopping.restore_best else "both" if stopping.checkpoint else "last",
        state.TENSORFLOW_VARIANT: plan.variants["tensorflow"], keys.TORCH_VARIANT: plan.variants["torch"],
        keys.LOOK_INSIDE: plan.look_inside,
        keys.WEIGHTS: plan.weights or "drawn", keys.TRAIN_LAYERS: which, keys.LAST_BLOCKS: int(blocks or 1),
        keys.BACKBONE_RATE: plan.backbone_rate, keys.FREEZE_NORMS: plan.freeze_norms,
    }  # fmt: skip


def augmentation(varied: Augmentation) -> dict[str, object]:
    """Return session_state key -> value of the settings of an augmentation."""
    return {
        keys.FLIP: varied.flip, keys.SHIFT: varied.shift, keys.ROTATION: float(varied.rotation), keys.CUTOUT: varied.cutout,
        keys.BRIGHTNESS: float(varied.brightness),
    }  # fmt: skip
