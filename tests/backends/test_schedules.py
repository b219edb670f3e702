"""Schedules, plateau and patience against the frameworks' own; and that each step uses its rate."""

from dataclasses import replace

import numpy as np
import pytest

from clsf.events import EpochEnded
from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import Plateau, Schedule, Stopping
from clsf.schedules import share
from clsf.stopping import Keeper, PlateauWatch
from tests import core_inside, inside
from tests.jobs import farthest, random_job, random_order, with_plan

BASE, EACH, EPOCHS = 0.25, 10, 6  # exact in float32, which Keras computes in
STEPS = EACH * EPOCHS
FLOAT32 = 1e-6  # relative; Keras' schedules are computed in float32

KINDS = [
    ("step", 0.5, 2, 0.0),
    ("step", 0.1, 1, 0.0),
    ("exponential", 0.5, 1, 0.0),
    ("cosine", 0.5, 1, 0.0),
    ("cosine", 0.5, 1, 0.1),
]


def ours(kind: str, factor: float, every: int, floor: float, warmup: float = 0.0) -> list[float]:
    schedule = Schedule(kind, warmup, factor, every, floor)
    return [BASE * share(schedule, step, EACH, EPOCHS) for step in range(STEPS)]


@pytest.mark.parametrize(("kind", "factor", "every", "floor"), KINDS)
def test_a_schedule_is_that_of_keras(tensorflow, kind, factor, every, floor):
    theirs = tensorflow.run(core_inside.keras_schedule, kind, BASE, STEPS, EACH, factor, every, floor)
    np.testing.assert_allclose(ours(kind, factor, every, floor), theirs, rtol=FLOAT32, atol=1e-8)


def test_the_warm_up_is_that_of_keras_one_step_on(tensorflow):
    """Keras begins at 0 and reaches the full learning rate after W steps; here step W - 1 (0-based) already has it."""
    theirs = tensorflow.run(core_inside.keras_warmup, BASE, EACH, STEPS, 0.1)
    assert theirs[0] == 0, "the first step of Keras' warm-up learns nothing"
    mine = ours("cosine", 0.5, 1, 0.1, warmup=1)
    np.testing.assert_allclose(mine[: EACH - 1], theirs[1:EACH], rtol=FLOAT32)
    np.testing.assert_allclose(mine[EACH:], theirs[EACH:], rtol=FLOAT32)


@pytest.mark.parametrize("warmup", [0, 1])
@pytest.mark.parametrize(("kind", "factor", "every", "floor"), KINDS)
def test_a_schedule_is_that_of_torch(torch, kind, factor, every, floor, warmup):
    theirs = torch.run(core_inside.torch_schedule, kind, BASE, STEPS, EACH, factor, every, floor, warmup * EACH)
    np.testing.assert_allclose(ours(kind, factor, every, floor, warmup), theirs, rtol=1e-9, atol=1e-12)


LOSSES = [1.0, 0.9, 0.91, 0.899, 0.95, 0.94, 0.93, 0.5, 0.51, 0.4999, 0.52, 0.53, 0.54, 0.55]


def ended(epoch: int, loss: float) -> EpochEnded:
    return EpochEnded(epoch, 1.0, 0.5, loss, 0.5, 1.0, 0.1, 100.0)


@pytest.mark.parametrize(
    "plateau", [Plateau(2), Plateau(1, 0.1), Plateau(3, 0.5, 0.01), Plateau(2, 0.5, 0.0), Plateau(1, 0.5, 1e-4, 0.05)], ids=str
)
def test_the_plateau_is_that_of_the_framework(framework, plateau):
    """torch's needs a patience smaller by one and `threshold_mode="abs"` to mean the same."""
    watch, rate, mine = PlateauWatch(plateau), BASE, []
    for loss in LOSSES:
        rate = watch.reduced(loss, rate) or rate
        mine.append(rate)
    theirs = framework.run(
        core_inside.stock_plateau, LOSSES, BASE, plateau.patience, plateau.factor, plateau.min_delta, plateau.lowest
    )
    np.testing.assert_allclose(mine, theirs, rtol=FLOAT32)
    assert len(set(mine)) > 1


@pytest.mark.parametrize("monitor", ["loss", "accuracy"])
def test_patience_and_the_restored_epoch_are_those_of_keras(tensorflow, monitor):
    """On a given course of losses and on random ones, in hundredths so that a change is often exactly `min_delta`."""
    rng, cases = np.random.default_rng(3), [(LOSSES, patience, 0.01) for patience in (1, 2, 3, 4, 6, 20)]
    for _ in range(60):
        course = np.round(0.5 + np.cumsum(rng.integers(-4, 5, 14)) / 100, 2).tolist()
        cases.append((course, int(rng.integers(1, 7)), float(rng.choice([0.0, 0.01, 0.02, 0.05]))))
    mine = []
    for course, patience, min_delta in cases:
        keeper, stopped = Keeper(Stopping(patience, restore_best=True, monitor=monitor, min_delta=min_delta)), 0
        for epoch, value in enumerate(course, start=1):
            keeper.note(replace(ended(epoch, value), validation_accuracy=value), lambda epoch=epoch: {"w": np.array([epoch])})
            if keeper.tired:
                stopped = epoch
                break
        assert keeper.chosen_weights["w"].tolist() == [keeper.chosen.epoch]
        mine.append((stopped, keeper.chosen.epoch))
    assert mine == tensorflow.run(core_inside.keras_stops, cases, monitor)
    assert len({stopped for stopped, _ in mine}) > 3


def test_a_checkpoint_is_of_the_best_number_whatever_min_delta(tensorflow):
    """ModelCheckpoint has no min_delta, so it may keep a later epoch than EarlyStopping restores."""
    keeper = Keeper(Stopping(5, restore_best=True, checkpoint=True, min_delta=0.01))
    for epoch, loss in enumerate((0.5, 0.495, 0.48, 0.479), start=1):
        keeper.note(ended(epoch, loss), lambda epoch=epoch: {"w": np.array([epoch])})
    assert (keeper.chosen.epoch, keeper.best.epoch) == (3, 4)
    assert (keeper.chosen_weights["w"][0], keeper.weights["w"][0]) == (3, 4)


MODEL = ModelSpec("small", (Conv2D(2, 2, activation="tanh"), Flatten(), Dense(3)))
VARIANTS = [
    ("tensorflow", "graph"), ("tensorflow", "eager"), ("tensorflow", "fit"), ("torch", "loop"), ("torch", "dataloader"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_the_rate_of_each_step_is_in_force(request, name, variant):
    """The steps equal those with the learning rate set by hand before each."""
    process = request.getfixturevalue(name)
    job = random_job(MODEL, (4, 4, 1), learning_rate=0.1, epochs=2, optimizer="momentum")
    job = with_plan(job, schedule=Schedule("cosine", 0.5), variants={name: variant})
    order = random_order(job, 12, 4)
    rates = [0.1 * share(job.plan.schedule, step, 6, 2) for step in range(12)]
    by_hand = process.run(
        inside.train_at_rates, with_plan(job, schedule=Schedule(), variants={name: VARIANT_OF[name]}), order, rates
    )
    scheduled = process.run(core_inside.train_epochs, job, [list(order[:6]), list(order[6:])])
    tolerance = 1e-6 if variant == "fit" else 1e-12  # Keras reports its losses in float32
    np.testing.assert_allclose(scheduled.losses, by_hand.losses, rtol=0, atol=tolerance)
    assert farthest(scheduled.weights, by_hand.weights) <= 1e-12


VARIANT_OF = {"tensorflow": "graph", "torch": "loop"}
