"""The fairness check, case by case: what is said of two runs that differ in one thing."""

import pytest

from clsf.compare.fairness import TOPICS, Contender, check, plain, refusal, require_comparable, worst
from clsf.errors import PlanError
from clsf.events import RunEnded, RunFailed, RunStarted
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Augmentation, Plan, Plateau, Preparation, Schedule, Stopping
from clsf.runs.record import RunRecord
from clsf.words import say

PLAN = Plan("digits", optimizer="adam")
SPEC = preset("lecture-cnn", 10)
NORMED = ModelSpec("normed", (Conv2D(2), BatchNorm(), Flatten(), Dense(10)))
SOFTMAX = ModelSpec("soft", (Flatten(), Dense(10, "softmax")))
SOFTMAX_LAYER = ModelSpec("soft", (Flatten(), Dense(10), Activation("softmax")))


def started(**changes) -> RunStarted:
    values = {
        "framework": "torch", "variant": "loop", "device": "cpu", "threads": 2, "versions": {}, "epochs": 5, "batches_per_epoch": 9,
        "train_images": 288, "validation_images": 72, "input_shape": (8, 8, 1), "parameters": 10, "weights_hash": "w",
        "order_hash": "o", "seconds": 0.1,
    }  # fmt: skip
    return RunStarted(**{**values, **changes})


def side(framework: str, spec=SPEC, status=None, race=False, machine="", start=None, **plan) -> Contender:
    return Contender(framework, spec, PLAN.but(**plan), start, status, race, machine)


