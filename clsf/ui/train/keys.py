"""Every session_state key of the Train page except those of `clsf.ui.shared.state`.

Those of settings are in the link under the same name."""

CODE = "loops"  # whose code is shown
VIEW, VIEW_LINK = "train_view", "view"  # which part of the page is shown

# Looking inside, and one batch at a time.
INSIDE = "inside"
LAYER = "inside_layer"
QUANTITY = "inside_quantity"
INSIDE_AT, INSIDE_LINK = "inside_at", "inside_at_linked"
INSIDE_LAST = "inside_last"  # the newest epoch at the last refresh, so that a reader can follow the newest one
WATCHED = "inside_image"
STEP_WEIGHT = "step_weight"

# The study of variants.
STUDY = "study"  # the ids of its runs, in the link
STUDY_STEPS = "study_steps"
STUDY_LOAD = "study_load"  # how busy the machine was when it began

NO_PICTURES = "train_no_pictures"  # images that no worker could return, and the time before which they are not requested again
