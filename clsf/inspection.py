"""Looking inside while a model trains: the reports on a step, on layers, and on predictions, and their limits."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import numpy as np

from clsf.backends.base import Backend, StepReport, Weights
from clsf.data.images import Prepared
from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.model.spec import ModelSpec

LOOKS = 60  # times that layers are looked at in a run, at most
APART = 10  # steps between two such looks, at least: a look takes about as long as some steps
EPOCHS = 40  # times that predictions are looked at
BINS = 30  # of a histogram
WEIGHTS = 60  # arrays that are reported; of a deeper model the first and the last ones
IMAGES = 16  # validation images that are followed
PROBED = 64  # validation images that decide whether a unit is dead
CLASSES = 64  # with more there is no confusion matrix
TOP = 3  # most likely classes reported for an image
LAYERS = 12  # whose activations are reported
MAPS = 6  # channels of one activation
SIDE = 16  # pixels of an activation map
SMALL = 32  # pixels of a batch's image
SAMPLE = 25  # numbers of a weight that are reported as they are


class RunInspector:
    """Looks at a backend between steps. `spec` says where ReLU is."""

    def __init__(self, backend: Backend, prepared: Prepared, spec: ModelSpec | None, total_steps: int, epochs: int) -> None:
        self._backend, self._prepared = backend, prepared
        self._relu = relu_paths(spec.layers) if spec else []
        self._every = max(-(-total_steps // LOOKS), APART)
        self._images = prepared.validation[:IMAGES]
        self._last = total_steps - 1, epochs

    def step_is_due(self, step: int) -> bool:
        """Return whether this step (0-based) is to be looked at."""
        return step % self._every == 0 or step == self._last[0]

    def epoch_is_due(self, epoch: int) -> bool:
        """Return whether predictions are to be looked at after this many epochs."""
        return epoch_is_followed(epoch, self._last[1])

    def layers(self, epoch: int, step: int, detail: StepDetail) -> LayersInspected:
        """Report the step that `detail` belongs to (1-based)."""
        started = time.perf_counter()
        looks = {name: weight_summary(detail, name) for name in detail.told()}
        seconds = detail.seconds + time.perf_counter() - started
        return LayersInspected(epoch, step, looks, self._dead(), seconds + time.perf_counter() - started)

    def broken(self, epoch: int, step: int) -> LayersInspected:
        """Report the weights after a step (1-based) in which the loss became nan or infinite; that step was not inspected."""
        detail = StepDetail(self._backend, self._images, None)
        detail.gradients, detail.after = {}, detail.before
        return self.layers(epoch, step, detail)

    def predictions(self, epoch: int, step: int, watched: int) -> PredictionsInspected:
        """Report the model's current predictions for the fixed images, and for all validation images."""
        started = time.perf_counter()
        pixels, labels = self._prepared.pixels, self._prepared.labels
        watched = min(watched, len(self._images) - 1)
        said = self._backend.predict(np.ascontiguousarray(pixels[self._images]))
        top = _top(said)
        image = np.ascontiguousarray(pixels[self._images[watched : watched + 1]])
        activations = {path: activation_summary(value[0]) for path, value in chosen(self._backend.activations(image)).items()}
        return PredictionsInspected(
            epoch=epoch,
            step=step,
            images=tuple(self._images.tolist()),
            labels=tuple(labels[self._images].tolist()),
            classes=tuple(tuple(row) for row in top.tolist()),
            probabilities=tuple(tuple(rounded(row)) for row in np.take_along_axis(said, top, axis=1)),
            right=tuple(rounded(said[np.arange(len(said)), labels[self._images]])),
            confusion=self._confusion(),
            watched=watched,
            activations=activations,
            seconds=time.perf_counter() - started,
        )

    def _confusion(self) -> tuple[tuple[int, ...], ...] | None:
        classes, indices = len(self._prepared.classes), self._prepared.validation
        if classes > CLASSES:
            return None
        counts = np.zeros((classes, classes), np.int64)
        for start in range(0, len(indices), 1024):
            part = indices[start : start + 1024]
            answers = self._backend.logits(np.ascontiguousarray(self._prepared.pixels[part])).argmax(axis=1)
            np.add.at(counts, (self._prepared.labels[part], answers), 1)
        return tuple(tuple(row) for row in counts.tolist())

    def _dead(self) -> dict[str, float]:
        """Return path -> share of units whose output is 0 for all of some images: channels of an image layer, else single units."""
        alive: dict[str, np.ndarray] = {}
        for start in range(0, PROBED if self._relu else 0, IMAGES):
            part = self._prepared.validation[:PROBED][start : start + IMAGES]
            if not len(part):
                break
            for path, value in self._backend.activations(np.ascontiguousarray(self._prepared.pixels[part])).items():
                if path in self._relu:
                    some = (value != 0).any(axis=tuple(range(value.ndim - 1)))  # (channels,)
                    alive[path] = alive.get(path, False) | some
        return {path: round(float(1 - some.mean()), 6) for path, some in alive.items()}


