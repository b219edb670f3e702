"""What is said of a script that is not the run it is written after."""

from __future__ import annotations

import pytest

from clsf import FRAMEWORKS
from clsf.code import script
from clsf.code.departures import OMITTED, departures
from clsf.model.branches import Residual
from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import DIFFERENCES, Augmentation, Plan, Preparation

SPEC = ModelSpec("all", (Conv2D(4), BatchNorm(), Residual((Conv2D(4, padding="same"),)), Flatten(), Dropout(0.3), Dense(10)))


def said(plan: Plan, framework: str) -> str:
    return " ".join(map(str, departures(plan, framework, SPEC.analyse((8, 8, 1)))))


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_that_changes_no_script_is_named_or_is_the_scripts_own_doing(name, framework):
    """A difference either changes the text, or is said to be left out, or is what the script does anyway."""
    optimizer = name.removesuffix("-rule") if name.endswith("-rule") else "sgd"
    base = Plan("digits", optimizer=optimizer, l2=0.01)
    plan = base.but(differences=(name,))
    changed = script(SPEC, plan, framework) != script(SPEC, base, framework)
    named = f"not in the script: {name}" in said(plan, framework)
    anyway = {
        "dropout-masks",
        "shuffling",
        "bn-variance",
        "flatten-order",
        "rmsprop-rule",
        "adam-rule",
        "adagrad-rule",
        "adadelta-rule",
    }
    assert changed or named or name in anyway, (name, framework)
    assert not (changed and named), "what is in the script is not said to be left out"
    assert not named or name in OMITTED


def test_each_departure_is_said_where_it_is_one_and_nowhere_else():
    plain = Plan("digits", optimizer="sgd")
    for framework in FRAMEWORKS:
        assert "drawn by the script itself" in said(plain, framework)
        assert "varied by" in said(plain.but(augmentation=Augmentation(flip=True)), framework)
        assert "varied by" not in said(plain, framework)
        assert "resized" in said(plain.but(preparation=Preparation(image_size=12)), framework)
        assert "earlier run" in said(plain.but(begin_from="abc"), framework)
    assert "epsilon" in said(plain.but(optimizer="adam"), "torch")
    assert "epsilon" not in said(plain.but(optimizer="adam"), "tensorflow")
    assert "epsilon" not in said(plain.but(optimizer="adam", rules="native"), "torch")
    assert "unbiased" in said(plain, "torch")
    assert "unbiased" not in said(plain.but(differences=("bn-variance",)), "torch")
