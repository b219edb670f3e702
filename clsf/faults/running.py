"""Running a scene's program in a process of its own, and its results as a history and facts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clsf import priority
from clsf.faults.history import EpochNumbers, History, RunFacts
from clsf.faults.measures import NOTHING, Histogram, Measures, Modes
from clsf.faults.printed import epochs_printed
from clsf.faults.probes import Seen
from clsf.faults.recorded import RecordedSteps, recording
from clsf.faults.scene import Scene

SECONDS = 600
"""The maximum time for several programs together."""


UNRECORDED = RecordedSteps()
LOOK_SECONDS = 0.2  # between two checks of a running program


@dataclass(frozen=True)
class Live:
    """The progress of a program."""

    losses: tuple[float, ...] = ()
    accuracies: tuple[float, ...] = ()
    printed: str = ""


@dataclass(frozen=True)
class Samples:
    """Some images of the last evaluation, and the program's predictions; training images without them if none were evaluated."""

    images: tuple  # nested tuples of whole numbers from 0 to 255: (count, height, width, channels)
    labels: tuple[int, ...]
    answers: tuple[int, ...] | None
    sure: tuple[float | None, ...] = ()  # the model's probability of its prediction


@dataclass(frozen=True)
class Ran:
    """The results of a program."""

    history: History
    facts: RunFacts
    printed: str  # its output
    traceback: str  # the end of its traceback; "" if it ended well
    confusion: tuple[tuple[int, ...], ...] | None = (
        None  # of all images evaluated after the last training step, validation and test; rows: label, columns: answer
    )
    measures: Measures = NOTHING
    samples: Samples | None = None
    recording: RecordedSteps = UNRECORDED

    def seen(self, again: Ran | None = None) -> Seen:
        """Return the input for probes. `again`: the probe's own run, if it needs one."""
        return Seen(self.history, self.facts, self.measures, None if again is None else again.history)


def run(scenes: Sequence[Scene], seconds: float = SECONDS, told: Callable[[int, Live], None] | None = None) -> list[Ran | None]:
    """Run programs of one framework, one after the other. None for one that didn't finish in time.

    `told` is called with the number of the running program and its progress.
    """
    if not scenes:
        return []
    framework = scenes[0].framework
    with tempfile.TemporaryDirectory(prefix="clsf-lab-") as folder:
        pairs: list[str] = []
        for number, scene in enumerate(scenes):
            place = Path(folder, str(number))
            place.mkdir()
            (place / "program.py").write_text(scene.text, "utf-8")
            pairs += [str(place / "program.py"), str(place / "seen.json")]
        environment = os.environ | {
            "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_ENABLE_ONEDNN_OPTS": "0",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }  # fmt: skip
        command = [sys.executable, "-m", f"clsf.backends.{framework}.watch", *pairs]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        priority.lower(process.pid)
        try:
            _wait(process, seconds, [Path(target).with_suffix(".live") for target in pairs[1::2]], told)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, 9)
                process.wait()
        return [_read(Path(target), scene) for target, scene in zip(pairs[1::2], scenes, strict=True)]


def _wait(process: subprocess.Popen, seconds: float, files: Sequence[Path], told: Callable[[int, Live], None] | None) -> None:
    until, known = time.monotonic() + seconds, {}
    while process.poll() is None and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        for number, path in enumerate(files if told is not None else ()):
            try:
                moment = path.stat().st_mtime_ns
                if known.get(number) != moment:
                    seen = json.loads(path.read_text("utf-8"))
                    told(number, Live(tuple(seen["losses"]), tuple(seen["accuracies"]), seen["printed"]))
                    known[number] = moment
            except (OSError, ValueError, KeyError):
                continue


def _read(path: Path, scene: Scene) -> Ran | None:
    try:
        seen = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return Ran(
        history(seen), facts(seen, scene), seen["printed"], seen["traceback"], _table(seen["facts"].get("confusion")),
        measures(seen["measures"]), _samples(seen["measures"].get("samples")), recording(seen),
    )  # fmt: skip


def measures(table: dict) -> Measures:
    """Return the measurements in a watch's output."""
    pixels, modes = table.get("pixels") or {}, table.get("modes") or {}
    edges = tuple(pixels.get("edges", ()))

    def of_pixels(part: str) -> Histogram | None:
        return Histogram(edges, tuple(pixels[part])) if part in pixels else None

    def pairs(rows: list | None) -> tuple:
        return tuple(map(tuple, rows or ()))

    def of_mode(part: str) -> tuple[float, float] | None:
        return tuple(modes[part]) if part in modes else None

    return Measures(
        pairs(table.get("gradients")), pairs(table.get("train_labels")), pairs(table.get("validation_labels")), of_pixels("train"),
        of_pixels("validation"), pairs(table.get("shapes")), Modes(of_mode("training"), of_mode("validation")),
    )  # fmt: skip


def _samples(table: dict | None) -> Samples | None:
    if table is None:
        return None
    answers = table["answers"]
    return Samples(
        tuple(table["images"]),
        tuple(table["labels"]),
        None if answers is None else tuple(answers),
        tuple(table.get("sure", ())),
    )


