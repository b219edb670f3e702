"""A custom training loop without training=True."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Event, Program, events, finding, with_modes
from clsf.words import say

FAULT = Fault(
    kind="missing-training-flag",
    title=say("A custom loop without training=True"),
    what=say(
        "model(x) in a Keras training loop runs in inference mode: dropout does nothing, and the moving averages "
        "of batch normalisation are used and never updated."
    ),
    symptom=say(
        "Nothing is dropped, and training and validation numbers agree too well. With batch normalisation training is unstable."
    ),
    mend=say("Call model(x, training=True) in the training step."),
    sources=("keras/src/layers/layer.py: Layer.__call__",),
    level=3,
    not_in={"torch": say("A PyTorch model is in training mode from the beginning.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.framework == "tensorflow" and facts.training_mode is False and (facts.dropouts or facts.batch_norms):
        return Evidence(0.95, say("The training step calls the model without training=True."), "with-eval")
    return None


def plant(scene: Scene) -> Scene | None:
    if not scene.keras or not (normed(scene) or f"layers.{keras_name('Drop')}(" in scene.text):
        return None
    return scene.planned(variants={"tensorflow": "graph"}).edited(
        ("model(prepare(images), training=True)", "model(prepare(images))")
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.keras or not with_modes(program):
        return []
    for event in events(program, "forward"):
        if event["tape"] and not event["training_given"] and event["net"] is program.net:
            return [finding(FAULT, event.line, "likely", _told(program, event))]
    return []


def _told(program: Program, event: Event) -> str | None:
    """Return the line with `training=True` in the call of the model; None if the call spans several lines."""
    line, end = event["end"]
    if line != event.line:
        return None
    text = program.line(line).encode()  # Python counts columns in bytes
    inside = text[: end - 1].rstrip()
    comma = b" " if inside.endswith(b",") else b", "
    return (inside + comma + b"training=True" + text[end - 1 :]).decode()
