"""The arguments of `train` about loss, schedule, stopping and augmentation: the plan they give, and what is refused."""

import argparse

import pytest

from clsf.cli import arguments, train, training_arguments
from clsf.cli.main import main
from clsf.model.presets import preset
from clsf.plan import Augmentation, Plan, Plateau, Schedule, Stopping


def plan_of(*words: str) -> Plan:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser.add_subparsers())
    options = parser.parse_args(["train", "--data", "digits", "--model", "tiny", *words])
    return arguments.plan(options, "digits", **training_arguments.changes(options))


def test_without_them_the_plan_is_the_plain_one():
    assert plan_of() == Plan("digits")


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        (["--loss", "categorical", "--label-smoothing", "0.1"], {"loss": "categorical", "label_smoothing": 0.1}),
        (["--loss", "binary", "--probabilities"], {"loss": "binary", "probabilities": True}),
        (["--l1", "0.01", "--l2", "0.02", "--weight-decay", "0.03"], {"l1": 0.01, "l2": 0.02, "weight_decay": 0.03}),
        (["--schedule", "cosine", "--warmup", "0.5", "--floor", "0.1"], {"schedule": Schedule("cosine", 0.5, floor=0.1)}),
        (["--schedule", "step", "--factor", "0.1", "--every", "2"], {"schedule": Schedule("step", 0.0, 0.1, 2)}),
        (["--plateau", "3"], {"plateau": Plateau(3)}),
        (
            ["--patience", "2", "--restore-best", "--checkpoint", "--monitor", "accuracy"],
            {"stopping": Stopping(2, True, True, "accuracy")},
        ),
        (
            ["--flip", "--shift", "2", "--rotation", "10", "--brightness", "0.2", "--cutout", "3"],
            {"augmentation": Augmentation(True, 2, 10.0, 0.2, 3)},
        ),
        (["--torch-variant", "dataloader", "--variant", "fit"], {"variants": {"tensorflow": "fit", "torch": "dataloader"}}),
        (["--look-inside", "--begin-from", "abc"], {"look_inside": True, "begin_from": "abc"}),
    ],
    ids=lambda x: x[0] if isinstance(x, list) else "",
)
def test_each_says_its_fields_of_the_plan(words, changes):
    assert plan_of(*words) == Plan("digits", **changes)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--schedule", "linear"], "Unknown schedule 'linear'. Known: constant, step, exponential, cosine, range."),
        (["--patience", "0"], "patience is 0, but must be a whole number from 1 to 1000."),
        (
            ["--label-smoothing", "0.1"],
            "Label smoothing is 0.1, but Keras' sparse loss can't smooth: its label is one whole number",
        ),
        (["--loss", "binary"], "The binary loss is for two classes, but the data has 10."),
        (["--torch-variant", "fit"], "Unknown variant of PyTorch 'fit'. Known: loop, dataloader."),
        (["--csv", "/proc/none"], "The folder '/proc/none' can't be made:"),
    ],
)
def test_bad_input_is_one_sentence_before_anything_starts(words, sentence, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CLSF_HOME", str(tmp_path))
    monkeypatch.setattr(
        train, "open_service", lambda *_: pytest.fail("the lab was opened") if "--csv" in words else _refusing()
    )
    assert main(["train", "--data", "digits", "--model", "tiny", *words]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith(f"clsf: {sentence}")


class _refusing:  # noqa: N801  a lab without workers, which checks like the real one
    missing = ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def train(self, spec, plan, *_, **__):
        from clsf.training_service import _check

        _check(spec, plan)
        pytest.fail("the plan was taken")


def test_a_model_is_made_to_fit_the_loss_and_that_is_said(capsys):
    spec = train._fitted(preset("tiny", 10), Plan("digits", probabilities=True), 10)
    assert spec.layers[-1].activation == "softmax"
    assert capsys.readouterr().err == "clsf: for the sparse loss the model ends in 10 units, activation softmax\n"
    assert train._fitted(spec, Plan("digits", probabilities=True), 10) == spec
    assert capsys.readouterr().err == ""
