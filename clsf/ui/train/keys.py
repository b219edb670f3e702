"""Every session_state key of the Train page beside those of `clsf.ui.shared.state`; those of settings stand in the link under the same name."""

from __future__ import annotations

CODE = "loops"  # whose code is looked at
VIEW, VIEW_LINK = "train_view", "view"  # which part of the page is looked at
VIEW_WANTED = "view_wanted"  # the part to be looked at next

# Loss and regularisation.
LOSS = "loss"
PROBABILITIES = "probabilities"
LABEL_SMOOTHING = "label_smoothing"
L1, L2 = "l1", "l2"
WEIGHT_DECAY = "weight_decay"

# Schedule and stopping.
SCHEDULE = "schedule"
WARMUP = "warmup"
FACTOR, EVERY, FLOOR = "rate_factor", "rate_every", "rate_floor"
PLATEAU = "plateau"
PLATEAU_PATIENCE, PLATEAU_FACTOR, PLATEAU_DELTA, PLATEAU_LOWEST = (
    "plateau_patience",
    "plateau_factor",
    "plateau_delta",
    "plateau_lowest",
)
STOP_EARLY = "early_stopping"
PATIENCE, MONITOR, MIN_DELTA = "patience", "monitor", "min_delta"
BEST = "best"  # what is done with the best epoch's weights

# Augmentation.
FLIP, SHIFT, ROTATION, BRIGHTNESS, CUTOUT = "vary_flip", "vary_shift", "vary_rotation", "vary_brightness", "vary_cutout"

# Loop.
TORCH_VARIANT = "torch_loop"
LOOK_INSIDE = "look_inside"

SETTINGS = (
    LOSS, PROBABILITIES, LABEL_SMOOTHING, L1, L2, WEIGHT_DECAY, SCHEDULE, WARMUP, FACTOR, EVERY, FLOOR, PLATEAU, PLATEAU_PATIENCE,
    PLATEAU_FACTOR, PLATEAU_DELTA, PLATEAU_LOWEST, STOP_EARLY, PATIENCE, MONITOR, MIN_DELTA, BEST, FLIP, SHIFT, ROTATION, BRIGHTNESS,
    CUTOUT, TORCH_VARIANT, LOOK_INSIDE,
)  # fmt: skip
"""Those that "back to the defaults" resets."""

# Looking inside, and one batch at a time.
INSIDE = "inside"
LAYER = "inside_layer"
QUANTITY = "inside_quantity"
INSIDE_AT = "inside_at"
INSIDE_LAST = "inside_last"  # the newest epoch at the last look, so that a reader who looks at the newest one goes on doing so
WATCHED = "inside_image"
STEP_WEIGHT = "step_weight"

# The study of variants.
STUDY = "study"  # the ids of its runs, in the link
STUDY_STEPS = "study_steps"
STUDY_LOAD = "study_load"  # how busy the machine was when it began

NO_PICTURES = "train_no_pictures"  # images that no worker could be asked for, and until when it is not tried again
