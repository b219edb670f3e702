"""The variants of the frameworks' tutorials, `model.fit` and the DataLoader loop, follow the plan to the last digit."""

import numpy as np
import pytest

from clsf.data.augment import augment
from clsf.losses import fitted
from clsf.model.layers import Conv2D, Dense, Dropout, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import Augmentation, Schedule
from tests import core_inside, inside
from tests.inside import Job
from tests.jobs import farthest, random_job, with_plan

MODEL = ModelSpec("small", (Conv2D(3, 3, activation="relu"), Flatten(), Dense(6, "tanh"), Dense(2)))
EXACT = 1e-12
AUGMENTED = Augmentation(flip=True, shift=2, rotation=20.0, brightness=0.3, cutout=2)

PLANS = {
    "plain": {},
    "penalties": {"l1": 0.001, "l2": 0.01},
    "decay": {"weight_decay": 0.1, "optimizer": "adam"},
    "smoothed": {"loss": "categorical", "label_smoothing": 0.1, "l2": 0.01},
    "probabilities": {"probabilities": True},
    "one-hot probabilities": {"loss": "categorical", "probabilities": True},
    "binary": {"loss": "binary", "label_smoothing": 0.05},
    "binary probabilities": {"loss": "binary", "probabilities": True, "l1": 0.001},
    "scheduled": {"schedule": Schedule("exponential", 1.0, 0.3)},
    "augmented": {"augmentation": AUGMENTED},
    "accuracy": {"optimizer": "rmsprop", "learning_rate": 0.001},
}
VARIANTS = [("tensorflow", "eager"), ("tensorflow", "fit"), ("torch", "loop"), ("torch", "dataloader")]


def made(name: str) -> tuple[Job, list[list[np.ndarray]]]:
    job = random_job(MODEL, (6, 6, 1), images=40, **{"learning_rate": 0.1, "epochs": 2, **PLANS[name]})
    spec = fitted(MODEL, job.plan, 2)
    weights = job.weights
    if job.plan.loss == "binary":
        weights = {n: w[..., :1] if n.startswith("4.") else w for n, w in weights.items()}
    rng = np.random.default_rng(3)
    epochs = [[rng.choice(job.prepared.train, size) for size in (8, 8, 5)] for _ in range(2)]
    return Job(spec, job.plan, job.prepared, weights), epochs


@pytest.fixture(scope="module")
def in_a_graph(tensorflow):
    """Return the results of TensorFlow's graph variant for each plan: the reference for the others."""
    found: dict = {}

    def of(name: str):
        if name not in found:
            found[name] = tensorflow.run(core_inside.train_epochs, *made(name))
        return found[name]

    return of


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize(("framework_name", "variant"), VARIANTS)
def test_every_variant_of_both_frameworks_takes_the_same_steps(request, in_a_graph, framework_name, variant, name):
    job, epochs = made(name)
    job = with_plan(job, variants={framework_name: variant})
    trained, graph = request.getfixturevalue(framework_name).run(core_inside.train_epochs, job, epochs), in_a_graph(name)
    tolerance = 1e-9 if variant == "fit" else EXACT
    np.testing.assert_allclose(trained.losses, graph.losses, rtol=0, atol=tolerance)
    np.testing.assert_array_equal(trained.correct, graph.correct)
    assert farthest(trained.weights, graph.weights) <= (1e-9 if variant == "fit" else EXACT)
    assert farthest(trained.weights, job.weights) > 1e-3
    if trained.norms is not None:
        np.testing.assert_allclose(trained.norms, graph.norms, rtol=1e-10)
    else:
        assert variant == "fit"


def test_the_dataloader_hands_out_the_images_of_the_plan(torch):
    job, epochs = made("augmented")
    job = with_plan(job, dtype="float32")
    found = torch.run(core_inside.augmented_loader, job, epochs[0], 3)
    for batch, rows in zip(found, epochs[0], strict=True):
        pixels = augment(job.prepared.pixels[rows], AUGMENTED, job.plan.seed, 3, rows)
        np.testing.assert_array_equal(batch, (pixels.astype(np.float32) - np.float32(127.5)) / np.float32(50))


