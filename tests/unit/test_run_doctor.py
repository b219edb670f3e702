"""Every check of the run doctor on stored real runs: it fires on its own fault, and not on the healthy run.

`tests/cases/runs` holds what `python -m clsf diagnose --measure --data digits-turned,shapes-redrawn --first-seed 31 --keep
FILE` wrote, numbers shortened: each fault in each framework that can have it, and healthy programs on the same images (shapes
only where digits have one channel too few). No check was tuned on these.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.cli.diagnose_measure import right
from clsf.doctor import read_log
from clsf.doctor.measured import HEALTHY, MeasuredRun, kept
from clsf.doctor.records import broke_in
from clsf.errors import DataError
from clsf.events import event_from_json, event_to_json
from clsf.faults import catalogue as faults
from clsf.faults.doctor import diagnose
from clsf.faults.history import EpochNumbers, History, RunFacts
from clsf.inspection import RunInspector

FILE = Path(__file__).parents[1] / "cases" / "runs" / "seed_31.jsonl.gz"


SIGNS = FILE.parent / "signs.jsonl.gz"  # written by tests/cases/runs/signs.py, which says what was run


@cache
def cases(file: Path = FILE) -> tuple[MeasuredRun, ...]:
    return tuple(MeasuredRun.from_line(line) for line in gzip.decompress(file.read_bytes()).decode().splitlines())


FAULTY = [(case.fault, case.framework) for case in cases() if case.fault != HEALTHY]


def test_every_fault_that_can_be_planted_was_run_in_each_framework():
    planted = set(faults.functions("plant"))
    assert planted == {kind for kind, _ in FAULTY}
    for framework in FRAMEWORKS:
        ran = {kind for kind, name in FAULTY if name == framework}
        assert {kind for kind in planted - ran if framework not in faults.fault(kind).not_in} == set()


@pytest.mark.parametrize(("kind", "framework"), FAULTY, ids=lambda value: value)
def test_a_judge_fires_on_its_own_fault_and_not_on_the_healthy_twin(kind, framework):
    (case,) = (case for case in cases() if (case.fault, case.framework) == (kind, framework))
    assert kind in [verdict.kind for verdict in diagnose(case.history, case.facts)][:2]
    judge = faults.functions("in_run").get(kind)
    twins = [one for one in cases() if one.fault == HEALTHY and one.framework == framework]
    assert len(twins) == 3
    assert judge is None or [judge(twin.history, twin.facts) for twin in twins] == [None] * 3


def test_one_order_of_the_images_is_seen_in_the_losses_alone():
    """As in a foreign log, where only the losses are known."""
    for case in cases():
        verdicts = [v.kind for v in diagnose(History(case.history.epochs, case.history.losses), RunFacts(classes=10))]
        assert ("shuffle-missing" in verdicts[:2]) == (case.fault == "shuffle-missing"), case.key


def test_healthy_runs_get_no_verdict_at_all():
    assert all(right(case) for case in cases() if case.fault == HEALTHY)


@pytest.mark.parametrize("case", cases(SIGNS), ids=lambda case: f"{case.model}-{case.framework}")
def test_a_sign_is_seen_in_a_real_run_that_shows_it_and_nothing_in_its_twin(case):
    verdicts = {verdict.kind: verdict.evidence for verdict in diagnose(case.history, case.facts)}
    if case.fault == HEALTHY:
        assert verdicts == {}
        return
    assert case.fault in list(verdicts)[:2]
    found = verdicts[case.fault]
    if case.fault in ("overfitting", "plateau"):
        assert 1 < found.epoch < len(case.history.epochs) - 3, "and since when"


def test_each_sign_of_curves_alone_has_a_real_run_and_a_twin():
    shown = {case.model for case in cases(SIGNS)}
    assert {"overfitting", "plateau", "exploding", "exploding-once", "vanishing", "dead", "starved", "taken"} <= shown
    assert {f"{name}-twin" for name in ("overfitting", "plateau", "exploding", "vanishing", "starved", "taken")} <= shown


def test_what_is_kept_comes_back_and_a_cut_line_is_left_out(tmp_path):
    case = MeasuredRun(
        "healthy", "torch", "digits", 1, "plain", "adam", History((EpochNumbers(1.0, 0.5),), (2.0, float("nan")), over=False),
        RunFacts(classes=10, dead=("1", 0.25), inputs=(0.0, 1.0), differences=("eval-mode",)),
    )  # fmt: skip
    file = tmp_path / "runs.jsonl"
    file.write_text(f"{case.to_line()}\n{case.to_line()[:-20]}", "utf-8")
    (found,) = kept(file)
    for field in fields(MeasuredRun):
        assert repr(getattr(found, field.name)) == repr(getattr(case, field.name))
    older = case.to_line().replace('"facts": {', '"facts": {"no_longer_asked": true, ')
    file.write_text(older, "utf-8")
    assert repr(list(kept(file))) == repr([found])
    file.write_text(f"nonsense\n{case.to_line()}\n", "utf-8")
    with pytest.raises(DataError, match=r"Line 1 of 'runs\.jsonl'"):
        list(kept(file))


def test_a_run_that_ends_in_no_number_says_which_weight_had_it_first():
    weights = {"1.kernel": np.ones((2, 2), np.float32), "2.kernel": np.full((2, 2), np.nan, np.float32)}
    backend = SimpleNamespace(get_weights=lambda: weights, activations=lambda pixels: {})
    prepared = SimpleNamespace(validation=np.arange(4), pixels=np.zeros((4, 8, 8, 1), np.uint8))
    look = RunInspector(backend, prepared, None, 100, 4).broken(1, 7)
    kept = event_from_json(json.loads(json.dumps(event_to_json(look))))  # as a worker reports it: JSON has no nan
    for seen in (look, kept):
        assert broke_in(SimpleNamespace(layers_looked=[seen])) == ("2.kernel", 7)


# Curves that other programs wrote.

LOSSES = tuple(2.3 * 0.7**n for n in range(6))
TOLD = [EpochNumbers(loss, 1 - loss / 3, 1.1 * loss, 1 - loss / 2.9) for loss in LOSSES]

COLUMNS = [
    "epoch,loss,acc,val_loss,val_acc", "epoch,train_loss,train_acc,valid_loss,valid_acc", "Epoch,Train Loss,Train Acc,Val Loss,Val Acc",
    "epoch,train/loss,train/accuracy,val/loss,val/accuracy", "step,Training Loss,Training Accuracy,Validation Loss,Validation Accuracy",
    "epoch,loss,sparse_categorical_accuracy,val_loss,val_sparse_categorical_accuracy", "epoch,train_loss,train_acc,test_loss,test_acc",
]  # fmt: skip


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_tables_of_epochs_are_read_however_they_spell_their_columns(columns, mark):
    lines = [columns.replace(",", mark)]
    lines += [mark.join(f"{v:.4f}" for v in (n, e.loss, e.accuracy, e.validation_loss, e.validation_accuracy)) for n, e in enumerate(TOLD)]  # fmt: skip
    check_told(read_log("\r\n".join(lines).encode("utf-8-sig")))


@pytest.mark.parametrize(
    "line",
    [
        "Epoch {n}/6, Train Loss: {0:.4f}, Train Acc: {1:.4f}, Val Loss: {2:.4f}, Val Acc: {3:.4f}",
        "[{n}/6] epoch {n} | loss {0:.4f} | acc {1:.4f} | val_loss {2:.4f} | val_acc {3:.4f}",
        "epoch={n} train_loss={0:.4f} train_acc={1:.4f} valid_loss={2:.4f} valid_acc={3:.4f}",
        "Epoch: {n} \t Training Loss: {0:.4f} \t Training Accuracy: {p1:.2f}% \t Validation Loss: {2:.4f} \t Validation Accuracy: {p3:.2f}%",
        "Epoch {n}\n45/45 - 1s - 20ms/step - accuracy: {1:.4f} - loss: {0:.4f} - val_accuracy: {3:.4f} - val_loss: {2:.4f}",
    ],
)  # fmt: skip
def test_printed_logs_are_read(line):
    text = "\n".join(
        line.format(e.loss, e.accuracy, e.validation_loss, e.validation_accuracy, n=n, p1=100 * e.accuracy, p3=100 * e.validation_accuracy)
        for n, e in enumerate(TOLD, 1)
    )  # fmt: skip
    check_told(read_log(f"Files already downloaded\n{text}\nFinished Training\n".encode()))


def test_one_epoch_of_keras_has_no_line_that_names_it():
    told = read_log(b"6/6 - 1s - 95ms/step - accuracy: 0.1820 - loss: 2.2900 - val_accuracy: 0.2000 - val_loss: 2.2500\n")
    assert told.epochs == (EpochNumbers(2.29, 0.182, 2.25, 0.2),)


def test_the_doctor_says_the_same_of_curves_from_elsewhere():
    flat = "epoch,loss,accuracy,val_loss,val_accuracy\n" + "".join(f"{n},2.303,0.1,2.303,0.1\n" for n in range(5))
    assert "lr-too-high" in [verdict.kind for verdict in diagnose(read_log(flat.encode()), RunFacts(classes=10))]
    assert diagnose(read_log("\n".join(["loss,accuracy", *(f"{e.loss},{e.accuracy}" for e in TOLD)]).encode()), RunFacts(classes=10)) == ()  # fmt: skip


def check_told(history: History) -> None:
    assert len(history.epochs) == len(TOLD)
    for found, wanted in zip(history.epochs, TOLD, strict=True):
        for field in fields(EpochNumbers):
            assert getattr(found, field.name) == pytest.approx(getattr(wanted, field.name), abs=2e-4)
