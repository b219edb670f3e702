"""Every loss against plain NumPy, against the framework's own loss, and both frameworks against each other."""

import numpy as np
import pytest

from clsf.data.images import Prepared
from clsf.losses import fitted
from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from tests import core_inside, inside
from tests.backends.reference import Forward, Rule, gradients
from tests.inside import Job
from tests.jobs import MEAN, farthest, inputs, random_job, random_order

EXACT = 1e-12
CLASSES, IMAGES = 3, 7
PLANS = [
    pytest.param({"loss": loss, "probabilities": probabilities, "label_smoothing": smoothing}, id=f"{loss}-{how}-{smoothing}")
    for loss in ("sparse", "categorical", "binary")
    for probabilities, how in ((False, "logits"), (True, "probabilities"))
    for smoothing in (0.0, 0.1)
    if not (loss == "sparse" and smoothing)
]  # fmt: skip


def said(plan: Plan, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return random outputs of a model, and labels."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (IMAGES, 1 if plan.loss == "binary" else CLASSES))
    labels = rng.integers(0, 2 if plan.loss == "binary" else CLASSES, IMAGES)
    if not plan.probabilities:
        return logits, labels
    return (1 / (1 + np.exp(-logits)) if plan.loss == "binary" else softmax(logits)), labels


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.real.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def by_hand(plan: Plan, outputs: np.ndarray, labels: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    """Return each image's loss from its definition, -sum target * log p. Complex numbers work, too."""
    if plan.loss == "binary":
        p = outputs[:, 0] if plan.probabilities else 1 / (1 + np.exp(-outputs[:, 0]))
        target = labels * (1 - plan.label_smoothing) + plan.label_smoothing / 2
        return -(target * np.log(p) + (1 - target) * np.log(1 - p))
    p = outputs if plan.probabilities else softmax(outputs)
    target = np.eye(classes)[labels] * (1 - plan.label_smoothing) + plan.label_smoothing / classes
    return -(target * np.log(p)).sum(axis=1)


def right(plan: Plan, outputs: np.ndarray, labels: np.ndarray) -> int:
    if plan.loss == "binary":
        return int(((outputs[:, 0] > (0.5 if plan.probabilities else 0)) == labels).sum())
    return int((outputs.argmax(axis=1) == labels).sum())


@pytest.mark.parametrize("values", PLANS)
def test_a_loss_is_what_its_formula_says(framework, values):
    plan = Plan("d", dtype="float64", **values)
    outputs, labels = said(plan)
    losses, correct = framework.run(core_inside.own_loss, plan, outputs, labels, CLASSES)
    np.testing.assert_allclose(losses, by_hand(plan, outputs, labels), rtol=0, atol=EXACT)
    assert correct == right(plan, outputs, labels)


@pytest.mark.parametrize("values", PLANS)
def test_a_loss_is_the_frameworks_own(framework, values):
    plan = Plan("d", dtype="float64", **values)
    outputs, labels = said(plan, seed=1)
    stock = framework.run(core_inside.stock_loss, plan, outputs, labels, CLASSES)
    if stock is None:
        assert framework.framework == "torch", "torch has no loss with label smoothing from probabilities"
        return
    ours, _ = framework.run(core_inside.own_loss, plan, outputs, labels, CLASSES)
    np.testing.assert_allclose(ours, stock, rtol=0, atol=EXACT)


@pytest.mark.parametrize("loss", ["sparse", "categorical", "binary"])
def test_a_probability_of_0_costs_as_much_as_one_of_a_ten_millionth(framework, loss):
    plan = Plan("d", dtype="float64", loss=loss, probabilities=True)
    outputs = np.array([[0.0]]) if loss == "binary" else np.array([[1.0, 0.0, 0.0]])
    losses, _ = framework.run(core_inside.own_loss, plan, outputs, np.array([1]), CLASSES)
    assert losses[0] == pytest.approx(-np.log(1e-7), rel=1e-6)


def learning(values: dict, **plan: object) -> tuple[Job, np.ndarray]:
    classes = 2 if values.get("loss") == "binary" else CLASSES
    spec = ModelSpec("small", (Conv2D(2, 2, activation="tanh"), Flatten(), Dense(classes)))
    job = random_job(spec, (4, 4, 1), learning_rate=0.125, **plan)
    plan = job.plan.but(**values)
    fit = fitted(spec, plan, classes)
    weights = job.weights
    if plan.loss == "binary":
        weights = {n: w[..., :1] if n.startswith("3.") else w for n, w in job.weights.items()}
    prepared: Prepared = job.prepared
    return Job(fit, plan, prepared, weights), random_order(job, 3, 6)


def in_numpy(job: Job, order: np.ndarray) -> tuple[list[float], dict[str, np.ndarray]]:
    """Take steps by the complex step: loss, L1 and L2 from their definitions."""
    plan, weights, rule, losses = job.plan, job.weights, Rule("sgd", job.plan.learning_rate), []

    def penalty(w: dict) -> complex:
        kernels = [k for name, k in w.items() if name.endswith("kernel")]
        return sum(plan.l1 * (k * np.sign(k.real)).sum() + plan.l2 * (k**2).sum() for k in kernels)

    for row in order:
        x, y = inputs(job, row), job.prepared.labels[row]

        def loss(w: dict, x=x, y=y) -> complex:
            return by_hand(plan, Forward(job.spec.layers, w, training=True)(x), y, len(job.prepared.classes)).mean()

        losses.append(float(loss(weights).real))
        slopes = gradients(lambda w, loss=loss: loss(w) + penalty(w), weights, list(weights))
        weights = rule.apply(weights, slopes)
    return losses, weights


@pytest.mark.parametrize("values", PLANS)
def test_steps_follow_the_gradient_of_the_loss(framework, values):
    job, order = learning(values)
    trained, (losses, weights) = framework.run(inside.train, job, order), in_numpy(job, order)
    np.testing.assert_allclose(trained.losses, losses, rtol=0, atol=EXACT)
    assert farthest(trained.weights, weights) <= EXACT
    assert farthest(trained.weights, job.weights) > 1e-3


@pytest.mark.parametrize("penalties", [{"l1": 0.01}, {"l2": 0.01}, {"l1": 0.003, "l2": 0.02}], ids=str)
def test_penalties_pull_at_kernels_as_their_formulas_say_and_are_left_out_of_the_loss(framework, penalties):
    job, order = learning(penalties)
    trained, (losses, weights) = framework.run(inside.train, job, order), in_numpy(job, order)
    np.testing.assert_allclose(trained.losses, losses, rtol=0, atol=EXACT)
    assert farthest(trained.weights, weights) <= EXACT
    plain = framework.run(inside.train, *learning({}))
    assert farthest(trained.weights, plain.weights) > 1e-4


@pytest.mark.parametrize("values", PLANS)
def test_predictions_are_probabilities_of_every_class_whatever_the_loss(framework, values):
    job, _ = learning(values)
    pixels = job.prepared.pixels[:5]
    found = framework.run(inside.predict, job, pixels)
    outputs = Forward(job.spec.layers, job.weights)((pixels - MEAN) / 50.0)
    if job.plan.loss == "binary":
        p = outputs if job.plan.probabilities else 1 / (1 + np.exp(-outputs))
        expected = np.concatenate([1 - p, p], axis=1)
    else:
        expected = outputs if job.plan.probabilities else softmax(outputs)
    np.testing.assert_allclose(found, expected, rtol=0, atol=EXACT)
    said = framework.run(inside.logits, job, pixels)
    assert said.shape == (5, len(job.prepared.classes))
    np.testing.assert_array_equal(said.argmax(axis=1), expected.argmax(axis=1))


@pytest.mark.parametrize("values", PLANS)
def test_an_evaluation_uses_the_loss_of_the_plan(framework, values):
    job, _ = learning(values)
    at = job.prepared.validation
    outputs = Forward(job.spec.layers, job.weights)(inputs(job, at))
    seen = framework.run(inside.evaluate, job, at)
    assert seen.loss == pytest.approx(
        by_hand(job.plan, outputs, job.prepared.labels[at], len(job.prepared.classes)).mean(), abs=EXACT
    )
    assert seen.accuracy == right(job.plan, outputs, job.prepared.labels[at]) / len(at)
