"""Errors that nobody foresaw: the reader gets a sentence with a number, the log the whole story under that number."""

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
    """Have this process show such errors our way, those of pages, of fragments and of what buttons call alike.

    Streamlit has a place for this (`on_script_error`), but not for an app that is begun by `streamlit run`.
    """
    error_util.show_uncaught_app_exception = show


def show(error: BaseException) -> None:
    """Log an error and say so on the page, without a word of what it was; where details are wanted, Streamlit shows them."""
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
    except Exception:  # to tell of an error must not become another one
        log.exception("error=%s could not be shown", number)
