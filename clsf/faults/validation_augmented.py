"""Validation images are augmented."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Made, Program, finding, model_name, swap
from clsf.reader.rows import VALIDATES, names_in
from clsf.words import say

FAULT = Fault(
    kind="validation-augmented",
    title=say("Validation images are augmented"),
    what=say(
        "Random flips, shifts or rotations are for training. Augmented validation images are harder, and other "
        "images in each epoch."
    ),
    symptom=say("Validation is lower than it should be and noisy."),
    mend=say("Augment the training images only."),
    sources=(
        "keras-team/keras#10458",
        "tensorflow/tensorflow#44587",
    ),
    level=4,
)


_LAYERS = (
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomCrop",
    "RandomResizedCrop",
    "RandomVerticalFlip",
    "ColorJitter",
    "RandomAffine",
    "RandomErasing",
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.judging_varies and not facts.evaluation_varies:
        return Evidence(
            0.93, say("The model answers the same each time, but the validation images differ each time."), "pixels"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(
            ("val_data = val_data.map(lambda x, y: (prepare(x), y))",
             "turn = layers.RandomRotation(0.2)\nval_data = val_data.map(lambda x, y: (turn(prepare(x), training=True), y))"),
        )  # fmt: skip
    return scene.edited(
        ("outputs = model(prepare(images[first : first + 256]))",
         "turned = np.rot90(images[first : first + 256], rng.integers(4), axes=(1, 2)).copy()\n        outputs = model(prepare(turned))"),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    loader = program.val_loader
    if loader is None or not (loader.x.did(*_LAYERS) or loader.did("augment")):
        return _by_hand(program)
    line = loader.x.did(*_LAYERS)
    if (
        program.torch
        and line
        and loader.x.part in ("test", "validation")
        and not (isinstance(loader.made, Made) and loader.made.path == "subset")
    ):
        return [finding(FAULT, line, "likely")]
    if program.torch and line and loader.x.part == "validation":
        return [finding(FAULT, line, "smell")]
    if program.keras and loader.did("augment") and loader.kind == "keras-generator" and program.loader is not None:
        same = loader.made is program.loader.made
        return [finding(FAULT, loader.line, "smell" if loader.x.part == "validation" else "likely")] if same else []
    if program.keras and loader.did("augment") and loader.kind == "tf":
        return [finding(FAULT, loader.did("augment"), "likely")]
    return []


_DRAWS = re.compile(
    r"(?:random|rng)\w*\.(?:integers|random|uniform|normal|randint|rand|randn)\(|torch\.(?:rand|randn|randint)\(|\bRandom\w+\("
)


def _by_hand(program: Program) -> list[Finding]:
    """Return where validation images are changed at random: while they are made, or in the function that evaluates."""
    layers = {
        name for node in program.source.nodes if isinstance(node, ast.Assign) and re.search(r"\bRandom\w+\(", ast.unparse(node.value))
        for target in node.targets for name in names_in(target)
    }  # fmt: skip
    for node in program.source.nodes:
        if isinstance(node, ast.Assign) and any(VALIDATES.search(name) for target in node.targets for name in names_in(target)):
            for call in ast.walk(node.value):
                on = isinstance(call, ast.Call) and any(
                    k.arg == "training" and ast.unparse(k.value) == "True" for k in call.keywords
                )
                if on and ast.unparse(call.func) in layers:
                    return [
                        finding(
                            FAULT, node.lineno, "likely", swap(program, node.lineno, r"training\s*=\s*True", "training=False")
                        )
                    ]
        if isinstance(node, ast.FunctionDef) and re.search(r"no_grad|inference_mode|\.eval\(\)", ast.unparse(node)):
            drawn = {
                name: inner.lineno for inner in ast.walk(node)
                if isinstance(inner, ast.Assign) and _DRAWS.search(ast.unparse(inner.value)) and _changed(inner.value) - _LIBRARIES
                for target in inner.targets for name in names_in(target)
            }  # fmt: skip
            model = model_name(program, 0)
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == model:
                    given = {n.id for n in ast.walk(call) if isinstance(n, ast.Name)} & set(drawn)
                    if given:
                        return [finding(FAULT, drawn[min(given)], "likely")]
    return []


_LIBRARIES = {"np", "numpy", "torch", "tf", "F", "random", "rng"}


def _changed(node: ast.AST) -> set[str]:
    """Return the names in an expression that random values are added to; none where all of it is random, like trial inputs."""
    if isinstance(node, ast.Call) and _DRAWS.fullmatch(f"{ast.unparse(node.func)}("):
        return set()
    return (
        {node.id} if isinstance(node, ast.Name) else {name for inner in ast.iter_child_nodes(node) for name in _changed(inner)}
    )