def followed(prepared: Prepared, said: np.ndarray, epoch: int, step: int) -> PredictionsInspected:
    """Report the predictions for the first validation images, from known probabilities, (n, classes)."""
    started = time.perf_counter()
    images = prepared.validation[: len(said)]
    labels, top = prepared.labels[images], _top(said)
    return PredictionsInspected(
        epoch, step, tuple(images.tolist()), tuple(labels.tolist()), tuple(tuple(row) for row in top.tolist()),
        tuple(tuple(rounded(row)) for row in np.take_along_axis(said, top, axis=1)),
        tuple(rounded(said[np.arange(len(said)), labels])), None, 0, {}, time.perf_counter() - started,
    )  # fmt: skip


def epoch_is_followed(epoch: int, epochs: int) -> bool:
    """Return whether predictions are reported after this many of all epochs."""
    return epoch % -(-epochs // EPOCHS) == 0 or epoch == epochs


def _top(said: np.ndarray) -> np.ndarray:
    """Return the likeliest classes of each row, likeliest first, int64 (n, at most TOP)."""
    return np.argsort(-said, axis=1, kind="stable")[:, :TOP]


class StepDetail:
    """One step between two looks at the weights."""

    def __init__(self, backend: Backend, indices: np.ndarray, pixels: np.ndarray | None) -> None:
        started = time.perf_counter()
        self._backend, self.indices, self.pixels = backend, indices, pixels
        self.before: Weights = _copied(backend.get_weights())
        self.seconds = time.perf_counter() - started

    def done(self) -> StepDetail:
        """Look again after the step."""
        started = time.perf_counter()
        gradients = self._backend.last_gradients()
        self.gradients: Weights = {} if gradients is None else _copied(gradients)
        self.after: Weights = _copied(self._backend.get_weights())
        self.seconds += time.perf_counter() - started
        return self

    def told(self) -> list[str]:
        """Return the names of the reported arrays; moving statistics, which show nothing of learning, are left out."""
        names = [n for n in self.before if not n.endswith(("moving_mean", "moving_variance"))]
        if len(names) > WEIGHTS:
            names = [n for n in names if n.endswith("kernel")]
        return names if len(names) <= WEIGHTS else [*names[: WEIGHTS // 2], *names[-WEIGHTS // 2 :]]


def inspect_step(
    detail: StepDetail, prepared: Prepared, epoch: int, step: int, report: StepReport, learning_rate: float
) -> StepInspected:
    """Report everything of one step."""
    started = time.perf_counter()
    pixels = prepared.pixels[detail.indices[:IMAGES]] if detail.pixels is None else detail.pixels[:IMAGES]
    weights = {}
    for name in detail.told():
        before, after, gradient = detail.before[name], detail.after[name], detail.gradients.get(name)
        weights[name] = {
            "before": histogram(before),
            "after": histogram(after),
            "gradient": None if gradient is None else histogram(gradient),
            "norm_before": _norm(before),
            "norm_after": _norm(after),
            "gradient_norm": None if gradient is None else _norm(gradient),
            "ratio": _ratio(before, after),
            "sample": {
                "shape": list(before.shape),
                "before": sample(before),
                "gradient": None if gradient is None else sample(gradient),
                "after": sample(after),
            },
        }
    return StepInspected(
        epoch=epoch,
        step=step,
        indices=tuple(detail.indices.tolist()),
        labels=tuple(prepared.labels[detail.indices].tolist()),
        pixels=packed(_small(pixels, SMALL)),
        loss=float(report.losses[0]),
        accuracy=float(report.correct[0] / len(detail.indices)),
        learning_rate=learning_rate,
        weights=weights,
        seconds=detail.seconds + time.perf_counter() - started,
    )


def weight_summary(detail: StepDetail, name: str) -> dict:
    """Return what is reported of one array: histograms and norms, and how far the step moved it compared with its size."""
    before, after, gradient = detail.before[name], detail.after[name], detail.gradients.get(name)
    return {
        "weights": histogram(after),
        "gradients": None if gradient is None else histogram(gradient),
        "norm": _norm(after),
        "gradient_norm": None if gradient is None else _norm(gradient),
        "ratio": _ratio(before, after),
    }


def histogram(values: np.ndarray) -> dict:
    """Return {"low", "high", "counts"} of the finite values."""
    flat = values.ravel()
    if not (flat.size and np.isfinite(flat.min()) and np.isfinite(flat.max())):  # nan is the smallest of all it is among
        flat = flat[np.isfinite(flat)]
    if not flat.size:
        return {"low": 0.0, "high": 0.0, "counts": [0] * BINS}
    low, high = float(flat.min()), float(flat.max())
    if low == high:  # nothing to divide: all of it in the middle
        counts = [0] * BINS
        counts[BINS // 2] = int(flat.size)
        return {"low": low, "high": high, "counts": counts}
    if flat.dtype == np.float32 and BINS / (high - low) > 1e38:
        flat = flat.astype(np.float64)  # numbers so close that their distance is too small for float32
    places = np.minimum(((flat - flat.dtype.type(low)) * flat.dtype.type(BINS / (high - low))).astype(np.int32), BINS - 1)
    return {"low": low, "high": high, "counts": np.bincount(places, minlength=BINS).tolist()}


def activation_summary(value: np.ndarray) -> dict:
    """Return the first channels of a layer's output for one image, (h, w, c) or (units,), as small pictures of 256 greys."""
    shape = list(value.shape)
    maps = value.transpose(2, 0, 1)[:MAPS] if value.ndim == 3 else value.reshape(1, 1, -1)[..., : SIDE * SIDE]
    maps = np.nan_to_num(_small(maps[..., None], SIDE)[..., 0] if value.ndim == 3 else maps)
    low, high = float(maps.min()), float(maps.max())
    scaled = np.rint((maps - low) * (255 / (high - low))) if high > low else np.zeros(maps.shape)
    return {"shape": shape, **packed(scaled.astype(np.uint8)), "low": low, "high": high}


def chosen(activations: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return at most LAYERS of them, evenly spaced, the last one always."""
    paths = list(activations)
    if len(paths) > LAYERS:
        paths = [paths[round(n * (len(paths) - 1) / (LAYERS - 1))] for n in range(LAYERS)]
    return {path: activations[path] for path in paths}


def relu_paths(layers: tuple, prefix: str = "") -> list[str]:
    """Return the paths of the layers that end in ReLU."""
    paths = []
    for position, layer in enumerate(layers, start=1):
        path = f"{prefix}{position}"
        for name, row in layer.rows():
            paths += relu_paths(row, f"{path}.{name}.")
        if layer.function == "relu":
            paths.append(path)
    return paths


def packed(array: np.ndarray) -> dict:
    """Return {"data": base64 text, "size": shape} of a uint8 array."""
    return {"data": base64.b64encode(np.ascontiguousarray(array)).decode("ascii"), "size": list(array.shape)}


def unpacked(data: dict) -> np.ndarray:
    """Return the uint8 array that `packed` wrote."""
    return np.frombuffer(base64.b64decode(data["data"]), np.uint8).reshape(data["size"])


def sample(values: np.ndarray) -> list[float]:
    """Return the first numbers as they lie in the agreed layout; of a convolution the first filter on the first channel."""
    first = values[:, :, 0, 0] if values.ndim == 4 else values
    return [float(x) for x in _digits(first.ravel()[:SAMPLE])]


def rounded(values: np.ndarray) -> Iterator[float]:
    """Yield numbers with four digits after the point: a probability needs no more."""
    return (round(float(x), 4) for x in values)


def _digits(values: np.ndarray) -> Iterator[float]:
    return (float(f"{x:.7g}") for x in values)


def _small(images: np.ndarray, side: int) -> np.ndarray:
    """Return images (n, h, w, c) with every k-th pixel, so that no side is longer than `side`."""
    every = max(-(-max(images.shape[1:3]) // side), 1)
    return images[:, ::every, ::every]


def _norm(values: np.ndarray) -> float:
    flat = values.ravel()
    with np.errstate(over="ignore"):  # of a run that is out of hand
        return float(np.sqrt(np.dot(flat, flat)))


def _ratio(before: np.ndarray, after: np.ndarray) -> float | None:
    """Return the size of the update as a share of the size of the weights; None if these were all 0."""
    size = _norm(before)
    return _norm(after - before) / size if size else None


def _copied(weights: Weights) -> Weights:
    return {name: np.array(array) for name, array in weights.items()}
