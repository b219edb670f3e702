"""Both frameworks in lockstep: equal to rounding when everything is aligned, and a fault is found where it was planted."""

import math

import numpy as np
import pytest

from clsf.compare.differences import switched
from clsf.compare.lockstep import lockstep
from clsf.compare.recording import LOGITS, Recording
from clsf.compare.sides import EngineSide
from clsf.errors import EngineError, PlanError
from clsf.model.layers import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    GroupNormalization,
    LayerNormalization,
    LocalResponseNormalization,
    MaxPool2D,
    PReLU,
    SpatialDropout2D,
    ZeroPadding2D,
)
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import OPTIMIZERS, Augmentation, Plateau, Preparation, Schedule
from tests import core_inside, frameworks
from tests.parity.in_lockstep import Processes, compared, digits, forget_sessions, mend, transpose_kernel
from tests.sampled import sampled

CLOSE = 1e-12  # measured: 1.8e-15 at most, for each optimizer
CLOSE_NORMALISED = 1e-10  # with batch normalisation, which divides by small numbers; measured: 1e-15

ROW = (
    Conv2D(4, 3, padding="same"),
    BatchNorm(),
    Conv2D(4, 3, padding="same", activation="relu"),
    BatchNorm(),
    MaxPool2D(2),
    Flatten(),
    Dense(12, "relu"),
    Dropout(0.2),
    Dense(10),
)
MIXED = ModelSpec("mixed", ROW)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_gives_the_same_losses_in_float64(optimizer):
    done = compared("lecture-cnn", digits(optimizer), steps=20)
    assert done.started.same_weights
    assert done.started.same_order
    assert done.result.steps == 20
    assert done.result.max_loss_difference <= CLOSE
    assert done.result.max_weight_difference <= CLOSE
    assert done.result.max_gradient_difference <= CLOSE
    assert done.result.first_parting is None
    assert "compute the same" in str(done.result.sentence)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["residual", "inception-like"])
def test_batch_normalisation_and_branches_give_the_same_losses_in_float64(model):
    done = compared(model, digits("nesterov"), steps=10)
    assert done.result.max_loss_difference <= CLOSE_NORMALISED
    assert done.result.first_parting is None


def test_layers_before_the_first_weights_are_told_too():
    """Flatten comes first: no layer before it has weights, but the loss has a gradient there."""
    done = compared("mlp", digits(), steps=2)
    assert done.result.first_parting is None
    assert ("backward", "1") in {(t.phase, t.name) for t in done.steps[0].tensors}


@pytest.mark.parametrize("optimizer", sampled(["sgd", "rmsprop", "adam"], ["adam"]))
def test_float32_agrees_for_the_first_ten_steps(optimizer):
    done = compared("lecture-cnn", digits(optimizer, dtype="float32"), steps=10)
    assert done.result.max_loss_difference <= 1e-6  # measured: 4.8e-7, two units in the last place
    assert done.result.first_parting is None


@pytest.mark.slow
def test_rounding_that_grows_is_not_taken_for_a_rule():
    done = compared("residual", digits(dtype="float32", learning_rate=0.1), steps=40)
    assert done.result.growth
    assert done.result.first_parting.step > 1
    assert "rounding that grew" in str(done.result.sentence)


@pytest.mark.slow
def test_a_bias_before_batch_normalisation_is_not_called_a_fault():
    """Its gradient is zero in exact arithmetic, but rounding in practice; Adam makes whole steps of it, which evaluation sees."""
    done = compared(MIXED, digits("adam", dtype="float32"), steps=1)
    assert done.result.max_weight_difference > 1e-5
    assert done.result.first_parting.phase == "evaluation"
    assert done.result.growth
    assert "gradient of 1.bias is zero by arithmetic" in str(done.result.sentence)


@pytest.mark.slow
def test_in_float64_that_bias_does_no_harm():
    done = compared(MIXED, digits("adam"), steps=20)
    assert done.result.max_loss_difference <= CLOSE_NORMALISED
    assert done.result.first_parting is None


@pytest.mark.slow
def test_steps_go_on_over_the_end_of_an_epoch():
    done = compared("tiny", digits(train_limit=50), steps=5)  # two batches an epoch, the second smaller
    assert done.result.first_parting is None
    assert all(step.same_batch for step in done.steps)


