"""Every entry of the switchboard parts the runs exactly where it says, in step 1, and not before; without it nothing parts."""

from functools import cache

import pytest

from clsf.compare.differences import ENTRIES, switched
from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from tests.parity.in_lockstep import Compared, compared, digits

pytestmark = pytest.mark.slow  # 2 seconds an entry

SPEC = ModelSpec(
    "everything",
    (
        Conv2D(4, 3, padding="same", activation="relu"),
        BatchNorm(),
        MaxPool2D(2),
        Flatten(),
        Dense(12, "relu"),
        Dropout(0.2),
        Dense(10),
    ),
)
SHAPE = (8, 8, 1)


def plan_for(name: str) -> Plan:
    """Return an aligned plan in which the entry has an effect."""
    rule = name.removesuffix("-rule")
    return digits(rule if rule != name else "sgd", l2=1e-3 if name == "weight-decay-style" else 0.0)


@cache
def aligned(plan: Plan) -> Compared:
    return compared(SPEC, plan, steps=2)


@pytest.mark.parametrize("name", ENTRIES)
def test_it_parts_where_it_says_and_not_before(name):
    entry, plan = ENTRIES[name], plan_for(name)
    assert entry.idle(SPEC.analyse(SHAPE), plan) is None
    done = compared(SPEC, plan, torch_plan=switched(plan, [name]), steps=1)
    parting = done.result.first_parting
    assert (parting.step, parting.phase, parting.tensor) == (1, *entry.parts_at(SPEC.analyse(SHAPE), plan))
    assert f"'{entry.title}'" in str(done.result.sentence)
    assert not done.result.growth


@pytest.mark.parametrize("name", ENTRIES)
def test_without_it_nothing_parts(name):
    assert aligned(plan_for(name)).result.first_parting is None


@pytest.mark.parametrize(
    "name", [name for name, entry in ENTRIES.items() for option in entry.options if "tensorflow" in option.does]
)
def test_switched_on_in_tensorflow_it_parts_there_too(name):
    entry, plan = ENTRIES[name], plan_for(name)
    done = compared(SPEC, plan, tensorflow_plan=switched(plan, [name]), steps=1)
    assert (done.result.first_parting.phase, done.result.first_parting.tensor) == entry.parts_at(SPEC.analyse(SHAPE), plan)


def test_a_difference_that_can_do_nothing_says_why():
    spec = ModelSpec("plain", (Flatten(), Dense(10)))
    done = compared(spec, digits(), torch_plan=switched(digits(), ["bn-epsilon"]), steps=1)
    assert done.result.first_parting is None
    assert "this needs a BatchNorm layer" in str(done.result.sentence)
