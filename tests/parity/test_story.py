"""The shared loop gives the same events for both frameworks, with the same numbers."""

import numpy as np
import pytest

from clsf.events import BatchesEnded, EpochEnded, RunEnded
from clsf.model.presets import preset
from tests import inside
from tests.jobs import of, random_job

EXACT = 1e-12  # float64; measured: 2e-15 at most


def test_every_framework_tells_the_same_story(both):
    """45 images to train on in batches of 8: the last batch of an epoch has 5."""
    job = random_job(preset("lecture-cnn"), (8, 8, 3), images=60, epochs=2, batch_size=8, optimizer="adam", learning_rate=0.001)
    one, other = both(inside.story, job)
    for kind, names in {
        EpochEnded: ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"),
        RunEnded: ("reason", "epochs", "train_loss", "validation_accuracy"),
    }.items():
        for a, b in zip(of(kind, one), of(kind, other), strict=True):
            assert [getattr(a, name) for name in names] == pytest.approx([getattr(b, name) for name in names], abs=EXACT)
    # How steps are grouped into events depends on the clock, so they are compared one by one.
    for field in ("losses", "accuracies", "gradient_norms"):
        a, b = ([x for e in of(BatchesEnded, story) for x in getattr(e, field)] for story in (one, other))
        assert len(a) == 12
        np.testing.assert_allclose(a, b, rtol=EXACT, atol=EXACT, err_msg=field)
    assert [type(story[-1]) for story in (one, other)] == [RunEnded, RunEnded]


@pytest.mark.parametrize("variant", ["graph", "eager", "fit"])
def test_a_stop_ends_every_variant_in_the_middle_of_an_epoch(both, variant):
    job = random_job(preset("mlp"), (4, 4, 1), images=40_000, batch_size=1, variants={"tensorflow": variant}, dtype="float32")
    for story in both(inside.story, job, 3):
        assert story[-1].reason == "stopped"
        assert story[-1].epochs == 0
        assert not of(EpochEnded, story)
