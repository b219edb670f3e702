"""Every entry of the switchboard makes the runs differ first exactly where it says, in step 1; without it nothing differs."""

from functools import cache

import numpy as np
import pytest

from clsf.compare.differences import ENTRIES, switched
from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten, GroupNormalization, MaxPool2D
from clsf.model.spec import ModelSpec
from clsf.plan import Clipping, Plan
from tests.parity.in_lockstep import Compared, compared, digits

pytestmark = pytest.mark.slow  # 2 seconds per entry

SPEC = ModelSpec(
    "everything",
    (
        Conv2D(4, 3, padding="same", activation="relu"),
        BatchNorm(),
        MaxPool2D(2),
        GroupNormalization(2),
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
    more = {
        "clip-norm": {"clipping": Clipping("norm", 0.01)}, "class-weight-mean": {"balanced": True},
        "frozen-bn-moves": {"train_layers": "head"}, "trainable-after-compile": {"train_layers": "head"},
    }.get(name, {})  # fmt: skip
    return digits(rule if rule != name else "sgd", l2=1e-3 if name == "weight-decay-style" else 0.0, **more)


@cache
def aligned(plan: Plan) -> Compared:
    return compared(SPEC, plan, remember=True, steps=1)


@pytest.mark.parametrize("name", ENTRIES)
def test_it_parts_where_it_says_and_not_before(name):
    entry, plan = ENTRIES[name], plan_for(name)
    assert entry.idle(SPEC.analyse(SHAPE), plan) is None
    done = compared(SPEC, plan, torch_plan=switched(plan, [name]), remember=True, steps=1)
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
    done = compared(SPEC, plan, tensorflow_plan=switched(plan, [name]), remember=True, steps=1)
    assert (done.result.first_parting.phase, done.result.first_parting.tensor) == entry.parts_at(SPEC.analyse(SHAPE), plan)


def test_a_difference_that_can_do_nothing_says_why():
    spec = ModelSpec("plain", (Flatten(), Dense(10)))
    done = compared(spec, digits(), torch_plan=switched(digits(), ["bn-epsilon"]), steps=1)
    assert done.result.first_parting is None
    assert "this needs a batch normalisation layer" in str(done.result.sentence)


def place_of(name: str, spec: ModelSpec, plan: Plan) -> tuple[int, str, str]:
    """Return where a lockstep with this difference alone differs first."""
    done = compared(spec, plan, torch_plan=switched(plan, [name]), steps=1)
    assert f"'{ENTRIES[name].title}'" in str(done.result.sentence)
    parting = done.result.first_parting
    return parting.step, parting.phase, parting.tensor


@pytest.mark.parametrize(
    ("name", "layers", "tensor"),
    [
        pytest.param("initial-weights", (Flatten(), Dense(320), Dense(10)), "3.kernel", id="the first kernel is drawn alike"),
        pytest.param("weight-decay-style", (Flatten(), Dense(10), BatchNorm()), "3.gamma", id="the last layer has no kernel"),
        pytest.param(
            "bn-momentum", (Flatten(), BatchNorm(0.9), BatchNorm(), Dense(10)), "3.moving_variance", id="norm behind norm"
        ),
        pytest.param(
            "bn-momentum",
            (Flatten(), BatchNorm(0.9), Dense(12), BatchNorm(), Dense(10)),
            "4.moving_variance",
            id="dense between",
        ),
        pytest.param("bn-momentum", (Flatten(), Dense(10), BatchNorm()), "3.moving_mean", id="norm last"),
    ],
)
def test_the_tensor_named_is_the_one_that_differs(name, layers, tensor):
    spec, plan = ModelSpec("m", layers), plan_for(name)
    step, phase, found = place_of(name, spec, plan)
    assert (step, phase, found) == (1, *ENTRIES[name].parts_at(spec.analyse(SHAPE), plan))
    assert found == tensor


def test_initial_kernels_do_nothing_where_the_schemes_agree():
    """64 inputs and 320 outputs: both draw from ±1/8."""
    spec, plan = ModelSpec("m", (Flatten(), Dense(320))), digits()
    assert "draw every kernel of this model from the same range" in str(
        ENTRIES["initial-weights"].idle(spec.analyse(SHAPE), plan)
    )


@pytest.mark.parametrize("optimizer", ["rmsprop", "adam", "adagrad", "adadelta"])
def test_an_optimizer_rule_switches_nothing_of_the_weight_decay(both, optimizer):
    """Where the gradient is zero, neither rule moves a weight; only its decay does."""
    spec, plan = ModelSpec("m", (Flatten(), Dense(10))), digits(optimizer, weight_decay=0.5, learning_rate=0.1)
    done = compared(spec, plan, torch_plan=switched(plan, [f"{optimizer}-rule"]), steps=1, full_steps=1)
    (gradient, _), (one, two) = (done.steps[0].full[phase, "2.kernel"] for phase in ("backward", "update"))
    still = gradient == 0  # weights of pixels that are black in every image
    assert 10 <= still.sum() < still.size
    np.testing.assert_allclose(one[still], two[still], rtol=1e-12)
    assert np.abs(one - two).max() > 1e-9
