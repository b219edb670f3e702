"""Any value that a browser sends for a widget is handled: the widget holds one of its options, or its default."""

import logging

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.media_file_storage import MediaFileStorageError

from clsf.errors import ClsfError
from clsf.plan import LEARNING_RATES, OPTIMIZERS
from clsf.ui import incoming
from clsf.ui.shared import state

PAGES = {
    "home": [{}],
    "data": [{"part_of_data": part} for part in ("look", "numbers", "own", "split", "vary", "labels")],
    "tensors": [{"section": part} for part in ("create", "change", "cast", "broadcast", "gradients", "trace", "names")],
    "layers": [{}], "model": [{}], "train": [{}],
    "compare": [{"compare": part} for part in ("race", "lockstep", "switches", "gap", "noise")],
    "predict": [{}], "experiments": [{}, {"experiment": "grid"}], "runs": [{}], "bug_lab": [{}], "your_code": [{}],
    "teachers": [{"teachers": part} for part in ("assignment", "class", "handouts")], "assignment": [{}],
    "own": [{"own": part} for part in ("collect", "teach")],
}  # fmt: skip
KINDS = (
    "selectbox", "radio", "multiselect", "button_group", "number_input", "slider", "select_slider", "checkbox", "toggle", "text_input",
    "text_area", "arrow_data_frame",
)  # fmt: skip
TEXT = "nonsense__\u202e<b>\x00" + "9" * 5000

SENT = {
    "a text": lambda widget: setattr(widget, "string_value", TEXT),
    "texts": lambda widget: widget.string_array_value.data.extend([TEXT, "", "-1"]),
    "no texts": lambda widget: widget.string_array_value.data.extend([]) or widget.string_array_value.SetInParent(),
    "nan": lambda widget: setattr(widget, "double_value", float("nan")),
    "infinite": lambda widget: setattr(widget, "double_value", float("-inf")),
    "numbers": lambda widget: widget.double_array_value.data.extend([1e308, float("nan"), -1.0]),
    "a whole number": lambda widget: setattr(widget, "int_value", -(2**53)),
    "yes": lambda widget: setattr(widget, "bool_value", True),
    "json": lambda widget: setattr(
        widget, "json_value", '{"edited_rows": {"99": {"x": "y"}}, "selection": {"rows": [-1, 1e9]}}'
    ),
}


def said(app, put) -> WidgetStates:
    """Return the message of a browser that puts this value into each of the page's widgets."""
    states = WidgetStates()
    for kind in KINDS:
        for found in app.get(kind):
            name = getattr(found, "id", "") or getattr(found.proto, "id", "")
            if name:
                widget = states.widgets.add()
                widget.id = name
                put(widget)
    return states


@pytest.mark.parametrize("page", PAGES)
def test_every_page_goes_on_with_nonsense_in_every_widget(open_app, page):
    for link in PAGES[page]:
        app = open_app(page, **link)
        assert not app.exception
        for what, put in SENT.items():
            app._run(said(app, put))
            assert not app.exception, (link, what, app.exception[0].message, app.exception[0].stack_trace)


@pytest.mark.parametrize("page", ["train", "compare"])
def test_an_optimizer_that_is_none_leaves_the_default_with_its_learning_rate(open_app, page):
    app = open_app(page, **({"compare": "lockstep"} if page == "compare" else {}))
    key = {"train": state.OPTIMIZER, "compare": "lock_optimizer"}[page]
    before = app.session_state[key]
    other = next(name for name in OPTIMIZERS if LEARNING_RATES[name] != LEARNING_RATES[before])
    app.get_by_key(key).set_value(other).run()
    states = WidgetStates()
    widget = states.widgets.add()
    widget.id, widget.string_value = app.get_by_key(key).id, TEXT
    app._run(states)
    assert not app.exception
    assert app.session_state[key] == before


@pytest.mark.parametrize(
    ("cause", "lines"), [(ClsfError("It is not yours."), 1), (None, 1), (ZeroDivisionError("a fault of ours"), 2)]
)
def test_only_a_download_that_fails_unforeseen_is_logged_with_its_traceback(caplog, cause, lines):
    incoming.watch()
    with caplog.at_level(logging.INFO):
        try:
            raise MediaFileStorageError("Callable execution failed") from cause
        except MediaFileStorageError:
            logging.getLogger(incoming.DOWNLOADS).exception("Error executing deferred callable")
    traced = [record for record in caplog.records if record.exc_info]
    assert len(traced) == lines - 1
    assert ("event=download-refused" in caplog.text) is (lines == 1)
