"""The dashboard in one process, with a lab that trains nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from clsf.ui.shared import service_access
from tests.app.fake_lab import FakeLab

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> FakeLab:
    fake = FakeLab()
    monkeypatch.setattr(service_access, "get_service", lambda: fake)
    st.cache_resource.clear()
    return fake


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on which app.py has run before. AppTest makes each run the first of its server, which would be served from
    the folder pages/ and, once healed, run again: a pressed button would be forgotten."""
    begin = PagesManager.__init__

    def begun(self: PagesManager, *args: object, **kwargs: object) -> None:
        begin(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", begun)


@pytest.fixture
def open_app(lab: FakeLab, warm: None) -> Callable[..., AppTest]:
    """Return a function that opens a page as a browser would: through app.py."""

    def opened(page: str = "home", lang: str = "en", **link: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        app.query_params["lang"] = lang
        for name, value in link.items():
            app.query_params[name] = value
        app.run()
        if page != "home":
            app.switch_page(f"pages/{page}.py")
            app.run()
        return app

    return opened
