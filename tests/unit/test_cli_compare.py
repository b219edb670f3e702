"""The commands lockstep and lecture-gap: their JSON lines, and bad input refused before a worker is started."""

import json

import pytest

from clsf.cli.case import step_line as gap_line
from clsf.cli.lockstep import result_line, step_line
from clsf.cli.main import main
from clsf.compare.cases.steps import CaseStep, JudgedSeeds
from clsf.compare.values import FirstParting, LockstepResult, LockstepStarted, SideFacts, StepDifference
from clsf.words import say

SIDES = tuple(SideFacts(name, "cpu", 2, {}, "w", "o") for name in ("tensorflow", "torch"))
STARTED = LockstepStarted(SIDES, 3, "float64", 2.2e-16, 1e-9, (8, 8, 1), 10, 650, (), True, True)
STEP = StepDifference(1, (2.3, 2.3), 1e-16, 2e-16, 3e-16, 4e-16, float("inf"), None, True, (), (0.1, 0.1))


def result(parting):
    return LockstepResult(3, "float64", 1e-16, 2e-16, 3e-16, 4e-16, 5e-16, None, parting, False, say("{x}.", x="Equal"))


def test_a_step_is_one_line():
    line = json.loads(json.dumps(step_line(STEP), allow_nan=False))
    assert (line["event"], line["step"], line["loss_difference"], line["logit_difference"]) == (
        "step_compared",
        1,
        1e-16,
        2e-16,
    )
    assert (line["gradient_difference"], line["weight_difference"]) == (4e-16, None)


def test_the_last_line_sums_up():
    line = json.loads(json.dumps(result_line(STARTED, result(None))))
    assert line["event"] == "lockstep_ended"
    assert [line[f"max_{name}_difference"] for name in ("loss", "logit", "gradient", "weight")] == [1e-16, 2e-16, 4e-16, 5e-16]
    assert (line["steps"], line["first_parting"], line["sentence"]) == (3, None, "Equal.")


def test_the_first_parting_is_told():
    line = result_line(STARTED, result(FirstParting(2, "update", "1.kernel", 0.5, 1e-9)))
    assert line["first_parting"] == {"step": 2, "phase": "update", "tensor": "1.kernel", "difference": 0.5, "tolerance": 1e-9}


def test_a_step_of_the_gap_is_one_line():
    line = gap_line(
        CaseStep("dropout", say("x"), (0, 1), JudgedSeeds((0.59, 0.61), (1.2, 1.2)), 0.5, 0.7, None, None, None), "gap_step"
    )
    assert {name: line[name] for name in ("event", "cause", "accuracy", "low", "high", "seeds")} == {
        "event": "gap_step", "cause": "dropout", "accuracy": 0.6, "low": 0.5, "high": 0.7, "seeds": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("lockstep --data digits --model tiny --differences bn-eps", "Unknown difference 'bn-eps'. Did you mean 'bn-epsilon'?"),
        ("lockstep --data digits --model tiny --steps 0", "steps is 0, but must be a whole number from 1 to"),
        ("lockstep --data digits --model tini", "Did you mean 'tiny'?"),
        ("lockstep --data digits --model tiny --optimizer adem", "Did you mean 'adam'?"),
        ("lockstep --data digits --model residual --batch-size 1000 --image-size 64", "at most 512 MB can be held"),
        ("lockstep --data digits --model tiny --sides gpu", "invalid choice: 'gpu' (choose from "),
        ("lockstep --data nothing --model tiny", "nothing"),
        ("lockstep --data digits", "--model"),
        ("lecture-gap --data digits --order dropoff", "Did you mean 'dropout'?"),
        ("lecture-gap --data digits --seeds 99", "seeds is 99"),
        ("lecture-gap --data digits --epochs 0", "epochs is 0"),
        ("case lectur", "Unknown case 'lectur'. Did you mean 'lecture'?"),
        ("case flatten-order --order flatten", "Did you mean 'flatten-order'?"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(arguments, sentence, capsys):
    try:
        code = main(arguments.split())
    except SystemExit as error:
        code = error.code
    said = capsys.readouterr()
    assert code == 2
    assert sentence in said.err
    assert said.err.startswith("clsf: ")
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_cases_are_listed_with_where_they_were_published(capsys):
    assert main(["case", "list", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["name"] for one in told][:2] == ["lecture", "crossedwires"]
    assert told[1]["address"] == "https://arxiv.org/abs/2108.12768"