def pair(tensorflow=None, torch=None):
    return side("tensorflow", **(tensorflow or {})), side("torch", **(torch or {}))


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
    ("data", {}, {"train_limit": 100}, ["red"], "one trains on all images and the other on 100"),
    ("model", {}, {"spec": preset("tiny", 10)}, ["red"], "'lecture-cnn' and 'tiny' have other layers"),
    ("model", {"spec": NORMED}, {"spec": NORMED, "differences": ("bn-epsilon",)}, ["amber"], "PyTorch does this otherwise: Epsilon"),
    ("weights", {}, {"start": started(weights_hash="x")}, ["green"], "will begin with the same"),
    ("weights", {"start": started()}, {"start": started(weights_hash="x")}, ["amber"], "the luck of the start"),
    ("weights", {}, {"differences": ("initial-weights",)}, ["amber"], "On purpose, PyTorch does this otherwise: Initial kernels"),
    ("weights", {}, {"differences": ("initial-weights", "bias-init")}, ["amber", "amber"], "Initial biases"),
    ("split", {}, {"validation_share": 0.3}, ["red"], "judged on other images"),
    ("split", {}, {"seed": 1}, ["amber"], "a split of its own"),
    ("split", {"train_limit": 100}, {"train_limit": 100, "split": 1}, ["red"], "different versions of the rule"),
    ("split", {}, {"split": 1}, ["green"], "on the same images"),
    ("scale", {}, {"preparation": Preparation(scale="standardise")}, ["red"], "'zero-one', PyTorch on 'standardise'"),
    ("scale", {}, {"differences": ("input-scale",)}, ["amber"], "On purpose"),
    ("order", {}, {"batch_size": 64}, ["red"], "Batches have 32 and 64 images"),
    ("order", {}, {"differences": ("shuffling",)}, ["amber"], "On purpose"),
    ("order", {"start": started()}, {"start": started(order_hash="p")}, ["amber"], "in another order"),
    ("loss", {}, {"differences": ("softmax-before-loss",)}, ["amber", "amber"], "On purpose, PyTorch does this otherwise: Softmax"),
    ("loss", {}, {"differences": ("softmax-before-loss",)}, ["amber", "amber"], "PyTorch: softmax is applied twice"),
    ("loss", {}, {"differences": ("softmax-before-loss",)}, ["amber", "amber"], "below 1.461 with 10 classes"),
    ("loss", {"spec": SOFTMAX}, {"spec": SOFTMAX}, ["amber"], "TensorFlow and PyTorch: softmax is applied twice"),
    ("loss", {"spec": SOFTMAX_LAYER}, {}, ["red"], "TensorFlow: softmax is applied twice"),
    ("rule", {}, {"optimizer": "sgd"}, ["red"], "adam with 0.001 and sgd with 0.001"),
    ("rule", {}, {"learning_rate": 0.1}, ["red"], "adam with 0.001 and adam with 0.1"),
    ("rule", {}, {"rules": "native"}, ["amber"], "not the same rule"),
    ("rule", {"rules": "native"}, {"rules": "native"}, ["amber"], "here each follows another"),
    ("rule", {}, {"differences": ("adam-rule",)}, ["amber"], "not the same rule"),
    ("rule", {}, {"differences": ("rmsprop-rule",)}, ["green"], "one written rule of adam"),
    ("rule", {"optimizer": "nesterov"}, {"optimizer": "nesterov", "rules": "native"}, ["green"], "learning rate is constant"),
    ("rule", {}, {"l2": 0.1}, ["red", "green"], "Weight decay differs: 0 and 0.1"),
    ("rule", BOTH_L2, {**BOTH_L2, "differences": ("weight-decay-style",)}, ["amber", "green"], "Style of weight decay"),
    ("loss", {}, {"loss": "categorical"}, ["red"], "other losses: sparse (smoothing 0) and categorical"),
    ("loss", {"probabilities": True}, {}, ["amber"], "TensorFlow hands probabilities"),
    ("loss", {"probabilities": True, "spec": SOFTMAX}, {"probabilities": True, "spec": SOFTMAX}, ["green"], "that expects them"),
    ("regularisation", {"l1": 0.1}, {}, ["red"], "(L1) differs: 0.1 and 0"),
    ("regularisation", {}, {"weight_decay": 0.1}, ["red"], "differs: 0 and 0.1"),
    ("regularisation", DECAYED, DECAYED, ["green"], "in the same way"),
    ("regularisation", {**DECAYED, "rules": "native"}, {**DECAYED, "rules": "native"}, ["amber"], "not the same in each framework's own"),
    ("schedule", {"schedule": Schedule("cosine")}, {}, ["red"], "in another way in each"),
    ("schedule", {"plateau": Plateau()}, {}, ["red"], "in another way in each"),
    ("schedule", {"schedule": Schedule("cosine")}, {"schedule": Schedule("cosine")}, ["green"], "computed once"),
    ("schedule", FALLING, FALLING, ["amber"], "multiplies what is remembered"),
    ("augmentation", {"augmentation": Augmentation(flip=True)}, {}, ["red"], "in another way in each"),
    ("augmentation", {"augmentation": Augmentation(flip=True)}, {"augmentation": Augmentation(flip=True), "seed": 1}, ["amber"], "seeds differ"),
    ("augmentation", {"augmentation": Augmentation(flip=True)}, {"augmentation": Augmentation(flip=True)}, ["green"], "drawn in NumPy"),
    ("stopping", {"stopping": Stopping(patience=2)}, {}, ["red"], "by other rules"),
    ("stopping", {"stopping": Stopping(restore_best=True)}, {"stopping": Stopping(restore_best=True)}, ["green"], "best epoch"),
    ("stopping", {"stopping": Stopping(checkpoint=True)}, {}, ["green"], "last epoch"),
    ("variant", {}, {"torch_variant": "dataloader"}, ["amber"], "by a DataLoader"),
    ("variant", {}, {"look_inside": True}, ["amber"], "PyTorch was looked into"),
    ("dropout", {"spec": NORMED}, {"spec": NORMED}, ["green"], "no dropout"),
    ("dropout", {}, {}, ["green"], "masks are drawn in NumPy"),
    ("dropout", {}, {"differences": ("dropout-rate",)}, ["amber"], "On purpose"),
    ("dropout", {}, {"differences": ("dropout-masks",)}, ["amber"], "On purpose"),
    ("dropout", {"tensorflow_variant": "fit"}, {}, ["amber"], "its own random numbers"),
    ("dropout", {"rules": "native"}, {"rules": "native"}, ["amber"], "its own random numbers"),
    ("dropout", {}, {"seed": 3}, ["amber"], "for the seeds differ"),
    ("evaluation", {}, {"differences": ("dropout-at-evaluation",)}, ["red"], "PyTorch is judged while its layers do"),
    ("evaluation", {"spec": NORMED}, {"spec": NORMED, "differences": ("eval-mode",)}, ["red"], "PyTorch is judged"),
    ("evaluation", {"spec": NORMED}, {"spec": NORMED, "differences": ("dropout-at-evaluation",)}, ["green"], "evaluation mode"),
    ("dtype", {}, {"dtype": "float64"}, ["red"], "TensorFlow computes in float32, PyTorch in float64"),
    ("seed", {}, {"seed": 5}, ["amber"], "The seeds are 0 and 5"),
    ("seed", {}, {}, ["green"], "one run each"),
    ("variant", {"tensorflow_variant": "eager"}, {}, ["amber"], "eagerly, without a graph"),
    ("variant", {"tensorflow_variant": "fit"}, {}, ["amber"], "model.fit"),
    ("variant", {"start": started(variant="graph"), "tensorflow_variant": "eager"}, {}, ["green"], "its usual way"),
    ("device", {"device": "cpu"}, {"device": "cpu"}, ["green"], "will use the CPU"),
    ("device", {"start": started()}, {"start": started(device="H100")}, ["red"], "PyTorch ran on a GPU (H100)"),
    ("device", {"start": started(device="H100")}, {"start": started()}, ["red"], "TensorFlow ran on a GPU (H100)"),
    ("device", {"start": started(device="A")}, {"start": started(device="B")}, ["amber"], "other machines: A and B"),
    ("device", {"start": started(), "machine": "m1"}, {"start": started(), "machine": "m2"}, ["amber"], "cpu, m1 and cpu, m2"),
    ("threads", {}, {}, [], ""),
    ("threads", {"start": started()}, {"start": started(threads=8)}, ["amber"], "2 and 8 threads"),
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
    assert sum(isinstance(layer, BatchNorm) for layer in plain(preset("residual").layers)) == 6
    in_branch = check(*pair({"spec": preset("residual")}, {"spec": preset("residual"), "differences": ("eval-mode",)}))
    assert levels(in_branch, "evaluation") == ["red"]


def test_every_topic_is_one_of_the_list():
    assert {f.topic for f in check(*pair({"start": started()}, {"start": started()}))} <= set(TOPICS)
    assert Dropout(0.2) in list(plain(SPEC.layers))
