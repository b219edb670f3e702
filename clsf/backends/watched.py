"""Watches one of our training scripts while it runs in its own process: the values it computes, as plain numbers.

The part that both frameworks share. `clsf.backends.torch.watch` and `clsf.backends.tensorflow.watch` put hooks into their
framework and report to a `Watch`; `run` executes the script and writes the observations as JSON. Only programs that
`clsf.code` printed and `clsf.faults` changed are run this way, never a student's.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

SIGNIFICANT = 1e-9  # a smaller relative change counts as none
SHOWN = 16  # images that are shown with their answers
BINS = 24  # of a histogram of pixels
RECORDED = 3  # first steps whose tensors are all kept, as far as SAMPLE goes
SAMPLE = 1024  # numbers kept of one tensor, evenly spaced
DIGITS = "sklearn.datasets"  # the module that has them
LIVE_SECONDS = 0.25  # between two progress reports of a running script


class Watch:
    """Collects a script's values. Shapes: outputs (batch, units), labels as the loss gets them."""

    def __init__(self) -> None:
        self.over = False  # the script has ended; what is computed afterwards isn't its own
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self.norms: list[float] = []
        self.rates: list[float] = []
        self.purities: list[float] = []
        self.batch_sizes: list[int] = []
        self.facts: dict[str, object] = {}
        self.start: dict[str, np.ndarray] = {}  # weights before the first step
        self.gradients: dict[str, float] = {}  # norm of each gradient per number, the first steps' mean
        self.never: set[str] | None = None  # weights that never got a gradient
        self.gradient_steps = 0
        self.answers: list[np.ndarray] = []  # of the evaluation in progress
        self.right: list[np.ndarray] = []  # labels for these answers
        self.last_answers: np.ndarray | None = None
        self.inputs: dict[bool, list[float]] = {}  # trains -> low, high, deviation
        self.trained: set[int] = set()  # hashes of the images that the model was trained on
        self.known: list[bool] = []  # of the images of the evaluation in progress: whether they were trained on
        self.low, self.high = np.inf, -np.inf  # of all outputs
        self.batches: dict[bool, np.ndarray] = {}  # trains -> the first batch, as the model received it
        self.layer_norms: dict[str, list[float]] = {}  # weight -> L2 norm of its gradient in the first and the last step
        self.shapes: list[tuple[str, str, str]] = []  # of the first batch: what, shape, type
        self.first_answers: np.ndarray | None = None  # outputs of the first batch of the last evaluation
        self.measures: dict[str, object] = {}
        self.recorded: list[dict[str, dict[str, list]]] = []  # step -> phase -> tensor -> shape, norm, largest, values
        self.evaluated: dict[str, list] = {}  # the first evaluation's batch: images and logits
        self.evaluated_after = 0  # steps before it
        self.layers: dict[str, list] = {}  # of the training call in progress: layer -> its output
        self.live: Path | None = None  # file for progress reports
        self.said: io.StringIO | None = None
        self._told = 0.0

    def received(self, trains: bool, images: np.ndarray) -> None:
        """Record the model's input; the first call of each kind counts."""
        if not images.size or self.over:
            return
        if trains not in self.inputs:
            self.batches[trains] = images
            self.inputs[trains] = [float(images.min()), float(images.max()), float(images.std())]
            if not trains:
                self.evaluated["images"] = kept(images)
            if trains:
                self.facts["received"] = list(images.shape)
                self.first = images
        hashes = [hash(image.tobytes()) for image in images]
        if trains:
            self.trained.update(hashes)
            if len(self.losses) < RECORDED:
                self.layers = {"images": kept(images)}
            if self.known:
                self.facts["trained_before"], self.known = float(np.mean(self.known)), []
        else:
            self.known += [one in self.trained for one in hashes]

    def judged(self, trains: bool, outputs: np.ndarray, labels: np.ndarray, loss: float) -> None:
        """Record one call of the loss."""
        if self.over:
            return
        answers = outputs.argmax(-1) if outputs.ndim == 2 and outputs.shape[1] > 1 else (outputs.reshape(-1) > 0.5).astype(int)
        numbers = (
            labels.argmax(-1) if labels.ndim == 2 and labels.shape[1] > 1 else labels.reshape(-1).astype(np.int64, copy=False)
        )
        if not trains:
            if not self.evaluated.get("logits"):
                self.evaluated["logits"], self.evaluated_after = kept(outputs), len(self.losses)
            if not self.answers:
                self.first_answers = np.asarray(outputs, np.float64)[:SHOWN]
            self.answers.append(answers)
            self.right.append(numbers)
            return
        self.low, self.high = min(self.low, float(outputs.min())), max(self.high, float(outputs.max()))
        if self.answers:
            self.last_answers, self.answers, self.right = np.concatenate(self.answers), [], []
        self.losses.append(loss)
        if len(self.losses) <= RECORDED:
            layers, self.layers = self.layers, {}
            forward = {"images": layers.pop("images", None), **layers, "logits": kept(outputs), "labels": kept(labels)}
            self.recorded.append({"loss": loss, "forward": {name: value for name, value in forward.items() if value}})
        self.tell()
        self.batch_sizes.append(len(outputs))
        if len(answers) == len(numbers) and len(numbers):
            self.accuracies.append(float((answers == numbers).mean()))
        if len(numbers) and numbers.min() >= 0:
            self.purities.append(float(np.bincount(numbers).max() / len(numbers)))
        if len(self.losses) == 1:
            self._first(outputs, labels, numbers)

    def _first(self, outputs: np.ndarray, labels: np.ndarray, numbers: np.ndarray) -> None:
        images = self.batches.get(True)
        self.shapes = [("images", _shape(images), str(images.dtype))] if images is not None else []
        self.shapes += [("outputs", _shape(outputs), str(outputs.dtype)), ("labels", _shape(labels), str(labels.dtype))]
        self.facts["output_units"] = int(outputs.shape[-1]) if outputs.ndim > 1 else 1
        self.facts["label_shape"] = list(labels.shape)
        self.facts["output_shape"] = list(outputs.shape)
        self.facts["outputs"] = kind_of(outputs)
        self.facts["broadcasts"] = outputs.ndim == 2 and labels.ndim == 1 and outputs.shape[1] == 1 and len(labels) > 1

    def stepped(
        self, gradients: dict[str, np.ndarray | None], rate: float, weights: Callable[[], dict[str, np.ndarray]]
    ) -> None:
        """Record one step of the optimizer, just before it."""
        if not self.start:
            self.start = {name: np.array(value) for name, value in weights().items()}
        if self.recorded and "backward" not in self.recorded[-1] and len(self.losses) == len(self.recorded):
            self.recorded[-1]["backward"] = {name: kept(value) for name, value in gradients.items() if value is not None}
        total = 0.0
        missing = {name for name, value in gradients.items() if value is None}
        self.never = missing if self.never is None else self.never & missing
        for name, value in gradients.items():
            if value is not None:
                norm = float(np.linalg.norm(value.astype(np.float64)))
                total += norm**2
                self.layer_norms.setdefault(name, [norm, norm])[1] = norm
                if self.gradient_steps < 20:
                    self.gradients[name] = self.gradients.get(name, 0.0) + norm / np.sqrt(value.size) / 20
        self.gradient_steps += 1
        self.norms.append(float(np.sqrt(total)))
        self.rates.append(rate)

    def updated(self, weights: Callable[[], dict[str, np.ndarray]]) -> None:
        """Record the weights after a step of the optimizer."""
        if self.recorded and "update" not in self.recorded[-1] and len(self.losses) == len(self.recorded):
            self.recorded[-1]["update"] = {name: kept(value) for name, value in weights().items()}

    def came_out(self, layer: str, output: np.ndarray) -> None:
        """Record the output of a layer in a training call."""
        if not self.over and len(self.losses) < RECORDED:
            self.layers.setdefault(layer, kept(output))

    def tell(self) -> None:
        """Report the script's progress, now and then."""
        if self.live is None or time.monotonic() - self._told < LIVE_SECONDS:
            return
        self._told = time.monotonic()
        printed = self.said.getvalue() if self.said is not None else ""
        beside = self.live.with_suffix(".part")
        with contextlib.suppress(OSError):
            beside.write_text(
                json.dumps({"losses": self.losses, "accuracies": self.accuracies, "printed": printed[-8000:]}), "utf-8"
            )
            beside.replace(self.live)

    def ended(self, weights: dict[str, np.ndarray]) -> None:
        """Compare the weights with those of the beginning."""
        if self.facts.get("outputs") == "logits" and self.low >= -1 and self.high <= 1 and self.high > 0.97:
            self.facts["outputs"] = "tanh"
        if self.known:
            self.facts["trained_before"], self.known = float(np.mean(self.known)), []
        if self.answers:
            self.last_answers, right = np.concatenate(self.answers), np.concatenate(self.right)
            if len(right) == len(self.last_answers) and right.min() >= 0 and max(right.max(), self.last_answers.max()) < 10:
                table = np.zeros((10, 10), int)
                np.add.at(table, (right, self.last_answers.astype(int)), 1)
                self.facts["confusion"] = table.tolist()
        if self.last_answers is not None and len(self.last_answers):
            self.facts["answers"] = float(np.bincount(self.last_answers.astype(int)).max() / len(self.last_answers))
        kernels = [name for name, value in weights.items() if value.ndim > 1]
        self.measures["gradients"] = [[name, *self.layer_norms.get(name, [0.0, 0.0])] for name in kernels] if self.norms else []
        start = self.start or weights
        still = [
            name for name in kernels if name in start and np.allclose(start[name], weights[name], rtol=SIGNIFICANT, atol=0)
        ]
        if self.losses and kernels:
            self.facts["idle"] = float(sum(weights[n].size for n in still) / sum(weights[n].size for n in kernels))
            self.facts["idle_layers"] = len(still)
            self.facts["zero_start"] = any(float(np.std(start[n])) == 0 for n in kernels if n in start)
            self.facts["start_scale"] = float(max(_scale(start[n]) for n in kernels if n in start))
            self.facts["widths"] = [int(weights[n].shape[0]) for n in kernels]
            norms = [self.gradients[n] for n in kernels if n in self.gradients]
            if len(norms) > 1 and norms[-1] > 0:
                self.facts["first_to_last_gradient"] = norms[0] / norms[-1]
            self.facts["unused"] = len([n for n in self.never or () if n in kernels and n not in self.gradients])

    def to_json(self) -> dict:
        """Return everything as JSON values."""
        return {
            "losses": self.losses, "accuracies": self.accuracies, "gradient_norms": self.norms, "learning_rates": self.rates,
            "batch_size": self.batch_sizes[0] if self.batch_sizes else None, "purity": _mean(self.purities),
            "inputs": self.inputs.get(True), "validation_inputs": self.inputs.get(False), "facts": self.facts,
            "start": {name: kept(value) for name, value in self.start.items()}, "recorded": self.recorded,
            "evaluated": self.evaluated, "evaluated_after": self.evaluated_after,
            "measures": self.measures | {"shapes": self.shapes, "pixels": histograms(self.batches)},
        }  # fmt: skip


