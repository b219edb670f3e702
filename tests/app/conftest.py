"""The dashboard in one process, with a lab that trains nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from clsf.ui.shared import service_access
from tests.app.answering_lab import AnsweringLab
from tests.app.fake_lab import FakeLab

ROOT = Path(__file__).parents[2]


def installed(monkeypatch: pytest.MonkeyPatch, lab: FakeLab) -> FakeLab:
    """Have all pages of this test use a lab, and forget what they remember of another."""
    monkeypatch.setattr(service_access, "get_service", lambda: lab)
    monkeypatch.setattr(service_access, "_tried", True)
    st.cache_resource.clear()
    if isinstance(lab, AnsweringLab):
        st.cache_data.clear()
    return lab


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> FakeLab:
    return installed(monkeypatch, FakeLab())


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
    """Return a function that opens a page by a link, as a browser would: through app.py."""

    def opened(page: str = "home", lang: str = "en", **link: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)  # a framework may just be imported
        for name, value in {"lang": lang, **link}.items():
            app.query_params[name] = value
        if page != "home":
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return opened
