"""The dashboard in one process, with a lab that trains nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.app.answering_lab import AnsweringLab
from tests.app.begun import served_before, with_lab
from tests.app.fake_lab import FakeLab

ROOT = Path(__file__).parents[2]


def installed(monkeypatch: pytest.MonkeyPatch, lab: FakeLab) -> FakeLab:
    """Make all pages of this test use a lab, and clear what they cached of another."""
    with_lab(lab, monkeypatch.setattr)
    st.cache_resource.clear()
    if isinstance(lab, AnsweringLab):
        st.cache_data.clear()
    return lab


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> FakeLab:
    return installed(monkeypatch, FakeLab())


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on which app.py has run before."""
    served_before(monkeypatch.setattr)


@pytest.fixture
def open_app(lab: FakeLab, warm: None) -> Callable[..., AppTest]:
    """Return a function that opens a page by a link through app.py, as a browser would."""

    def opened(page: str = "home", lang: str = "en", **link: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)  # a framework may just be imported
        for name, value in {"lang": lang, **link}.items():
            app.query_params[name] = value
        if page != "home":
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return opened
