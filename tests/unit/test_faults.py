"""The catalogue of faults is complete: each kind has a file of its name and all texts, and says why a framework can't have it."""

from __future__ import annotations

import ast
import inspect
import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.charts import evidence
from clsf.compare.differences import ENTRIES
from clsf.course import path
from clsf.doctor import facts_of, read_log
from clsf.errors import DataError, SpecError
from clsf.faults import catalogue as faults
from clsf.faults import lessons
from clsf.faults.doctor import diagnose
from clsf.faults.history import EpochNumbers, History, RunFacts
from clsf.faults.marks import marks
from clsf.faults.scene import planted_lines
from clsf.faults.scenes import DATA, MODELS, healthy
from clsf.model.branches import Residual
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.model.presets import NAMES, preset
from clsf.model.spec import ModelSpec
from clsf.plan import DIFFERENCES, Plan
from clsf.runs.record import RunRecord


@pytest.mark.parametrize("kind", faults.KINDS)
def test_a_kind_is_declared_in_the_file_of_its_name(kind):
    found = faults.fault(kind)
    assert found.kind == kind
    assert Path(faults.MODULES[kind].__file__).stem == kind.replace("-", "_")
    for text in (found.what, found.symptom, found.mend):
        assert len(str(text)) > 10
    assert found.sources
    assert found.level in (1, 2, 3, 4)
    assert set(found.not_in) < set(FRAMEWORKS), "a fault that no framework can have is no fault"


def test_each_difference_belongs_to_one_fault_at_most():
    named = [name for found in faults.FAULTS.values() for name in found.differences]
    assert len(named) == len(set(named))
    assert set(named) <= set(DIFFERENCES)


def test_each_fault_leads_to_a_step_of_the_course_that_is_there_in_both_languages():
    assert set(lessons.LESSONS) | set(lessons.PAGES) <= set(faults.KINDS)
    assert not set(lessons.LESSONS) & set(lessons.PAGES)
    assert len(lessons.LESSONS) >= 60
    for language in ("en", "ko"):
        course = path.path(language)
        for kind, (name, step) in lessons.LESSONS.items():
            assert step in [one.name for one in course.lesson(name).steps], (kind, language)


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(SpecError, match="Did you mean 'missing-eval'"):
        faults.fault("missing-evel")


def epochs(*rows):
    return History(tuple(EpochNumbers(*row) for row in rows))


KNOWN = RunFacts(classes=10)


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        pytest.param(
            epochs((1.9, 0.6, 1.85, 0.62), (1.6, 0.9, 1.6, 0.88), (1.52, 0.96, 1.56, 0.93)), "softmax-then-logits-loss",
            id="the loss doesn't fall below its floor",
        ),
        pytest.param(
            epochs((-0.5, 0.6, -0.6, 0.7), (-0.8, 0.85, -0.85, 0.9)), "probabilities-into-nll", id="the loss is minus a probability"
        ),
        pytest.param(epochs((-30.0, 0.1, -60.0, 0.1), (-200.0, 0.1, -300.0, 0.1)), "missing-last-activation", id="without limit"),
        pytest.param(
            epochs((0.9, 0.7, 6.0, 0.01), (0.4, 0.88, 8.0, 0.0), (0.2, 0.95, 9.0, 0.0)), "validation-sorted", id="below chance"
        ),
        pytest.param(epochs((2.2, 0.2, float("nan"), 0.1), (float("nan"), 0.1, float("nan"), 0.1)), "lr-too-high", id="nan"),
        pytest.param(
            epochs((0.09, 0.2, 0.08, 0.3), (0.07, 0.45, 0.06, 0.5)), "regression-loss-classifier", id="a loss far below ln C"
        ),
        pytest.param(
            epochs((2.1, 0.2, 0.9, 0.7), (1.9, 0.3, 0.7, 0.8), (1.8, 0.35, 0.6, 0.85)), "dropout", id="validation far above"
        ),
        pytest.param(
            epochs((2.31, 0.1, 2.31, 0.1), (2.303, 0.09, 2.303, 0.1), (2.303, 0.1, 2.303, 0.1)), "lr-too-high", id="ln C"
        ),
    ],
)  # fmt: skip
def test_curves_alone_name_the_fault(history, kind):
    assert kind in [verdict.kind for verdict in diagnose(history, KNOWN)][:2]


def falling(first: float, by: float, count: int) -> list[float]:
    return [first * by**n for n in range(count)]


