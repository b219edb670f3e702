"""What a server refuses before training, against sums worked out by hand."""

import math

import pytest

from clsf.engine import tuning
from clsf.errors import EngineError
from clsf.limits import FRAMEWORK_BYTES, USABLE, memory_bytes, require
from clsf.model.layers import Dense, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.settings import Settings

SPEC = ModelSpec("by hand", (Flatten(), Dense(10)))  # on 8×8×1: 64 outputs, then 10; 650 parameters
ANALYSIS = SPEC.analyse((8, 8, 1))


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan("digits", optimizer="sgd", learning_rate=0.1, batch_size=32), 4 * 2 * 650 + 2 * 4 * 32 * 74),
        (Plan("digits", optimizer="adam", batch_size=1), 4 * 4 * 650 + 2 * 4 * 74),
        (Plan("digits", optimizer="rmsprop", batch_size=1, dtype="float64"), 8 * 3 * 650 + 2 * 8 * 74),
    ],
)
def test_memory_by_hand(plan, expected):
    assert memory_bytes(ANALYSIS, plan) - FRAMEWORK_BYTES == expected


def test_frozen_layers_need_less_memory():
    """Their weights have no gradient, and their outputs are not kept for a backward pass: only the widest counts, in and out."""
    layers = (Dense(100), Flatten(), Dense(10))
    analysis = ModelSpec("by hand", layers).analyse((64,))
    plan = Plan("digits", optimizer="sgd", learning_rate=0.1, batch_size=8, train_layers="head")
    assert memory_bytes(analysis, plan) - FRAMEWORK_BYTES == 4 * (6500 + 2 * 1010 + 2 * 32 * 100)
    whole, frozen = (
        memory_bytes(preset("efficientnet-lite0").analyse((128, 128, 3)), Plan("digits", train_layers=which))
        for which in ("all", "head")
    )
    assert whole > 1_500_000_000 > frozen


def test_a_small_host_trains_the_head_of_a_network_that_is_too_large_for_it():
    small, analysis = Settings().for_small_host(), preset("efficientnet-lite0", 3).analyse((128, 128, 3))
    require(small, analysis, Plan("digits", train_layers="head"), 82, 1_300_000_000)
    with pytest.raises(EngineError, match="3,416,867 parameters"):
        require(small, analysis, Plan("digits"), 82, 1_300_000_000)


@pytest.mark.parametrize(("name", "most"), [("max_epochs", 7), ("max_images", 1000)])
def test_what_is_just_within_a_limit_is_let_in_and_one_more_is_not(name, most):
    plan = Plan("digits", epochs=7)
    assert require(Settings(**{name: most}), ANALYSIS, plan, 1000, None) is None
    with pytest.raises(EngineError, match=f"at most {most - 1:,}|on at most {most - 1:,}"):
        require(Settings(**{name: most - 1}), ANALYSIS, plan, 1000, None)


def test_memory_is_let_in_to_the_byte():
    plan = Plan("digits")
    needed = math.ceil(memory_bytes(ANALYSIS, plan) / USABLE)
    assert require(Settings(), ANALYSIS, plan, 1000, needed) is None
    with pytest.raises(EngineError, match="GB of memory"):
        require(Settings(), ANALYSIS, plan, 1000, needed - 1)


def test_what_dask_would_end_is_refused_first():
    """Measured: such a run takes 920 to 940 MB; with 900 MB its worker was killed each time, with 1,250 MB it trains."""
    analysis, plan = preset("two-block-cnn", 10).analyse((32, 32, 3)), Plan("shapes", batch_size=128)
    with pytest.raises(
        EngineError, match=r"needs about 1\.07 GB of memory, but a worker here may use 0\.90 GB.*CLSF_WORKER_MEMORY"
    ):
        require(Settings(), analysis, plan, 6000, 900_000_000)
    assert require(Settings(), analysis, plan, 6000, 1_250_000_000) is None
    with pytest.raises(EngineError, match=r"may use 0\.90 GB"):  # the smallest measured: killed in each of ten runs
        require(Settings(), preset("lecture-cnn", 10).analyse((8, 8, 1)), Plan("digits"), 1000, 900_000_000)
    assert tuning.SETTINGS["distributed.worker.memory.terminate"] == USABLE


@pytest.mark.parametrize(
    ("settings", "plan", "images", "memory", "said"),
    [
        ({"max_parameters": 1000}, {}, 10, None, "has 2,035 parameters"),
        ({"max_epochs": 3}, {"epochs": 4}, 10, None, "4 epochs are asked for, but this server trains at most 3"),
        ({"max_images": 100}, {}, 101, None, "There are 101 images"),
        ({}, {"batch_size": 4096}, 10, 600_000_000, "needs about 0.92 GB of memory, but a worker here may use 0.60 GB"),
    ],
)
def test_each_limit_is_named(settings, plan, images, memory, said):
    larger = ModelSpec("larger", (Flatten(), Dense(20), Dense(35)))  # 64 × 20 + 20 and 20 × 35 + 35
    analysis = larger.analyse((8, 8, 1)) if "parameters" in said else ANALYSIS
    with pytest.raises(EngineError) as error:
        require(Settings(**settings), analysis, Plan("digits", **plan), images, memory)
    assert said in str(error.value)


def test_a_small_host_has_smaller_limits_and_never_larger_ones():
    assert Settings().for_small_host().max_parameters == 2_000_000
    assert Settings(max_images=500).for_small_host().max_images == 500
    require(Settings().for_small_host(), preset("lecture-cnn", 10).analyse((32, 32, 3)), Plan("cifar10"), 20_000, 2_000_000_000)
