"""Every session_state key of the Model page; those of widgets are in the link under the same name."""

from __future__ import annotations

HISTORY = "model_history"  # the design with the steps that can be taken back
LINK = "design"  # in the link only: the design, packed
ACKED = "model_acked"  # number of the last request of the list of cards that was carried out
FRESH = "model_fresh"  # number of the card that was added or copied last
REFUSAL = "model_refusal"  # the message that refused the last request
CARDS = "model_cards"

# The input that the design is tried on.
IMAGES = "for"
TYPED_SHAPE, TYPED_CLASSES = "input", "classes"
BATCH = "at_batch"
NAME = "model_name"

# Starting again.
UPLOAD, PASTED = "model_upload", "model_pasted"

# Views.
VIEW, VIEW_LINK = "model_view", "view"
KERAS_STYLE, TORCH_STYLE = "keras", "torch"
VOLUMES_SCALE, VOLUMES_ALL = "scale_by", "model_volumes_all"
DIAGRAM_FULL = "model_diagram_full"
CODE_PANEL, DIAGRAM = "model_code_panel", "model_diagram"
ASKED = "model_asked"  # the design whose summaries were requested
