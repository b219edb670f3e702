"""Every session_state key of the Tensors page; those of widgets are in the link under the same name."""

from __future__ import annotations

SECTION = "section"

# Create and inspect.
SOURCE = "made"
VALUES = "values"
START, STOP, STEP = "start", "stop", "step"
SIZE = "size"
MEAN, DEVIATION = "mean", "deviation"
LOW, HIGH = "low", "high"
MAKE_SEED = "make_seed"
MAKE_DTYPE = "make_dtype"
SHAPE = "shape"
DRAWN = "drawn"


def axis(number: int, what: str) -> str:
    """Return the key of a slicing widget: what is selected along an axis, or where."""
    return f"axis{number}_{what}"


# Cast.
CAST_VIEW = "cast"
CAST_VALUES = "cast_values"
CAST_FROM, CAST_TO = "cast_from", "cast_to"
ADD_LEFT, ADD_RIGHT, ADD_DTYPE = "add_left", "add_right", "add_dtype"
CAST_EXAMPLE = "cast_example"  # not in the link, but what it sets is
MEET_LEFT, MEET_RIGHT = "meets", "with"

# Change in place.
CHANGE_VIEW, CHANGE_VIEW_LINK = "tensors_change", "change"
CHANGE_VALUES = "change_values"
CHANGE_ATTEMPT = "attempt"
CHANGE_ROW, CHANGE_COLUMN = "row", "column"
CHANGE_VALUE = "new_value"
PAIR = "pair"

# Trace lens.
TRACE_VIEW = "trace"
LENS_SIZES = "sizes"
SERIES = "trace_series"
SIGNATURE = "signature"
TRACE_AGAIN = "trace_again"


def call(number: int) -> str:
    """Return the key of the widget that chooses the argument of a call."""
    return f"call{number}"


# Same thing, other names.
NAMES_SEARCH = "search"
NAMES_GROUP = "group"
NAMES_TRAPS = "guesses"
NAMES_ROWS, NAMES_COLUMNS = "rows", "columns"

# Broadcasting.
LEFT, RIGHT = "left", "right"
SHAPES_EXAMPLE = "shapes_example"

# Layout X-ray.
STAGE = "stage"
LAYOUT_SIDE = "side"
FOLLOW_ROW, FOLLOW_COLUMN, FOLLOW_CHANNEL = "follow_row", "follow_column", "follow_channel"

# Gradients.
GRADIENT_VIEW = "gradient"
FUNCTION = "function"
AT = "x"
HILLS, HILLS_AT, HILLS_BESIDE = "hills", "hills_x", "hills_y"
TIMES = "times"

# Tasks: also in a cookie, see ticks.py.
SOLVED = "tensor_solved"  # sections whose task was done
