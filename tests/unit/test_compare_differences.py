"""The switchboard: every name has an entry, its sources exist in the installed packages, and it says when it has no effect."""

import ast
import sysconfig
from pathlib import Path

import pytest

from clsf.compare.defaults import ROWS, ask, table
from clsf.compare.differences import ENTRIES, plans, switched
from clsf.errors import EngineError, PlanError
from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten, GlobalAveragePool2D, GroupNormalization
from clsf.model.spec import ModelSpec
from clsf.plan import DIFFERENCES, Clipping, Plan, Preparation

PACKAGES = Path(sysconfig.get_paths()["purelib"])
PLAN = Plan("digits", optimizer="sgd")
SHAPE = (8, 8, 1)


def spec(*layers):
    return ModelSpec("m", layers).analyse(SHAPE)


PLAIN = spec(Flatten(), Dense(10))
FULL = spec(Conv2D(3), BatchNorm(), GroupNormalization(3), Flatten(), Dropout(0.2), Dense(10))


def test_every_difference_has_an_entry_of_its_name():
    assert tuple(ENTRIES) == DIFFERENCES
    assert all(entry.name == name for name, entry in ENTRIES.items())


@pytest.mark.parametrize(("name", "source"), [(n, s) for n, e in ENTRIES.items() for s in e.sources], ids=str)
def test_its_source_is_there_to_be_read(name, source):
    body = ast.parse((PACKAGES / source.file).read_text(encoding="utf-8")).body
    for part in source.name.split("."):
        found = [node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == part]
        assert found, f"{source.file} has no {source.name}"
        body = found[0].body


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_switch_has_an_aligned_position_that_changes_nothing_and_others_that_do(name):
    aligned, *others = ENTRIES[name].options
    assert (aligned.name, aligned.does) == ("aligned", {})
    assert others
    assert {option.name for option in others} <= {"keras", "torch", "lecture"}
    assert all(names == (name,) for option in others for names in option.does.values())


@pytest.mark.parametrize(
    ("name", "analysis", "changes", "sentence"),
    [
        ("initial-weights", PLAIN, {"start": "kaiming"}, "already begin with PyTorch's initial weights"),
        ("bias-init", spec(Flatten(), Dense(10, use_bias=False)), {}, "no bias"),
        ("rmsprop-rule", PLAIN, {"optimizer": "adam"}, "needs the optimizer 'rmsprop', but the plan has 'adam'"),
        ("adam-rule", PLAIN, {"optimizer": "adam", "rules": "native"}, "choose 'aligned' to switch it alone"),
        ("adagrad-rule", PLAIN, {}, "needs the optimizer 'adagrad'"),
        ("adadelta-rule", PLAIN, {}, "needs the optimizer 'adadelta'"),
        ("bn-momentum", PLAIN, {}, "needs a batch normalisation layer"),
        ("bn-momentum", spec(Flatten(), BatchNorm(momentum=0.9), Dense(10)), {}, "PyTorch's momentum of 0.9 already"),
        ("bn-epsilon", spec(Flatten(), BatchNorm(epsilon=1e-5), Dense(10)), {}, "PyTorch's epsilon of 1e-05 already"),
        ("image-norm-epsilon", PLAIN, {}, "no layer or group normalisation"),
        (
            "image-norm-epsilon",
            spec(GroupNormalization(1, 1e-5), Flatten(), Dense(10)),
            {},
            "PyTorch's epsilon of 1e-05 already",
        ),
        ("bn-variance", PLAIN, {}, "needs a batch normalisation layer"),
        ("input-scale", PLAIN, {"preparation": Preparation(scale="minus-one-one")}, "inputs from -1 to 1"),
        ("dropout-rate", PLAIN, {}, "needs a dropout layer"),
        ("dropout-rate", spec(Flatten(), Dropout(0.5), Dense(10)), {}, "the rate 0.5 already"),
        ("dropout-masks", spec(Flatten(), Dropout(0.0), Dense(10)), {}, "a rate above 0"),
        ("dropout-masks", FULL, {"rules": "native"}, "choose 'aligned'"),
        ("dropout-at-evaluation", PLAIN, {}, "a rate above 0"),
        ("flatten-order", PLAIN, {}, "several pixels and channels"),
        ("flatten-order", spec(Conv2D(3), GlobalAveragePool2D(), Dense(10)), {}, "several pixels and channels"),
        ("weight-decay-style", PLAIN, {}, "l2 above 0"),
        ("clip-norm", PLAIN, {"clipping": Clipping("global-norm")}, "by the norm of each array"),
        ("class-weight-mean", PLAIN, {}, "no class weights"),
        ("eval-mode", PLAIN, {}, "needs a dropout or batch normalisation layer"),
        ("frozen-bn-moves", FULL, {}, "Nothing is frozen"),
        ("frozen-bn-moves", PLAIN, {"train_layers": "head"}, "Nothing is frozen"),
        ("frozen-bn-moves", spec(Conv2D(2), Flatten(), Dense(10)), {"train_layers": "head"}, "hold no batch normalisation"),
        ("frozen-bn-moves", PLAIN, {"train_layers": "last:3"}, "Choose fewer"),
        ("trainable-after-compile", FULL, {}, "Nothing is frozen"),
        ("head-not-in-optimizer", spec(Conv2D(10), GlobalAveragePool2D()), {}, "no dense layer"),
        ("other-preparation", PLAIN, {"preparation": Preparation(scale="imagenet")}, "torchvision's networks already"),
        ("bn-momentum", FULL, {"freeze_norms": True}, "none of its statistics move"),
    ],
)
def test_it_says_why_it_can_do_nothing(name, analysis, changes, sentence):
    assert sentence in str(ENTRIES[name].idle(analysis, PLAN.but(**changes)))


