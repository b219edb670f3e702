"""The training core in both frameworks at once: the same story, the same weights restored, the same looks inside."""

import numpy as np
import pytest

from clsf import inspection
from clsf.data.order import batch_order
from clsf.events import BatchesEnded, BestEpoch, EpochEnded, LearningRateChanged, RunEnded, StoppedEarly, WeightsRestored
from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import OPTIMIZERS, Augmentation, Plateau, Schedule, Stopping
from tests import core_inside, inside
from tests.jobs import farthest, of, random_job, random_order, with_plan

EXACT = 1e-12
MODEL = ModelSpec(
    "m", (Conv2D(3, 3, activation="relu"), BatchNorm(), Flatten(), Dense(8, "relu"), Dropout(0.25), Dense(3))
)  # fmt: skip
FIT = [("fit", "dataloader"), ("graph", "loop")]


def noise(**plan: object):
    """Return a job that overfits: random labels, so that the validation loss soon rises."""
    return random_job(MODEL, (6, 6, 1), images=64, **{"learning_rate": 0.05, "optimizer": "momentum", "batch_size": 8, **plan})


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_fifty_steps_with_everything_at_once_agree(both, optimizer):
    """Label smoothing, L1, L2, weight decay, a schedule, augmentation and dropout, in float64."""
    job = noise(
        optimizer=optimizer, learning_rate=0.5 if optimizer == "adadelta" else 0.01, loss="categorical", label_smoothing=0.1,
        l1=1e-4, l2=1e-3, weight_decay=0.1, epochs=10, schedule=Schedule("cosine", 1.5, floor=0.1),
        augmentation=Augmentation(True, 1, 15.0, 0.2, 2),
    )  # fmt: skip
    epochs = [list(random_order(job, 5, 8, seed=epoch)) for epoch in range(10)]
    one, other = both(core_inside.train_epochs, job, epochs)
    np.testing.assert_allclose(one.losses, other.losses, rtol=0, atol=EXACT)
    np.testing.assert_allclose(one.norms, other.norms, rtol=1e-10)
    assert farthest(one.weights, other.weights) <= EXACT
    assert farthest(one.weights, job.weights) > 1e-3


@pytest.mark.parametrize(("tensorflow_variant", "torch_variant"), FIT)
def test_early_stopping_restores_the_weights_of_the_best_epoch(both, framework_process, tensorflow_variant, torch_variant):
    spec = ModelSpec("m", (Conv2D(3, 3, activation="relu"), Flatten(), Dense(16, "relu"), Dense(3)))
    job = random_job(spec, (6, 6, 1), images=64, learning_rate=0.1, optimizer="momentum", batch_size=8, epochs=12)
    job = with_plan(job, variants={"tensorflow": tensorflow_variant, "torch": torch_variant})
    stopping = with_plan(job, stopping=Stopping(2, restore_best=True, checkpoint=True))
    stories = both(core_inside.full_story, stopping)
    bests = []
    for framework, (events, weights, held) in zip(("tensorflow", "torch"), stories, strict=True):
        losses = [e.validation_loss for e in of(EpochEnded, events)]
        best = 1 + int(np.argmin(losses))
        (stopped,) = of(StoppedEarly, events)
        assert (stopped.epoch, stopped.best_epoch) == (len(losses), best)
        assert len(losses) == best + 2 < 12
        assert of(WeightsRestored, events) == [WeightsRestored(best)]
        assert of(BestEpoch, events)[-1].epoch == best
        assert events[-1].validation_loss == losses[best - 1]
        # The restored weights are those of a run of just that many epochs, bit for bit.
        _, alone, _ = framework_process(framework).run(core_inside.full_story, with_plan(job, epochs=best))
        assert farthest(weights, alone) == 0
        assert farthest(held, alone) == 0
        loss, _ = framework_process(framework).run(core_inside.evaluate_with, job, weights)
        assert loss == pytest.approx(losses[best - 1], abs=1e-15)
        bests.append(best)
    assert bests[0] == bests[1]
    assert farthest(stories[0][1], stories[1][1]) <= 1e-9


@pytest.fixture(scope="session")
def framework_process():
    from tests import frameworks

    return frameworks.process


def test_a_plateau_falls_at_the_same_epochs(both):
    one, other = both(core_inside.full_story, noise(epochs=8, plateau=Plateau(1, 0.5)))
    changes = [[(e.step, e.learning_rate, e.reason) for e in of(LearningRateChanged, story[0])] for story in (one, other)]
    assert changes[0] == changes[1]
    assert changes[0]
    assert farthest(one[1], other[1]) <= 1e-10


