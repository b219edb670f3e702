"""Every session_state key of the Compare page; those of widgets are in the link under the same name."""

from __future__ import annotations

# Two runs; their ids are clsf.ui.shared.state.RUN and COMPARE_WITH.
PICK_ONE, PICK_TWO = "pick_one", "pick_two"

# Lockstep and switchboard: what both frameworks are to do.
OPTIMIZER, RATE, BATCH, DTYPE = "lock_optimizer", "lock_rate", "lock_batch", "lock_dtype"
CLIP, WEIGH = "lock_clip", "lock_weigh"
PAIR, PAIR_LINK = "lock_sides", "sides"  # which two a lockstep compares
STEPS, ISOLATE, FULL, DECAY, SEED = "steps", "isolate", "keep", "decay", "lock_seed"
SWITCHES = "switches"  # in the link: what is done differently, "name:option,name:option"
PICKED = "picked"
STEP, WHERE = "lock_step", "lock_where"

# Cases, and noise. There was once only the first case; its keys are unchanged.
CASE, ROW_ON, ROW = "case", "published_row", "published_pair"
GAP_EPOCHS, GAP_SEEDS, GAP_LIMIT, GAP_ORDER = "gap_epochs", "gap_seeds", "gap_images", "gap_order"
NOISE_EPOCHS, NOISE_SEEDS, NOISE_LIMIT = "noise_epochs", "noise_seeds", "noise_images"
NOISE_CHANGE, NOISE_CHANGE_LINK = "noise_change", "change"
METHOD = "method"
CODE = "race_code_open"

# Conversion lab.
CONVERT_FIRST, CONVERT_SECOND, CONVERT_MINE, CONVERTED = "convert_first", "convert_second", "convert_mine", "convert_done"

# Work in the background; the names of jobs are in the link.
LOCKSTEP, EFFECTS, GAP, NOISE, DEFAULTS = "lockstep", "effects", "gap", "noise", "defaults"

OPENED = "opened_switch"  # the switch that a row of the defaults led to, which stands first then


def switch(name: str) -> str:
    """Return the key of the widget that holds a switch."""
    return f"switch_{name}"