def test_every_tensor_is_told_in_order_of_computation():
    [step] = compared(MIXED, digits(), steps=1).steps
    paths = [str(n) for n in range(1, 10)]
    assert [t.name for t in step.tensors if t.phase == "forward"] == ["images", *paths, LOGITS, "loss"]
    backward = [t.name for t in step.tensors if t.phase == "backward"]
    assert backward[:3] == ["9", "9.kernel", "9.bias"]
    assert [name for name in backward if name.isdigit()] == paths[::-1]
    assert [t.name for t in step.tensors if t.phase == "update"][:4] == ["1.kernel", "1.bias", "2.gamma", "2.beta"]
    assert [t.name for t in step.tensors if t.phase == "evaluation"] == [LOGITS, "loss"]


@pytest.mark.slow
def test_full_tensors_are_kept_for_the_first_steps():
    steps = compared(MIXED, digits(), steps=3, full_steps=2).steps
    assert [len(step.full) > 0 for step in steps] == [True, True, False]
    for one, two in steps[1].full.values():
        assert one.shape == two.shape
    one, two = steps[1].full["forward", "1"]
    assert one.shape == (32, 8, 8, 4)  # rows, columns, channels in both
    [told] = [t for t in steps[1].tensors if (t.phase, t.name) == ("forward", "1")]
    assert told.difference <= np.abs(one - two).max() <= CLOSE


@pytest.mark.slow
def test_a_worker_that_lost_the_session_catches_up():
    """Bit for bit, including dropout and moving statistics."""
    recording = Recording(4, evaluate_every=2)
    side = EngineSide(Processes(), "tensorflow", MIXED, digits("adam"), recording)
    side.open()
    whole = side.advance(1, 4)
    frameworks.process("tensorflow").run(forget_sessions)
    [last] = side.advance(4, 1)
    [third] = side.advance(3, 1)  # back again
    side.close()
    assert last.loss == whole[3].loss
    assert third.loss == whole[2].loss
    for name, tensor in whole[3].phases["update"].items():
        np.testing.assert_array_equal(last.phases["update"][name].values, tensor.values)


def test_too_much_is_refused_by_the_worker_with_less_offered():
    side = EngineSide(Processes(), "torch", MIXED, digits(batch_size=300), Recording(200, full_steps=200))
    with pytest.raises(PlanError, match=r"Keeping every number of 200 steps would take [\d,]+ MB.*Keep \d+ steps in full"):
        side.open()


# Isolate.


def with_epsilon(position: int, epsilon: float) -> ModelSpec:
    layers = list(ROW)
    layers[position - 1] = BatchNorm(epsilon=epsilon)
    return ModelSpec("mixed", tuple(layers))


def planted(torch_spec: ModelSpec, *, isolate: bool, dtype: str = "float64", steps: int = 2):
    recording = Recording(steps, isolate=isolate)
    plan = digits("adam", dtype=dtype)
    sides = [
        EngineSide(Processes(), framework, spec, plan, recording)
        for framework, spec in (("tensorflow", MIXED), ("torch", torch_spec))
    ]
    _, *steps, result = lockstep(*sides, recording)
    return steps, result


def layers_apart(step) -> set[str]:
    """Return the paths of the layers with any differing tensor in the step, without evaluation."""
    return {t.name.split(".")[0] for t in step.partings if t.phase != "evaluation"}


@pytest.mark.parametrize("dtype", sampled(["float64", "float32"], ["float32"]))
def test_isolate_finds_a_changed_epsilon_in_its_layer_alone(dtype):
    steps, result = planted(with_epsilon(4, 1e-2), isolate=True, dtype=dtype)
    assert (result.first_parting.step, result.first_parting.phase, result.first_parting.tensor) == (1, "forward", "4")
    assert [layers_apart(step) for step in steps] == [{"4"}, {"4"}]
    assert "only these differ in that step: 4, 4.gamma" in str(result.sentence)


@pytest.mark.slow
def test_without_isolate_the_same_fault_blames_every_layer_behind_it():
    steps, result = planted(with_epsilon(4, 1e-2), isolate=False)
    assert result.first_parting.tensor == "4"
    assert layers_apart(steps[0]) > {"4", "7", "9"}


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [True, False])
def test_a_transposed_kernel_is_found_in_its_layer(isolate):
    torch = frameworks.process("torch")
    torch.run(transpose_kernel, "3.kernel")
    try:
        steps, result = planted(MIXED, isolate=isolate)
    finally:
        torch.run(mend)
    assert (result.first_parting.step, result.first_parting.phase, result.first_parting.tensor) == (1, "forward", "3")
    if isolate:
        assert layers_apart(steps[0]) == {"3"}