def test_augmentation_is_another_one_in_every_epoch_and_none_when_validating(framework):
    job, epochs = made("augmented")
    same = [epochs[0], epochs[0]]
    frozen = with_plan(job, learning_rate=1e-12)  # learns almost nothing, so only the images can make a difference
    one = framework.run(core_inside.train_epochs, frozen, same)
    assert np.abs(one.losses[:3] - one.losses[3:]).min() > 1e-6
    plain = framework.run(inside.evaluate, with_plan(job, augmentation=Augmentation()), job.prepared.validation)
    assert framework.run(inside.evaluate, job, job.prepared.validation) == plain


def test_the_dataloader_loop_drops_the_same_values_as_the_own_loop(torch):
    job = random_job(ModelSpec("d", (Flatten(), Dropout(0.5), Dense(3))), (6, 6, 1), images=40, epochs=2)
    epochs = [[job.prepared.train[:8], job.prepared.train[8:16]]] * 2
    loop = torch.run(core_inside.train_epochs, job, epochs)
    loader = torch.run(core_inside.train_epochs, with_plan(job, variants={"torch": "dataloader"}), epochs)
    np.testing.assert_allclose(loader.losses, loop.losses, rtol=0, atol=EXACT)
    assert np.abs(loop.losses[:2] - loop.losses[2:]).max() > 1e-3, "other masks in the second epoch"


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adagrad", "adadelta", "rmsprop", "adam"])
def test_native_weight_decay_is_the_argument_of_the_frameworks_own_optimizer(framework, optimizer):
    """Keras decouples it whatever the optimizer; torch's classes add it to the gradient."""
    spec = ModelSpec("regression", (Flatten(), Dense(3)))
    job = random_job(spec, (3, 3, 1), optimizer=optimizer, learning_rate=0.01, weight_decay=0.3, rules="native",
                     variants={"tensorflow": "eager"})  # fmt: skip
    order = np.random.default_rng(5).choice(job.prepared.train, (8, 6))
    names = {
        "sgd": "SGD",
        "momentum": "SGD",
        "adagrad": "Adagrad",
        "adadelta": "Adadelta",
        "rmsprop": "RMSprop",
        "adam": "Adam",
    }
    rate = "lr" if framework.framework == "torch" else "learning_rate"
    arguments = {"name": names[optimizer], rate: 0.01, "weight_decay": 0.3}
    if optimizer == "momentum":
        arguments["momentum"] = 0.9
    stock = framework.run(lambda_free_stock, job, order, arguments)
    ours = framework.run(inside.train, job, order)
    assert farthest(ours.weights, stock) == 0


def lambda_free_stock(job: Job, order: np.ndarray, arguments: dict) -> dict[str, np.ndarray]:
    return core_inside.stock_decay(job, order, **arguments)


def test_adam_with_aligned_weight_decay_is_adamw(torch):
    """Decoupled decay and Adam are torch.optim.AdamW, except for Keras' position of epsilon."""
    spec = ModelSpec("regression", (Flatten(), Dense(3)))
    job = random_job(spec, (3, 3, 1), optimizer="adam", learning_rate=0.01, weight_decay=0.3)
    order = np.random.default_rng(5).choice(job.prepared.train, (8, 6))
    stock = torch.run(lambda_free_stock, job, order, {"name": "AdamW", "lr": 0.01, "weight_decay": 0.3, "eps": 1e-7})
    ours = torch.run(inside.train, job, order)
    coupled = torch.run(inside.train, with_plan(job, rules="native"), order)
    assert farthest(ours.weights, stock) < 1e-5
    assert farthest(coupled.weights, stock) > 1e-3, "coupled decay is not the same number"


def test_coupled_and_decoupled_decay_are_one_for_plain_sgd(torch):
    spec = ModelSpec("regression", (Flatten(), Dense(3)))
    job = random_job(spec, (3, 3, 1), learning_rate=0.125, weight_decay=0.25)
    order = np.random.default_rng(5).choice(job.prepared.train, (8, 6))
    aligned, native = (torch.run(inside.train, with_plan(job, rules=rules), order) for rules in ("aligned", "native"))
    assert farthest(aligned.weights, native.weights) < 1e-12
