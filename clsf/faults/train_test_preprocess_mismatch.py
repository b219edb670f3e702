"""Other preparation at evaluation."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Array, Loader, Made, Program, evaluating, events, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="train-test-preprocess-mismatch",
    title=say("Other preparation at evaluation"),
    what=say("Training images are scaled and validation or new images aren't, or in another way."),
    symptom=say("Training accuracy is high while validation is near chance from the first epoch, with a large loss."),
    mend=say("Use one function for both."),
    sources=(
        "keras-team/keras#3477",
        "udacity/sdc-issue-reports#623",
    ),
    level=3,
    differences=("input-scale", "other-preparation"),
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    train, other = facts.inputs, facts.validation_inputs
    if train and other and train[1] > 0 and other[1] > 0 and not 0.2 < other[1] / train[1] < 5:
        return Evidence(
            0.97, say("Training images have numbers up to {train}, validation images up to {other}.", train=f"{train[1]:.3g}", other=f"{other[1]:.3g}"), "pixels",
        )  # fmt: skip
    if (
        train is None
        and history.loss
        and history.validation_loss
        and facts.chance
        and history.accuracy
        and history.validation_accuracy
    ) and (
        history.validation_loss[0] > 3 * facts.chance
        and history.accuracy[-1] > 0.75
        and history.validation_accuracy[-1] < 2 / facts.classes
    ):
        return Evidence(
            0.6,
            say(
                "Validation loss is {loss} from the first epoch, while training goes well.",
                loss=f"{history.validation_loss[0]:.1f}",
            ),
            "pixels",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(
            (
                "val_data = val_data.map(lambda x, y: (prepare(x), y))",
                "val_data = val_data.map(lambda x, y: (tf.cast(x, tf.float32), y))",
            )
        )
    return scene.edited(("model(prepare(images[first : first + 256]))", "model(prepare(images[first : first + 256]) * 255)"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    x = program.x
    others = [a for a in (program.val_x, program.val_loader.x if program.val_loader is not None else None) if a is not None]
    for event in events(program, "evaluate", "predict"):
        given = event["made"].args[0] if event["made"].args else event["made"].kwargs.get("x")
        given = given.x if isinstance(given, Loader) else given
        if isinstance(given, Array):
            others.append(given)
    results = []
    if x is not None and x.scale:
        for a in others:
            validates = a is program.val_x or (program.val_loader is not None and a is program.val_loader.x)
            if (
                a.source == x.source
                and (x.source or a.made == x.made)
                and a.scale
                and a.scale != x.scale
                and (a.part != x.part or validates)
                and {a.scale, x.scale} & {"raw", "unit", "standard", "centred"}
            ):
                results.append(
                    finding(FAULT, a.line if a.line != a.made else (x.line if x.scale != "raw" else a.line), "certain")
                )
                break
    scalers: dict[int, list] = {}
    for event in events(program, "scaler"):
        if "Scaler" in event["made"].name or event["made"].name == "Normalizer":
            scalers.setdefault(id(event["made"]), []).append(event)
    for used in scalers.values():
        fitted = [e for e in used if e["how"] == "fit_transform"]
        if (
            len(fitted) > 1
            and isinstance(fitted[1]["of"], Array)
            and fitted[1]["of"].part == "test"
            and fitted[0]["of"].part == "train"
        ):
            results.append(
                finding(FAULT, fitted[1].line, "likely", swap(program, fitted[1].line, "fit_transform", "transform"))
            )
    if program.torch and program.loader is not None and program.val_loader is not None and not results:
        results += _normalize(program)
    return (results or _when_called(program))[:1]


def _when_called(program: Program) -> list[Finding]:
    """Return where a model that is called directly gets the same images in another scale than in training."""
    x = program.x
    for event in evaluating(program) if x is not None and program.torch and x.scale else ():
        given = event["given"]
        if isinstance(given, Array) and given.made == x.made and given.scale and given.scale != x.scale:
            return [finding(FAULT, given.line if given.line != given.made else event.line, "certain")]
    return []


def _normalize(program: Program) -> list[Finding]:
    """Return a Normalize that differs between training and testing."""
    found_ones = []
    for loader in (program.loader, program.val_loader):
        base = loader.made
        while isinstance(base, Made) and base.path == "subset" and base.args:
            base = base.args[0]
        if not isinstance(base, Made) or not base.path.startswith("torchvision"):
            return []
        steps = program.machine.transforms(base.get("transform", 3))
        norm = next((s for s in steps if isinstance(s, Made) and s.name == "Normalize"), None)
        found_ones.append((norm, base))
    (a, _), (b, base) = found_ones
    if (a is None) != (b is None):
        return [finding(FAULT, b.line if b is not None else base.line, "certain")]
    if (
        a is not None
        and a is not b
        and (a.args, a.kwargs) != (b.args, b.kwargs)
        and all(isinstance(x, Made) for x in (a, b))
        and "?" not in repr((a.args, b.args))
    ):
        return [finding(FAULT, b.line, "likely")]
    return []
