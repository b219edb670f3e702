"""With one framework installed everything works in that one, and a sentence says what is missing."""

import pytest

from clsf import lab
from clsf.engine import installed
from clsf.errors import EngineError


class Engine:
    def listen(self, listener): ...
    def close(self): ...


@pytest.fixture
def without_tensorflow(monkeypatch, fresh_home):
    found = []
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "tensorflow" else object())
    monkeypatch.setattr(lab, "start_engine", lambda *only: found.extend(only) or Engine())
    return found


def test_the_other_is_started_and_the_notice_says_what_is_missing(without_tensorflow):
    with lab.open_lab() as opened:
        assert without_tensorflow == [("torch",)]
        assert "TensorFlow is not installed here" in str(opened.notice())
        assert "pip install -r requirements.txt" in str(opened.notice())
        with pytest.raises(EngineError, match="TensorFlow is not installed here"):
            opened.call("tensorflow", "clsf.engine.work:ping")


def test_asking_for_the_missing_one_alone_is_refused_before_anything_starts(without_tensorflow):
    with pytest.raises(EngineError, match="TensorFlow is not installed here"):
        lab.open_lab(("tensorflow",))
    assert without_tensorflow == []


def test_one_that_is_asked_for_is_the_one_that_is_started(monkeypatch, fresh_home):
    found = []
    monkeypatch.setattr(lab, "start_engine", lambda *only: found.extend(only) or Engine())
    with lab.open_lab(("torch",)) as opened:
        assert found == [("torch",)]
        assert opened.notice() is None