def kept(array: np.ndarray) -> list:
    """Return the kept part of a tensor: its shape, L2 norm, largest absolute value, and some of its numbers."""
    flat = np.asarray(array, np.float64).ravel()
    if not flat.size:
        return [list(np.shape(array)), 0.0, 0.0, []]
    places = np.unique(np.linspace(0, flat.size - 1, min(SAMPLE, flat.size)).astype(int))
    return [list(np.shape(array)), float(np.linalg.norm(flat)), float(np.abs(flat).max()), flat[places].tolist()]


def kind_of(outputs: np.ndarray) -> str:
    """Return the kind of a batch of outputs: "softmax", "batch-softmax", "sigmoid", "log-softmax", "relu", "tanh" or "logits"."""
    if outputs.ndim != 2 or not np.isfinite(outputs).all():
        return "logits"
    low, high = float(outputs.min()), float(outputs.max())
    if low >= 0 and np.allclose(outputs.sum(1), 1, atol=1e-3):
        return "softmax"
    if low >= 0 and np.allclose(outputs.sum(0), 1, atol=1e-3):
        return "batch-softmax"
    if high <= 1e-6 and np.allclose(np.exp(outputs).sum(1), 1, atol=1e-3):
        return "log-softmax"
    if low > 0 and high < 1:
        return "sigmoid"
    if low == 0 and high > 0 and (outputs == 0).mean() > 0.1:
        return "relu"
    return "logits"


