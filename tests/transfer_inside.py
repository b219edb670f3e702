"""Functions that tests of pretrained weights and frozen layers run inside a framework's process."""

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
    """Train some steps, on cached features or through all layers; return weights, losses, evaluation, images computed."""
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
    """Return scikit-learn's two photographs, crops of their centres, and 48 smooth pictures, uint8 (50, side, side, 3)."""
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
    """Return a whole pretrained network's logits for the photographs."""
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


def stand_in(folder: str) -> str:
    """Save torchvision's ResNet-18 with random weights, under the name of the published file; return its SHA-256. In PyTorch's process."""
    import hashlib
    from pathlib import Path

    import torch
    from torchvision.models import get_weight, resnet18

    torch.manual_seed(0)
    network = resnet18(weights=None)
    for name, buffer in network.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.copy_(torch.rand_like(buffer) + 0.5)
    path = Path(folder) / get_weight(SOURCES["resnet-18"].torchvision).url.rpartition("/")[2]
    torch.save(network.state_dict(), path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetched_and_read(mirror: str, folder: str, sha256: str) -> tuple[dict, np.ndarray]:
    """Fetch the file from the mirror and read it; return the arrays, and the logits of torchvision's own network. In PyTorch's process."""
    from dataclasses import replace
    from pathlib import Path

    import torch
    from torchvision.models import resnet18

    from clsf.backends.torch import pretrained

    source, path = replace(SOURCES["resnet-18"], sha256=sha256), Path(folder) / "file.pth"
    pretrained.fetch(source, path, mirror)
    found = pretrained.read(source, path)
    network = resnet18(weights=None)
    network.load_state_dict(torch.load(path, weights_only=True))
    mean, deviation = map(torch.tensor, fixed_scale(source.scale, 3))
    with torch.no_grad():
        inputs = (torch.from_numpy(photographs(96)).double() - mean) / deviation
        return found, network.eval().double()(inputs.permute(0, 3, 1, 2)).numpy()


def logits_with(weights: dict, name: str, side: int) -> np.ndarray:
    """Return the logits of a network with these weights for the photographs, in float64."""
    source, pixels = SOURCES[name], photographs(side)
    mean, deviation = map(np.array, fixed_scale(source.scale, 3))
    classes, at = tuple(map(str, range(source.classes))), np.arange(len(pixels))
    prepared = Prepared(pixels, np.zeros(len(pixels), np.int64), classes, at, at[:0], mean, deviation)
    plan = Plan("photographs", Preparation(side, source.colour, source.scale), dtype="float64", device="cpu")
    arrays = {name: array.astype("float64") for name, array in weights.items()}
    return backends.load(here()).build(source.spec(), plan, prepared, arrays).logits(pixels)


def looked(side: int) -> tuple[str, np.ndarray, np.ndarray]:
    """Return Grad-CAM's layer, a photograph's map and the scores, for a pretrained network with a random head of three classes."""
    from clsf.model.presets import preset
    from clsf.predict import inspection
    from clsf.predict.session import hold
    from clsf.predict.values import ModelRequest

    source, spec = SOURCES["efficientnet-lite0"], preset("efficientnet-lite0", 3)
    plan = Plan(
        "shapes", Preparation(side, source.colour, source.scale), weights=source.weights, train_layers="head", device="cpu"
    )
    mean, deviation = fixed_scale(source.scale, 3)
    request = ModelRequest(
        "looked",
        here(),
        spec.to_json(),
        plan.to_json(),
        (side, side, 3),
        3,
        (tuple(map(float, mean)), tuple(map(float, deviation))),
    )
    assert hold(request, start_weights(spec.analyse((side, side, 3)), plan))
    seen = inspection.inspect_image(request, photographs(side)[0], 1)
    return seen.cam_layer, seen.cam, seen.probabilities
