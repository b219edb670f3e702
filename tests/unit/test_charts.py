"""Figures are plain dictionaries of the measured values: nothing important lost, nothing added."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsf.charts import tables
from clsf.charts.curves import KINDS, CurveView, figure, in_words
from clsf.charts.points import MOST_POINTS, smoothed, thinned
from clsf.charts.style import STYLES
from clsf.events import BatchesEnded, EpochEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.numbers import Numbers
from clsf.runs.record import RunRecord

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]


def record(framework: str = "torch", steps: int = 6, every: int = 3, norms: bool = True) -> RunRecord:
    """A run of whole epochs whose loss in step n is 1/n."""
    found = RunRecord(f"run-{framework}", "group", framework, preset("tiny"), Plan("digits"), created=0.0)
    found.fold(RunStarted(framework, "loop", "cpu", 2, {}, 9, every, 96, 24, (8, 8, 1), 10, "w", "o", 0.1))
    losses = tuple(1 / n for n in range(1, steps + 1))
    found.fold(BatchesEnded(1, 1, losses, losses, losses if norms else None, 0.1, 100.0, 0.5 * steps))
    for epoch in range(1, steps // every + 1):
        found.fold(EpochEnded(epoch, 0.4, 0.5, 0.3 / epoch, 0.6, 1.5, 0.1, 90.0))
    return found


def shown(traces: list[dict], mode: str) -> list[dict]:
    return [trace for trace in traces if trace["mode"] == mode and trace["x"] != [None]]


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


# Style.


@pytest.mark.parametrize("appearance", ["light", "dark"])
@pytest.mark.parametrize("surface", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("framework", list(STYLES))
def test_framework_colours_stand_out_from_both_backgrounds(framework, appearance, surface):
    assert contrast(STYLES[framework].colour, THEME[appearance][surface]) >= 3


@pytest.mark.parametrize("appearance", ["light", "dark"])
@pytest.mark.parametrize("colour", ["textColor", "linkColor", "orangeTextColor", "violetTextColor"])
def test_words_can_be_read_on_both_backgrounds(colour, appearance):
    assert contrast(THEME[appearance][colour], THEME[appearance]["backgroundColor"]) >= 4.5


def test_frameworks_differ_in_more_than_colour():
    one, other = STYLES.values()
    assert one.dash != other.dash
    assert one.symbol != other.symbol
    assert one.size != other.size  # where they coincide, both are visible


def test_theme_and_figures_use_the_same_colours():
    for appearance in ("light", "dark"):
        assert THEME[appearance]["orangeColor"] == STYLES["tensorflow"].colour
        assert THEME[appearance]["violetColor"] == STYLES["torch"].colour


# Points.


def test_thinning_keeps_the_first_the_last_and_the_extremes():
    values = [math.sin(n / 50) for n in range(12_345)]
    values[777], values[4321] = 99.0, -99.0
    kept = thinned(values)
    assert len(kept) <= MOST_POINTS
    assert kept == sorted(set(kept))
    assert {0, 777, 4321, len(values) - 1} <= set(kept)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2047, 65_536, 100_001])
def test_thinning_never_leaves_too_many(count):
    kept = thinned(list(range(count)))
    assert len(kept) <= MOST_POINTS
    if count <= MOST_POINTS:
        assert kept == list(range(count))


def test_a_thinned_line_does_not_tremble_while_it_grows():
    values = [math.sin(n * n) for n in range(5000)]
    before = set(thinned(values[:4000])) - {3999}
    after = set(thinned(values))
    assert {i for i in before if i < 3900} <= after


def test_thinning_survives_numbers_that_are_none():
    values = [math.nan] * 3000 + [1.0] + [math.inf] * 3000
    assert 3000 in thinned(values)


@given(
    st.lists(st.one_of(st.integers(-5, 5).map(float), st.sampled_from([math.nan, math.inf, -math.inf])), max_size=200),
    st.integers(6, 40),
)
def test_thinning_keeps_of_each_stretch_the_first_least_and_the_first_greatest(values, most):
    """Against the definition, one value at a time."""
    kept = thinned(values, most)
    if len(values) <= most:
        assert kept == list(range(len(values)))
        return
    stretch = next(s for s in (2**n for n in range(1, 20)) if 2 * math.ceil(len(values) / s) + 2 <= most)
    expected = {0, len(values) - 1}
    for start in range(0, len(values), stretch):
        inside = range(start, min(start + stretch, len(values)))
        finite = [i for i in inside if math.isfinite(values[i])] or inside[:1]
        expected |= {min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)}
    assert kept == sorted(expected)


def test_smoothing_begins_with_the_first_value_and_ends_near_a_constant():
    values = [5.0] + [1.0] * 200
    calm = smoothed(values, 0.9)
    assert calm[0] == 5.0
    assert calm[-1] == pytest.approx(1.0, abs=1e-6)


def test_smoothing_is_adams_bias_corrected_average():
    values, weight, mean = [3.0, 1.0, 2.0], 0.6, 0.0
    expected = []
    for n, value in enumerate(values, start=1):
        mean = weight * mean + (1 - weight) * value
        expected.append(mean / (1 - weight**n))
    assert smoothed(values, weight) == pytest.approx(expected)


def test_smoothing_does_not_invent_numbers():
    assert math.isnan(smoothed([2.0, math.nan, math.nan], 0.9)[-1])


def test_no_smoothing_changes_nothing():
    assert smoothed([1.0, math.nan, 3.0], 0)[::2].tolist() == [1.0, 3.0]


# Figures.


@pytest.mark.parametrize("name", list(KINDS))
@pytest.mark.parametrize("view", [CurveView(), CurveView("epochs", log=True, smoothing=0), CurveView("seconds", apart=True)])
def test_every_figure_is_json(name, view):
    runs = [record("tensorflow"), record("torch", norms=False)]
    assert json.loads(json.dumps(figure(KINDS[name], runs, view), allow_nan=False))["layout"]["xaxis"]["title"]["text"]


@pytest.mark.parametrize(
    ("axis", "xs"),
    [
        pytest.param("steps", [3, 6], id="the last step of each epoch"),
        pytest.param("epochs", [1, 2], id="whole epochs"),
        pytest.param("seconds", [1.5, 3.0], id="when the epoch's steps had ended"),
    ],
)
def test_validation_stands_at_the_end_of_its_epoch(axis, xs):
    (marks,) = shown(figure(KINDS["loss"], [record()], CurveView(axis))["data"], "markers")
    assert marks["x"] == xs
    assert marks["y"] == [0.3, 0.15]
    assert marks["marker"]["symbol"] == "square"


def test_batches_are_faint_and_their_course_is_strong():
    faint, strong = shown(figure(KINDS["loss"], [record("tensorflow")], CurveView(smoothing=0.5))["data"], "lines")
    assert faint["y"][:2] == [1.0, 0.5]
    assert faint["line"]["color"].startswith("rgba")
    assert strong["line"] == {"color": "#dd6b00", "dash": "solid", "width": 2.25, "shape": "linear"}


def test_without_smoothing_there_is_one_line():
    assert len(shown(figure(KINDS["loss"], [record()], CurveView(smoothing=0))["data"], "lines")) == 1


def test_a_loss_that_is_no_number_leaves_a_gap():
    run = record(steps=3)
    run.steps.losses = Numbers([1.0, math.nan, 1 / 3])
    (line,) = shown(figure(KINDS["loss"], [run], CurveView(smoothing=0))["data"], "lines")
    assert line["y"] == [1.0, None, 0.33333]


def test_zoom_stays_until_the_axes_mean_something_else():
    run = record()
    before = figure(KINDS["loss"], [run], CurveView())["layout"]["uirevision"]
    run.fold(BatchesEnded(3, 7, (0.1,), (0.9,), (0.1,), 0.1, 100.0, 4.0))
    assert figure(KINDS["loss"], [run], CurveView(smoothing=0.1))["layout"]["uirevision"] == before
    assert figure(KINDS["loss"], [run], CurveView("epochs"))["layout"]["uirevision"] != before
    assert figure(KINDS["loss"], [run], CurveView(log=True))["layout"]["uirevision"] != before


def test_frameworks_apart_share_their_axes():
    drawn = figure(KINDS["loss"], [record("tensorflow"), record("torch")], CurveView(apart=True))
    assert {trace["xaxis"] for trace in drawn["data"]} == {"x", "x2"}
    assert drawn["layout"]["xaxis2"]["matches"] == "x"
    assert drawn["layout"]["yaxis2"]["matches"] == "y"


def test_a_run_that_has_not_begun_is_an_empty_line():
    waiting = RunRecord("id", "group", "torch", preset("tiny"), Plan("digits"), created=0.0)
    drawn = figure(KINDS["accuracy"], [waiting], CurveView())
    assert all(trace["x"] in ([], [None]) for trace in drawn["data"])


def test_words_say_what_a_figure_shows():
    waiting = RunRecord("id", "group", "torch", preset("tiny"), Plan("digits"), created=0.0)
    said = in_words(KINDS["accuracy"], [record("tensorflow"), waiting])
    assert "TensorFlow: 6 steps" in said
    assert "Validation after epoch 2: 60.0%" in said
    assert "PyTorch: nothing yet" in said


# Tables.


def test_tables_hold_every_step_and_epoch():
    runs = [record("tensorflow"), record("torch", norms=False)]
    steps, epochs = tables.per_step(runs), tables.per_epoch(runs)
    assert len(steps) == 12
    assert len(epochs) == 4
    assert steps["gradient_norm"].notna().tolist() == [True] * 6 + [False] * 6
    assert list(epochs["validation_loss"]) == [0.3, 0.15, 0.3, 0.15]


def test_tables_of_nothing_keep_their_columns():
    assert "loss" in tables.per_step([]).columns
    assert "train_loss" in tables.per_epoch([]).columns


def test_an_axis_of_shares_ends_at_none_and_all_however_few_points_there_are():
    layout = figure(KINDS["accuracy"], [], CurveView())["layout"]
    assert go.Layout(layout).yaxis.autorangeoptions.clipmin == 0
    assert go.Layout(layout).yaxis.autorangeoptions.clipmax == 1.02
    assert "autorangeoptions" not in figure(KINDS["loss"], [], CurveView())["layout"]["yaxis"]
