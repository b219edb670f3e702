"""Files in older formats still open: plans, a capsule, a store of runs (tests/cases/before)."""

import gzip
import json
from pathlib import Path

import pytest

from clsf import capsule
from clsf.plan import Plan
from clsf.runs.store import RunStore

BEFORE = Path(__file__).parents[1] / "cases" / "before"
PLANS = json.loads((BEFORE / "plans.json").read_text())
"""Written while a plan had one field for each framework's variant, and no hyper-parameters."""


@pytest.mark.parametrize("old", PLANS, ids=str)
def test_an_old_plan_is_read_and_means_the_same(old):
    plan = Plan.from_json(old)
    assert plan.variants == {"tensorflow": old["tensorflow_variant"], "torch": old["torch_variant"]}
    assert plan.hyper == {}
    told = plan.to_json()
    left = {name: value for name, value in old.items() if not name.endswith("_variant")}
    assert json.loads(json.dumps({name: told[name] for name in left})) == left
    assert Plan.from_json(json.loads(json.dumps(told))) == plan


def test_half_of_the_old_fields_is_enough():
    assert Plan.from_json({"data": "digits", "torch_variant": "dataloader"}).variants == {
        "tensorflow": "graph",
        "torch": "dataloader",
    }


def test_an_old_capsule_opens():
    found = capsule.read((BEFORE / "run.clsf.zip").read_bytes())
    assert (found.plan.variants["tensorflow"], found.plan.variants["torch"]) == ("eager", "dataloader")
    assert (found.plan.optimizer, found.plan.weight_decay) == ("adam", 0.01)
    assert found.weights


def test_an_old_store_opens(tmp_path):
    (tmp_path / "runs.sqlite").write_bytes(gzip.decompress((BEFORE / "runs.sqlite.gz").read_bytes()))
    store = RunStore.open(tmp_path)
    try:
        records = [store.record(run.run_id) for run in store.runs()]
        assert sorted(r.plan.variants[r.framework] for r in records) == ["dataloader", "eager"]
        assert all(store.weights(r.run_id) and store.events(r.run_id) for r in records)
    finally:
        store.close()
