"""Every session_state key of the Layers page; those of widgets that make a link worth sharing are in the link too."""

from __future__ import annotations

# The picture. Its data set is in clsf.ui.shared.state.DATA because it is the same on every page.
SOURCE = "picture"
LABEL = "class"
NUMBER = "number"
PHOTOGRAPH = "photograph"
SIDE = "picture_side"
GREY = "picture_grey"
SCALE = "picture_scale"
FILE = "picture_file"
SHEET, SHEET_LINK = "picture_sheet", "drawn_picture"  # the second is in the link
UPLOADED = "picture_uploaded"  # (name, bytes) of the last upload, kept while the reader visits another page

# The chain.
CHAIN = "chain"  # in the link: clsf.layer_stack.stages.to_text
BEGIN = "begin"  # in the link: the run and the layer after which the chain starts, "run:path"
LOOKED_AT = "layer"  # in the link: which layer is shown, from "1"
VERSION = "chain_version"  # grows whenever widgets have to forget what they show
REFUSED = "chain_refused"  # the sentence with which a change was refused

# The current view.
VIEW, VIEW_LINK = "layers_view", "view"
OWN_SCALE = "maps_own_scale"
MAP = "map"
SEED_ONE, SEED_TWO = "dropout_seed_one", "dropout_seed_two"
TIMES = "batches_seen"
CELL = "flat_cell"
KERNEL_ROW, KERNEL_COLUMN, KERNEL_IN, KERNEL_OUT = "kernel_row", "kernel_column", "kernel_in", "kernel_out"
GROWTH_UNITS, GROWTH_CHANNELS = "growth_units", "growth_channels"


def widget(version: int, position: int, name: str) -> str:
    """Return the key of the widget for one field of one layer; another version is another widget."""
    return f"chain{version}_{position}_{name}"