@pytest.mark.parametrize("name", DIFFERENCES)
def test_it_has_an_effect_where_it_can(name):
    plan = PLAN.but(optimizer=name.removesuffix("-rule") if name.endswith("-rule") else "sgd", l2=0.01)
    plan = plan.but(clipping=Clipping("norm"), balanced=True)
    if name in ("frozen-bn-moves", "trainable-after-compile"):
        plan = plan.but(train_layers="head")
    assert ENTRIES[name].idle(FULL, plan) is None
    phase, tensor = ENTRIES[name].parts_at(FULL, plan)
    assert phase in ("forward", "backward", "update", "evaluation")
    assert tensor in ("images", "logits", "loss", *(f.path for f in FULL.layers), *FULL.named_weights())


def test_the_first_layer_that_differs_is_named():
    model = spec(BatchNorm(momentum=0.9), Conv2D(2), BatchNorm(), Flatten(), Dropout(0.5), Dropout(0.1), Dense(10))
    assert ENTRIES["bn-momentum"].parts_at(model, PLAN) == ("update", "3.moving_mean")
    assert ENTRIES["bn-variance"].parts_at(model, PLAN) == ("update", "1.moving_variance")
    assert ENTRIES["dropout-rate"].parts_at(model, PLAN) == ("forward", "6")
    assert ENTRIES["dropout-masks"].parts_at(model, PLAN) == ("forward", "5")
    assert ENTRIES["rmsprop-rule"].parts_at(model, PLAN) == ("update", "1.gamma")


def test_switching_on_keeps_what_is_on_and_the_order():
    plan = switched(PLAN.but(differences=("eval-mode",)), ["shuffling", "bias-init", "bias-init"])
    assert plan.differences == ("bias-init", "shuffling", "eval-mode")
    with pytest.raises(PlanError, match=r"Unknown difference 'shufling'. Did you mean 'shuffling'"):
        switched(PLAN, ["shufling"])


def test_a_switchboard_makes_a_plan_for_each_framework():
    made = plans(PLAN, {"shuffling": "keras", "dropout-rate": "lecture", "bn-epsilon": "torch", "adam-rule": "aligned"})
    assert made["tensorflow"].differences == ("shuffling",)
    assert made["torch"].differences == ("bn-epsilon", "dropout-rate")
    with pytest.raises(PlanError, match=r"Unknown option 'lecture'. Known: aligned, torch"):
        plans(PLAN, {"bn-epsilon": "lecture"})


# The table of defaults.


class FakeEngine:
    def call(self, framework, function, *args, timeout):
        assert function == f"clsf.backends.{framework}.defaults:defaults"
        if framework == "torch":
            raise EngineError("No torch.")
        return {row: {"value": row} for row in ROWS}


def test_a_framework_that_does_not_answer_leaves_its_half_empty():
    found = ask(FakeEngine())
    assert [row.row for row in found.rows] == list(ROWS)
    assert {framework: str(why) for framework, why in found.failures.items()} == {"torch": "No torch."}
    assert found.rows[0].values == {"tensorflow": {"value": "version"}, "torch": None}
    assert (found.rows[0].text("tensorflow"), found.rows[0].text("torch")) == ("value = version", "")


def test_rows_know_their_switch():
    by_row = {row.row: row for row in table({})}
    assert by_row["rmsprop-rule"].difference == "rmsprop-rule"
    assert by_row["padding"].difference is None
    assert {name for name in DIFFERENCES if name not in by_row} == {
        "input-scale",
        "dropout-masks",
        "clip-norm",
        "class-weight-mean",
        "frozen-bn-moves",
        "trainable-after-compile",
        "head-not-in-optimizer",
        "other-preparation",
    }