@pytest.mark.slow
def test_isolate_sees_through_rounding_that_grows():
    """Where a float32 lockstep already differs, each layer alone is still correct."""
    plan = digits(dtype="float32", learning_rate=0.1)
    done = compared("residual", plan, steps=20, isolate=True)
    assert done.result.first_parting is None
    assert max(t.relative for step in done.steps for t in step.tensors if math.isfinite(t.allowed)) < 1e-5  # measured: 4e-6


@pytest.mark.slow
def test_isolate_says_that_it_can_not_catch_up():
    recording = Recording(3, isolate=True)
    reference, other = (EngineSide(Processes(), f, MIXED, digits(), recording) for f in ("tensorflow", "torch"))
    reference.open()
    other.open()
    for step in (1, 2):
        told = reference.advance(step, 1, tell_all=True)[0].told
        if step == 2:
            frameworks.process("torch").run(forget_sessions)
            with pytest.raises(EngineError, match="torch half of this lockstep was lost at step 2"):
                other.isolate(step, *told)
        else:
            other.isolate(step, *told)
    reference.close()
    other.close()


# What is constant, what is native, and what varies over the steps.


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    ("layers", "batch_size"),
    [
        pytest.param((Flatten(), Dense(16), BatchNorm(), Activation("relu"), Dense(10)), 1, id="a batch of one"),
        pytest.param((BatchNorm(), Activation("relu"), Flatten(), Dense(10)), 3, id="an image"),
        pytest.param(
            (Flatten(), BatchNorm(), Activation("relu"), Dense(8), Dense(10)),
            2,
            id="pixels that are equal in both images",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            (Flatten(), BatchNorm(), Activation("relu"), Dense(8), Dense(10)),
            7,
            id="pixels that are their mean in one of seven images",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            (BatchNorm(), Activation("relu"), Conv2D(4), Flatten(), Dense(10)),
            12,
            id="the same over an image",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_normalising_what_is_constant_gives_the_same_side_of_zero(layers, batch_size, optimizer):
    """Whether a constant channel ends above or below 0 would decide whether the next ReLU passes it."""
    spec, plan = (
        ModelSpec("m", layers),
        digits(optimizer, batch_size=batch_size, preparation=Preparation(scale="minus-one-one")),
    )
    done = compared(spec, plan, steps=12)
    assert done.result.first_parting is None, str(done.result.sentence)
    assert done.result.max_loss_difference <= CLOSE_NORMALISED


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_batch_normalisation_of_a_flat_image_is_no_fault(dtype):
    spec = ModelSpec("m", (MaxPool2D(8), BatchNorm(), Flatten(), Dense(10)))
    done = compared(spec, digits(dtype=dtype, batch_size=16, preparation=Preparation(scale="minus-one-one")), steps=3)
    assert done.result.first_parting is None, str(done.result.sentence)


@pytest.mark.slow
def test_dropout_that_each_framework_draws_is_named_as_the_cause():
    done = compared(MIXED, digits(rules="native"), steps=1)
    assert (done.result.first_parting.phase, done.result.first_parting.tensor) == ("forward", "8")
    assert "each framework draws its own (rules: native)" in str(done.result.sentence)


@pytest.mark.slow
def test_native_rules_beside_one_difference_are_told_apart():
    """The optimizer's rule shows at the first kernel; the moving mean, which is also switched on, only later."""
    spec, plan = ModelSpec("m", (Flatten(), Dense(8), BatchNorm(), Dense(10))), digits("rmsprop", rules="native")
    done = compared(spec, plan, torch_plan=switched(plan, ["bn-momentum"]), steps=1)
    assert done.result.first_parting.tensor == "2.kernel"
    assert "each framework follows its own rule of that name" in str(done.result.sentence)
    assert "Momentum of batch normalisation" not in str(done.result.sentence)


def test_a_native_rule_that_shows_late_is_not_called_rounding():
    """In float32 the first step of Adam's two rules is within the tolerance."""
    done = compared("mlp", digits("adam", rules="native", dtype="float32", learning_rate=0.01), steps=40)
    assert not done.result.growth
    assert "rounding that grew" not in str(done.result.sentence)


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_schedule_and_augmentation_are_those_of_a_run(framework):
    """A lockstep has the same losses as a run of the same plan, across the end of an epoch."""
    schedule = Schedule("cosine", warmup_epochs=0.5)
    plan = digits(
        train_limit=100, epochs=2, learning_rate=0.5, schedule=schedule, augmentation=Augmentation(True, 1, brightness=0.2)
    )
    side = EngineSide(Processes(), framework, preset("tiny", 10), plan, Recording(8))
    opened = side.open()
    losses = [step.loss for step in side.advance(1, 2 * opened.batches_per_epoch)]
    side.close()
    told = frameworks.process(framework).run(core_inside.run_losses, preset("tiny", 10), plan)
    np.testing.assert_allclose(losses, told, rtol=0, atol=1e-12)


VARIED = {"schedule": Schedule("cosine", warmup_epochs=0.5), "augmentation": Augmentation(True, 1, 9.0, 0.2, 2), "epochs": 3}


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_isolate_follows_schedule_and_augmentation(dtype):
    """Across the end of an epoch: both sides get the same images and rates, and the reference continues as without `isolate`."""
    plan = digits("nesterov", dtype=dtype, train_limit=100, learning_rate=0.1, **VARIED)
    alone = compared(MIXED, plan, steps=6, isolate=True)
    assert alone.result.first_parting is None, str(alone.result.sentence)
    assert alone.result.steps == 6
    together = compared(MIXED, plan, steps=6)
    assert [step.losses[0] for step in alone.steps] == [step.losses[0] for step in together.steps]
    plain = compared(MIXED, plan.but(schedule=Schedule(), augmentation=Augmentation()), steps=6, isolate=True)
    assert [step.losses[0] for step in alone.steps] != [step.losses[0] for step in plain.steps]


@pytest.mark.slow
def test_isolate_under_a_schedule_still_finds_its_layer():
    plan = digits("adam", train_limit=100, **VARIED)
    recording = Recording(5, isolate=True)
    sides = [
        EngineSide(Processes(), framework, spec, plan, recording)
        for framework, spec in (("tensorflow", MIXED), ("torch", with_epsilon(4, 1e-2)))
    ]
    *steps, _ = list(lockstep(*sides, recording))[1:]
    assert [layers_apart(step) for step in steps] == [{"4"}] * 5


@pytest.mark.slow
def test_a_bias_whose_gradient_nearly_cancels_is_no_fault_in_float32():
    """The gradient of a bias is a sum over many images and places: the rounding left in it is measured by its terms."""
    spec = ModelSpec("sums", (Conv2D(6, 3, padding="same", activation="tanh"), Conv2D(4, 3), GlobalAveragePool2D(), Dense(10)))
    for seed in range(3):
        done = compared(spec, digits("adam", dtype="float32", batch_size=200, seed=seed), steps=3, isolate=True)
        assert done.result.first_parting is None, str(done.result.sentence)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adamw", "adamax"])
def test_the_newer_layers_and_rules_keep_step(optimizer):
    """Black borders make whole channels exactly 0, where the frameworks' own selu have different slopes."""
    spec = ModelSpec(
        "newer",
        (
            ZeroPadding2D(1, 0, 2, 1), Conv2D(8, 3, activation="selu"), Conv2D(8, 3, groups=4, activation="hard_swish"),
            DepthwiseConv2D(2, activation="silu"), Activation("softplus"), GlobalMaxPool2D(), Dense(12, "elu"), Dense(12, "relu6"),
            Dense(10),
        ),
    )  # fmt: skip
    done = compared(spec, digits(optimizer), steps=20)
    assert done.result.first_parting is None, str(done.result.sentence)
    assert done.result.max_loss_difference <= CLOSE
    assert done.result.max_gradient_difference <= CLOSE_NORMALISED


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_norms_of_one_image_slopes_and_whole_channels_dropped_keep_step(optimizer):
    """Black borders again: pixels whose channels are all equal, and slopes at exactly 0."""
    spec = ModelSpec(
        "norms",
        (
            ZeroPadding2D(2, 1, 1, 2), Conv2D(8, 3), PReLU("positions", 0.25), LayerNormalization(), Conv2D(8, 3, groups=4),
            GroupNormalization(4), Activation("relu"), SpatialDropout2D(0.2), LocalResponseNormalization(alpha=0.1), PReLU("none"),
            LayerNormalization("image"), Flatten(), Dense(12), LayerNormalization(), PReLU("all", 0.1), GroupNormalization(3), Dense(10),
        ),
    )  # fmt: skip
    done = compared(spec, digits(optimizer), steps=20)
    assert done.result.first_parting is None, str(done.result.sentence)
    assert done.result.max_loss_difference <= CLOSE
    assert done.result.max_gradient_difference <= CLOSE_NORMALISED


@pytest.mark.parametrize("changes", [{"plateau": Plateau()}, {"begin_from": "earlier"}])
def test_what_single_steps_can_not_do_is_refused(changes):
    with pytest.raises(PlanError, match=r"Take (the plateau|that) out of the plan"):
        compared("tiny", digits(**changes), steps=1)
