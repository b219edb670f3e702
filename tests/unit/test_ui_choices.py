"""A choice whose options change: what the session still holds may be none of them, and Streamlit asks for its label all the same."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.elements.widgets.button_group import _SingleSelectButtonGroupSerde
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import WStates

ROOT = Path(__file__).parents[2]
WIDGETS = {"selectbox", "multiselect", "radio", "select_slider", "segmented_control", "pills"}
TITLES = {"c": "C", "d": "D"}


def states(format_func) -> WStates:
    """Return the widget states of a session that holds "b", of options that are now "c" and "d"."""
    serde = _SingleSelectButtonGroupSerde(
        list(TITLES), formatted_options=list(TITLES.values()),
        formatted_option_to_option_index={"C": 0, "D": 1}, format_func=format_func,
    )  # fmt: skip
    found = WStates()
    found.set_widget_metadata(WidgetMetadata("k", serde.deserialize, serde.serialize, value_type="string_array_value"))
    found.set_from_value("k", "b")
    return found


def test_a_label_that_is_missing_must_be_an_error_for_streamlit():
    """It catches one, and takes the value for its label; None as a label ends the run of the page instead."""
    [state] = states(TITLES.__getitem__).as_widget_states()
    assert list(state.string_array_value.data) == ["b"]
    with pytest.raises(TypeError):
        states(TITLES.get).as_widget_states()


def test_no_widget_asks_for_labels_that_may_be_none():
    found = []
    for path in (*(ROOT / "clsf" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                labels = [each.value for each in node.keywords if each.arg == "format_func"]
                labels += node.args if isinstance(node.func, ast.Attribute) and node.func.attr in WIDGETS else []
                found += [f"{path.name}:{each.lineno}" for each in labels if ast.unparse(each).endswith(".get")]
    assert found == []
