"""The fairness check, case by case: its findings for two runs that differ in one thing."""

from dataclasses import replace

import pytest

from clsf.compare.contender import Contender
from clsf.compare.differences import ENTRIES
from clsf.compare.fairness import TOPICS, check, refusal, require_comparable, worst
from clsf.data import catalogue
from clsf.errors import PlanError
from clsf.events import (
    BatchesEnded,
    EpochEnded,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunFailed,
    RunStarted,
    StoppedEarly,
)
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.model.walk import plain_layers
from clsf.plan import DIFFERENCES, Augmentation, Clipping, Plan, Plateau, Preparation, Schedule, Stopping
from clsf.runs.record import RunRecord
from clsf.words import say

PLAN = Plan("digits", optimizer="adam")
SPEC = preset("lecture-cnn", 10)
NORMED = ModelSpec("normed", (Conv2D(2), BatchNorm(), Flatten(), Dense(10)))
SOFTMAX = ModelSpec("soft", (Flatten(), Dense(10, "softmax")))
SOFTMAX_LAYER = ModelSpec("soft", (Flatten(), Dense(10), Activation("softmax")))


def started(**changes) -> RunStarted:
    values = {
        "framework": "torch", "variant": "loop", "device": "cpu", "threads": 2, "versions": {"numpy": "2"}, "epochs": 5, "batches_per_epoch": 9,
        "train_images": 288, "validation_images": 72, "input_shape": (8, 8, 1), "parameters": 10, "weights_hash": "w",
        "order_hash": "o", "seconds": 0.1,
    }  # fmt: skip
    return RunStarted(**{**values, **changes})


def side(framework: str, spec=SPEC, status=None, race=False, machine="", start=None, **plan) -> Contender:
    return Contender(framework, spec, PLAN.but(**plan), start, status, race, machine)


def pair(tensorflow=None, torch=None):
    return side("tensorflow", **(tensorflow or {})), side("torch", **(torch or {}))


def ran(
    framework: str, *told, rate: float = 0.001, steps: int = 4, end="finished", group="g", machine="m", start=None, **plan
) -> RunRecord:
    """Return a run trained for `steps`, with the extra events `told`: (step, event)."""
    plan = PLAN.but(**{"learning_rate": rate, "epochs": 1, **plan})
    found = RunRecord(framework, group, framework, NORMED, plan, 0.0, machine=machine)
    found.fold(started(framework=framework, variant=plan.variants[framework], **(start or {})))
    for step in range(steps + 1):
        for at, event in told:
            if at == step:
                found.fold(event)
                rate = event.learning_rate if isinstance(event, LearningRateChanged) else rate
        if step < steps:
            found.fold(BatchesEnded(1, step + 1, (1.0,), (0.5,), None, rate, 10.0, step + 1.0))
    if end == "finished":
        found.fold(EpochEnded(1, 1.0, 0.5, 1.0, 0.5, 1.0, 0.1, 10.0))
    found.fold(RunEnded(framework, end, 1, 4.0, 10.0, moment=(start or {}).get("moment", 0.0) + 10.0 if start else None))
    return found