def history(seen: dict) -> History:
    """Return the curves in a watch's output."""
    epochs: tuple[EpochNumbers, ...] = epochs_printed(seen["printed"])
    return History(
        epochs, tuple(seen["losses"]), tuple(seen["accuracies"]), tuple(seen["gradient_norms"]), tuple(seen["learning_rates"]),
        seen["error"],
    )  # fmt: skip


_LOSSES = {
    "cross_entropy": ("cross-entropy", "logits"), "nll_loss": ("cross-entropy", "log-probabilities"),
    "mse_loss": ("mse", "probabilities"), "binary_cross_entropy": ("binary", "probabilities"),
    "binary_cross_entropy_with_logits": ("binary", "logits"), "MeanSquaredError": ("mse", "probabilities"),
}  # fmt: skip


def facts(seen: dict, scene: Scene) -> RunFacts:
    """Return the facts about a watched program. Its classes are those of the data set."""
    table = seen["facts"]
    name = table.get("loss_name", "")
    kind, takes = _LOSSES.get(name, (None, None))
    if "Crossentropy" in name:
        kind = "binary" if name.startswith("Binary") else "cross-entropy"
        takes = "logits" if table.get("from_logits") else "probabilities"
    modes = table.get("modes") or []
    weighted, used = table.get("weighted"), table.get("activations", [])
    carried = table.get("carried") or []
    norms = seen["gradient_norms"]
    hidden = list(table.get("widths", [])[1:]) if scene.keras is False else None
    inputs, others = seen["inputs"], seen["validation_inputs"]
    rates = seen["learning_rates"]
    return RunFacts(
        framework=scene.framework,
        classes=2 if table.get("output_units") == 1 else 10,
        batch_size=seen["batch_size"] if not table.get("planned_batch") else table["planned_batch"],
        train_images=table.get("train_images"),
        optimizer=table.get("optimizer"),
        learning_rate=rates[0] if rates else None,
        momentum=table.get("momentum"),
        epsilon=table.get("epsilon"),
        weight_decay=table.get("weight_decay") or scene.plan.weight_decay,
        l2=table.get("penalty"),
        loss=kind,
        loss_takes=takes,
        outputs=table.get("outputs"),
        output_units=table.get("output_units"),
        activations=_hidden(used, weighted, table.get("outputs")) if weighted is not None and seen["losses"] else None,
        dropouts=tuple(layer.rate for layer in scene.spec.layers if hasattr(layer, "rate")),
        batch_norms=table.get("batch_norms"),
        norm_momentum=table.get("norm_momentum"),
        narrowest=_narrowest(scene) if hidden is None or hidden else None,
        inputs=tuple(inputs[:2]) if inputs else None,
        deviation=inputs[2] if inputs else None,
        validation_inputs=tuple(others[:2]) if others else None,
        validation_deviation=others[2] if others else None,
        labels=tuple(table["labels"]) if "labels" in table else None,
        largest_class=table.get("largest_class"),
        unseen_labels=table.get("unseen_labels"),
        purity=seen["purity"],
        shared_images=table.get("shared_images"),
        label_agreement=table.get("label_agreement"),
        idle=table.get("idle"),
        idle_layers=table.get("idle_layers"),
        unregistered=table.get("unregistered"),
        zero_start=table.get("zero_start"),
        start_scale=table.get("start_scale"),
        training_mode=modes[-1] if modes else None,
        evaluated_in_training_mode=table.get("evaluated_in_training_mode"),
        evaluation_varies=table.get("evaluation_varies"),
        gradients_in_evaluation=table.get("gradients_in_evaluation"),
        keeps_graph=table.get("keeps_graph"),
        answers=table.get("answers"),
        first_to_last_gradient=table.get("first_to_last_gradient"),
        accumulates=sum(carried) / len(carried) if len(carried) > 1 and norms else None,
        validated=bool(history(seen).validation_loss) if history(seen).epochs else None,
        true_accuracy=table.get("true_accuracy"),
        planned_epochs=scene.plan.epochs,
        unused=table.get("unused"),
        trained_before=table.get("trained_before"),
        judging_varies=table.get("judging_varies"),
        roughness=table.get("roughness"),
        broadcasts=table.get("broadcasts"),
    )


def _hidden(used: list[str], weighted: int, outputs: str | None) -> tuple[str, ...]:
    """Return the activations of the hidden layers: the non-linear functions that were called, the rest linear."""
    if outputs in ("relu", "tanh", "sigmoid") and used and used[-1] == outputs:
        used = used[:-1]
    return (*used, *(["linear"] * max(weighted - 1 - len(used), 0)))


def _narrowest(scene: Scene) -> int | None:
    widths = [getattr(layer, "units", None) or getattr(layer, "filters", None) for layer in scene.spec.layers[:-1]]
    return min((width for width in widths if width), default=None)


def _table(rows: list[list[int]] | None) -> tuple[tuple[int, ...], ...] | None:
    return None if rows is None else tuple(map(tuple, rows))
