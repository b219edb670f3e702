"""A run's script draws the same random numbers as the run: the copied functions against the dashboard's own."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.backends.initial import dropout_masks, initial_weights
from clsf.code import drawn_alike, script
from clsf.code.alike import fit_images
from clsf.code.departures import departures
from clsf.code.job import Job
from clsf.data.augment import augment
from clsf.data.digits import load_digits
from clsf.data.resize import fitted
from clsf.data.split import split
from clsf.errors import PlanError
from clsf.model.branches import Residual
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, LayerNormalization
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import DIFFERENCES, OPTIMIZERS, Augmentation, Plan, Preparation
from tests.code_plans import PLANS, planned
from tests.unit.test_code_scripts import ruff

NOT_WRITTEN = ("frozen-bn-moves", "trainable-after-compile", "head-not-in-optimizer")
"""Differences of frozen layers, of which no script is written."""


@pytest.mark.parametrize("seed", range(6))
def test_the_split_of_a_script_is_that_of_the_run(seed):
    rng = np.random.default_rng(seed)
    labels = rng.choice(rng.integers(2, 9), size=rng.integers(20, 300), p=None)
    share = float(rng.uniform(0.02, 0.7))
    train, validation = split(labels, share, seed)
    found, val = drawn_alike.split_indices(labels, share, seed)
    first, second = split(labels, share, seed, version=1)
    np.testing.assert_array_equal(found, first)
    np.testing.assert_array_equal(val, second)
    np.testing.assert_array_equal(found[drawn_alike.fair_order(labels[found])], train)
    np.testing.assert_array_equal(val[drawn_alike.fair_order(labels[val])], validation)


@pytest.fixture
def seeded(monkeypatch):
    """Return the functions with a script's constants."""

    def seeded(**constants):
        for name, value in constants.items():
            monkeypatch.setattr(drawn_alike, name.upper(), value)

    return seeded


def test_weights_and_masks_are_those_of_the_run(seeded):
    seeded(seed=7)
    spec = preset("residual")
    analysis = spec.analyse((9, 9, 3))
    for name, array in initial_weights(analysis, "kaiming", 7, "float64").items():
        weight = analysis.named_weights()[name]
        if "kernel" in weight.name or weight.name == "bias":
            limit = weight.drawn_within("kaiming")
            np.testing.assert_array_equal(drawn_alike.stream("weights", name).uniform(-limit, limit, weight.shape), array)
    ours = dropout_masks({"2.body.1": (0.3, (4, 5, 6))}, 7, 11, 2, 8)["2.body.1"]
    np.testing.assert_array_equal(drawn_alike.dropout_mask("2.body.1", 12, (8, 4, 5, 6), 0.3), ours[1])


