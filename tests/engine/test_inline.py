"""The engine without processes gives the same events."""

import pytest

from clsf.engine.base import RunRequest
from clsf.engine.inline import InlineEngine
from clsf.errors import EngineError
from clsf.events import BatchesEnded, EpochEnded, Paused, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from tests.engine.conftest import Witness


@pytest.fixture
def inline():
    engine = InlineEngine("torch", job="tests.engine.fakes:run", warm="tests.engine.fakes:warm")
    engine.witness = Witness()
    engine.listen(engine.witness)
    yield engine
    engine.close()


def request(run_id, fault="none", framework="torch", epochs=1):
    model = preset("tiny", 10).to_json() | {"name": fault}
    return RunRequest(run_id, framework, model, Plan("digits", epochs=epochs).to_json(), "g")


def test_the_same_story(inline):
    inline.submit(request("r"))
    assert inline.witness.until_over("r").reason == "finished"
    assert [type(e) for e in inline.witness.events("r")] == [RunStarted] + 10 * [BatchesEnded] + [EpochEnded, RunEnded]
    assert [what for what, _ in inline.witness.of("r")][-2:] == ["weights", "events"]


def test_commands(inline):
    inline.submit(request("r", epochs=500))
    inline.control("r", "pause")
    inline.witness.until_event("r", Paused)
    assert inline.position("r") == 0
    inline.control("r", "stop")
    assert inline.witness.until_over("r").reason == "stopped"
    assert inline.position("r") is None


def test_a_fault_is_a_sentence(inline):
    inline.submit(request("r", "says no"))
    assert str(inline.witness.until_over("r")) == "The model is too large."


def test_one_framework_only(inline):
    with pytest.raises(EngineError, match="Unknown framework 'tensorflow'"):
        inline.submit(request("r", framework="tensorflow"))
    assert inline.call("torch", "clsf.engine.work:ping")
