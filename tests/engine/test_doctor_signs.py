"""Symptoms of the run doctor on real runs: each is found in a run made to show it, and not in the healthy run."""

from __future__ import annotations

import pytest

from clsf import FRAMEWORKS
from clsf.doctor import facts_of, history_of
from clsf.faults.doctor import diagnose
from clsf.model.layers import made
from clsf.model.spec import ModelSpec
from clsf.optimizers import PLAINEST, POPULAR
from clsf.plan import Plan

pytestmark = pytest.mark.slow


def dense(width: int, depth: int, activation: str) -> ModelSpec:
    hidden = [made("Linear", width, activation=activation) for _ in range(depth)]
    return ModelSpec("dense", (made("Flat"), *hidden, made("Linear", 10)))


def planned(data: str = "digits", **settings: object) -> Plan:
    return Plan(data, **({"epochs": 4, "train_limit": 700, "look_inside": True, "seed": 3, "optimizer": POPULAR} | settings))


SIGNS = {
    "dead-units": (dense(32, 2, "relu"), planned(learning_rate=1.0), "of the units are 0"),
    "gradient-size vanishing": (dense(32, 10, "sigmoid"), planned(optimizer=PLAINEST, learning_rate=0.1), "first layer's gradient"),
    "gradient-size update": (dense(32, 1, "tanh"), planned(optimizer="rmsprop", learning_rate=1.0), "of their size"),
    "lr-too-high nan": (dense(32, 2, "relu"), planned(optimizer=PLAINEST, learning_rate=1e11), "nan or infinity was seen first in"),
}  # fmt: skip
"""Kind, and which of its signs -> model, plan, and a part of what has to be said."""


def trained(lab, framework: str, spec: ModelSpec, plan: Plan):
    (run_id,) = lab.train(spec, plan, (framework,), owner="cli")
    assert lab.wait([run_id], 120)
    return lab.record(run_id)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_is_named(lab, framework, sign):
    spec, plan, words = SIGNS[sign]
    record = trained(lab, framework, spec, plan)
    found = {verdict.kind: verdict for verdict in diagnose(history_of(record), facts_of(record))}
    kind = sign.partition(" ")[0]
    assert kind in list(found)[:2]
    assert words in str(found[kind].evidence.said)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_healthy_run_of_the_same_models_is_none(lab, framework):
    for spec in (dense(32, 2, "relu"), dense(32, 1, "tanh")):
        record = trained(lab, framework, spec, planned(epochs=8))
        assert diagnose(history_of(record), facts_of(record)) == ()
