"""Regenerate the contents of `clsf.examples`, runs and pictures: `python -m clsf.cli.examples [GROUP or FILE …]`.

For developers: the output is committed to the repository. Runs are trained on the CPU; the same versions give the same
numbers, except for times.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from clsf import FRAMEWORKS, capsule, checks, examples
from clsf.compare.cases.lecture import LECTURE
from clsf.compare.cases.runner import ServiceTrainer
from clsf.compare.cases.steps import CaseStep, explain
from clsf.compare.defaults import ask
from clsf.compare.lockstep import lockstep
from clsf.compare.recording import Recording
from clsf.compare.sides import EngineSide
from clsf.data import png
from clsf.data.catalogue import NAMES, info
from clsf.data.sources import open_dataset
from clsf.errors import EngineError
from clsf.examples import compared
from clsf.experiments import sets
from clsf.model.layers import made
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.optimizers import PLAINEST, POPULAR
from clsf.plan import LEARNING_RATES, Augmentation, Plan, Preparation
from clsf.training_service import CLI, TrainingService, open_service
from clsf.words import say

DATA = "digits"
CLASSES = 10
GROUPS = (examples.DIGITS, examples.FIRST, examples.RATES, examples.SEEDS)
STEPS = 100  # of the lockstep
CASE_EPOCHS, CASE_SEEDS = 5, 1
SEEDS = 5
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # from too small to too large


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """What one file is made of."""

    name: str  # of the file, without the framework
    spec: ModelSpec
    plan: Plan
    frameworks: tuple[str, ...] = FRAMEWORKS
    weights: bool = False  # whether the weights are included


def reader() -> ModelSpec:
    """Return the model that classifies drawn digits: small enough to ship with the program."""
    return ModelSpec(
        "digit-reader",
        (
            made("Convolution", 16, 3, padding="same", activation="relu"),
            made("MaxPool", 2),
            made("Convolution", 32, 3, padding="same", activation="relu"),
            made("MaxPool", 2),
            made("Flat"),
            made("Linear", 32, activation="relu"),
            made("Drop", 0.2),
            made("Linear", CLASSES),
        ),
    )


def group(name: str) -> list[ExampleFile]:
    """Return what a group is made of. Raises EngineError if there is none of the name."""
    checks.known(EngineError, say("group"), name, GROUPS)
    if name == examples.DIGITS:
        # Enlarged, so that a small rotation has an effect; augmented, because readers draw differently from the writers of the set.
        # Measured on 260 digits drawn by a program: nine of ten are classified correctly, with 8x8 images eight of ten.
        varied = Augmentation(rotation=15.0, shift=1)
        plan = Plan(DATA, Preparation(image_size=16), validation_share=0.1, epochs=40, augmentation=varied, device="cpu")
        return [ExampleFile(name, reader(), plan, weights=True)]
    if name == examples.FIRST:
        return [ExampleFile(name, preset("lecture-cnn", CLASSES), Plan(DATA, device="cpu"))]
    plan = Plan(DATA, epochs=3, optimizer=PLAINEST, learning_rate=LEARNING_RATES[PLAINEST], device="cpu")
    tiny = preset("tiny", CLASSES)
    if name == examples.RATES:
        arms = sets.learning_rates(tiny, plan.but(epochs=5), RATES)
        return [ExampleFile(f"{name}-{place}", arm.spec, arm.plan, ("torch",)) for place, arm in enumerate(arms)]
    plan = Plan(DATA, epochs=3, device="cpu")
    return [ExampleFile(f"{name}-{arm.plan.seed}", arm.spec, arm.plan) for arm in sets.seeds(tiny, plan, SEEDS)]


def write(service: TrainingService, one: ExampleFile) -> None:
    """Train a run in each of its frameworks, one after the other, and write the capsules."""
    run_ids = service.train(one.spec, one.plan, one.frameworks, owner=CLI)
    service.wait(run_ids)
    for record in map(service.record, run_ids):
        weights = service.weights(record.run_id) if one.weights else None
        packed = capsule.write(
            record, weights, events=service.store.told(record.run_id), classes=info(one.plan.data).classes
        )  # fmt: skip
        path = examples.FOLDER / f"{one.name}-{record.framework}{examples.ENDING}"
        path.write_bytes(packed)
        print(f"{path.name}: {len(packed):,} bytes, {record.final.validation_accuracy:.1%} right")


def steps(service: TrainingService) -> str:
    """Return a lockstep in float32 as JSON, without single tensors; the steps are large enough for rounding to grow soon."""
    spec, plan, recording = (
        preset("lecture-cnn", CLASSES),
        Plan(DATA, optimizer=POPULAR, learning_rate=0.01, device="cpu"),
        Recording(STEPS),
    )
    sides = [EngineSide(service, name, spec, plan, recording) for name in FRAMEWORKS]
    started, *compared, _ = lockstep(*sides, recording)
    told = {f.name: getattr(started, f.name) for f in fields(started) if f.name != "weights"}
    told["sides"] = [asdict(side) for side in started.sides]
    lines = [{f.name: getattr(step, f.name) for f in fields(step) if f.name not in ("tensors", "full")} for step in compared]
    return json.dumps({"started": told, "steps": lines}, separators=(",", ":"), allow_nan=False)


def case(service: TrainingService) -> str:
    """Return the case of the lecture as JSON."""
    plan = LECTURE.settings(Plan(DATA, epochs=CASE_EPOCHS, device="cpu"))
    found = explain(LECTURE, ServiceTrainer(service, CLI), plan, CLASSES, CASE_SEEDS)
    return compared.case_as_json(DATA, CASE_EPOCHS, [step for step in found if isinstance(step, CaseStep)])


def defaults(service: TrainingService) -> str:
    """Return the defaults reported by both frameworks as JSON."""
    rows = ask(service).rows
    told = {name: {row.row: row.values[name] for row in rows} for name in FRAMEWORKS}
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


COMPARED = {compared.CASE: case, compared.DEFAULTS: defaults}
"""File -> the function that makes it."""


def picture(data: str) -> bytes:
    """Return training images of each class in one row, two where they are grey, as a PNG."""
    images, each = open_dataset(data).train, 1 if info(data).shape[2] == 3 else 2
    wanted = [n for label in range(len(images.classes)) for n in np.flatnonzero(images.labels == label)[:each]]
    row = np.concatenate(list(images.pixels[wanted]), axis=1)
    return base64.b64decode(png.address(row, optimize=True).partition(",")[2])


def main(names: Sequence[str]) -> None:
    """Write these groups; all if none is given."""
    parts = [one for name in names or GROUPS if name not in COMPARED for one in group(name)]
    examples.FOLDER.mkdir(exist_ok=True)
    for data in (name for name in NAMES if info(name).embedded):
        (examples.FOLDER / f"{data}.png").write_bytes(picture(data))
    with open_service() as service:
        for one in parts:
            write(service, one)
        if not names:
            (examples.FOLDER / examples.LOCKSTEP).write_text(steps(service), "utf-8")
        for name, made_of in COMPARED.items():
            if not names or name in names:
                (examples.FOLDER / name).write_text(made_of(service), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
