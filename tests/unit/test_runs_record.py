"""A run's record, built from its events."""

import math

import pytest

from clsf.events import (
    BatchesEnded,
    DataProgress,
    EpochEnded,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunFailed,
    RunStarted,
)
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.words import say

STARTED = RunStarted("torch", "loop", "cpu", 2, {"torch": "2"}, 2, 3, 9, 3, (8, 8, 1), 650, "a" * 16, "b" * 16, 0.5)
EPOCH = EpochEnded(1, 2.0, 0.3, 1.9, 0.35, 0.6, 0.2, 50.0)


def batches(step, losses, seconds, speed=100.0, norms=True, rate=0.01):
    count = len(losses)
    return BatchesEnded(1, step, tuple(losses), (0.5,) * count, (1.0,) * count if norms else None, rate, speed, seconds)


@pytest.fixture
def record():
    return RunRecord("id", "group", "torch", preset("tiny", 10), Plan("digits"), created=1.0)


def fold(record, *events):
    for event in events:
        record.fold(event)
    return record


@pytest.mark.parametrize(
    ("events", "status"),
    [
        pytest.param([], "queued", id="nothing said yet"),
        pytest.param([DataProgress("download", 1, 2)], "preparing", id="fetches data"),
        pytest.param([DataProgress("download", 1, 2), STARTED], "running", id="runs"),
        pytest.param([STARTED, Paused(0)], "paused", id="paused"),
        pytest.param([STARTED, Paused(0), batches(1, [1.0], 0.1)], "paused", id="a step while paused"),
        pytest.param([STARTED, Paused(0), Resumed(0)], "running", id="resumed"),
        pytest.param([STARTED, RunEnded("torch", "stopped", 0, 0.0, None)], "stopped", id="stopped"),
        pytest.param([STARTED, RunEnded("torch", "diverged", 0, 0.0, None)], "diverged", id="diverged"),
        pytest.param([STARTED, RunFailed(say("No."))], "failed", id="failed"),
    ],
)
def test_status_follows_the_events(record, events, status):
    fold(record, *events)
    assert record.status == status
    assert record.version == len(events)
    assert record.over == (status in ("stopped", "diverged", "failed"))


def test_one_number_per_step_however_they_came(record):
    fold(record, STARTED, batches(1, [3.0], 0.3), batches(2, [2.0, 1.0], 0.5))
    assert record.steps.losses == [3.0, 2.0, 1.0]
    assert record.steps.seconds == pytest.approx([0.3, 0.4, 0.5])
    assert record.steps.learning_rates == [0.01] * 3
    assert len(record.steps) == 3
    assert record.total_steps == 6


def test_norms_stay_empty_where_the_variant_does_not_tell(record):
    fold(record, STARTED, batches(1, [3.0], 0.3, norms=False))
    assert record.steps.gradient_norms == []


def test_the_learning_rate_in_force_is_known_before_the_next_step(record):
    fold(record, STARTED, batches(1, [3.0], 0.3), LearningRateChanged(1, 0.5))
    assert record.learning_rate == 0.5


def test_a_loss_that_is_no_number_is_kept(record):
    fold(record, STARTED, batches(1, [math.nan], 0.3))
    assert math.isnan(record.steps.losses[0])


def test_ended_early_before_the_start_says_zero(record):
    assert record.ended_early("stopped") == RunEnded("torch", "stopped", 0, 0, None)


def test_ended_early_counts_whole_epochs_and_leaves_first_calls_out_of_the_speed(record):
    fold(record, STARTED, batches(1, [3.0], 1.0, speed=4.0), batches(2, [2.0], 1.1, speed=40.0))
    fold(record, batches(3, [2.0], 1.3, speed=20.0), EPOCH, batches(4, [1.0, 1.0], 1.5, speed=40.0))
    ended = record.ended_early("cut-off")
    # Steps 1 and 3 (the smaller last batch of the first epoch) include tracing; the others ran at 40 images/s.
    assert ended.images_per_second == pytest.approx(40.0)
    assert ended.seconds == pytest.approx(1.5 + 0.2)
    assert (ended.epochs, ended.reason, ended.validation_accuracy) == (1, "cut-off", 0.35)
