"""The theme message is made once, and equals the one that Streamlit would make each time."""

from __future__ import annotations

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from clsf.ui import theme_message

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


@pytest.fixture
def made(monkeypatch):
    """Count the calls of Streamlit's own function, with ours in front of it."""
    own, calls = getattr(app_session._populate_theme_msg, "__wrapped__", app_session._populate_theme_msg), []

    def counted(message: CustomThemeConfig, section: str = "theme") -> None:
        calls.append(section)
        own(message, section)

    monkeypatch.setattr(app_session, "_populate_theme_msg", counted)
    theme_message.keep()
    theme_message.keep()
    return own, calls


def whole(populate) -> CustomThemeConfig:
    """Return the theme with all its sections, as in a session's message."""
    message = CustomThemeConfig()
    for part, section in zip(
        (message, message.light, message.dark, message.sidebar, message.light.sidebar, message.dark.sidebar),
        SECTIONS,
        strict=True,
    ):
        populate(part, section)
    return message


def test_it_is_the_same_and_made_once(made):
    own, calls = made
    expected = whole(own)
    assert expected.light.primary_color == "#0a665e"
    for _ in range(3):
        assert whole(app_session._populate_theme_msg) == expected
    assert calls == list(SECTIONS)


def test_a_section_without_options_stays_away(made, monkeypatch):
    monkeypatch.setattr(config, "get_options_for_section", lambda section: {"base": None})
    message = whole(app_session._populate_theme_msg)
    assert not message.HasField("light")


def test_options_that_are_read_again_make_it_anew(made, monkeypatch):
    _, calls = made
    whole(app_session._populate_theme_msg)
    again = dict(config.get_config_options())
    monkeypatch.setattr(config, "get_config_options", lambda *_, **__: again)
    whole(app_session._populate_theme_msg)
    assert len(calls) == 2 * len(SECTIONS)
