"""What the tests of pretrained weights and frozen layers run inside a framework's process."""

from __future__ import annotations

import numpy as np

from clsf import FRAMEWORKS, backends, features
from clsf.backends.start import start_weights
from clsf.data.images import Prepared
from clsf.data.prepare import prepare
from clsf.data.resize import resized
from clsf.data.sources import open_dataset
from clsf.model.pretrained import SOURCES
from clsf.model.spec import ModelSpec
from clsf.plan import Plan, Preparation, fixed_scale


def here() -> str:
    """Return the framework of this process."""
    import sys

    return next(name for name in FRAMEWORKS if name in sys.modules)


def trained(model: dict, plan: dict, kept: bool, steps: int) -> tuple[dict, list[float], tuple[float, float], int]:
    """Train some steps, on kept features or through all layers; return weights, losses, what evaluation says, images computed."""
    spec, how = ModelSpec.from_json(model), Plan.from_json(plan)
    dataset = open_dataset(how.data)
    prepared = prepare(dataset, how)
    weights = start_weights(spec.analyse(prepared.shape), how)
    backend = backends.load(here()).build(spec, how, prepared, weights)
    computed = features.begin(backend, here(), spec, how, dataset, prepared, weights) if kept else 0
    order = prepared.train[: how.batch_size * steps].reshape(steps, how.batch_size)
    report = backend.train_steps(order, 0)
    seen = backend.evaluate(prepared.validation)
    return backend.get_weights(), report.losses.tolist(), (seen.loss, seen.accuracy), computed


def photographs(side: int) -> np.ndarray:
    """Return scikit-learn's two photographs, their middles, and 48 smooth pictures, uint8 (50, side, side, 3)."""
    from PIL import Image
    from sklearn.datasets import load_sample_images

    shown = []
    for picture in load_sample_images().images:
        height, width = picture.shape[:2]
        short = min(height, width)
        top, left = (height - short) // 2, (width - short) // 2
        middle = Image.fromarray(picture[top : top + short, left : left + short])
        shown.append(np.asarray(middle.resize((side, side), Image.Resampling.BILINEAR)))
    noise = np.random.default_rng(0).integers(0, 256, (48, 8, 8, 3), dtype=np.uint8)
    return np.concatenate([np.stack(shown), resized(noise, side, side)])


def imagenet_logits(name: str, dtype: str, side: int) -> np.ndarray:
    """Return what a whole pretrained network says of the photographs."""
    source, pixels = SOURCES[name], photographs(side)
    plan = Plan(
        "photographs", Preparation(side, source.colour, source.scale), weights=source.weights, dtype=dtype, device="cpu"
    )
    mean, deviation = map(np.array, fixed_scale(source.scale, 3))
    classes, at = tuple(map(str, range(source.classes))), np.arange(len(pixels))
    prepared = Prepared(pixels, np.zeros(len(pixels), np.int64), classes, at, at[:0], mean, deviation)
    weights = start_weights(source.spec().analyse(prepared.shape), plan)
    return backends.load(here()).build(source.spec(), plan, prepared, weights).logits(pixels)


def imagenet_names() -> list[str]:
    """Return the thousand names, in PyTorch's process."""
    from torchvision.models._meta import _IMAGENET_CATEGORIES

    return list(_IMAGENET_CATEGORIES)
