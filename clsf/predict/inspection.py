"""Looking inside a model for one image, inside a worker: layers, explanations, neighbours, and a map of its features."""

from __future__ import annotations

import numpy as np

from clsf.model.walk import LayerFacts
from clsf.predict import explain
from clsf.predict.session import Held, models
from clsf.predict.values import Inside, LayerInside, Map, ModelRequest, Neighbours

MOST_CHANNELS = 16  # maximum shown per layer
MOST_STRONGEST = 8  # channels that respond most
MOST_FEATURES = 256  # of a flat layer
MOST_SIDE = 64  # pixels of a channel's image; larger ones are subsampled
MOST_COMPARED = 2000  # test images searched for neighbours
MOST_MAPPED = {"pca": 1000, "tsne": 600}  # t-SNE needs seconds for these


def inspect_image(request: ModelRequest, pixels: np.ndarray, wanted: int | None) -> Inside | None:
    """Return the inspection of one image, uint8 (h, w, c); `wanted`: the class to explain, None: the predicted class.

    None if the model is not here.
    """
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        probabilities = held.backend.predict(pixels[None])[0]
        wanted = int(probabilities.argmax()) if wanted is None else int(wanted)
        slope, values, slopes = _slopes(held, pixels, wanted)
        facts = {f.path: f for f in held.built_spec.analyse(request.shape).layers}
        cam_layer, cam = _cam(facts, values, slopes)
        side = request.shape[:2]
        patch = explain.patch_side(*side)
        return Inside(
            probabilities=probabilities,
            wanted=wanted,
            layers=tuple(_layer(facts[path], value[0]) for path, value in values.items()),
            saliency=explain.saliency(slope[0]).astype(np.float32),
            cam=None if cam is None else explain.enlarged(cam, *side),
            cam_layer=cam_layer,
            cam_size=None if cam is None else cam.shape,
            occlusion=explain.occlusion(pixels, held.backend.predict, wanted, patch),
            patch=patch,
            kernels=_kernels(held, facts),
        )


def grad_cam(request: ModelRequest, pixels: np.ndarray, wanted: int | None) -> np.ndarray | None:
    """Return Grad-CAM alone, float32 (h, w), zeros if no layer outputs images; arguments as of `inspect_image`."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        if wanted is None:
            wanted = int(held.backend.predict(pixels[None])[0].argmax())
        _, values, slopes = _slopes(held, pixels, int(wanted))
    _, cam = _cam({f.path: f for f in held.built_spec.analyse(request.shape).layers}, values, slopes)
    height, width = request.shape[:2]
    return np.zeros((height, width), np.float32) if cam is None else explain.enlarged(cam, height, width)


def _cam(facts: dict[str, LayerFacts], values: dict, slopes: dict) -> tuple[str | None, np.ndarray | None]:
    layer = _cam_layer(facts, values)
    return layer, None if layer is None else explain.grad_cam(values[layer][0], slopes[layer][0])


def _slopes(held: Held, pixels: np.ndarray, wanted: int) -> tuple:
    """Return the score's gradients for `wanted`; a model with one output has one score, negative for the first class."""
    single = held.request.classes == 2 and held.built_spec.analyse(held.request.shape).output_shape == (1,)
    slope, values, slopes = held.activation_reader.slopes(held.inputs(pixels[None]), np.array([0 if single else wanted]))
    if single and wanted == 0:
        slope, slopes = -slope, {path: -value for path, value in slopes.items()}
    return slope, values, slopes


def neighbours(request: ModelRequest, pixels: np.ndarray, count: int = 8) -> Neighbours | None:
    """Return the test images whose features in the last hidden layer are nearest to this image's; None: no model here."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        layer, features, numbers, part, images = _features(held, MOST_COMPARED)
        own = _features_of(held, pixels[None], layer)[0]
    which, distances = explain.nearest(features, own, count)
    at = numbers[which]
    return Neighbours(layer, at, distances, images.labels[at], len(numbers), part)


def mapped(request: ModelRequest, pixels: np.ndarray | None, method: str, seed: int = 0) -> Map | None:
    """Return test images as points in a plane by their features in the last hidden layer; None if the model is not here."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        layer, features, numbers, part, images = _features(held, MOST_MAPPED[method])
        answers = held.backend.predict(images.pixels[numbers]).argmax(axis=1)
        mine = None if pixels is None else _features_of(held, pixels[None], layer)
    features = features.astype(np.float64)
    axes, own, explained = min(2, features.shape[1]), None, None
    if method == "pca":
        pca = PCA(axes, random_state=seed).fit(features)
        # PCA does not determine the sign of an axis; here the largest weight of each is positive.
        sign = np.sign(pca.components_[np.arange(axes), np.abs(pca.components_).argmax(axis=1)])
        points, explained = pca.transform(features) * sign, float(pca.explained_variance_ratio_.sum())
        own = None if mine is None else (pca.transform(mine.astype(np.float64)) * sign)[0]
    else:
        perplexity = min(30.0, (len(features) - 1) / 3)
        points = TSNE(2, perplexity=perplexity, init="pca", random_state=seed, max_iter=500).fit_transform(features)
    return Map(method, _two(points), images.labels[numbers], answers, numbers, None if own is None else _two(own[None])[0],
               explained, features.shape[1], part)  # fmt: skip


