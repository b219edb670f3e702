"""With one framework installed everything works in it, and a sentence says what is missing."""

import pytest

from clsf import training_service
from clsf.engine import installed
from clsf.errors import EngineError


class Engine:
    def listen(self, listener): ...
    def close(self): ...


@pytest.fixture
def without_tensorflow(monkeypatch, fresh_home):
    found = []
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "tensorflow" else object())
    monkeypatch.setattr(training_service, "start_engine", lambda *only: found.extend(only) or Engine())
    return found


def test_the_other_is_started_and_the_notice_says_what_is_missing(without_tensorflow):
    with training_service.open_service() as opened:
        assert without_tensorflow == [("torch",)]
        assert "TensorFlow is not installed here" in str(opened.notice())
        assert "pip install -r requirements.txt" in str(opened.notice())
        with pytest.raises(EngineError, match="TensorFlow is not installed here"):
            opened.call("tensorflow", "clsf.engine.work:ping")


def test_asking_for_the_missing_one_alone_is_refused_before_anything_starts(without_tensorflow):
    with pytest.raises(EngineError, match="TensorFlow is not installed here"):
        training_service.open_service(("tensorflow",))
    assert without_tensorflow == []


def test_one_that_is_asked_for_is_the_one_that_is_started(monkeypatch, fresh_home):
    found = []
    monkeypatch.setattr(training_service, "start_engine", lambda *only: found.extend(only) or Engine())
    with training_service.open_service(("torch",)) as opened:
        assert found == [("torch",)]
        assert opened.notice() is None
