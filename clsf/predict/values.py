"""Messages between a page and a worker about a trained model: plain values and arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsf.predict.metrics import PerClass


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """The trained model of a request. A worker that does not have it answers None, and is then sent the weights."""

    token: str  # identifies the weights: equal tokens, equal weights
    framework: str
    model: dict  # ModelSpec JSON
    plan: dict  # Plan JSON
    shape: tuple[int, int, int]  # (height, width, channels) of the model's input
    classes: int
    scale: tuple[tuple[float, ...], tuple[float, ...]] | None = None  # mean and deviation, as `RunStarted.scale`


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """A model's predictions for some images."""

    probabilities: np.ndarray  # float64 (n, classes), each row summing to 1
    lowest: float  # of the model's input, after scaling
    highest: float
    seconds: float  # in the worker


@dataclass(frozen=True, slots=True)
class Way:
    """The result of one way of calling a model."""

    code: str
    kind: str  # type of what came back
    dtype: str
    seconds: float
    apart: float  # largest absolute difference from the first way's answer


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """The evaluation on images that were never trained on."""

    part: str  # "test", or "validation" where the data set has no test images
    loss: float  # the framework's own evaluation: mean cross-entropy, nats
    accuracy: float  # the framework's own evaluation: share of right answers
    probabilities: np.ndarray  # float64 (n, classes)
    labels: np.ndarray  # int64 (n,)
    numbers: np.ndarray  # int64 (n,): which images of the part
    inputs: tuple[int, ...]  # shape of one batch of 32 as the model receives it, batch axis first
    ways: tuple[Way, ...]
    confusion: np.ndarray  # int64 (classes, classes): row: the label, column: the prediction
    per_class: PerClass
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class LayerInside:
    """One layer's output for one image, and the importance of its channels."""

    path: str
    kind: str
    shape: tuple[int, ...]  # without the batch axis
    values: np.ndarray  # float32 (height, width, channels shown) or (features shown,)
    shown: np.ndarray  # int64: numbers of these channels or features
    lowest: float  # of the whole layer's output
    highest: float
    strongest: np.ndarray  # int64: the channels that respond most, by their mean, strongest first; empty for flat layers
    best: np.ndarray  # float32 (height, width, channels): these channels
    means: np.ndarray  # float32: their means


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """The inspection of a model for one image."""

    probabilities: np.ndarray  # float64 (classes,)
    wanted: int  # the explained class
    layers: tuple[LayerInside, ...]
    saliency: np.ndarray  # float32 (height, width), at least 0
    cam: np.ndarray | None  # float32 (height, width), at least 0: Grad-CAM; None if no layer passes on images
    cam_layer: str | None
    cam_size: tuple[int, int] | None  # of that layer's images
    occlusion: np.ndarray  # float32 (height, width): how much the probability falls if this place is covered
    patch: int  # side in pixels of the covering patch
    kernels: np.ndarray | None  # float32 (kernel height, kernel width, in, out) of the first convolution


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Test images, compared by the features of the last hidden layer."""

    layer: str | None  # its path; None: the model has no hidden layer, the input itself is compared
    nearest: np.ndarray  # int64 (k,): test images nearest to the image asked about
    distances: np.ndarray  # float64 (k,), Euclidean
    labels: np.ndarray  # int64 (k,)
    looked: int  # how many test images were compared
    part: str


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """Hidden features of test images in two dimensions."""

    method: str  # "pca" or "tsne"
    points: np.ndarray  # float64 (n, 2)
    labels: np.ndarray  # int64 (n,)
    answers: np.ndarray  # int64 (n,): the predictions
    numbers: np.ndarray  # int64 (n,): which test images
    own: np.ndarray | None  # float64 (2,): the position of the image in question; None with t-SNE, which can't place a new one
    explained: float | None  # share of the variance that two axes of PCA hold
    features: int
    part: str