@pytest.mark.parametrize("optimizer", ["sgd"])
def test_a_run_that_is_continued_is_the_long_run(both, framework_process, optimizer):
    """Plain SGD has no state: two epochs plus two equal four, including batches and dropout masks."""
    job = noise(optimizer=optimizer, epochs=4)
    for framework, (_, whole, _) in zip(("tensorflow", "torch"), both(core_inside.full_story, job), strict=True):
        process = framework_process(framework)
        _, half, _ = process.run(core_inside.full_story, with_plan(job, epochs=2))
        rest = type(job)(job.spec, job.plan.but(epochs=2, begin_from="half", epochs_before=2), job.prepared, half)
        _, weights, _ = process.run(core_inside.full_story, rest)
        assert farthest(weights, whole) == 0
        again = type(job)(job.spec, job.plan.but(epochs=2), job.prepared, half)
        assert farthest(process.run(core_inside.full_story, again)[1], whole) > 1e-6, "the same batches again are another run"


# Looking inside.


@pytest.mark.parametrize(("tensorflow_variant", "torch_variant"), FIT)
def test_looks_inside_are_the_same_in_both(both, tensorflow_variant, torch_variant):
    spec = ModelSpec("m", (Conv2D(3, 3, activation="relu"), Flatten(), Dense(8, "relu"), Dense(3)))
    job = random_job(spec, (6, 6, 1), images=64, learning_rate=0.1, optimizer="momentum", batch_size=8, epochs=2)
    job = with_plan(job, look_inside=True, variants={"tensorflow": tensorflow_variant, "torch": torch_variant})
    one, other = both(core_inside.looks_of, job)
    assert [type(e) for e in one] == [type(e) for e in other]
    for a, b in zip(of(LayersInspected, one), of(LayersInspected, other), strict=True):
        assert list(a.layers) == list(b.layers) == [f"{n}.{w}" for n in (1, 3, 4) for w in ("kernel", "bias")]
        assert a.dead == b.dead
        assert set(a.dead) == {"1", "3"}
        for name in a.layers:
            told, also = a.layers[name], b.layers[name]
            assert told["norm"] == pytest.approx(also["norm"], rel=1e-9)
            if told["ratio"] is not None and also["ratio"] is not None:
                assert told["ratio"] == pytest.approx(also["ratio"], rel=1e-6, abs=1e-12)
            if tensorflow_variant == "fit":
                assert told["gradients"] is None, "model.fit tells no gradients"
                assert also["gradients"] is not None
            else:
                assert told["gradient_norm"] == pytest.approx(also["gradient_norm"], rel=1e-9)
    for a, b in zip(of(PredictionsInspected, one), of(PredictionsInspected, other), strict=True):
        assert (a.images, a.labels, a.classes, a.confusion) == (b.images, b.labels, b.classes, b.confusion)
        np.testing.assert_allclose(a.probabilities, b.probabilities, atol=1e-4)
        assert list(a.activations) == list(b.activations) == ["1", "2", "3", "4"]
        for path in a.activations:
            difference = inspection.unpacked(a.activations[path]).astype(int) - inspection.unpacked(b.activations[path])
            assert np.abs(difference).max() <= 1
        assert sum(map(sum, a.confusion)) == len(job.prepared.validation)


@pytest.mark.parametrize(("tensorflow_variant", "torch_variant"), FIT)
def test_every_run_tells_what_it_says_of_the_first_images(both, tensorflow_variant, torch_variant):
    """Evaluation has the answers anyway; they equal those of looking inside."""
    job = with_plan(noise(epochs=2), variants={"tensorflow": tensorflow_variant, "torch": torch_variant})
    told = [of(PredictionsInspected, events) for events, *_ in both(core_inside.full_story, job)]
    asked = [of(PredictionsInspected, events) for events, *_ in both(core_inside.full_story, with_plan(job, look_inside=True))]
    for free, looked in zip(told, asked, strict=True):
        assert [e.epoch for e in free] == [1, 2]
        for a, b in zip(free, looked[1:], strict=True):
            assert (a.images, a.labels, a.step) == (b.images, b.labels, b.step)
            np.testing.assert_allclose(a.right, b.right, atol=1e-4)
    for one, other in zip(*told, strict=True) if tensorflow_variant != "fit" else ():  # fit draws its own dropout masks
        assert one.classes == other.classes
        np.testing.assert_allclose(one.right, other.right, atol=1e-4)


