"""Checks widget values from the browser before anything reads them: one of the options, or a number within limits.

Streamlit checks the value of a selectbox or radio when the page shows it again. Callbacks of a button or `on_change` run before
that and would see any value that was sent. So the check is done where messages become values. Logging of downloads is also set
here: a refused download is not an error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from streamlit.elements.widgets.button_group import _MultiSelectButtonGroupSerde, _SingleSelectButtonGroupSerde
from streamlit.elements.widgets.checkbox import CheckboxSerde
from streamlit.elements.widgets.multiselect import MultiSelectSerde
from streamlit.elements.widgets.number_input import NumberInputSerde
from streamlit.elements.widgets.radio import RadioSerde
from streamlit.elements.widgets.select_slider import SelectSliderSerde
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.elements.widgets.slider import SliderSerde
from streamlit.elements.widgets.text_widgets import TextAreaSerde, TextInputSerde
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import Serialized, WStates

from clsf.errors import ClsfError

CHOICES = (SelectboxSerde, RadioSerde)  # for these, Streamlit accepts any text
OTHERS = (
    MultiSelectSerde, SelectSliderSerde, _MultiSelectButtonGroupSerde, NumberInputSerde, SliderSerde,
    CheckboxSerde, TextInputSerde, TextAreaSerde,
)  # fmt: skip
DOWNLOADS = "streamlit.runtime.backend_operation_handler"  # its logger

log = logging.getLogger("clsf.ui")


def watch() -> None:
    """Install the checks in this process. Repeated calls have no further effect."""
    for kind in CHOICES:
        _check(kind, lambda serde, sent: sent is None or sent in serde.formatted_option_to_option_index)
    # An empty list is a cleared choice, which a browser offers only if the widget started empty.
    _check(
        _SingleSelectButtonGroupSerde, lambda serde, sent: sent is None or len(sent) > 0 or serde.default_option_index is None
    )
    for kind in OTHERS:
        _check(kind, lambda serde, sent: True)
    _check_types()
    logger = logging.getLogger(DOWNLOADS)
    if _worth_a_traceback not in logger.filters:
        logger.addFilter(_worth_a_traceback)


def _check(kind: type, fits: Callable[[object, object], bool]) -> None:
    """Make a kind of widget take its default if the sent value is not an option or cannot be read at all (nan, wrong type)."""
    read = kind.deserialize
    if hasattr(read, "__wrapped__"):
        return

    @wraps(read)
    def deserialize(serde: object, sent: object) -> object:
        try:
            return read(serde, sent if fits(serde, sent) else None)
        except (TypeError, ValueError, OverflowError, AttributeError, LookupError):
            return read(serde, None)

    kind.deserialize = deserialize


def _check_types() -> None:
    """Ignore a value of the wrong type for its widget: on arrival, or when the widget is first shown afterwards."""
    take, show = WStates.set_widget_from_proto, WStates.set_widget_metadata
    if hasattr(take, "__wrapped__"):
        return

    @wraps(take)
    def set_widget_from_proto(states: WStates, sent: WidgetState) -> None:
        if _is_of(sent, states.widget_metadata.get(sent.id)):
            take(states, sent)

    @wraps(show)
    def set_widget_metadata(states: WStates, shown: WidgetMetadata) -> None:
        kept = states.states.get(shown.id)
        if isinstance(kept, Serialized) and not _is_of(kept.value, shown):
            del states.states[shown.id]
        show(states, shown)

    WStates.set_widget_from_proto, WStates.set_widget_metadata = set_widget_from_proto, set_widget_metadata


def _is_of(sent: WidgetState, shown: WidgetMetadata | None) -> bool:
    kind = sent.WhichOneof("value")
    return shown is None or kind is None or kind == shown.value_type


def _worth_a_traceback(record: logging.LogRecord) -> bool:
    """Log a refused download in one line and not as an error of the program; other errors are logged as before."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, MediaFileStorageError):
        return True
    why = error.__cause__
    if isinstance(why, ClsfError) or why is None:  # no cause: the requested file does not exist, or no longer exists
        log.info("event=download-refused why=%r", str(why or error))
        return False
    return True