def sawtooth(each: int, count: int, rng: np.random.Generator, same: bool) -> History:
    """Return losses of `count` epochs: with the same order of images in each, or a new one."""
    shape = rng.normal(0, 0.5, each)
    losses = [
        float(v) for n in range(count) for v in 1 + (shape if same else rng.permutation(shape)) + rng.normal(0, 0.1, each)
    ]
    return History(
        tuple(EpochNumbers(1.0 - n / 50, 0.7 + n / 50, 1.0 - n / 60, 0.68 + n / 60) for n in range(count)), tuple(losses)
    )


OVERFIT = epochs(*((0.9 * 0.5**n, 0.9, 0.7 + 0.12 * abs(n - 3), 0.8) for n in range(12)))
LEVEL = epochs(*((1.0 if n > 3 else 2.2 - 0.3 * n, 0.65, 1.1, 0.6) for n in range(14)))
NOT_LEARNT = epochs(*((2.3, 0.11, 2.3, 0.1) for _ in range(4)))


@pytest.mark.parametrize(
    ("history", "facts", "kind", "epoch"),
    [
        pytest.param(OVERFIT, RunFacts(classes=10), "overfitting", 4, id="overfitting, and since when"),
        pytest.param(LEVEL, RunFacts(classes=10), "plateau", 5, id="plateau, and since when"),
        pytest.param(NOT_LEARNT, RunFacts(classes=10, dead=("3", 0.8), inputs=(0, 1)), "dead-units", None, id="dead units"),
        pytest.param(History(gradient_norms=tuple(falling(1, 1.2, 60))), RunFacts(), "gradient-size", None, id="exploding"),
        pytest.param(NOT_LEARNT, RunFacts(classes=10, first_to_last_gradient=1e-5, inputs=(0, 1)), "gradient-size", None, id="vanishing"),
        pytest.param(NOT_LEARNT, RunFacts(classes=10, update_ratio=0.5, inputs=(0, 1)), "gradient-size", None, id="update over weights"),
        pytest.param(History(speeds=(500.0,) * 400 + (100.0,) * 400), RunFacts(batch_size=32), "throughput", None, id="slower and slower"),
        pytest.param(History(speeds=((900.0,) * 4 + (50.0,)) * 200), RunFacts(batch_size=32), "throughput", None, id="starved"),
        pytest.param(sawtooth(40, 5, np.random.default_rng(0), True), RunFacts(classes=10), "shuffle-missing", None, id="sawtooth"),
        pytest.param(
            History(losses=(2.0, float("nan"))), RunFacts(classes=10, broke_in=("2.kernel", 7)), "lr-too-high", None, id="nan, and where first"
        ),
        pytest.param(
            epochs((1.5, 0.5, 2.3, 0.12), (0.5, 0.85, 2.6, 0.1), (0.3, 0.9, 3.0, 0.11)), RunFacts(classes=10), "bn-momentum", None,
            id="validation at chance while training is high",
        ),
        pytest.param(
            epochs((1.5, 0.1, 1.5, 0.1), (0.8, 0.1, 0.9, 0.1), (0.2, 0.1, 0.3, 0.1)), RunFacts(classes=10), "metrics-wrong", None,
            id="loss falls while accuracy stays",
        ),
        pytest.param(
            epochs((0.6, 0.9, 0.6, 0.9), (0.5, 0.9, 0.5, 0.9)), RunFacts(classes=10, largest_class=0.9), "imbalance", None, id="imbalance"
        ),
    ],
)  # fmt: skip
def test_a_sign_is_named_with_the_epoch_since_when(history, facts, kind, epoch):
    found = {verdict.kind: verdict for verdict in diagnose(history, facts)}
    assert kind in list(found)[:2]
    assert found[kind].evidence.epoch == epoch
    assert epoch is None or any(mark.step for mark in marks(found[kind], history, facts))