def _scale(kernel: np.ndarray) -> float:
    """Return the standard deviation of a kernel over Glorot's, at any order of axes."""
    receptive = kernel.size / (kernel.shape[0] * kernel.shape[1]) if kernel.ndim == 2 else None
    if receptive is None:
        sides = sorted(kernel.shape)
        receptive = sides[0] * sides[1] if len(sides) == 4 else 1
        fans = sum(sides[2:]) * receptive if len(sides) == 4 else sum(sides)
    else:
        fans = sum(kernel.shape)
    return float(np.std(kernel) / np.sqrt(2 / max(fans, 1)))


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def run(path: Path, target: Path, watch: Watch, after: Callable[[dict], None]) -> None:
    """Execute the script at `path` with its output captured, inspect its names by `after`, and write JSON to `target`."""
    said, error, shown = io.StringIO(), "", ""
    watch.live, watch.said = target.with_suffix(".live"), said
    names: dict[str, object] = {"__name__": "__main__", "__file__": str(path)}
    try:
        program = compile(path.read_text("utf-8"), path.name, "exec")
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            exec(program, names)  # noqa: S102  our own printed program, in a process of its own
    except Exception as problem:
        error = f"{type(problem).__name__}: {str(problem)[:2000]}"
        own = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == path.name]
        line = problem.lineno if isinstance(problem, SyntaxError) else own[-1].lineno if own else None
        shown = f'File "{path.name}", line {line}\n{error}'
    watch.over = True
    watch.live = None
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        after(names)
    data_facts(watch, names)
    target.write_text(json.dumps({**watch.to_json(), "printed": said.getvalue(), "error": error, "traceback": shown}), "utf-8")
    sys.stdout.flush()


