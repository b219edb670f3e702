"""A dashboard after its first run: for tests in this process, and for those that start their own."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.runtime.pages_manager import PagesManager

from clsf.ui.shared import service_access


def served_before(put: Callable[[object, str, object], None] = setattr) -> None:
    """Make app.py look as if it had run before. `put` sets an attribute, permanently or for one test.

    In AppTest each run is the first of its server; it would be served from the folder pages/ and then run again, which loses a
    pressed button.
    """
    begin = PagesManager.__init__

    def begun(self: PagesManager, *args: object, **kwargs: object) -> None:
        begin(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    put(PagesManager, "__init__", begun)


def with_lab(lab: object, put: Callable[[object, str, object], None] = setattr) -> None:
    """Make all pages use a lab, as the open service."""
    put(service_access, "get_service", lambda: lab)
    put(service_access, "_tried", True)
