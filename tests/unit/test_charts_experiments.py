"""Figures of experiments: lines can be distinguished on every background, nothing important is lost."""

from __future__ import annotations

import math

import pytest

from clsf.charts.arm_styles import APART, OUTLINES, SYMBOLS, arm_style, luminance
from clsf.charts.experiment_curves import PANELS, Drawn, figure, in_words, link
from clsf.charts.experiment_scores import ScoreRow, height
from clsf.charts.experiment_scores import figure as scores_figure
from clsf.charts.experiment_scores import in_words as scores_in_words
from clsf.events import BatchesEnded, EpochEnded
from clsf.experiments.values import text
from clsf.experiments.verdict import Score
from tests.unit.test_experiments import LENET, PLAN, record

LIGHT, DARK = 1.0, luminance((0x10 / 255, 0x14 / 255, 0x18 / 255))  # as in .streamlit/config.toml


def contrast(one: float, two: float) -> float:
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)


@pytest.mark.parametrize(
    "colour",
    [
        *APART,
        *(arm_style(n, 24, "torch").colour for n in range(24)),
        *(arm_style(n, 6, "torch", True).colour for n in range(6)),
    ],
)
def test_every_colour_stands_out_from_both_backgrounds(colour):
    found = luminance(tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    assert contrast(found, LIGHT) >= 3
    assert contrast(found, DARK) >= 3


def test_luminance_is_wcags():
    assert luminance((1, 1, 1)) == pytest.approx(1)
    assert luminance((0, 0, 0)) == 0
    assert luminance((1, 0, 0)) == pytest.approx(0.2126)


def test_arms_differ_in_colour_and_symbol_and_frameworks_in_line_and_filling():
    arms = [arm_style(n, 7, "tensorflow") for n in range(7)]
    assert len({a.colour for a in arms}) == len({a.symbol for a in arms}) == 7
    one, two = arm_style(3, 7, "tensorflow"), arm_style(3, 7, "torch")
    assert (one.colour, one.symbol) == (two.colour, two.symbol)
    assert (one.dash, one.hollow, one.marker) != (two.dash, two.hollow, two.marker)
    assert set(OUTLINES) == set(SYMBOLS)
    assert len({arm_style(n, 24, "torch").colour for n in range(24)}) == 24


def trained(losses, accuracy=0.5):
    found = record(LENET, PLAN, accuracy)
    found.epochs.clear()
    found.fold(BatchesEnded(1, 1, tuple(losses), (0.5,) * len(losses), None, 0.01, 100.0, 2.0))
    found.fold(EpochEnded(1, 1.0, 0.6, 0.9, accuracy, 2.0, 0.1, 100.0))
    return found


def test_validation_has_a_symbol_after_each_epoch_and_training_a_line():
    drawn = [Drawn(trained([2.0] * 36), "Adam", arm_style(0, 2, "torch"))]
    [validation] = figure("validation-accuracy", drawn)["data"]
    assert (validation["x"], validation["y"], validation["mode"]) == ([1.0], [0.5], "lines+markers")
    [training] = figure("training-loss", drawn)["data"]
    assert training["mode"] == "lines"
    assert (training["x"][-1], training["y"][-1]) == (1.0, 2.0)
    [seconds] = figure("validation-loss", drawn, "seconds")["data"]
    assert (seconds["x"], seconds["y"]) == ([2.0], [0.9])
    assert "Adam: 50.0% after epoch 1." in in_words("validation-accuracy", drawn)
    assert link(drawn, "g") == {"group": "g", "scales": [[[0.0, 0.0], [1.0, 1.0]]]}


def test_what_is_no_number_is_left_out():
    [trace] = figure(
        "training-loss", [Drawn(trained([2.0, math.nan, math.inf, 1.0] + [1.0] * 32), "x", arm_style(0, 2, "torch"))]
    )["data"]
    assert all(y is None or math.isfinite(y) for y in trace["y"])


def test_one_run_astray_does_not_flatten_the_others():
    drawn = [Drawn(trained([level] * 36), str(level), arm_style(n, 3, "torch")) for n, level in enumerate((2.0, 2.2, 500.0))]
    assert figure("training-loss", drawn)["layout"]["yaxis"]["range"] == pytest.approx([0, 4.4])
    assert "range" not in figure("training-loss", drawn[:2])["layout"]["yaxis"]


def test_what_is_not_brought_out_is_faint_and_behind():
    drawn = [
        Drawn(trained([1.0] * 36), "a", arm_style(0, 2, "torch")),
        Drawn(trained([1.0] * 36), "b", arm_style(1, 2, "torch"), dimmed=True),
    ]
    names = [(trace["name"], trace["opacity"]) for trace in figure("training-loss", drawn)["data"]]
    assert names == [("b", 0.16), ("a", 1.0)]


def test_a_run_that_waits_draws_nothing():
    waiting = record(LENET, PLAN, 0.5)
    waiting.epochs.clear()
    for panel in PANELS:
        assert figure(panel, [Drawn(waiting, "x", arm_style(0, 2, "torch"))])["data"][0]["y"] == []


def test_scores_show_every_seed_and_the_interval_of_their_mean():
    several = Score(0, text("Adam"), "torch", {0: 0.9, 1: 0.92, 2: 0.94}, 287)
    single = Score(1, text("SGD"), "torch", {0: 0.8}, 287)
    rows = [ScoreRow(several, "Adam", arm_style(0, 2, "torch")), ScoreRow(single, "SGD", arm_style(1, 2, "torch"))]
    dots, mean, alone = scores_figure(rows)["data"]
    assert dots["x"] == [0.9, 0.92, 0.94]
    assert mean["x"] == [pytest.approx(0.92)]
    assert mean["error_x"]["array"] == [pytest.approx(4.302653 * 0.02 / 3**0.5, abs=1e-6)]  # Student's t, 2 degrees of freedom
    assert alone["x"] == [0.8]
    assert scores_in_words(rows) == "Adam: accuracy 92.0%. SGD: accuracy 80.0%."


def test_both_frameworks_of_an_arm_share_a_line():
    pair = [ScoreRow(Score(0, text("Adam"), f, {0: 0.9}, 287), "Adam", arm_style(0, 1, f)) for f in ("tensorflow", "torch")]
    other = ScoreRow(Score(1, text("Adam"), "torch", {0: 0.8}, 287), "Adam", arm_style(1, 2, "torch"))
    lines = [trace["y"][0] for trace in scores_figure([*pair, other])["data"]]
    assert lines[0] == lines[1] != lines[2]
    assert height([*pair, other]) == height([pair[0], other])
