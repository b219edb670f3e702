"""Checks what comes from the browser before anything reads it: values of widgets, one of the options or a number within limits,
and of the link, from which Streamlit reads widget values, accepting some that no widget can hold.

Streamlit checks the value of a selectbox or radio when the page shows it again. Callbacks of a button or `on_change` run before
that and would see any value that was sent. So the check is done where messages become values. Logging of downloads is also set
here: a refused download is not an error.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from contextlib import suppress
from functools import wraps

import streamlit as st
from streamlit.elements.widgets.button_group import _MultiSelectButtonGroupSerde, _SingleSelectButtonGroupSerde
from streamlit.elements.widgets.checkbox import CheckboxSerde
from streamlit.elements.widgets.multiselect import MultiSelectSerde
from streamlit.elements.widgets.number_input import NumberInputSerde
from streamlit.elements.widgets.radio import RadioSerde
from streamlit.elements.widgets.select_slider import SelectSliderSerde
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.elements.widgets.slider import SliderSerde
from streamlit.elements.widgets.text_widgets import TextAreaSerde, TextInputSerde
from streamlit.errors import StreamlitAPIException
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.state import session_state
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.query_params import parse_url_param
from streamlit.runtime.state.session_state import Serialized, WStates

from clsf import checks
from clsf.errors import ClsfError
from clsf.words import say

CHOICES = (SelectboxSerde, RadioSerde)  # for these, Streamlit accepts any text
OTHERS = (
    MultiSelectSerde, SelectSliderSerde, _MultiSelectButtonGroupSerde, NumberInputSerde, SliderSerde,
    CheckboxSerde, TextInputSerde, TextAreaSerde,
)  # fmt: skip
DOWNLOADS = "streamlit.runtime.backend_operation_handler"  # its logger
MOST_NUMBER = 2**53  # the browser's numbers are exact integers up to here, and messages to it can't hold much larger ones
MOST_TEXT = 8_000  # characters of a link; about the limit of browsers and servers

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


def tidy() -> None:
    """Remove from the link what no widget can hold, before any widget reads it, because a session may be sent to another link.

    A value bound to a widget can't be removed this way; Streamlit removes it when the value is refused, see `guard`.
    """
    guard()
    for name in list(st.query_params):
        if not all(usable(value) for value in st.query_params.get_all(name)):
            with suppress(StreamlitAPIException):
                del st.query_params[name]


def guard() -> None:
    """Make Streamlit refuse, for every widget, what `usable` refuses. Streamlit calls this parser only for values of a link.

    Streamlit 1.67 lets an OverflowError of int("inf") through, and the page shows an error that the link brings back.
    """
    if session_state.parse_url_param is not _parsed:
        session_state.parse_url_param = _parsed


def _parsed(value: str | list[str], value_type: str) -> object:
    if not all(usable(part) or part == "" for part in ([value] if isinstance(value, str) else value)):
        raise ValueError("no widget can hold this value of the link")
    return parse_url_param(value, value_type)


def usable(value: str) -> bool:
    """Return whether a widget can hold a value of a link: displayable text, or a number that is not too large."""
    if not value or len(value) > MOST_TEXT:
        return False
    try:
        checks.text(ClsfError, say("link"), value)
        number = float(value)
    except ClsfError:
        return False
    except ValueError:  # not a number
        return True
    return math.isfinite(number) and abs(number) <= MOST_NUMBER