@pytest.mark.parametrize(
    ("history", "facts"),
    [
        pytest.param(epochs(*((0.9 * 0.8**n, 0.7 + 0.02 * n, 0.7 * 0.9**n + 0.2, 0.7 + 0.015 * n) for n in range(12))), RunFacts(classes=10), id="validation still falls"),
        pytest.param(epochs(*((2.2 * 0.9**n, 0.3 + 0.03 * n, 2.2 * 0.92**n, 0.3) for n in range(14))), RunFacts(classes=10), id="slow but falling"),
        pytest.param(epochs((0.5, 0.85, 0.5, 0.84), (0.3, 0.93, 0.4, 0.9)), RunFacts(classes=10, dead=("3", 0.6), update_ratio=0.002), id="some dead units"),
        pytest.param(History(gradient_norms=tuple(falling(1, 1.02, 60))), RunFacts(), id="gradients grow a little"),
        pytest.param(History(speeds=(500.0,) * 400 + (350.0,) * 400), RunFacts(batch_size=32), id="somewhat slower"),
        pytest.param(History(speeds=(500.0,) * 30 + (50.0,) * 30), RunFacts(batch_size=32), id="too short to say"),
        pytest.param(
            History(speeds=tuple(np.random.default_rng(0).choice([900.0, 50.0], 800, p=[0.75, 0.25]))), RunFacts(batch_size=32), id="a busy machine"
        ),
        pytest.param(
            History(speeds=(*np.random.default_rng(0).choice([900.0, 500.0], 400), *np.random.default_rng(1).choice([900.0, 150.0], 400, p=[0.3, 0.7]))),
            RunFacts(batch_size=32), id="a machine that gets busy",
        ),
        pytest.param(sawtooth(40, 5, np.random.default_rng(0), False), RunFacts(classes=10), id="noise of shuffled batches"),
    ],
)  # fmt: skip
def test_a_healthy_twin_of_a_sign_gets_no_verdict(history, facts):
    assert diagnose(history, facts) == ()


def test_tanh_alone_is_no_reason_for_learning_slowly():
    judge = faults.functions("in_run")["saturating-activation"]
    slow = epochs(*((2.34 - 0.01 * n, 0.1 + 0.01 * n, 2.3, 0.12) for n in range(8)))
    assert judge(slow, RunFacts(classes=10, activations=("tanh",) * 4)) is None
    assert judge(slow, RunFacts(classes=10, activations=("sigmoid",) * 4)) is not None
    assert judge(slow, RunFacts(classes=10, activations=("tanh",) * 4, first_to_last_gradient=0.001)) is not None


def test_what_a_verdict_rests_on_is_drawn():
    facts = RunFacts(classes=10)
    for history, kind, level in (
        (epochs((2.31, 0.1, 2.31, 0.1), (2.303, 0.09, 2.303, 0.1), (2.303, 0.1, 2.303, 0.1)), "lr-too-high", math.log(10)),
        (epochs((1.9, 0.6, 1.85, 0.62), (1.6, 0.9, 1.6, 0.88), (1.52, 0.96, 1.56, 0.93)), "softmax-then-logits-loss", math.log(1 + 9 / math.e)),
    ):  # fmt: skip
        verdict = next(one for one in diagnose(history, facts) if one.kind == kind)
        drawn = marks(verdict, history, facts)
        assert any(mark.level == pytest.approx(level) for mark in drawn)
        figure = evidence.figure(history, drawn, str, "loss")
        assert any(shape["y0"] == pytest.approx(level) for shape in figure["layout"]["shapes"])
        assert figure["layout"]["yaxis"].get("type") != "log"
    spike = evidence.figure(History(losses=(600.0, 90.0, *(2.3,) * 20)), drawn, str, "loss")["layout"]
    assert spike["yaxis"]["type"] == "log"
    assert [text["y"] for text in spike["annotations"]] == [pytest.approx(math.log10(level))]
    broke = History((), (2.3, 2.2, float("nan"), float("nan")))
    (verdict,) = (one for one in diagnose(broke, facts) if one.kind == "lr-too-high")
    assert [mark.step for mark in marks(verdict, broke, facts) if mark.step] == [3]


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(epochs((1.2, 0.6, 0.7, 0.78), (0.6, 0.8, 0.5, 0.85), (0.4, 0.88, 0.42, 0.87)), id="as it should be"),
        pytest.param(epochs((1.8, 0.3, 1.6, 0.4), (1.5, 0.45, 1.45, 0.47)), id="two epochs of something hard"),
        pytest.param(epochs((0.5, 0.85, 0.6, 0.8), (0.1, 0.97, 0.8, 0.79), (0.02, 1.0, 1.2, 0.78)), id="overfits"),
        pytest.param(epochs((2.25, 0.15, 2.1, 0.3), (1.9, 0.4, 1.7, 0.5)), id="begins slowly"),
        pytest.param(History(), id="nothing yet"),
    ],
)
def test_healthy_curves_get_no_verdict(history):
    assert diagnose(history, KNOWN) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(
            b'{"loss": [1.0, 0.5], "accuracy": [0.5, 0.8], "val_loss": [1.1, 0.7], "val_accuracy": [0.4, 0.7]}',
            (0.5, 0.8, 0.7, 0.7), id="Keras' History",
        ),
        pytest.param(b"epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1,0.4,1.1\n1,0.8,0.5,0.7,0.7\n", (0.5, 0.8, 0.7, 0.7), id="CSVLogger"),
        pytest.param(b"epoch loss acc\n1 1.0 50\n2 0.5 80\n", (0.5, 0.8, None, None), id="columns of a PyTorch log, percent"),
        pytest.param(
            b"Epoch 1/2\n36/36 - 1s - accuracy: 0.5 - loss: 1.0 - val_accuracy: 0.4 - val_loss: 1.1\n"
            b"Epoch 2/2\n36/36 - 1s - accuracy: 0.8 - loss: 0.5 - val_accuracy: 0.7 - val_loss: 0.7\n",
            (0.5, 0.8, 0.7, 0.7), id="what fit prints",
        ),
        pytest.param(
            b"epoch 1: loss 1.0, accuracy 0.5, validation loss 1.1, accuracy 0.4\n"
            b"epoch 2: loss 0.5, accuracy 0.8, validation loss 0.7, accuracy 0.7\ntest: loss 9, accuracy 0.1\n",
            (0.5, 0.8, 0.7, 0.7), id="our scripts",
        ),
        pytest.param(
            b"[Epoch 1] Train Loss: 1.0 | Train Acc: 50.0% | Val Loss: 1.1 | Val Acc: 40%\n"
            b"[Epoch 2] Train Loss: 0.5 | Train Acc: 80.0% | Val Loss: 0.7 | Val Acc: 70%\n",
            (0.5, 0.8, 0.7, 0.7), id="a usual PyTorch line",
        ),
        pytest.param(b'{"epoch": 1, "train_loss": 1}\n{"epoch": 2, "train_loss": 0.5}\n', (0.5, None, None, None), id="JSON lines"),
    ],
)  # fmt: skip
def test_logs_of_others_are_read(text, wanted):
    last = read_log(text).epochs[-1]
    assert (last.loss, last.accuracy, last.validation_loss, last.validation_accuracy) == pytest.approx(wanted)


