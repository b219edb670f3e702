"""Augmentation in scripts, in both frameworks: every change follows the plan and is drawn for each image."""

from __future__ import annotations

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.code import tensorflow_images, torch_images
from clsf.code.assembly import joined
from clsf.code.job import Job
from clsf.plan import Augmentation, Plan, Preparation
from tests import frameworks
from tests.code_inside import augmented

COUNT, SIDE = 40, 8


def varied(framework: str, images: np.ndarray, dtype: str = "float32", **changes: object) -> np.ndarray:
    """Return pixel values, 0 to 255, of images varied by the generated source."""
    plan = Plan("digits", preparation=Preparation(scale="zero-one"), augmentation=Augmentation(**changes), dtype=dtype)
    twin, job = {"tensorflow": tensorflow_images, "torch": torch_images}[framework], Job(plan)
    source = joined(twin.augment(job), twin.prepare(job))
    return 255 * frameworks.process(framework).run(augmented, framework, source, images)


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    """Return an image without symmetry, many times."""
    return np.repeat(np.random.default_rng(0).integers(20, 230, (1, SIDE, SIDE, 1), dtype=np.uint8), COUNT, axis=0)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_flip(framework, image):
    found = varied(framework, image, flip=True)
    mirrored = [np.allclose(x, y[:, ::-1], atol=0.1) for x, y in zip(found, image, strict=True)]
    kept = [np.allclose(x, y, atol=0.1) for x, y in zip(found, image, strict=True)]
    assert all(a or b for a, b in zip(mirrored, kept, strict=True))
    assert 5 < sum(mirrored) < 35


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_brightness(framework, image):
    factor = (varied(framework, image // 2, brightness=0.3) / (image // 2)).reshape(COUNT, -1)
    assert (factor.std(axis=1) < 1e-3).all()
    assert 0.7 <= factor.min() < 0.8
    assert 1.2 < factor.max() <= 1.3001


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_cutout(framework, dtype, image):
    found = varied(framework, image, dtype, cutout=4)
    changed = np.abs(found - image)[..., 0] > 0.01
    assert changed.any(axis=(1, 2)).all()
    assert changed.sum(axis=(1, 2)).max() <= 16
    for one, where, before in zip(found[..., 0], changed, image, strict=True):
        np.testing.assert_allclose(one[where], before.mean(), atol=0.01)
        rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
        assert np.ptp(rows) < 4
        assert np.ptp(columns) < 4


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_shift(framework):
    """One bright pixel in the middle moves by at most two, in both directions. Keras' layer moves n / (n - 1) times as far."""
    images = np.zeros((COUNT, 9, 9, 1), np.uint8)
    images[:, 4, 4] = 255
    found = varied(framework, images, shift=2)[..., 0]
    place = np.stack([(found.sum(axis=a) @ np.arange(9)) / found.sum(axis=(1, 2)) for a in (2, 1)])
    assert np.abs(place - 4).max() <= (2.251 if framework == "tensorflow" else 2.001)
    assert (place.min(axis=1) < 3).all()
    assert (place.max(axis=1) > 5).all()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_rotation_keeps_distances(framework):
    """In an image that is not square, a pixel moves on a circle around the centre, up to the allowed angle."""
    images = np.zeros((COUNT, 21, 31, 1), np.uint8)
    images[:, 9:12, 22:25] = 255  # 8 to the right of the middle
    found = np.clip(varied(framework, images, rotation=60.0)[..., 0], 0, None)
    total = found.sum(axis=(1, 2))
    y = (found.sum(axis=2) @ np.arange(21)) / total - 10
    x = (found.sum(axis=1) @ np.arange(31)) / total - 15
    np.testing.assert_allclose(np.hypot(x, y), 8, atol=0.4)
    angle = np.degrees(np.arctan2(y, x))
    assert np.abs(angle).max() <= 62
    assert angle.min() < -20
    assert angle.max() > 20
