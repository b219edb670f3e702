"""Which two sides a lockstep compares, and what is said where one framework is compared with itself."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from clsf.compare.lockstep import lockstep
from clsf.compare.pairs import PAIRS
from clsf.compare.recording import Recording
from clsf.compare.values import LockstepStarted
from clsf.errors import EngineError
from clsf.plan import Plan
from tests.unit.test_compare_lockstep import SPEC, FakeSide

ALONE = ("device", "gpu-nondeterminism")
CARD = "NVIDIA H100"


class Side(FakeSide):
    def __init__(self, device=CARD, **faults):
        super().__init__("torch", **faults)
        self.device = device

    def open(self):
        opened = super().open()
        return type(opened)(**{name: getattr(opened, name) for name in opened.__slots__} | {"device": self.device})


def told(name, other, **recording):
    started, *_, result = lockstep(Side(), other, Recording(**{"steps": 5, **recording}), pair=PAIRS[name])
    assert isinstance(started, LockstepStarted)
    return result


def test_equal_to_the_bit():
    assert str(told("gpu-nondeterminism", Side()).sentence) == ("Run 1 and Run 2 are equal to the bit in all 5 steps.")


def test_where_the_same_run_parts_and_how_far_it_is_at_the_end():
    result = told("gpu-nondeterminism", Side(fault={(2, "backward", "3.kernel"): 1e-15, (5, "forward", "loss"): 0.25}))
    assert "first differ at step 2: the gradient of the kernel of layer 3 (Dense) differs by" in str(result.sentence)
    assert "After step 5 the losses differ by 2.5e-01" in str(result.sentence)
    assert "may add in any order" in str(result.sentence)


@pytest.mark.parametrize("name", ALONE)
def test_a_difference_within_rounding_is_none_beyond_tolerance(name):
    result = told(name, Side(fault={(2, "backward", "3.kernel"): 1e-15}))
    assert result.first_parting is None
    assert "first differ at step 2" in str(result.sentence)


@pytest.mark.parametrize("name", ALONE)
def test_a_difference_in_step_1_is_no_fault_of_a_rule(name):
    result = told(name, Side(fault={(1, "forward", "2"): 0.5}))
    assert result.first_parting.step == 1
    assert result.growth


@pytest.mark.parametrize("name", ALONE)
def test_without_a_gpu_it_says_so_before_any_step(name):
    sides = Side(), Side("cpu")
    with pytest.raises(EngineError, match="finds no GPU here"):
        next(lockstep(*sides, Recording(5), pair=PAIRS[name]))
    assert [side.calls for side in sides] == [[], []]
    assert [side.closed for side in sides] == [1, 1]


def test_the_sides_of_each_pair():
    plans = {"tensorflow": Plan("digits", seed=1, device="cpu"), "torch": Plan("digits", seed=2, device="cpu")}
    sides = {name: pair.of(SimpleNamespace(), SPEC, plans, Recording(5)) for name, pair in PAIRS.items()}
    assert [(side.framework, side.plan) for side in sides["frameworks"]] == [*plans.items()]
    assert [(side.framework, side.plan.device) for side in sides["device"]] == [("torch", "cpu"), ("torch", "auto")]
    assert [(side.framework, side.plan.device) for side in sides["gpu-nondeterminism"]] == [("torch", "auto")] * 2
    assert all(side.plan.seed == 2 for name in ALONE for side in sides[name])
    in_any_order = {name: [side._request.any_order for side in both] for name, both in sides.items()}
    assert in_any_order == {"frameworks": [False] * 2, "device": [False] * 2, "gpu-nondeterminism": [True] * 2}


@pytest.mark.parametrize(
    ("devices", "possible"),
    [(("cpu", "cpu"), False), (("", ""), False), ((CARD, "cpu"), False), (("cpu", CARD), True)],
    ids=["none", "not known yet", "TensorFlow's alone", "PyTorch's"],
)
def test_pytorch_needs_a_gpu_of_its_own(devices, possible):
    workers = tuple(SimpleNamespace(framework=f, device=d) for f, d in zip(("tensorflow", "torch"), devices, strict=True))
    assert {name: pair.possible(workers) for name, pair in PAIRS.items()} == {
        "frameworks": True, **dict.fromkeys(ALONE, possible),
    }  # fmt: skip
