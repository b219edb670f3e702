"""Sigmoid or tanh in deep hidden layers."""

from __future__ import annotations

from dataclasses import replace

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.faults.signs import hardly_learns
from clsf.model.layers import made
from clsf.reader.looks import WEIGHTED, Program, finding
from clsf.words import say

FAULT = Fault(
    kind="saturating-activation",
    title=say("Sigmoid or tanh in deep hidden layers"),
    what=say(
        "The derivative of sigmoid is at most 0.25. In several layers in a row the gradient shrinks by that factor "
        "at least each time."
    ),
    symptom=say(
        "The loss stays at ln C for a long time. Gradients of the first layers are many times smaller than those of the last."
    ),
    mend=say("Use ReLU in hidden layers, or batch normalisation."),
    sources=("Glorot and Bengio 2010",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    bent = [name for name in facts.activations or () if name in ("sigmoid", "tanh")]
    if len(bent) < 3:
        return None
    ratio, sigmoids = facts.first_to_last_gradient, bent.count("sigmoid") > 2
    shrinks = (
        sigmoids if ratio is None else ratio < 0.05
    )  # tanh alone passes gradients on: its slope is up to 1, sigmoid's up to 1/4
    if (hardly_learns(history, facts) and shrinks) or (ratio is not None and ratio < 0.02 and sigmoids):
        return Evidence(
            0.93, say("Hidden layers with sigmoid or tanh: {count}. Gradients shrink in each.", count=len(bent)), "gradients"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    layers = each_layer(scene, lambda layer: replace(layer, activation="sigmoid") if hasattr(layer, "activation") else layer)
    return layers.layered(
        lambda layers: [*layers[:-1], *(made("Linear", 32, activation="sigmoid") for _ in range(4)), layers[-1]]
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    acts = [
        (op.settings.get("name") if op.kind == "Function" else op.settings.get("activation"), op.line)
        for op in program.ops
        if op.kind in ("Function", *WEIGHTED)
    ]
    inner = [(name, line) for name, line in acts[:-1] if name in ("sigmoid", "hard_sigmoid", "tanh", "softmax")]
    if any(name == "softmax" for name, _ in inner) and acts[-1][0] != "softmax":
        return []
    soft = [line for name, line in inner if name == "softmax"]
    if (
        soft
        and len(acts) > 1
        and acts[-1][1] - soft[-1] > 0
        and program.keras
        and any(op.kind == "Linear" and op.line > soft[-1] for op in program.ops)
    ):
        return [finding(FAULT, soft[0], "likely")]
    sigmoids = [line for name, line in inner if name in ("sigmoid", "hard_sigmoid")]
    if len(sigmoids) >= 1:
        return [finding(FAULT, sigmoids[0], "smell")]
    return []
