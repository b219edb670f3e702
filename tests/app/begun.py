"""A dashboard that is not in its first moment: for tests in this process, and for those that start one of their own."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.runtime.pages_manager import PagesManager

from clsf.ui.shared import service_access


def served_before(put: Callable[[object, str, object], None] = setattr) -> None:
    """Have app.py have run before. `put`: sets an attribute, for good or for a test.

    AppTest makes each run the first of its server, which would be served from the folder pages/ and, once healed, run again: a
    pressed button would be forgotten.
    """
    begin = PagesManager.__init__

    def begun(self: PagesManager, *args: object, **kwargs: object) -> None:
        begin(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    put(PagesManager, "__init__", begun)


def with_lab(lab: object, put: Callable[[object, str, object], None] = setattr) -> None:
    """Have all pages use a lab, as a service that is open."""
    put(service_access, "get_service", lambda: lab)
    put(service_access, "_tried", True)