@pytest.mark.parametrize(
    ("tensorflow_variant", "torch_variant"), [("graph", "loop"), ("eager", "loop"), ("fit", "dataloader")], ids=str
)  # fmt: skip
def test_looking_does_not_change_what_is_learned(both, tensorflow_variant, torch_variant):
    job = with_plan(noise(epochs=2, dtype="float32"), variants={"tensorflow": tensorflow_variant, "torch": torch_variant})
    plain, looked = both(core_inside.full_story, job), both(core_inside.full_story, with_plan(job, look_inside=True))
    for (events, weights, _), (looks, same, _) in zip(plain, looked, strict=True):
        losses = [[x for e in of(BatchesEnded, told) for x in e.losses] for told in (events, looks)]
        if tensorflow_variant == "graph":  # another graph, which may round differently
            np.testing.assert_allclose(losses[0], losses[1], rtol=0, atol=1e-6)
            assert farthest(weights, same) < 1e-6
        else:
            assert losses[0] == losses[1]
            assert farthest(weights, same) == 0


def test_the_told_gradients_are_those_of_the_step(both):
    """Plain SGD: the weights change by the learning rate times the gradient."""
    job = random_job(MODEL, (6, 6, 1), learning_rate=0.125, l2=0.01)
    told = both(core_inside.digest_of_looks, job, job.prepared.train[:8])
    for before, gradients, after in told:
        assert len(gradients) == 8, "moving statistics have none"
        for name, gradient in gradients.items():
            np.testing.assert_allclose(after[name], before[name] - 0.125 * gradient, rtol=0, atol=1e-15)
    assert farthest(told[0][1], told[1][1]) <= EXACT


def test_steps_in_detail_follow_one_another(both):
    job = noise(epochs=1)
    first, second = batch_order(job.prepared.train, 8, 0, 1)[:2]
    for events in both(core_inside.look_story, job, 2):
        one, two = of(StepInspected, events)
        assert (one.indices, two.indices) == (tuple(first.tolist()), tuple(second.tolist()))
        assert [one.loss, two.loss] == [x for e in of(BatchesEnded, events) for x in e.losses]
        for name, told in one.weights.items():
            assert told["sample"]["after"] == two.weights[name]["sample"]["before"], "the second goes on where the first ended"
        np.testing.assert_array_equal(inspection.unpacked(one.pixels), job.prepared.pixels[first])
        assert of(RunEnded, events)[0].reason == "stopped"


@pytest.mark.parametrize("name", ["residual", "inception-like"])
def test_activations_are_those_of_every_layer(both, name):
    job = random_job(preset(name, 4), (12, 12, 3))
    one, other = both(core_inside.activations, job, job.prepared.pixels[:3])
    assert list(one) == list(other)
    logits = both(inside.logits, job, job.prepared.pixels[:3])
    for path in one:
        np.testing.assert_allclose(one[path], other[path], rtol=0, atol=1e-11)
    np.testing.assert_allclose(list(one.values())[-1], logits[0], rtol=0, atol=EXACT)


def test_only_tensorflow_has_a_graph(both):
    nodes, none = both(core_inside.graph_nodes, random_job(preset("tiny", 3), (6, 6, 1)))
    assert nodes > 5
    assert none is None


WAYS = [("graph", "loop"), ("eager", "loop"), ("fit", "dataloader")]


@pytest.mark.parametrize(("tensorflow_variant", "torch_variant"), WAYS)
def test_a_run_that_diverges_ends_at_the_same_step_in_both(both, tensorflow_variant, torch_variant):
    """With any number of steps per call, and with the same weights: no step follows the diverged loss."""
    job = noise(
        epochs=40, learning_rate=40.0, optimizer="sgd", variants={"tensorflow": tensorflow_variant, "torch": torch_variant}
    )
    stories = both(core_inside.full_story, job)
    losses = [[loss for e in of(BatchesEnded, events) for loss in e.losses] for events, _, _ in stories]
    assert [events[-1].reason for events, _, _ in stories] == ["diverged"] * 2
    assert len(losses[0]) == len(losses[1])
    assert not losses[0][-1] < 1e6
    assert all(loss < 1e6 for loss in losses[0][:-1])
    assert len(losses[0]) > 1


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_a_stopped_run_tells_what_its_weights_give(framework_process, framework):
    process, job = framework_process(framework), noise(epochs=3)
    events, weights = process.run(core_inside.stopped_story, job, 11)  # six or more steps an epoch
    loss, accuracy = process.run(core_inside.evaluate_with, job, weights)
    end = events[-1]
    assert (end.reason, end.validation_loss, end.validation_accuracy) == ("stopped", loss, accuracy)
    assert of(EpochEnded, events)[-1].validation_loss != loss
