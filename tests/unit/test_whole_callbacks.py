"""A callback is carried out whole, also where the browser sends something newer meanwhile; its own `st.rerun()` still ends it."""

from __future__ import annotations

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from clsf.ui import whole_callbacks


def page() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def pressed() -> None:
        st.session_state.first = True
        get_script_run_ctx().script_requests.request_rerun(RerunData())  # as the browser's next message does
        st.session_state.second = True

    def again() -> None:
        st.session_state.third = True
        st.rerun()
        st.session_state.fourth = True

    st.button("Press", on_click=pressed)
    st.button("Again", on_click=again)
    st.session_state.runs = st.session_state.get("runs", 0) + 1


def sends_in_its_body() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    st.session_state.runs = [*st.session_state.get("runs", []), "ended"]
    if len(st.session_state.runs) == 1:
        get_script_run_ctx().script_requests.request_rerun(RerunData())
    st.session_state.runs[-1] = "whole"


@pytest.fixture
def look(monkeypatch):
    """Streamlit's own look for newer messages; a test may put another in its place."""
    name = ScriptRunner._maybe_handle_execution_control_request.__name__
    own = getattr(getattr(ScriptRunner, name), "__wrapped__", getattr(ScriptRunner, name))
    monkeypatch.setattr(ScriptRunner, name, own)
    return own


def state_after(pressed: int) -> dict[str, object]:
    test = AppTest.from_function(page).run()
    test.button[pressed].click().run()
    assert not test.exception
    known = ("first", "second", "third", "fourth", "runs")
    return {name: test.session_state[name] for name in known if name in test.session_state}


@pytest.mark.usefixtures("look")
def test_streamlit_alone_ends_a_callback_for_a_newer_message():
    assert state_after(0) == {"first": True, "runs": 2}


@pytest.mark.usefixtures("look")
def test_it_is_carried_out_whole():
    whole_callbacks.keep_whole()
    assert state_after(0) == {"first": True, "second": True, "runs": 2}  # one run of the page serves the press and the message


@pytest.mark.usefixtures("look")
def test_its_own_rerun_ends_it():
    whole_callbacks.keep_whole()
    assert state_after(1) == {"third": True, "runs": 2}


def test_outside_callbacks_a_newer_message_still_ends_the_run(look):
    whole_callbacks.keep_whole()
    whole_callbacks.keep_whole()
    assert ScriptRunner._maybe_handle_execution_control_request.__wrapped__ is look
    test = AppTest.from_function(sends_in_its_body).run()
    assert test.session_state["runs"] == ["ended", "whole"]
