"""Figures of the Train page: schedules, variants, and what is inside a model, against numbers worked by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from clsf.charts import inside_confusion, inside_histograms, inside_lines, inside_step, train_schedule, train_variants
from clsf.charts.inside_lines import LinesPanel
from clsf.charts.train_variants import Timing, breakeven
from clsf.plan import Plan, Schedule
from clsf.schedules import preview


def plain(figure: dict) -> dict:
    """Return the figure as a browser gets it; raises if it is not JSON."""
    return json.loads(json.dumps(figure, allow_nan=False))


# The schedule.


def test_a_schedule_is_drawn_over_epochs():
    rates = preview(Plan("digits", epochs=2, learning_rate=0.1, schedule=Schedule("step", factor=0.5)), 4)
    line = plain(train_schedule.figure(rates, 4))["data"][0]
    assert line["x"] == [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]
    assert line["y"] == [0.1] * 4 + [0.05] * 4
    assert train_schedule.in_words(rates) == "Learning rate: begins at 0.1, at most 0.1, ends at 0.05."


def test_a_long_schedule_is_thinned_but_keeps_its_ends():
    rates = preview(Plan("digits", epochs=100, schedule=Schedule("cosine", warmup_epochs=5)), 50)
    line = train_schedule.figure(rates, 50)["data"][0]
    assert len(line["x"]) <= train_schedule.MOST_POINTS
    assert line["y"][-1] == pytest.approx(rates[-1], rel=1e-4)
    assert max(line["y"]) == pytest.approx(max(rates), rel=1e-4)


# Variants.


@pytest.mark.parametrize(
    ("slow", "quick", "step"),
    [
        pytest.param((1.0, 0.1), (0.55, 0.2), 6, id="1.5 against 1.55 at the sixth step, 1.4 against 1.35 at the fifth"),
        pytest.param((1.0, 0.1), (2.0, 0.2), 1, id="ahead from the first step on"),
        pytest.param((1.0, 0.2), (0.5, 0.1), None, id="slower for ever"),
        pytest.param((1.0, 0.1), (0.5, 0.1), None, id="never made up for"),
    ],
)
def test_when_a_slow_start_has_paid(slow, quick, step):
    a, b = (Timing("tensorflow", "x", "x", (first,), steady) for first, steady in (slow, quick))
    assert breakeven(a, b) == step


def test_each_variant_is_a_line_from_nothing_on():
    timings = [Timing("tensorflow", v, v, (1.0, 1.1, 1.2), 0.1) for v in ("graph", "eager")] + [
        Timing("torch", "loop", "loop", (0.1, 0.2), 0.1)
    ]
    traces = plain(train_variants.figure(timings))["data"]
    assert [t["line"]["dash"] for t in traces] == ["solid", "dash", "solid"]
    assert (traces[0]["x"], traces[0]["y"]) == ([0, 1, 2, 3], [0, 1.0, 1.1, 1.2])
    assert "PyTorch, loop: first step 0.1 s, 2 steps in 0.2 s." in train_variants.in_words(timings)


# Histograms over time.


def test_a_histogram_is_spread_over_a_wider_axis():
    narrow = {"low": 0.0, "high": 1.0, "counts": [2, 6]}
    assert inside_histograms.respread(narrow, 0.0, 2.0, bins=4).tolist() == [0.25, 0.75, 0.0, 0.0]
    assert inside_histograms.respread(narrow, 0.0, 1.0, bins=4).tolist() == [0.125, 0.125, 0.375, 0.375]


def test_one_value_alone_is_one_bin_and_nothing_is_nothing():
    alone = {"low": 0.5, "high": 0.5, "counts": [0, 7, 0]}
    assert inside_histograms.respread(alone, 0.0, 1.0, bins=4).tolist() == [0, 0, 1.0, 0]
    assert inside_histograms.respread({"low": 0.0, "high": 0.0, "counts": [0, 0]}, 0.0, 1.0, bins=2).tolist() == [0, 0]
    assert inside_histograms.common_range([alone]) == (0.0, 1.0)


def test_what_is_spread_is_all_there():
    rng = np.random.default_rng(0)
    for _ in range(20):
        low = rng.normal()
        histogram = {"low": low, "high": low + rng.uniform(0.01, 3), "counts": rng.integers(0, 50, 30).tolist()}
        assert inside_histograms.respread(histogram, low - 1, low + 4).sum() == pytest.approx(1)


def test_both_frameworks_share_one_axis():
    looks = [{"low": -1.0, "high": 1.0, "counts": [1, 1]}, {"low": -2.0, "high": 3.0, "counts": [4, 1]}]
    figure = plain(inside_histograms.figure([("tensorflow", [1, 9], looks), ("torch", [1, 9], looks)], "x"))
    assert [t["type"] for t in figure["data"]] == ["heatmap", "heatmap"]
    assert figure["layout"]["yaxis"]["range"] == [-2.0, 3.0]
    assert figure["layout"]["yaxis2"]["matches"] == "y"
    assert np.array(figure["data"][0]["customdata"]).sum(axis=0) == pytest.approx(
        [1, 1], abs=0.01
    )  # each rounded to four digits
    assert "at step 9 between -2 and 3" in inside_histograms.in_words([("torch", [1, 9], looks)], "Kernel")


# Lines, confusion, a step.


def test_a_line_per_layer_and_a_panel_per_framework_with_one_legend():
    lines = {"1 Dense": ([1, 5], [0.1, None]), "2 Dense": ([1, 5], [0.2, float("nan")])}
    figure = plain(inside_lines.figure([LinesPanel("tensorflow", lines), LinesPanel("torch", lines)], "ratio", log=True))
    assert [t["showlegend"] for t in figure["data"]] == [True, True, False, False]
    assert figure["data"][0]["y"] == [0.1, None]
    assert figure["data"][1]["y"] == [0.2, None]
    assert figure["layout"]["xaxis2"]["matches"] == "x"


def test_many_layers_differ_in_more_than_colour():
    lines = {f"{n} Dense": ([1], [0.1]) for n in range(20)}
    traces = inside_lines.figure([LinesPanel("torch", lines)], "dead", share=True)["data"]
    assert len({(t["line"]["color"], t["line"]["dash"], t["marker"]["symbol"]) for t in traces}) == 20


def test_a_confusion_matrix_is_shaded_by_row_and_its_commonest_mistake_is_said():
    counts = [[8, 2], [0, 0]]
    figure = plain(inside_confusion.figure([("torch", counts)], ["cat", "dog"]))
    assert figure["data"][0]["z"] == [[0.8, 0.2], [0, 0]]  # a class without images causes no division by zero
    assert figure["data"][0]["text"] == [["8", "2"], ["", ""]]
    said = inside_confusion.in_words([("torch", counts)], ["cat", "dog"])
    assert said == "PyTorch: 8 of 10 images right. Most common mistake: cat predicted as dog, 2 times."


def test_two_classes_of_one_name_are_two_rows():
    figure = inside_confusion.figure([("torch", [[1, 0], [0, 1]])], ["a very long class", "a very long clash"])
    assert len(set(figure["data"][0]["x"])) == 2


def test_gradients_of_a_step_are_bars_and_zero_is_none():
    figure = plain(inside_step.gradients([("tensorflow", {"1 Dense kernel": 0.5, "1 Dense bias": 0.0})]))
    assert figure["data"][0]["x"] == [0.5, None]  # the logarithm of 0 is not drawn


def test_weights_before_and_after_keep_their_counts():
    before, after = {"low": 0.0, "high": 1.0, "counts": [3, 1]}, {"low": -1.0, "high": 1.0, "counts": [2, 2]}
    one, two = plain(inside_step.before_after(before, after, "torch"))["data"]
    assert (one["x"], one["y"][:2]) == ([0.0, 0.5, 1.0], [3, 1])
    assert two["x"] == [-1.0, 0.0, 1.0]
