"""Probes: each answers from the recorded run, says nothing where that is not enough, and draws its answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clsf.charts import probe as chart
from clsf.doctor import seen_of
from clsf.faults import catalogue as faults
from clsf.faults.history import EpochNumbers, History, RunFacts
from clsf.faults.measures import Histogram, Measures, Modes
from clsf.faults.probes import NAMES, PROBES, Bars, Lines, Seen
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord

EPOCHS = (EpochNumbers(2.0, 0.3, 1.9, 0.35), EpochNumbers(1.0, 0.7, 0.9, 0.75))
CURVES = History(EPOCHS, (2.31, 2.0, 1.0), (0.1, 0.3, 0.7), (1.0, 2.0, 0.5), (0.01, 0.01, 0.001))
KNOWN = RunFacts(
    framework="torch", classes=10, batch_size=32, optimizer="adam", outputs="logits", inputs=(0.0, 1.0), labels=(0, 9), idle=0.0,
    activations=("relu",), true_accuracy=0.75, shared_images=0.0, keeps_graph=False, validated=True, evaluation_varies=False,
)  # fmt: skip
MEASURED = Measures(
    (("conv.weight", 1.0, 0.1), ("dense.weight", 2.0, 0.2)), ((0, 70), (1, 60)), ((0, 9), (1, 12)), Histogram((0, 0.5, 1), (9, 1)),
    Histogram((0, 0.5, 1), (5, 5)), (("images", "(32, 1, 8, 8)", "float32"),), Modes((0.9, 0.8), (0.85, 0.7)),
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_probe_answers_what_was_seen_and_is_silent_about_the_rest(name):
    probe = PROBES[name]
    assert Path(faults.__file__).parent.joinpath("probes", f"{name.replace('-', '_')}.py").exists()
    assert probe.answer(Seen(History(), RunFacts())) is None
    history = History(error="ValueError: no") if name == "traceback" else CURVES
    found = probe.answer(Seen(history, KNOWN, MEASURED, CURVES if probe.run else None))
    assert len(str(found.said)) > 15
    if isinstance(found.picture, Lines | Bars):
        drawn = chart.figure(found.picture, str)
        assert drawn["data"]
        assert chart.in_words(found.picture)
        for trace in drawn["data"]:
            assert len(trace["x"]) == len(trace["y"])


@pytest.mark.parametrize("name", [name for name in NAMES if PROBES[name].run])
def test_a_probe_that_trains_has_another_plan(name):
    plan = Plan("digits", batch_size=16, learning_rate=0.01)
    assert PROBES[name].run(plan) != plan


def test_the_probes_that_a_professional_would_run_are_there():
    wanted = ("first-loss", "overfit-batch", "gradients", "with-eval", "labels", "pixels", "shapes", "other-data")
    assert set(wanted) <= set(NAMES)


def test_what_a_judge_says_would_decide_is_a_probe():
    named = set()
    for module in faults.MODULES.values():
        text = Path(module.__file__).read_text("utf-8")
        for call in re.findall(r"Evidence\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", text):
            named |= set(re.findall(r',\s*"([a-z]+(?:-[a-z]+)*)",?\s*\)$', call))
    assert len(named) > 10
    assert named <= set(NAMES)


def test_one_batch_is_memorised_or_not():
    probe = PROBES["overfit-batch"].answer
    assert "It can:" in str(probe(Seen(CURVES, KNOWN, again=History(accuracies=(0.1, *[1.0] * 19)))).said)
    assert "It can't:" in str(probe(Seen(CURVES, KNOWN, again=History(accuracies=(0.1,) * 20))).said)
    assert "It stops" in str(probe(Seen(CURVES, KNOWN, again=History(error="ValueError: x"))).said)


def test_a_run_of_the_store_can_be_asked():
    record = RunRecord("a", "b", "torch", preset("lecture-cnn"), Plan("digits"), 0.0)
    assert PROBES["rates"].answer(seen_of(record)) is not None
    assert PROBES["first-loss"].answer(seen_of(record)) is None


def test_an_axis_of_powers_names_few_of_them():
    measured = Measures((("conv1", 1.0, 1e-35), ("dense1", 0.5, 1e-20)))
    axis = chart.figure(PROBES["gradients"].answer(Seen(CURVES, KNOWN, measured)).picture)["layout"]["yaxis"]
    assert axis["type"] == "log"
    assert 35 / axis["dtick"] <= 8, "or their names stand on each other"
