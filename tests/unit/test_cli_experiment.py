"""`python -m clsf experiment`: bad input is refused in one sentence before a worker is started, and what a line says."""

from __future__ import annotations

import json

import pytest

from clsf.cli import experiment
from clsf.cli.main import main
from clsf.experiments import sets
from tests.unit.test_experiments import LENET, PLAN, members


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["optimisers"], "Did you mean 'optimizers'"),
        (["own", "--vary", "seed=0..4"], "'0..4' is no value for seed"),
        (["own", "--vary", "wings=2"], "Unknown setting 'wings'"),
        (["own"], "at least two"),
        (["seeds", "--vary", "seed=1,2"], "--vary belongs to the experiment 'own'"),
        (["learning-rate", "--values", "fast"], "no value for learning rate"),
        (["seeds", "--seeds", "13"], "whole number from 2 to 12"),
        (["own", "--vary", "seed=1,2,3,4,5", "--vary", "optimizer=sgd,adam,rmsprop"], "30 runs"),
        (["optimizers", "--framework", "jax"], "Unknown framework"),
        (["optimizers", "--model", "nonsense"], "Unknown model"),
    ],
)
def test_bad_input_is_one_sentence(arguments, message, capsys, monkeypatch):
    monkeypatch.setattr(experiment, "open_service", lambda *_: pytest.fail("a worker was started"))
    assert main(["experiment", arguments[0], "--data", "digits", *arguments[1:]]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.startswith("clsf: ")
    assert "Traceback" not in said


def test_a_line_of_json_tells_what_differs_and_what_came_of_it():
    [one, _] = members(sets.learning_rates(LENET, PLAN, (0.5, 0.1)), [0.9, 0.8])
    found = json.loads(json.dumps(experiment.line(one, {"learning_rate": 0.5})))
    assert (found["arm"], found["settings"], found["validation_accuracy"]) == ("0.5", {"learning_rate": 0.5}, 0.9)
    assert (found["status"], found["framework"], found["epochs"]) == ("finished", "torch", 1)


def test_the_verdict_names_the_framework_where_there_are_two():
    arms = sets.learning_rates(LENET, PLAN, (0.5, 0.1))
    both = members(arms, [0.9, 0.8], framework="tensorflow") + members(arms, [0.9, 0.8])
    said = experiment.said(both)
    assert [line.split(":")[0] for line in said] == ["tensorflow", "torch", "Both frameworks have the same one ahead"]
    assert experiment.said(members(arms, [0.9, 0.8]))[0].startswith("0.5 is ahead")