def main(watch: Callable[[Path, Path], None], *late: str) -> None:
    """Watch the scripts named on the command line, each in a fork, so that the framework is imported once for all.

    The same goes for the modules that the framework imports `late`, and the reader of the digits: each takes as long as a script.
    """
    pairs = list(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    if len(pairs) > 1:
        digits = (DIGITS,) if any(DIGITS in Path(script).read_text("utf-8") for script, _ in pairs) else ()
        for name in (*late, *digits):
            import_module(name)
    for script, target in pairs:
        child = os.fork() if len(pairs) > 1 else 0
        if child == 0:
            os.chdir(Path(script).parent)  # the script's files stay in its folder
            watch(Path(script), Path(target))
            if len(pairs) > 1:
                os._exit(0)
        else:
            os.waitpid(child, 0)


def _shape(array: np.ndarray) -> str:
    return "(" + ", ".join(map(str, array.shape)) + ("," if array.ndim == 1 else "") + ")"


def histograms(batches: dict[bool, np.ndarray]) -> dict[str, object]:
    """Return histograms of the first training and validation batch over the same edges; nothing if some number is none."""
    if not batches or not all(np.isfinite(images).all() for images in batches.values()):
        return {}
    low = float(min(images.min() for images in batches.values()))
    high = float(max(images.max() for images in batches.values()))
    edges = np.linspace(low, max(high, low + 1e-6), BINS + 1)
    counts = {
        name: np.histogram(batches[trains], edges)[0].tolist()
        for name, trains in (("train", True), ("validation", False))
        if trains in batches
    }
    return {"edges": edges.tolist(), **counts}


def samples(watch: Watch, names: dict[str, object]) -> None:
    """Record the first images of the last evaluation, as the script holds them, with their labels and the model's answers.

    Where nothing was evaluated: training images with only their labels.
    """
    for images, labels in ((names.get(f"x_{part}"), names.get(f"y_{part}")) for part in ("test", "val")):
        if not watch.right or watch.first_answers is None or not isinstance(images, np.ndarray) or images.ndim != 4:
            continue
        told = watch.right[0][:SHOWN]
        if np.array_equal(np.asarray(labels)[: len(told)], told):
            watch.measures["samples"] = _samples(images, told, watch.first_answers)
            return
    images, labels = names.get("x_train"), names.get("y_train")
    if isinstance(images, np.ndarray) and images.ndim == 4 and isinstance(labels, np.ndarray) and labels.ndim == 1:
        watch.measures["samples"] = _samples(images, labels[:SHOWN], None)


def _samples(images: np.ndarray, labels: np.ndarray, outputs: np.ndarray | None) -> dict[str, object]:
    samples = {"images": images[: len(labels)].astype(np.uint8).tolist(), "labels": [int(n) for n in labels], "answers": None}
    if outputs is None or outputs.ndim != 2 or len(outputs) != len(labels):
        return samples
    if outputs.shape[1] == 1:
        chances = np.concatenate([1 - outputs, outputs], 1)
    elif kind_of(outputs) in ("softmax", "sigmoid"):
        chances = outputs
    else:
        shifted = np.exp(outputs - outputs.max(1, keepdims=True))
        chances = shifted / shifted.sum(1, keepdims=True)
    best = chances.argmax(1)
    sure = [float(row[n]) if np.isfinite(row[n]) else None for row, n in zip(chances, best, strict=True)]
    return samples | {"answers": [int(n) for n in best], "sure": sure}


def counted(labels: object) -> list[list[int]]:
    """Return each label with how often it occurs; nothing for what aren't whole numbers."""
    if not isinstance(labels, np.ndarray) or labels.ndim != 1:
        return []
    values, counts = np.unique(labels, return_counts=True)
    return [[int(value), int(count)] for value, count in zip(values, counts, strict=True)][:100]


def data_facts(watch: Watch, names: dict[str, object]) -> None:
    """Inspect the script's arrays: labels, shares of the classes, images on both sides, whether labels fit the images."""
    facts = watch.facts
    watch.measures |= {"train_labels": counted(names.get("y_train")), "validation_labels": counted(names.get("y_val"))}
    with contextlib.suppress(Exception):  # a script that stopped may hold anything
        samples(watch, names)
    images, labels = names.get("x_train"), names.get("y_train")
    others, wanted = names.get("x_val"), names.get("y_val")
    if isinstance(labels, np.ndarray) and labels.ndim == 1 and len(labels):
        whole = labels.astype(np.int64)
        facts["labels"] = [int(whole.min()), int(whole.max())]
        if whole.min() >= 0:
            facts["largest_class"] = float(np.bincount(whole).max() / len(whole))
        if isinstance(wanted, np.ndarray) and len(wanted):
            facts["unseen_labels"] = float(np.mean(~np.isin(wanted, whole)))
    if isinstance(images, np.ndarray) and isinstance(others, np.ndarray) and len(images) and len(others):
        known = {image.tobytes() for image in images}
        facts["shared_images"] = float(np.mean([image.tobytes() in known for image in others]))
        if isinstance(labels, np.ndarray) and len(labels) == len(images):
            facts["label_agreement"] = agreement(images, labels)
    first = getattr(watch, "first", None)
    if isinstance(first, np.ndarray) and isinstance(images, np.ndarray) and first.ndim == images.ndim == 4:
        axis = 3 if first.shape[1] == images.shape[3] and first.shape[3] == images.shape[2] else 2
        facts["roughness"] = roughness(first, axis) / max(roughness(images[:256], 2), 1e-9)
    if isinstance(names.get("BATCH_SIZE"), int):
        facts["planned_batch"] = names["BATCH_SIZE"]
    if isinstance(images, np.ndarray):
        facts["train_images"] = len(images)


def roughness(images: np.ndarray, axis: int) -> float:
    """Return how much pixels differ from their neighbours along an axis, over how much they vary at all."""
    images = images.astype(np.float32)
    return float(np.abs(np.diff(images, axis=axis)).mean() / (images.std() + 1e-9))


def agreement(images: np.ndarray, labels: np.ndarray, most: int = 600) -> float:
    """Return how many times as often as by chance the nearest other image has the same label: about 1 for random labels."""
    flat = images[:most].reshape(min(len(images), most), -1).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6
    near = flat @ flat.T
    np.fill_diagonal(near, -2)
    own = labels[: len(flat)]
    chance = float(sum((np.mean(own == value)) ** 2 for value in np.unique(own)))
    return float(np.mean(own[near.argmax(1)] == own) / max(chance, 1e-9))
