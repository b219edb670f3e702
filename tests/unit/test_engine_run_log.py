"""The log: one line per event; a run's name or message can't fake one."""

import logging

import pytest

from clsf.engine import run_log
from clsf.errors import EngineError
from clsf.events import BatchesEnded, EpochEnded
from clsf.words import say


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, "clsf.runs")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


def test_an_epoch_is_one_line(lines):
    run_log.tell("events", "r1", [EpochEnded(2, 0.123456789, 0.5, 1.5, 0.25, 3.0, 0.5, 1000.0)])
    [(level, text)] = lines()
    assert level == "INFO"
    assert text.startswith("run=r1 event=epoch_ended epoch=2 train_loss=0.123457 train_accuracy=0.5 validation_loss=1.5")


def test_batches_are_told_at_debug_without_their_numbers(lines):
    run_log.tell("events", "r1", [BatchesEnded(1, 1, (0.5,) * 40, (0.5,) * 40, None, 0.1, 10.0, 1.0)])
    [(level, text)] = lines()
    assert level == "DEBUG"
    assert "losses" not in text
    assert "step=1" in text


def test_a_message_can_not_forge_a_line(lines):
    run_log.tell("failed", "r1", say("bad\nrun=r2 event=run_ended {x}", x='"'))
    [(_, text)] = lines()
    assert "\n" not in text
    assert text == 'run=r1 event=failed what="bad\\nrun=r2 event=run_ended \\""'


def test_levels(monkeypatch, capsys):
    package = logging.getLogger("clsf")
    before = package.level, package.propagate, list(package.handlers)
    try:
        run_log.configure("info")
        run_log.configure("INFO")
        run_log.tell("started", "r3", "a machine")
        assert capsys.readouterr().err.count("run=r3 event=started") == 1
        assert sum(type(handler) is run_log._Stderr for handler in package.handlers) == 1
        with pytest.raises(EngineError, match="CLSF_LOG is 'loud', but must be one of error, warning, info, debug"):
            run_log.configure("loud")
    finally:
        package.level, package.propagate = before[:2]
        package.handlers[:] = before[2]
        package.setLevel(before[0])