@pytest.mark.parametrize("number", range(8))
def test_images_are_varied_as_in_the_run(number, seeded):
    rng = np.random.default_rng(number)
    chosen = Augmentation(
        flip=bool(number % 2), shift=number % 3, rotation=[0.0, 12.5][number // 2 % 2], brightness=[0.0, 0.3][number // 4],
        cutout=number % 4,
    )  # fmt: skip
    seeded(seed=number, **{name: getattr(chosen, name) for name in ("flip", "shift", "rotation", "brightness", "cutout")})
    images = rng.integers(0, 256, (5, 8, 11, 3), dtype=np.uint8)
    numbers = rng.permutation(400)[:5]
    np.testing.assert_array_equal(drawn_alike.varied(images, 3, numbers), augment(images, chosen, number, 3, numbers))


@pytest.mark.parametrize("shape", [(12, 12, 3), (5, 5, 1), (16, 16, 1)])
@pytest.mark.parametrize("data", ["digits", "shapes"])
def test_images_are_resized_and_recoloured_as_in_the_run(data, shape):
    from PIL import Image

    job = Job(Plan(data, preparation=Preparation(shape[0], {1: "grey", 3: "rgb"}[shape[2]])), exact=True)
    images = np.random.default_rng(0).integers(0, 256, (3, *job.info.shape), dtype=np.uint8)
    source = fit_images(job)
    there = {"np": np, "Image": Image, "x_train": images, "x_test": images}
    exec(source, there)  # noqa: S102 (what a script runs)
    np.testing.assert_array_equal(there["x_train"], fitted(images, shape))


def test_digits_are_set_aside_for_the_test_as_in_the_dashboard():
    from sklearn import datasets

    train, test = load_digits()
    first, second = drawn_alike.split_indices(datasets.load_digits().target, 360 / 1797, 1797)
    target = datasets.load_digits().target
    np.testing.assert_array_equal(target[first], train.labels)
    np.testing.assert_array_equal(target[second], test.labels)


# The text.

SPEC = ModelSpec(
    "all",
    (
        Conv2D(4),
        BatchNorm(),
        LayerNormalization(),
        Residual((Conv2D(4, padding="same"),)),
        Flatten(),
        Dropout(0.3),
        Dense(10, "leaky_relu"),
        Dense(10),
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exact")
    plans = [planned(name) for name in PLANS]
    plans += [
        (SPEC, Plan("digits", differences=(name,), l2=0.01, weight_decay=0.1))
        for name in DIFFERENCES
        if name not in NOT_WRITTEN
    ]
    plans += [(SPEC, Plan("digits", optimizer=name, weight_decay=0.01)) for name in OPTIMIZERS]
    plans += [
        (
            SPEC,
            Plan("digits", split=1, epochs_before=3, begin_from="abc", variants={"tensorflow": "fit", "torch": "dataloader"}),
        ),
        (SPEC, Plan("digits", start="kaiming", optimizer="adam", dtype="float64")),
        (SPEC, Plan("cifar10", optimizer="nesterov", preparation=Preparation(20), variants={"torch": "dataloader"})),
    ]
    for number, (spec, plan) in enumerate(plans):
        for framework in FRAMEWORKS:
            (folder / f"exact{number:02}_{framework}.py").write_text(script(spec, plan, framework, exact=True), "utf-8")
    return folder


def test_scripts_of_runs_are_as_the_formatter_would_write_them(folder):
    assert ruff(["format", "--diff"], folder) == ""


def test_scripts_of_runs_have_nothing_unused_undefined_or_too_wide(folder):
    checked = ["check", "--select", "E,F,I,B,UP,PIE,RET,C4", "--ignore", "RET504,B905,E741", "--output-format", "concise"]
    assert ruff(checked, folder) == ""


def test_scripts_of_runs_know_nothing_of_this_package(folder):
    for path in folder.iterdir():
        text = path.read_text("utf-8")
        ast.parse(text)
        assert "clsf" not in text


# Remaining differences.


def said(plan: Plan, framework: str, spec: ModelSpec = SPEC) -> str:
    return " ".join(map(str, departures(plan, framework, spec.analyse((8, 8, 1)))))


OTHERWHERE = ("clip-norm", "class-weight-mean")
"""Differences of a plan that clips or weighs classes, in one framework only: their tests stand where those are written."""


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", [name for name in DIFFERENCES if name not in OTHERWHERE])
def test_every_difference_of_a_plan_changes_its_script_or_is_said_to_be_left_out(name, framework):
    """PyTorch's rule differs from Keras', so only PyTorch's script changes."""
    optimizer = name.removesuffix("-rule") if name.endswith("-rule") else "sgd"
    base = Plan("digits", optimizer=optimizer, l2=0.01)
    plan = base.but(differences=(name,))
    if name in NOT_WRITTEN:
        with pytest.raises(PlanError, match="No script is written"):
            script(SPEC, plan, framework, exact=True)
        return
    texts = [script(SPEC, p, framework, exact=True) for p in (base, plan)]
    assert texts[0] != texts[1] or (name.endswith("-rule") and framework == "tensorflow")


def test_what_a_script_cannot_repeat_is_said_where_it_is_so_and_nowhere_else():
    plain = Plan("digits", optimizer="sgd")
    for framework in FRAMEWORKS:
        assert "begin.npz" in said(plain.but(begin_from="abc"), framework)
        assert "begin.npz" not in said(plain, framework)
        assert "framework's own numbers" in said(plain.but(rules="native"), framework)
        assert "framework's own numbers" not in said(plain, framework)
        assert "validation numbers" in said(plain.but(differences=("dropout-at-evaluation",)), framework)
        assert "training mode" in said(plain.but(differences=("eval-mode",)), framework)
        assert "rounded" in said(plain, framework)
        assert "three digits" in said(plain.but(mixed=True), framework)
        assert "three digits" not in said(plain, framework)
        assert "judges the weights themselves" in said(plain.but(average=0.9), framework)
    fit = plain.but(variants={"tensorflow": "fit"})
    assert "judges the weights themselves" not in said(fit.but(average=0.9), "tensorflow")
    assert "counts every batch" in said(plain.but(accumulate=2, optimizer="adam"), "tensorflow")
    assert "counts every batch" not in said(plain.but(accumulate=2), "tensorflow")
    selu = ModelSpec("selu", (Flatten(), Dense(4, "selu"), Dense(10)))
    assert "nn.SELU" in said(plain, "torch", selu)
    assert "nn.SELU" not in said(plain, "tensorflow", selu)
    assert "left out" in said(fit.but(differences=("eval-mode",)), "tensorflow")
    assert "penalties" in said(fit.but(l2=0.1), "tensorflow")
    assert "penalties" not in said(plain.but(l2=0.1), "tensorflow")
    curved = ModelSpec("gelu", (Flatten(), Activation("gelu"), Dense(10)))
    assert "gelu" in said(plain.but(dtype="float64"), "tensorflow", curved)
    assert "gelu" not in said(plain.but(dtype="float64"), "torch", curved)
