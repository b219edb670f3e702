"""Handles unexpected errors: the reader gets a sentence with a number, the log gets the full traceback under that number."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from streamlit import config, error_util
from streamlit.delta_generator_singletons import get_dg_singleton_instance
from streamlit.proto.Exception_pb2 import Exception as Shown

from clsf.ui.shared.text import t

log = logging.getLogger("clsf.ui")

DETAILS = "client.showErrorDetails"
_streamlits: Callable[[BaseException], None] = error_util.show_uncaught_app_exception


def watch() -> None:
    """Make this process show such errors our way, whether they occur in pages, fragments or callbacks.

    Streamlit has a hook for this (`on_script_error`), but not for an app started with `streamlit run`.
    """
    error_util.show_uncaught_app_exception = show


def show(error: BaseException) -> None:
    """Log an error and report it on the page without details; if details are enabled, Streamlit shows them."""
    number = secrets.token_hex(4)
    log.error("error=%s type=%s", number, type(error).__name__, exc_info=error)
    if config.get_option(DETAILS) != "none":
        _streamlits(error)
        return
    try:
        message = t(
            "Something unexpected went wrong (number {number}). What you chose is kept; reload the page. The server's log has the reason "
            "under that number.",
            number=number,
        )
        get_dg_singleton_instance().main_dg._enqueue("exception", Shown(message=message, message_is_markdown=False))
    except Exception:  # reporting an error must not cause another one
        log.exception("error=%s could not be shown", number)
