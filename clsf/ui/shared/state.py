"""Every session_state key, in one place. Keys that are also names in the link are written as they appear there.

The Tensors page has its many keys in `clsf.ui.tensors.keys`; none is in both.
"""

from __future__ import annotations

from clsf.ui.shared import identity

# The reader.
LANGUAGE = "language"
LANGUAGE_SWITCH = "language_switch"

# What to train. Each is the key of a widget; those that make a link worth sharing are also in the link.
DATA = "data"
MODEL = "model"
PLAN = "plan"  # the Plan that was chosen last on the Train page
MODEL_LINK_REFUSAL = "model_link_refusal"  # the sentence that says why a link's model could not be opened
DESIGN = "design"  # the ModelSpec that was made on the Model page
DESIGN_WANTED = "design_wanted"  # whether another page set it for the Model page to open
FRAMEWORKS = "frameworks"
EPOCHS = "epochs"
BATCH_SIZE = "batch_size"
OPTIMIZER = "optimizer"
LEARNING_RATE = "learning_rate"
ALIGNED = "aligned"
START = "initial"
IMAGE_SIZE = "image_size"
COLOUR = "colour"
SCALE = "scale"
DTYPE = "dtype"
SEED = "seed"
TRAIN_LIMIT = "train_limit"
TENSORFLOW_VARIANT = "loop"
RACE = "race"

# What is running, and how it is shown.
RUN = "run"  # also in the link
REFUSAL = "refusal"  # the message with which a start or a command was refused
CHART_AXIS = "chart_axis"
CHART_LOG = "chart_log"
CHART_SMOOTHING = "chart_smoothing"
SETTINGS_OPEN, MORE_OPEN = "settings_open", "more_settings_open"
SETTINGS_GROUP = "settings"  # in the link: which group of the other settings is visible
CHART_APART = "chart_apart"
CHART_MORE = "chart_more"
NEW_RATE = "new_rate"
NUMBERS = "numbers"

# What another page should show when the reader opens it.
TRAIN_VIEW_WANTED = "view_wanted"
COMPARE_SECTION = "compare"
COMPARE_WITH = "compare_with"  # the second run's id, where the two were not started together
EXPERIMENT = "experiment"  # in the link: id of the experiment in view
RUNS_OF_EXPERIMENT = "history_experiment"  # id: only its runs are listed


def owner() -> str:
    """Return the owner mark of the reader's runs: the same after a reload, see `clsf.ui.shared.identity`."""
    return identity.owner_of(identity.key())