BY_HAND = (2, LearningRateChanged(2, 0.1))
AWAY = {"moment": 1000.0}
UNFAIR = [
    pytest.param(ran("tensorflow"), ran("torch", (2, Paused(2)), BY_HAND, (2, Resumed(2))), "schedule", "red", "PyTorch: the learning rate was changed by hand while it trained (step: rate; 2: 0.1)", id="rate by hand"),
    pytest.param(ran("tensorflow", BY_HAND), ran("torch", (3, LearningRateChanged(3, 0.1))), "schedule", "red", "TensorFlow: the learning rate was changed by hand", id="rate by hand at another step"),
    pytest.param(ran("tensorflow", (2, LearningRateChanged(2, 1e-4, "plateau")), plateau=Plateau()), ran("torch", plateau=Plateau()), "schedule", "amber", "at other steps: 2: 0.0001 (TensorFlow) and never (PyTorch)", id="plateaus at other steps"),
    pytest.param(ran("tensorflow"), ran("torch", (2, Paused(2))), "hands", "amber", "PyTorch was disturbed while it trained (pauses: 1)", id="paused"),
    pytest.param(ran("tensorflow"), ran("torch", (1, Paused(1)), (2, Paused(2)), (3, Paused(3))), "hands", "amber", "(steps taken by hand: 3)", id="steps by hand"),
    pytest.param(ran("tensorflow", epochs=9), ran("torch", (4, StoppedEarly(1, 1, 2)), epochs=9), "end", "amber", "PyTorch stopped early, after epoch 1 of 9", id="stopped early"),
    pytest.param(ran("tensorflow"), ran("torch", end="stopped"), "end", "amber", "PyTorch ended early, with 0 of 1 epoch done", id="stopped by hand"),
    pytest.param(ran("tensorflow"), ran("torch", end="cut-off"), "end", "amber", "PyTorch ended early", id="cut off"),
    pytest.param(ran("tensorflow", optimizer="momentum", schedule=Schedule("cosine")), ran("torch", optimizer="momentum", schedule=Schedule("cosine"), rules="native"), "schedule", "amber", "the rate of its own step", id="momentum and schedule, aligned against native"),
    pytest.param(ran("tensorflow", optimizer="momentum", schedule=Schedule("cosine")), ran("torch", optimizer="momentum", schedule=Schedule("cosine"), rules="native"), "rule", "amber", "once the learning rate changes", id="momentum, its rule"),
    pytest.param(ran("tensorflow", BY_HAND, optimizer="nesterov"), ran("torch", BY_HAND, optimizer="nesterov", rules="native"), "rule", "amber", "once the learning rate changes", id="momentum and both rates by hand"),
    pytest.param(ran("torch", weight_decay=0.1), ran("torch", weight_decay=0.1, rules="native"), "regularisation", "amber", "PyTorch adds it to the gradient", id="decay decoupled against coupled"),
    pytest.param(ran("tensorflow", weight_decay=0.1), ran("torch", weight_decay=0.1, differences=("adam-rule",)), "regularisation", "amber", "PyTorch adds it to the gradient", id="decay coupled by the rule alone"),
    pytest.param(ran("tensorflow"), ran("torch", begin_from="r1", epochs_before=3), "weights", "red", "PyTorch went on from the weights of the run r1", id="continued against fresh"),
    pytest.param(ran("torch", start={"versions": {"torch": "2.15"}}), ran("torch", start={"versions": {"torch": "2.14"}}), "versions", "amber", "torch 2.15 / 2.14", id="other versions"),
    pytest.param(ran("tensorflow"), ran("torch", start={"train_images": 100}), "data", "red", "are 288 and 72 in one, 100 and 72 in the other", id="other counts"),
    pytest.param(ran("tensorflow", start={"images_hash": "a"}), ran("torch", start={"images_hash": "b"}), "data", "red", "under one name (hashes a and b)", id="other images"),
    pytest.param(ran("tensorflow", start={"split_hash": "a"}), ran("torch", start={"split_hash": "b"}), "split", "amber", "another version of this program", id="other split"),
    pytest.param(ran("tensorflow", start=AWAY), ran("torch", start={"moment": 1005.0}), "race", "amber", "training at the same time", id="overlapped in time"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two", "topic", "level", "words"), UNFAIR)
def test_an_unfair_pair_does_not_pass(one, two, topic, level, words):
    findings = check(one, two)
    assert level in levels(findings, topic)
    assert words in told(findings, topic)
    assert "green" not in levels(findings, topic)
    assert worst(findings) != "green"


FAIR = [
    pytest.param(ran("tensorflow"), ran("torch"), id="left alone"),
    pytest.param(ran("tensorflow", optimizer="sgd", weight_decay=0.1), ran("torch", optimizer="sgd", weight_decay=0.1, rules="native"), id="sgd with decay against native"),
    pytest.param(ran("tensorflow", weight_decay=0.1, rules="native"), ran("torch", weight_decay=0.1), id="Keras' own decay is the aligned one"),
    pytest.param(ran("tensorflow", BY_HAND), ran("torch", BY_HAND), id="the same change at the same step"),
    pytest.param(ran("tensorflow"), ran("torch", (4, LearningRateChanged(4, 0.1))), id="a rate that no step was trained with"),
    pytest.param(ran("tensorflow"), ran("torch", (2, LearningRateChanged(2, 0.001))), id="a change that changes nothing"),
    pytest.param(ran("tensorflow", start=AWAY), ran("torch", start={"moment": 1011.0}), id="one after the other"),
    pytest.param(ran("tensorflow", epochs=9, stopping=Stopping(patience=1)), ran("torch", epochs=9, stopping=Stopping(patience=1)), id="early stopping that had no effect"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), FAIR)
def test_a_fair_pair_raises_no_alarm(one, two):
    assert [(f.topic, f.level, str(f.sentence)) for f in check(one, two) if f.level != "green"] == []


def test_a_third_run_beside_makes_times_not_ones_own():
    one, two = ran("tensorflow"), ran("torch")
    two.beside = ("other", one.run_id)
    assert "PyTorch shared its machine with other runs that trained meanwhile (1)" in told(check(one, two), "race")


def levels(findings, topic):
    return [finding.level for finding in findings if finding.topic == topic]


def told(findings, topic):
    return " ".join(str(finding.sentence) for finding in findings if finding.topic == topic)


def test_an_aligned_pair_before_its_run_is_green_but_for_what_is_not_known():
    findings = check(*pair())
    assert {f.topic for f in findings if f.level != "green"} == {"device"}
    assert "known when it starts" in told(findings, "device")


def test_an_aligned_pair_after_its_run_is_green():
    done = {"status": "finished", "machine": "m"}
    one, two = pair({**done, "start": started(framework="tensorflow", variant="graph")}, {**done, "start": started()})
    findings = check(one, two)
    assert worst(findings) == "green"
    assert [f.topic for f in findings] == list(TOPICS)
    assert "hash w" in told(findings, "weights")


BOTH_L2 = {"l2": 0.1}
DECAYED = {"weight_decay": 0.1}
FALLING = {"optimizer": "momentum", "schedule": Schedule("cosine"), "rules": "native"}
CASES = [
    # topic, the only thing that differs, level, words
    ("data", {}, {"train_limit": 100}, ["red"], "not the same number of images to train on: all and 100"),
    ("model", {}, {"spec": preset("tiny", 10)}, ["red"], "'lecture-cnn' and 'tiny' have other layers"),
    ("model", {"spec": NORMED}, {"spec": NORMED, "differences": ("bn-epsilon",)}, ["amber"], "PyTorch does this differently: Epsilon"),
    ("weights", {}, {"start": started(weights_hash="x")}, ["green"], "will begin with the same"),
    ("weights", {"start": started()}, {"start": started(weights_hash="x")}, ["amber"], "the luck of the start"),
    ("weights", {}, {"differences": ("initial-weights",)}, ["amber"], "On purpose, PyTorch does this differently: Initial kernels"),
    ("weights", {}, {"differences": ("initial-weights", "bias-init")}, ["amber", "amber"], "Initial biases"),
    ("weights", {}, {"weights": "imagenet"}, ["amber"], "the luck of the start"),
    ("frozen", {}, {"train_layers": "head"}, ["red"], "other layers: all and head"),
    ("frozen", {"train_layers": "head"}, {"train_layers": "head"}, ["green"], "(head); the others are frozen"),
    ("frozen", {}, {"backbone_rate": 0.1}, ["red"], "learning rate before the head"),
    ("frozen", {}, {"differences": ("head-not-in-optimizer",)}, ["amber"], "On purpose"),
    ("split", {}, {"validation_share": 0.3}, ["red"], "judged on other images"),
    ("split", {}, {"seed": 1}, ["amber"], "its own split"),
    ("split", {"train_limit": 100}, {"train_limit": 100, "split": 1}, ["red"], "different versions of the rule"),
    ("split", {}, {"split": 1}, ["green"], "on the same images"),
    ("scale", {}, {"preparation": Preparation(scale="standardise")}, ["red"], "'zero-one', PyTorch on 'standardise'"),
    ("scale", {}, {"differences": ("input-scale",)}, ["amber"], "On purpose"),
    ("order", {}, {"batch_size": 64}, ["red"], "Batches have 32 and 64 images"),
    ("order", {}, {"differences": ("shuffling",)}, ["amber"], "On purpose"),
    ("order", {"start": started()}, {"start": started(order_hash="p")}, ["amber"], "in another order"),
    ("loss", {}, {"differences": ("softmax-before-loss",)}, ["amber", "amber"], "On purpose, PyTorch does this differently: Softmax"),
    ("loss", {}, {"differences": ("softmax-before-loss",)}, ["amber", "amber"], "PyTorch: softmax is applied twice"),
    ("loss", {}, {"differences": ("softmax-before-loss",)}, ["amber", "amber"], "below 1.461 with 10 classes"),
    ("loss", {"spec": SOFTMAX}, {"spec": SOFTMAX}, ["amber"], "TensorFlow and PyTorch: softmax is applied twice"),
    ("loss", {"spec": SOFTMAX_LAYER}, {}, ["red"], "TensorFlow: softmax is applied twice"),
    ("rule", {"hyper": {"beta_1": 0.8}}, {}, ["red"], "other numbers: beta_1 0.8 and the usual ones"),
    ("updates", {}, {}, ["green"], "the same between gradients and new weights"),
    ("updates", {"accumulate": 4}, {}, ["red"], "differs: batches per update"),
    ("updates", {"clipping": Clipping()}, {"clipping": Clipping("norm")}, ["red"], "differs: gradient clipping"),
    ("updates", {"average": 0.9}, {"balanced": True}, ["red", "red"], "differs: moving average of the weights"),
    ("updates", {"balanced": True}, {"balanced": True, "differences": ("class-weight-mean",)}, ["amber"], "Mean with class weights"),
    ("updates", {"accumulate": 2, "variants": {"tensorflow": "fit"}}, {"accumulate": 2}, ["amber"], "counts every batch as a step of adam"),
    ("rule", {}, {"optimizer": "sgd"}, ["red"], "adam with 0.001 and sgd with 0.001"),
    ("rule", {}, {"learning_rate": 0.1}, ["red"], "adam with 0.001 and adam with 0.1"),
    ("rule", {}, {"rules": "native"}, ["amber"], "not the same rule"),
    ("rule", {"rules": "native"}, {"rules": "native"}, ["amber"], "here each follows another"),
    ("rule", {}, {"differences": ("adam-rule",)}, ["amber"], "not the same rule"),
    ("rule", {}, {"differences": ("rmsprop-rule",)}, ["green"], "one written rule of adam"),
    ("rule", {"optimizer": "nesterov"}, {"optimizer": "nesterov", "rules": "native"}, ["green"], "learning rate is constant"),
    ("rule", {}, {"l2": 0.1}, ["red", "green"], "Weight decay differs: 0 and 0.1"),
    ("rule", BOTH_L2, {**BOTH_L2, "differences": ("weight-decay-style",)}, ["amber", "green"], "Style of weight decay"),
    ("loss", {}, {"loss": "categorical"}, ["green", "green"], "the loss is the same number"),
    ("loss", {}, {"loss": "categorical", "label_smoothing": 0.1}, ["red", "green"], "other losses: sparse (smoothing 0) and categorical"),
    ("loss", {}, {"loss": "categorical", "label_smoothing": 0.1, "probabilities": True}, ["red", "amber"], "PyTorch hands probabilities"),
    ("rule", {"hyper": {"beta_1": 0.9}}, {}, ["green"], "one written rule of adam"),
    ("rule", {"l2": 0.1, "learning_rate": 0.1}, {}, ["red", "red"], "Weight decay differs: 0.1 and 0"),
    ("rule", {"l2": 0.1, "hyper": {"beta_1": 0.8}}, {}, ["red", "red"], "Weight decay differs: 0.1 and 0"),
    ("weights", {"dtype": "float64"}, {}, ["green"], "rounded to float64 and to float32"),
    ("weights", {"start": None, "differences": ("bias-init",)}, {}, ["amber"], "Initial biases"),
    ("weights", {"begin_from": "r1"}, {"begin_from": "r2"}, ["amber"], "other weights"),
    ("weights", {"begin_from": "r1"}, {"begin_from": "r1", "seed": 3}, ["green"], "weights of the run r1"),
    ("order", {}, {"split": 1}, ["amber"], "different versions of the rule"),
    ("data", {"start": started(split_hash="s")}, {"start": started(split_hash="s"), "train_limit": 400}, ["green"], "Both train on"),
    ("regularisation", {"optimizer": "adamw"}, {"optimizer": "adamw", "weight_decay": 0.004}, ["green"], "in the same way"),
    ("regularisation", {"optimizer": "adamw", "rules": "native"}, {"optimizer": "adamw", "rules": "native"}, ["amber"], "0.004 in one and 0.01 in the other"),
    ("schedule", {"schedule": Schedule(factor=0.1)}, {}, ["green"], "as it is"),
    ("schedule", {"schedule": Schedule("cosine"), "epochs": 9}, {"schedule": Schedule("cosine")}, ["red"], "ends with the last epoch"),
    ("stopping", {"stopping": Stopping(min_delta=0.1, monitor="accuracy")}, {}, ["green"], "Neither stops early"),
    ("updates", {}, {"differences": ("clip-norm", "class-weight-mean")}, ["green"], "the same between gradients and new weights"),
    ("model", {}, {"differences": ("bn-epsilon",)}, ["green"], "layer by layer"),
    ("loss", {"probabilities": True}, {}, ["amber"], "TensorFlow hands probabilities"),
    ("loss", {"probabilities": True, "spec": SOFTMAX}, {"probabilities": True, "spec": SOFTMAX}, ["green"], "that expects them"),
    ("regularisation", {"l1": 0.1}, {}, ["red"], "(L1) differs: 0.1 and 0"),
    ("regularisation", {}, {"weight_decay": 0.1}, ["red"], "differs: 0 and 0.1"),
    ("regularisation", DECAYED, DECAYED, ["green"], "in the same way"),
    ("regularisation", {**DECAYED, "rules": "native"}, {**DECAYED, "rules": "native"}, ["amber"], "not the same in each framework's own"),
    ("schedule", {"schedule": Schedule("cosine")}, {}, ["red"], "in another way in each"),
    ("schedule", {"plateau": Plateau()}, {}, ["red"], "in another way in each"),
    ("schedule", {"schedule": Schedule("cosine")}, {"schedule": Schedule("cosine")}, ["green"], "computed once"),
    ("schedule", FALLING, FALLING, ["amber"], "the rate of its own step"),
    ("augmentation", {"augmentation": Augmentation(flip=True)}, {}, ["red"], "in another way in each"),
    ("augmentation", {"augmentation": Augmentation(flip=True)}, {"augmentation": Augmentation(flip=True), "seed": 1}, ["amber"], "seeds differ"),
    ("augmentation", {"augmentation": Augmentation(flip=True)}, {"augmentation": Augmentation(flip=True)}, ["green"], "drawn in NumPy"),
    ("stopping", {"stopping": Stopping(patience=2)}, {}, ["red"], "by other rules"),
    ("stopping", {"stopping": Stopping(restore_best=True)}, {"stopping": Stopping(restore_best=True)}, ["green"], "best epoch"),
    ("stopping", {"stopping": Stopping(checkpoint=True)}, {}, ["green"], "last epoch"),
    ("variant", {}, {"variants": {"torch": "dataloader"}}, ["amber"], "by a DataLoader"),
    ("variant", {}, {"look_inside": True}, ["amber"], "PyTorch was looked into"),
    ("dropout", {"spec": NORMED}, {"spec": NORMED}, ["green"], "no dropout"),
    ("dropout", {}, {}, ["green"], "masks are drawn in NumPy"),
    ("dropout", {}, {"differences": ("dropout-rate",)}, ["amber"], "On purpose"),
    ("dropout", {}, {"differences": ("dropout-masks",)}, ["amber"], "On purpose"),
    ("dropout", {"variants": {"tensorflow": "fit"}}, {}, ["amber"], "its own random numbers"),
    ("dropout", {"rules": "native"}, {"rules": "native"}, ["amber"], "its own random numbers"),
    ("dropout", {}, {"seed": 3}, ["amber"], "because the seeds differ"),
    ("evaluation", {}, {"differences": ("dropout-at-evaluation",)}, ["red"], "PyTorch is judged while its layers do"),
    ("evaluation", {"spec": NORMED}, {"spec": NORMED, "differences": ("eval-mode",)}, ["red"], "PyTorch is judged"),
    ("evaluation", {"spec": NORMED}, {"spec": NORMED, "differences": ("dropout-at-evaluation",)}, ["green"], "evaluation mode"),
    ("dtype", {}, {"dtype": "float64"}, ["red"], "TensorFlow computes in float32, PyTorch in float64"),
    ("seed", {}, {"seed": 5}, ["amber"], "The seeds are 0 and 5"),
    ("seed", {}, {}, ["green"], "one run each"),
    ("variant", {"variants": {"tensorflow": "eager"}}, {}, ["amber"], "eagerly, without a graph"),
    ("variant", {"variants": {"tensorflow": "fit"}}, {}, ["amber"], "model.fit"),
    ("variant", {"start": started(variant="graph"), "variants": {"tensorflow": "eager"}}, {}, ["green"], "its usual way"),
    ("device", {"device": "cpu"}, {"device": "cpu"}, ["green"], "will use the CPU"),
    ("device", {"start": started()}, {"start": started(device="H100")}, ["red"], "PyTorch ran on a GPU (H100)"),
    ("device", {"start": started(device="H100")}, {"start": started()}, ["red"], "TensorFlow ran on a GPU (H100)"),
    ("device", {"start": started(device="A")}, {"start": started(device="B")}, ["amber"], "other machines: A and B"),
    ("device", {"start": started(device="H100")}, {"start": started(device="H100")}, ["green", "amber"], "TensorFlow: a GPU may add in"),
    ("device", {"start": started(), "machine": "m1"}, {"start": started(), "machine": "m2"}, ["amber"], "cpu, m1 and cpu, m2"),
    ("threads", {}, {}, [], ""),
    ("threads", {"start": started()}, {"start": started(threads=8)}, ["amber"], "(2 and 8)"),
    ("race", {"race": True}, {"race": True}, ["amber"], "by epoch, not by second"),
    ("end", {}, {"epochs": 9}, ["red"], "One trains 5 epochs, the other 9"),
    ("end", {"status": "finished"}, {"status": "stopped"}, ["amber"], "PyTorch ended early"),
    ("end", {"status": "running"}, {"status": "finished"}, ["amber"], "TensorFlow is not done yet"),
    ("end", {"status": "failed"}, {"status": "finished"}, ["red"], "TensorFlow failed; only the other half"),
    ("end", {"status": "finished"}, {"status": "diverged"}, ["red"], "PyTorch diverged"),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "tensorflow", "torch", "expected", "words"), CASES)
def test_one_point(topic, tensorflow, torch, expected, words):
    findings = check(*pair(tensorflow, torch))
    assert levels(findings, topic) == expected
    assert words in told(findings, topic)


def test_other_data_are_refused_with_the_reason():
    one, two = side("tensorflow"), Contender("torch", SPEC, PLAN.but(data="mnist"))
    assert "'digits', the other on 'mnist'" in str(refusal(one, two))
    assert [(f.level, f.topic) for f in check(one, two)] == [("red", "data")]
    with pytest.raises(PlanError, match="can't be compared"):
        require_comparable(one, two)
    require_comparable(one, one)


@pytest.mark.parametrize(
    "other",
    [
        {"preparation": Preparation(image_size=16)},
        {"preparation": Preparation(colour="rgb")},
        {"start": started(input_shape=(9, 9, 1))},
    ],
)
def test_another_size_of_the_images_is_refused(other):
    assert "another size or colour" in str(refusal(*pair({"start": started()}, other)))


def test_a_size_that_images_have_anyway_is_no_other_size():
    sides = pair({"preparation": Preparation(image_size=8, colour="grey")})
    assert refusal(*sides) is None
    assert levels(check(*sides), "data") == ["green"]


@pytest.mark.parametrize("model", ["tiny", "residual"])
@pytest.mark.parametrize("name", DIFFERENCES)
@pytest.mark.parametrize(
    "changes", [{}, {"l2": 0.01, "balanced": True, "clipping": Clipping("norm")}, {"start": "kaiming", "optimizer": "nadam"}]
)
def test_a_switch_without_effect_is_no_finding_and_every_other_one_is(model, name, changes):
    spec, plan = preset(model, 10), Plan("digits", device="cpu", **changes)
    idle = ENTRIES[name].idle(spec.analyse((8, 8, 1)), plan) is not None
    found = check(Contender("tensorflow", spec, plan), Contender("torch", spec, plan.but(differences=(name,))))
    assert (worst(found) == "green") == idle, [str(f.sentence) for f in found if f.level != "green"]


def test_two_records_of_the_store_are_checked_as_they_are():
    records = [RunRecord(name, "g", name, SPEC, PLAN, 0.0, race=True, machine="m") for name in ("tensorflow", "torch")]
    for record, device in zip(records, ("cpu", "GPU"), strict=True):
        record.fold(started(framework=record.framework, device=device))
    records[0].fold(RunEnded("tensorflow", "finished", 5, 1.0, 1.0))
    records[1].fold(RunFailed(say("gone")))
    findings = check(*records)
    assert worst(findings) == "red"
    assert {f.topic for f in findings if f.level == "red"} == {"device", "end"}
    assert levels(findings, "race") == ["amber"]


def test_layers_in_branches_are_seen():
    assert sum(isinstance(layer, BatchNorm) for layer in plain_layers(preset("residual").layers)) == 6
    in_branch = check(*pair({"spec": preset("residual")}, {"spec": preset("residual"), "differences": ("eval-mode",)}))
    assert levels(in_branch, "evaluation") == ["red"]


def test_every_topic_is_one_of_the_list():
    assert {f.topic for f in check(*pair({"start": started()}, {"start": started()}))} <= set(TOPICS)
    assert Dropout(0.2) in list(plain_layers(SPEC.layers))


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"validation_share": 0.3}, "green", "on the same images"),
        ({"seed": 4}, "green", "on the same images"),
        ({"seed": 4, "train_limit": 10}, "amber", "the data's own"),
    ],
)
def test_a_set_that_brings_its_validation_images_is_split_by_nobody(changes, level, words, monkeypatch):
    """The split's share is ignored, and another seed changes only the order."""
    info = replace(catalogue.info("digits"), validation=40)
    monkeypatch.setattr(catalogue, "info", lambda name: info)
    first = Plan("digits", train_limit=changes.get("train_limit"))
    findings = check(Contender("tensorflow", SPEC, first), Contender("torch", SPEC, first.but(**changes)))
    assert levels(findings, "split") == [level]
    assert words in told(findings, "split")


def test_other_shares_that_took_the_same_images_are_the_same_split():
    """With few images two shares may take the same ones: what the runs report counts."""
    one = ran("tensorflow", start={"split_hash": "a"})
    for split, level in (("a", "green"), ("b", "red")):
        two = ran("torch", start={"split_hash": split}, validation_share=0.21)
        assert levels(check(one, two), "split") == [level]