def test_event_files_of_tensorboard_are_read():
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    file = io.BytesIO()
    writer = RecordWriter(file)
    writer.write(Event(file_version="brain.Event:2").SerializeToString())
    for step, loss in enumerate((1.0, 0.5)):
        for tag, number in (("Loss/train", loss), ("Loss/validation", 2 * loss), ("Accuracy/train", 0.9)):
            values = Summary(value=[Summary.Value(tag=tag, simple_value=number)])
            writer.write(Event(step=step, summary=values).SerializeToString())
    found = read_log(file.getvalue())
    assert found.loss == (1.0, 0.5)
    assert found.validation_loss == (2.0, 1.0)
    assert found.accuracy == pytest.approx((0.9, 0.9))


@pytest.mark.parametrize("text", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"hello\nworld\n", b"{", b"[[[[", b"\xff\xfe\xfd", b"loss\n"])
def test_a_file_without_curves_is_refused_with_what_can_be_read(text):
    with pytest.raises(DataError, match="CSVLogger"):
        read_log(text, "x.bin")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_each_plant_changes_the_program_or_the_framework_is_said_to_be_free_of_it(framework):
    played = 0
    scenes = [healthy(framework, data, model, 0) for data in DATA for model in MODELS]
    for kind, plant in faults.functions("plant").items():
        found = [(scene, changed) for scene in scenes if (changed := plant(scene)) is not None]
        assert found or framework in faults.fault(kind).not_in, kind
        for scene, changed in found:
            assert planted_lines(scene.text, changed.text), kind
        played += bool(found)
    assert played >= 40


def test_what_is_known_of_a_run_comes_from_its_model_and_plan():
    inner = (Conv2D(8, 3, padding="same"), BatchNorm(momentum=0.95), Activation("relu"), Conv2D(4, 3, padding="same"))
    model = ModelSpec("x", (Conv2D(4, 3), Residual(inner), Flatten(), Dropout(0.4), Dense(10)))
    plan = Plan("digits", optimizer="adam", learning_rate=0.5, l2=0.25, differences=("eval-mode",))
    known = facts_of(RunRecord("a", "b", "torch", model, plan, 0.0))
    assert known.activations == ("linear", "relu", "linear")
    assert (known.batch_norms, known.norm_momentum, known.dropouts) == (1, 0.95, (0.4,))
    assert (known.outputs, known.loss_takes, known.classes) == ("logits", "logits", 10)
    assert (known.optimizer, known.learning_rate, known.l2) == ("adam", 0.5, 0.25)
    assert known.evaluated_in_training_mode


