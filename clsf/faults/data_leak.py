"""Validation images that were trained on."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.looks import Array, Made, Program, events, finding, swap
from clsf.reader.rows import overlap, trainings
from clsf.words import say

FAULT = Fault(
    kind="data-leak",
    title=say("Validation images that were trained on"),
    what=say("The same images, near copies of them, or other images of the same patient or scene are in both sets."),
    symptom=say("Validation accuracy equals or exceeds training accuracy and is too good to be true. New images are worse."),
    mend=say("Split by group, remove duplicates, and use train=False for the test set."),
    sources=(
        "stefyste/RIAWELC#2",
        "UCSD-AI4H/COVID-CT#11",
    ),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.shared_images is not None and facts.shared_images > 0.05:
        return Evidence(
            0.95,
            say("{share} of the validation images are training images too.", share=f"{facts.shared_images:.0%}"),
            "duplicates",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.with_pattern(r"^order = order\[held_out:.*$", "order = order[:TRAIN_LIMIT]" if scene.plan.train_limit else "")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    fit = program.fit
    if (
        fit is not None
        and program.val_x is not None
        and program.x is not None
        and program.val_x == program.x
        and program.x.source
    ):
        results.append(
            finding(
                FAULT,
                fit.lines.get("validation_data", fit.line) if fit.lines.get("validation_data", 0) >= fit.line else fit.line,
                "certain",
            )
        )
    results += _same_rows(program) if not results else []
    train, other = program.loader, program.val_loader
    if (
        program.torch
        and train is not None
        and other is not None
        and train.x.source in SETS
        and train.x.source == other.x.source
        and train.x.part == other.x.part == "train"
    ):
        a, b = train.made, other.made
        if (
            isinstance(a, Made)
            and isinstance(b, Made)
            and a.path.startswith("torchvision.datasets")
            and b.path.startswith("torchvision.datasets")
        ):
            own = train.line == other.line
            line = b.lines.get("train", b.lines.get(1, b.line)) if b is not a else other.line
            if not own and not _samplers(program):
                results.append(
                    finding(
                        FAULT,
                        max(line, b.line),
                        "certain" if b is not a else "likely",
                        swap(program, max(line, b.line), r"train\s*=\s*True", "train=False"),
                    )
                )
    scalers = [
        e
        for e in events(program, "scaler")
        if e["how"] in ("fit", "fit_transform") and isinstance(e["of"], Array) and "Scaler" in e["made"].name
    ]
    for e in scalers:
        a = e["of"]
        if a.part == "" and any(s.line > e.line for s in events(program, "split")):
            results.append(finding(FAULT, e.line, "smell"))
        elif a.part == "both":
            results.append(finding(FAULT, e.line, "likely"))
    return results[:2]


def _same_rows(program: Program) -> list[Finding]:
    """Return where validation rows are also training rows: both slices begin, or end, at the same place."""
    for place in trainings(program.source):
        if any(overlap(one, other) for one in place.trained for other in place.validated):
            return [finding(FAULT, place.line, "likely")]
    return []


def _samplers(program: Program) -> bool:
    return any(word in program.source.text for word in ("Sampler", "Subset", "random_split"))
