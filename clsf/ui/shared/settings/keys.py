"""The session_state keys of the settings of a training; they are in the link under the same name."""

from __future__ import annotations

# Loss and regularisation.
LOSS = "loss"
PROBABILITIES = "probabilities"
LABEL_SMOOTHING = "label_smoothing"
L1, L2 = "l1", "l2"
WEIGHT_DECAY = "weight_decay"

# Schedule and stopping.
SCHEDULE = "schedule"
WARMUP = "warmup"
FACTOR, EVERY, FLOOR, RANGE_FLOOR = "rate_factor", "rate_every", "rate_floor", "range_floor"
OF_SCHEDULE = {"factor": FACTOR, "every": EVERY, "floor": FLOOR, "range_floor": RANGE_FLOOR}
PLATEAU = "plateau"
PLATEAU_PATIENCE, PLATEAU_FACTOR = "plateau_patience", "plateau_factor"
PLATEAU_DELTA, PLATEAU_LOWEST = "plateau_delta", "plateau_lowest"
STOP_EARLY = "early_stopping"
PATIENCE, MONITOR, MIN_DELTA = "patience", "monitor", "min_delta"
BEST = "best"  # what is done with the best epoch's weights

# Updates.
CLIPPING, CLIP_LIMIT, ACCUMULATE, AVERAGE, BALANCED = "clipping", "clip_limit", "accumulate", "average", "balanced"

# Augmentation.
FLIP, SHIFT, ROTATION, BRIGHTNESS, CUTOUT = "vary_flip", "vary_shift", "vary_rotation", "vary_brightness", "vary_cutout"

# Pretrained weights and frozen layers.
WEIGHTS, TRAIN_LAYERS, LAST_BLOCKS = "weights", "train_layers", "last_blocks"
BACKBONE_RATE, FREEZE_NORMS = "backbone_rate", "freeze_norms"

# Loop.
TORCH_VARIANT = "torch_loop"
LOOK_INSIDE = "look_inside"
MIXED = "mixed"

SETTINGS = (
    LOSS, PROBABILITIES, LABEL_SMOOTHING, L1, L2, WEIGHT_DECAY, SCHEDULE, WARMUP, FACTOR, EVERY, FLOOR, RANGE_FLOOR, PLATEAU, PLATEAU_PATIENCE,
    PLATEAU_FACTOR, PLATEAU_DELTA, PLATEAU_LOWEST, STOP_EARLY, PATIENCE, MONITOR, MIN_DELTA, BEST, FLIP, SHIFT, ROTATION, BRIGHTNESS,
    CUTOUT, TORCH_VARIANT, LOOK_INSIDE, CLIPPING, CLIP_LIMIT, ACCUMULATE, AVERAGE, BALANCED, MIXED, WEIGHTS, TRAIN_LAYERS,
    LAST_BLOCKS, BACKBONE_RATE, FREEZE_NORMS,
)  # fmt: skip
"""Those that "back to the defaults" resets."""