@pytest.mark.parametrize("name", NAMES)
def test_no_stock_model_is_faulty_by_itself(name):
    record = RunRecord("a", "b", "torch", preset(name), Plan("digits"), 0.0)
    assert diagnose(History(), facts_of(record)) == ()


@pytest.mark.parametrize(
    ("difference", "kind"),
    [
        ("softmax-before-loss", "softmax-then-logits-loss"), ("eval-mode", "missing-eval"),
        ("dropout-at-evaluation", "dropout-always-on"),
    ],
)  # fmt: skip
def test_a_difference_of_compare_that_is_a_fault_is_that_fault_in_a_run_too(difference, kind):
    assert ENTRIES[difference].fault is faults.fault(kind)
    record = RunRecord("a", "b", "torch", preset("lecture-cnn"), Plan("digits", differences=(difference,)), 0.0)
    assert diagnose(History(), facts_of(record))[0].kind == kind


def test_a_difference_in_which_both_are_right_is_no_fault():
    assert ENTRIES["adam-rule"].fault is None
    assert ENTRIES["input-scale"].fault is faults.fault("train-test-preprocess-mismatch")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("IndexError: Target 10 is out of bounds.", "wrong-last-units"),
        ("RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x256 and 1256x64)", "shape"),
        ("RuntimeError: Given groups=1, weight of size [16, 1, 3, 3], expected input[32, 8, 8, 1] to have 1 channels, but got 8", "channel-order"),
        (
            'ValueError: Input 0 of layer "conv2d" is incompatible with the layer: expected axis -1 of input shape to have value 1, '
            "but received input with shape (32, 1, 8, 8)", "channel-order",
        ),
        ("RuntimeError: expected scalar type Double but found Float", "dtype"),
        ("ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 64])", "last-batch-of-one"),
        ("NameError: name 'F' is not defined", "name-undefined"),
        ("TypeError: 'Tensor' object is not callable", "name-overwritten"),
        ("SyntaxError: expected ':' (program.py, line 110)", "syntax"),
        ("AttributeError: 'Adam' object has no attribute 'update'", "api-misuse"),
        ("ValueError: padding='same' is not supported for strided convolutions", "padding-same"),
    ],
)  # fmt: skip
def test_an_error_names_the_fault(error, kind):
    assert diagnose(History(error=error), RunFacts(classes=10))[0].kind == kind


def _guards(function: Callable) -> set[str]:
    """Return the frameworks that a function excludes in its first lines, such as `if not program.torch: return []`."""
    sent = {
        "not program.torch": "tensorflow",
        "program.keras": "tensorflow",
        "program.torch": "torch",
        "not program.keras": "torch",
    }
    found = set()
    for line in ast.parse(inspect.getsource(function)).body[0].body:
        if isinstance(line, ast.If) and isinstance(line.body[0], ast.Return):
            parts = line.test.values if isinstance(line.test, ast.BoolOp) and isinstance(line.test.op, ast.Or) else [line.test]
            found |= {sent[text] for part in parts if (text := ast.unparse(part)) in sent}
    return found


def test_a_fault_that_one_framework_cannot_have_says_why():
    for kind, look in faults.functions("in_code").items():
        for framework in _guards(look):
            why = faults.fault(kind).not_in.get(framework)
            plant = faults.functions("plant").get(kind)
            planted = plant and any(plant(healthy(framework, data, model, 0)) for data in DATA for model in MODELS)
            assert planted or len(str(why or "")) > 15, f"{kind} is never found in {framework}, and doesn't say why"
    for found in faults.FAULTS.values():
        assert all(len(str(why)) > 15 for why in found.not_in.values()), found.kind


def test_the_differences_of_compare_that_are_faults_are_these_declarations():
    wanted = (
        "softmax-before-loss",
        "dropout-at-evaluation",
        "eval-mode",
        "input-scale",
        "flatten-order",
        "shuffling",
        "bn-momentum",
        "frozen-bn-moves",
        "trainable-after-compile",
        "head-not-in-optimizer",
        "other-preparation",
    )
    for name in wanted:
        assert ENTRIES[name].fault is faults.FAULTS[ENTRIES[name].fault.kind]
