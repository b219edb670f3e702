"""An unexpected error is shown as a sentence with a number, and is logged under that number."""

from __future__ import annotations

import logging
import re

import pytest

from clsf.ui import unexpected_errors
from clsf.ui.shared import runs

SECRET = "the password is swordfish"


@pytest.fixture
def broken(lab, monkeypatch):
    """The lab fails with an unexpected error."""

    def fail(*args, **kwargs):
        raise KeyError(SECRET)

    monkeypatch.setattr(lab, "check", fail)
    monkeypatch.setattr(lab, "train", fail)
    monkeypatch.setattr(lab, "record", fail)
    return lab


def told(app, caplog):
    """Return the sentence on the page and the log entry with its number."""
    [shown] = app.exception
    number = re.search(r"[0-9a-f]{8}", shown.message)[0]
    [found] = [r for r in caplog.records if r.name == "clsf.ui" and number in r.getMessage()]
    return shown, found


@pytest.mark.parametrize(("lang", "words"), [("en", "Something unexpected went wrong"), ("ko", "예상하지 못한 문제")])
def test_a_page_that_breaks(open_app, broken, caplog, lang, words):
    caplog.set_level(logging.ERROR)
    app = open_app("train", lang, run="someone-elses")
    shown, found = told(app, caplog)
    assert words in shown.message
    assert SECRET not in shown.message
    assert not shown.stack_trace
    assert "KeyError" not in shown.message
    assert found.exc_info[1].args == (SECRET,)


def test_a_button_that_breaks_and_the_page_is_still_there(open_app, lab, caplog, monkeypatch):
    caplog.set_level(logging.ERROR)
    app = open_app("train")

    def fail(*args, **kwargs):
        raise KeyError(SECRET)

    monkeypatch.setattr(runs, "start", fail)
    monkeypatch.setattr(lab, "train", fail)
    app.button(key="train").click().run()
    shown, _ = told(app, caplog)
    assert SECRET not in shown.message
    assert not shown.stack_trace


def test_each_has_a_number_of_its_own(open_app, broken, caplog):
    numbers = {told(open_app("train", run="x"), caplog)[1].getMessage() for _ in range(3)}
    assert len(numbers) == 3


def test_it_is_in_place_for_whoever_runs_streamlit():
    from streamlit import error_util

    unexpected_errors.watch()
    assert error_util.show_uncaught_app_exception is unexpected_errors.show
    assert "show_uncaught_app_exception" in error_util.handle_user_script_exception.__code__.co_names
