"""Every session_state key of the Train page beside those of `clsf.ui.shared.state`; those of settings are in the link under the same name."""

from __future__ import annotations

CODE = "loops"  # whose code is looked at
VIEW, VIEW_LINK = "train_view", "view"  # which part of the page is looked at

# Looking inside, and one batch at a time.
INSIDE = "inside"
LAYER = "inside_layer"
QUANTITY = "inside_quantity"
INSIDE_AT, INSIDE_LINK = "inside_at", "inside_at_linked"
INSIDE_LAST = "inside_last"  # the newest epoch at the last look, so that a reader who looks at the newest one goes on doing so
WATCHED = "inside_image"
STEP_WEIGHT = "step_weight"

# The study of variants.
STUDY = "study"  # the ids of its runs, in the link
STUDY_STEPS = "study_steps"
STUDY_LOAD = "study_load"  # how busy the machine was when it began

NO_PICTURES = "train_no_pictures"  # images that no worker could be asked for, and until when it is not tried again