def _two(points: np.ndarray) -> np.ndarray:
    """Return points with two axes, where the features had only one."""
    points = np.asarray(points, np.float64)
    return points if points.shape[1] == 2 else np.column_stack([points[:, 0], np.zeros(len(points))])


def _cam_layer(facts: dict[str, LayerFacts], values: dict[str, np.ndarray]) -> str | None:
    """Return the last layer of the model's own row that outputs images larger than one pixel, preferably a convolution.

    Layers after a convolution that keep the images' shape, such as batch normalisation and an activation, belong to it:
    Grad-CAM uses the maps that the rest of the network sees (arXiv:1610.02391, section 3).
    """
    images = [p for p, v in values.items() if v.ndim == 4 and "." not in p and v.shape[1] * v.shape[2] > 1]
    convolutions = [number for number, p in enumerate(images) if facts[p].layer.WIDTH]
    if not convolutions:
        return images[-1] if images else None
    at = convolutions[-1]
    while at + 1 < len(images) and values[images[at + 1]].shape == values[images[at]].shape:
        at += 1
    return images[at]


def _layer(facts: LayerFacts, value: np.ndarray) -> LayerInside:
    value = value.astype(np.float32)
    low, high = float(value.min()), float(value.max())
    if value.ndim == 3:
        means = value.mean(axis=(0, 1))
        strongest = np.argsort(-means, kind="stable")[:MOST_STRONGEST]
        shown = np.arange(min(value.shape[2], MOST_CHANNELS))
        step = -(-max(value.shape[:2]) // MOST_SIDE)
        thin = value[::step, ::step]
        cut, best, means = thin[..., shown], thin[..., strongest], means[strongest]
    else:
        strongest, best, means = np.zeros(0, np.int64), np.zeros((0, 0, 0), np.float32), np.zeros(0, np.float32)
        shown = np.arange(min(value.size, MOST_FEATURES))
        cut = value.ravel()[shown]
    return LayerInside(
        facts.path, facts.kind, value.shape, np.ascontiguousarray(cut), shown, low, high, strongest, np.ascontiguousarray(best), means
    )  # fmt: skip


def _kernels(held: Held, facts: dict[str, LayerFacts]) -> np.ndarray | None:
    """Return the kernels of the first layer if it is a convolution: they are applied to the image itself."""
    first = facts.get("1")
    if first is None or first.layer.role != "Convolution":
        return None
    return held.backend.get_weights()["1.kernel"].astype(np.float32)


def _last_hidden(held: Held) -> str | None:
    """Return the path of the layer whose output is the last dense layer's input; None: the image itself."""
    row = held.built_spec.layers
    last = max((n for n, layer in enumerate(row) if layer.role == "Linear"), default=len(row) - 1)
    return str(last) if last > 0 else None


def _features(held: Held, most: int) -> tuple:
    """Return (layer, features (n, d), which test images, part, the images) of at most a given number of test images, cached."""
    layer = _last_hidden(held)
    part, images = held.test()
    numbers = np.arange(min(len(images), most))
    kept = held._images.get("features")
    if kept is None or len(kept) < len(numbers):
        kept = held._images["features"] = _features_of(held, images.pixels[numbers], layer)
    return layer, kept[: len(numbers)], numbers, part, images


def _features_of(held: Held, pixels: np.ndarray, layer: str | None) -> np.ndarray:
    if layer is None:
        return held.inputs(pixels).reshape(len(pixels), -1)
    features = [
        held.activation_reader.activations(held.inputs(pixels[at : at + 128]))[layer] for at in range(0, len(pixels), 128)
    ]
    return np.concatenate([values.reshape(len(values), -1) for values in features]).astype(np.float32)
