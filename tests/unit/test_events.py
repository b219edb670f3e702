"""Events are plain values that survive JSON, including numbers that JSON lacks."""

import json
import math
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import get_args

import pytest

from clsf.events import (
    BatchesEnded,
    BestEpoch,
    DataProgress,
    EpochEnded,
    Event,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunFailed,
    RunStarted,
    StoppedEarly,
    WeightsRestored,
    event_from_json,
    event_to_json,
)
from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.words import say

NAN = math.nan

BATCHES = BatchesEnded(1, 1, (2.3, 2.25), (0.1, 0.125), (1.5, 1.25), 0.001, 1000.0, 0.1)
EPOCH = EpochEnded(1, 2.0, 0.25, 2.1, 0.2, 1.5, 0.25, 640.0)
EVENTS = [
    DataProgress("download", 10, 100),
    RunStarted(
        "torch", "loop", "cpu", 2, {"torch": "2.15.0", "numpy": "2.4.6"}, 5, 100, 3200, 800, (32, 32, 3), 430_102,
        "0123456789abcdef", "fedcba9876543210", 1.25,
    ),
    RunStarted(
        "torch", "loop", "cpu", 2, {}, 5, 100, 3200, 800, (32, 32, 2), 430_102, "0123456789abcdef", "fedcba9876543210", 1.25,
        ((78.5, 0.1), (51.25, 1.0)),
    ),
    BATCHES,
    replace(BATCHES, gradient_norms=None),
    EPOCH,
    Paused(3),
    Resumed(3),
    LearningRateChanged(3, 0.01),
    replace(BATCHES, learning_rates=(0.5, 0.25)),
    BestEpoch(1, 2.1, 0.2),
    StoppedEarly(4, 2, 2),
    WeightsRestored(2),
    LayersInspected(1, 3, {"1.kernel": {"norm": 1.5, "ratio": None}}, {"1": 0.25}, 0.5),
    PredictionsInspected(1, 3, (7,), (1,), ((1, 0),), ((0.75, 0.25),), (0.75,), ((1, 0), (0, 1)), 0, {"1": {"low": 0.5}}, 0.5),
    StepInspected(1, 3, (7, 8), (1, 0), {"data": "", "size": [0]}, 2.5, 0.5, 0.1, {"1.kernel": {"ratio": 0.5}}, 0.5),
    RunEnded("torch", "finished", 5, 12.5, 640.0, 2.0, 0.25, 2.1, 0.2),
    RunEnded("tensorflow", "stopped", 0, 0.0, None),
    RunFailed(say("Layer {path}: {problem}", path=1, problem=say("{what} is 0", what=say("{name}", name="filters")))),
]  # fmt: skip


def through_json(event: Event) -> Event:
    return event_from_json(json.loads(json.dumps(event_to_json(event), allow_nan=False)))


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_survives_json_and_pickle(event):
    assert through_json(event) == event
    assert type(through_json(event)) is type(event)
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301  # its own bytes


def test_every_kind_of_event_was_tried():
    assert {type(event) for event in EVENTS} == set(get_args(Event))


def test_an_event_is_named_in_its_json():
    assert [event_to_json(event)["event"] for event in EVENTS] == [
        "data_progress", "run_started", "run_started", "batches_ended", "batches_ended", "epoch_ended", "paused", "resumed",
        "learning_rate_changed", "batches_ended", "best_epoch", "stopped_early", "weights_restored", "layers_looked",
        "predictions_looked", "step_looked", "run_ended", "run_ended", "run_failed",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_lacks_becomes_null_and_then_nan(number):
    event = replace(BATCHES, losses=(2.3, number), gradient_norms=(number, 1.0))
    assert event_to_json(event)["losses"] == [2.3, None]
    again = through_json(event)
    assert again.losses[0] == 2.3
    assert math.isnan(again.losses[1])
    assert math.isnan(again.gradient_norms[0])
    assert again.accuracies == event.accuracies


def test_an_epoch_that_diverged_survives_json():
    again = through_json(replace(EPOCH, train_loss=NAN, validation_loss=math.inf))
    assert math.isnan(again.train_loss)
    assert math.isnan(again.validation_loss)
    assert again.validation_accuracy == EPOCH.validation_accuracy


def test_a_run_without_an_epoch_keeps_none_apart_from_nan():
    again = through_json(RunEnded("torch", "stopped", 0, 0.0, None))
    assert (again.train_loss, again.validation_accuracy, again.images_per_second) == (None, None, None)


def test_a_failure_can_still_be_translated():
    again = through_json(EVENTS[-1])
    assert str(again.sentence) == "Layer 1: filters is 0"
    assert again.sentence.said(lambda template: template.replace("Layer", "층")) == "층 1: filters is 0"


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_is_frozen(event):
    with pytest.raises((FrozenInstanceError, TypeError)):
        event.step = 99
