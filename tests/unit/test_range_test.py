"""A learning-rate range test: the schedule, the evaluation of its losses, and its chart."""

from itertools import pairwise
from math import inf, log10

import pytest

from clsf import range_test, schedules
from clsf.charts import train_range
from clsf.plan import Plan, Schedule

RATES = [10 ** (-5 + 5 * i / 199) for i in range(200)]


def loss(rate: float) -> float:
    """Return a loss: flat, then falling fastest at 1e-3, then diverging above 0.1."""
    fall = 2.3 - 1.8 / (1 + 10 ** (-2 * (log10(rate) + 3)))
    return fall + (50 * (rate - 0.1) if rate > 0.1 else 0.0)


def test_the_rate_rises_by_one_factor_from_its_share_to_the_whole():
    plan = Plan("digits", epochs=2, learning_rate=0.5, schedule=Schedule("range", floor=1e-4))
    rates = schedules.preview(plan, 5)
    assert (rates[0], rates[-1]) == (pytest.approx(0.5e-4), 0.5)
    assert [b / a for a, b in pairwise(rates)] == pytest.approx([1e4 ** (1 / 9)] * 9)


def test_without_a_share_it_begins_at_the_usual_one():
    assert schedules.preview(Plan("digits", epochs=1, learning_rate=1.0, schedule=Schedule("range")), 9)[0] == pytest.approx(
        1e-5
    )


def test_the_fastest_fall_and_the_turn_are_found():
    found = range_test.read(RATES, [loss(rate) for rate in RATES])
    assert 3e-4 < found.steepest < 1e-2
    assert 0.1 < found.turns < 0.3
    assert found.smoothed[0] == pytest.approx(loss(RATES[0]))


def test_losses_that_are_no_number_end_it_and_too_few_say_nothing():
    losses = [loss(rate) for rate in RATES]
    assert len(range_test.read(RATES, [*losses[:150], inf, *losses[151:]]).rates) == 150
    assert range_test.read(RATES[:19], losses[:19]) is None


def test_a_loss_that_never_falls_names_no_rate():
    found = range_test.read(RATES, [1 + rate for rate in RATES])
    assert found.steepest is None
    assert "does not fall at any" in train_range.in_words({"torch": found})


def test_the_chart_is_logarithmic_and_marks_the_fall():
    found = range_test.read(RATES, [loss(rate) for rate in RATES])
    drawn = train_range.figure({"tensorflow": found, "torch": found})
    assert drawn["layout"]["xaxis"]["type"] == "log"
    assert [trace["mode"] for trace in drawn["data"]] == ["lines", "markers"] * 2
    assert train_range.in_words({"torch": found}).startswith("PyTorch: the loss falls fastest at 0.00")
