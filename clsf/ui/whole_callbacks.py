"""Lets the callback of a widget finish before a newer message from the browser ends its run.

At every read and write of the session's state, Streamlit (1.67) looks for a newer message and ends the run for it. Within a
callback, it drops the error that does this, so the callback just ended there, with some of its writes made: of keys pressed fast
in the list of layers, one was noted as carried out, and was not.
"""

from __future__ import annotations

from functools import wraps

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState


def keep_whole() -> None:
    """Install this in the process. Repeated calls have no further effect."""
    look = ScriptRunner._maybe_handle_execution_control_request
    if hasattr(look, "__wrapped__"):
        return

    @wraps(look)
    def look_outside_callbacks(runner: ScriptRunner) -> None:
        ends_itself = script_run_context._fragment_callback_warning_suppressed.get()  # by `st.rerun()`
        if ends_itself or not _in_callback():
            look(runner)

    ScriptRunner._maybe_handle_execution_control_request = look_outside_callbacks


def _in_callback() -> bool:
    try:
        return ThreadState.get().run_location is RunLocation.CALLBACK
    except RuntimeError:  # another thread than a session's
        return False
