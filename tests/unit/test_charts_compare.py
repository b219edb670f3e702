"""Figures of the Compare page: the measured values, nothing important lost, nothing added."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from clsf.charts import compare_case, compare_curves, compare_lockstep, compare_noise, compare_published
from clsf.charts.style import STYLES
from clsf.compare import noise
from clsf.compare.cases.crossedwires import rows
from clsf.compare.cases.lecture import LECTURE, loss_floor
from clsf.compare.cases.steps import CaseStep, JudgedSeeds
from clsf.compare.values import FirstParting, LockstepStarted, SideFacts, StepDifference, TensorDifference
from clsf.model.presets import preset
from clsf.words import say
from tests.unit.test_charts import record


def tensor(phase: str, name: str, difference: float = 1e-16, allowed: float = 1e-9) -> TensorDifference:
    return TensorDifference(phase, name, difference, 1.0, allowed)


def started(steps: int = 3) -> LockstepStarted:
    sides = tuple(SideFacts(name, "cpu", 2, {}, "w", "o") for name in STYLES)
    weights = (tensor("forward", "1.kernel", 0.0),)
    return LockstepStarted(sides, steps, "float64", 2.2e-16, 1e-9, (8, 8, 1), 10, 1370, weights, True, True)


def step(number: int, tensors: tuple[TensorDifference, ...] = (), loss: float = 1e-16) -> StepDifference:
    return StepDifference(number, (2.3, 2.3), loss, 2e-16, 2e-16, 3e-16, 4e-16, None, True, tensors, (0.1, 0.1))


def gap_step(cause: str, accuracies: tuple[float, ...], before: CaseStep | None = None) -> CaseStep:
    found = noise.interval(accuracies)
    seeds = tuple(range(len(accuracies)))
    gain = None
    if before is not None:
        gain = noise.gap(dict(enumerate(before.accuracies)), dict(enumerate(accuracies)))
    judged = JudgedSeeds(accuracies, (1.6,) * len(accuracies))
    return CaseStep(cause, LECTURE.title_of(cause), seeds, judged, found.low, found.high, None, None, gain)


# Two runs.


def test_both_runs_are_in_both_panels_and_zoom_together():
    both = compare_curves.contestants([record("tensorflow"), record("torch")], ["TensorFlow", "PyTorch"])
    drawn = compare_curves.figure(both, "epochs")
    assert drawn["layout"]["xaxis2"]["matches"] == "x"
    assert {(t["name"], t["xaxis"]) for t in drawn["data"] if t.get("mode") == "markers"} == {
        (name, axis) for name in ("TensorFlow", "PyTorch") for axis in ("x", "x2")
    }
    assert "PyTorch: after epoch 2" in compare_curves.in_words(both, "epochs")
    json.dumps(drawn, allow_nan=False)


def test_two_runs_of_one_framework_look_different():
    one, two = compare_curves.contestants([record("torch"), record("torch")], ["aligned", "other"])
    assert one.style.colour != two.style.colour
    assert one.style.dash != two.style.dash
    assert one.style.symbol != two.style.symbol


# Lockstep.


def test_what_is_exactly_equal_lies_on_the_floor_and_says_zero():
    drawn = compare_lockstep.figure(started(), [step(1, loss=0.0), step(2)])
    loss = drawn["data"][0]
    assert loss["y"][0] == pytest.approx(2.2e-18)
    assert loss["customdata"][0] == "0"
    assert all(y > 0 for trace in drawn["data"] for y in trace["y"])


def test_the_rounding_level_and_the_parting_are_drawn():
    parting = FirstParting(2, "forward", "logits", 0.1, 1e-9)
    drawn = compare_lockstep.figure(started(), [step(1), step(2)], parting)
    assert "rounding of float64" in [trace["name"] for trace in drawn["data"]]
    assert drawn["layout"]["shapes"][0]["x0"] == 2
    assert "step 2" in drawn["layout"]["annotations"][0]["text"]


def test_a_difference_that_is_no_number_leaves_a_gap():
    drawn = compare_lockstep.figure(started(), [step(1), step(2, loss=math.inf)])
    assert drawn["data"][0]["y"][1] is None
    json.dumps(drawn, allow_nan=False)


def test_the_parted_layer_is_marked_in_its_phase():
    analysis = preset("tiny").analyse((8, 8, 1))
    tensors = (
        tensor("forward", "images", 0.0),
        tensor("forward", "1"),
        tensor("backward", "1.kernel", 0.5),
        tensor("update", "1.kernel", 0.5),
    )
    parting = FirstParting(1, "backward", "1.kernel", 0.5, 1e-9)
    rows = {row.path or row.name: row for row in compare_lockstep.layer_rows(analysis, started(), step(1, tensors), parting)}
    cells = rows["1"].cells
    assert (cells["forward"].parted, cells["backward"].parted, cells["update"].parted) == (False, True, True)
    assert [phase for phase, cell in cells.items() if cell.first] == ["backward"]
    assert cells["start"].difference == 0.0
    assert rows["images"].cells["forward"].difference == 0.0
    assert rows["2"].cells["forward"].difference is None


def test_a_softmax_that_was_added_has_a_row_of_its_own():
    analysis = preset("tiny").analyse((8, 8, 1))
    extra = str(len(analysis.layers) + 1)
    rows = compare_lockstep.layer_rows(analysis, started(), step(1, (tensor("forward", extra),)), None)
    assert [row.name for row in rows if row.path == extra] == ["Softmax"]


def test_tables_have_every_step_and_tensor():
    steps = [step(1, (tensor("forward", "1"), tensor("forward", "logits", 1.0))), step(2, (tensor("forward", "1"),))]
    assert compare_lockstep.per_step(steps)["step"].tolist() == [1, 2]
    table = compare_lockstep.per_tensor(steps)
    assert len(table) == 3
    assert table["parted"].tolist() == [False, True, False]
    assert compare_lockstep.per_tensor([]).empty


# The gap.


def test_bars_begin_where_the_step_before_ended():
    first = gap_step("as-in-the-lecture", (0.5, 0.52))
    up = gap_step("double-softmax", (0.61, 0.61), first)
    down = gap_step("dropout", (0.58, 0.60), up)
    drawn = compare_case.waterfall([first, up, down])
    change = [t for t in drawn["data"] if t.get("type") == "bar"][-1]
    assert change["base"] == pytest.approx([0, 0.51, 0.59])
    assert [b + h for b, h in zip(change["base"], change["x"], strict=True)] == pytest.approx([0.51, 0.61, 0.61])
    assert [note["text"] for note in drawn["layout"]["annotations"]] == [
        "<b>51.0%</b>",
        "<b>61.0%</b>  +10.0",
        "<b>59.0%</b>  -2.0",
    ]
    assert any("noise" in t.get("name", "") for t in drawn["data"])


def test_one_seed_has_no_noise_band():
    first = gap_step("as-in-the-lecture", (0.5,))
    drawn = compare_case.waterfall([first, gap_step("dropout", (0.6,), first)])
    assert not any("noise" in t.get("name", "") for t in drawn["data"])


def test_a_case_has_room_for_the_longest_name_of_a_step():
    short, long = gap_step("double-softmax", (0.5,)), gap_step("dropout", (0.5,))
    long = replace(long, title=say("Keras' rule of Adam: epsilon before the bias correction, and biases as in Keras"))
    lines = compare_case.wrapped(str(long.title)).count("<br>") + 1
    assert compare_case.height([short]) < compare_case.height([long])
    assert compare_case.height([short, long]) >= 2 * 15 * lines  # a line of type 12 is 15 pixels high


def test_the_floor_of_two_softmaxes_is_drawn():
    drawn = compare_case.loss([gap_step("as-in-the-lecture", (0.5,))], loss_floor(10))
    assert drawn["layout"]["shapes"][0]["x0"] == pytest.approx(1.461, abs=1e-3)


def test_the_reference_is_a_line_across_the_bars_in_its_frameworks_colour():
    plain = gap_step("as-in-the-lecture", (0.5,))
    step = replace(plain, reference=JudgedSeeds((0.8,), (0.4,)))
    assert compare_case.waterfall([plain], reference="tensorflow")["layout"]["shapes"] == []
    drawn = compare_case.waterfall([step], reference="tensorflow")
    [line] = drawn["layout"]["shapes"]
    assert (line["x0"], line["x1"], line["line"]["color"]) == (0.8, 0.8, STYLES["tensorflow"].colour)
    assert drawn["layout"]["xaxis"]["range"][1] > 0.8
    assert any(t.get("name") == "TensorFlow, the reference: 80.0%" for t in drawn["data"])
    assert compare_case.loss([step], None, reference="tensorflow")["layout"]["shapes"][0]["x0"] == 0.4


def test_published_pairs_stand_out_in_all_four_plots():
    pairs = [row for row in rows() if row.net == "vgg"]
    drawn = compare_published.figure(pairs, {3, 5})
    assert [trace["selectedpoints"] for trace in drawn["data"]] == [[3, 5]] * 4
    assert drawn["data"][0]["x"][0] == pairs[0].steps
    assert drawn["data"][3]["x"][0] == pairs[0].batch_size
    assert {trace["y"][7] for trace in drawn["data"]} == {round(pairs[7].gap, 4)}
    assert all("selectedpoints" not in trace for trace in compare_published.figure(pairs, set())["data"])
    assert "400 pairs" in compare_published.in_words(pairs)


def test_names_beside_bars_are_broken_into_lines():
    assert compare_case.wrapped("without softmax before the loss", 12) == "without<br>softmax<br>before the<br>loss"


# Noise.


def test_each_seed_is_a_pair():
    one, two = {0: 0.5, 1: 0.6}, {0: 0.55, 1: 0.65, 2: 0.7}
    means = [noise.interval(list(v.values())) for v in (one, two)]
    drawn = compare_noise.figure(["a", "b"], list(STYLES.values()), [one, two], means)
    assert sum(t["mode"] == "lines" for t in drawn["data"]) == 2
    assert "b: mean accuracy" in compare_noise.in_words(["a", "b"], means)
