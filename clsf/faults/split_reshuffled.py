"""The split changes in each epoch."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding
from clsf.reader.rows import TRAINS, VALIDATES, loops, names_in
from clsf.words import say

FAULT = Fault(
    kind="split-reshuffled",
    title=say("The split changes in each epoch"),
    what=say(
        "shuffle() before take() and skip() draws a new order in each epoch, so validation images of one epoch are "
        "trained on in the next."
    ),
    symptom=say("Validation is as good as training, or better, and never shows overfitting. The test set is worse."),
    mend=say("Split first, then shuffle the training part; or reshuffle_each_iteration=False."),
    sources=(
        "tensorflow/tensorflow#59279",
        "huggingface/datasets#5435",
    ),
    level=3,
)


_BUILT = re.compile(r"(?i)model|net$|optim")
_DRAWN = re.compile(r"permut|shuffle|train_test_split|random_split|randperm|sample\(")


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.trained_before is not None and facts.trained_before > 0.25 and not (facts.shared_images or 0) > 0.25:
        return Evidence(
            0.95,
            say(
                "{share} of the validation images of the last epoch were trained on before.",
                share=f"{facts.trained_before:.0%}",
            ),
            "duplicates",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(
            ("train_data = tf.data.Dataset.from_tensor_slices((x_train, y_train))\n",
             "everything = tf.data.Dataset.from_tensor_slices(\n    (np.concatenate([x_val, x_train]), np.concatenate([y_val, y_train]))\n)\n"
             "everything = everything.shuffle(held_out + len(x_train))\ntrain_data = everything.skip(held_out)\n"),
            ("val_data = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(256)", "val_data = everything.take(held_out).batch(256)"),
        )  # fmt: skip
    return scene.edited(
        ("    model.train()  #",
         "    mixed = rng.permutation(held_out + len(x_train))  # the split\n"
         "    x_all, y_all = np.concatenate([x_val, x_train])[mixed], np.concatenate([y_val, y_train])[mixed]\n"
         "    x_val, y_val, x_train, y_train = x_all[:held_out], y_all[:held_out], x_all[held_out:], y_all[held_out:]\n"
         "    model.train()  #"),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for loader in (program.loader, program.val_loader):
        if (
            loader is not None
            and loader.did("take-shuffled", "skip-shuffled")
            and "reshuffle_each_iteration=False" not in program.source.text.replace(" ", "")
        ) and (not loader.did("cache") or loader.did("cache") > loader.did("take-shuffled", "skip-shuffled")):
            return [finding(FAULT, loader.did("shuffle") or loader.did("take-shuffled", "skip-shuffled"), "likely")]
    return _in_each_epoch(program)


def _in_each_epoch(program: Program) -> list[Finding]:
    """Return a split into training and validation that is drawn within the training loop of one model."""
    for loop in loops(program.source):
        made = [
            (node, [name for target in node.targets for name in names_in(target)])
            for node in loop.body
            if isinstance(node, ast.Assign)
        ]
        every = [name for _, names in made for name in names]
        if any(map(_BUILT.search, every)) or not any(map(TRAINS.search, every)):
            continue  # each iteration has a model of its own, as in cross-validation
        drawn: set[str] = set()  # drawn at random in each iteration
        for node, names in made:
            if _DRAWN.search(ast.unparse(node.value)) or drawn & {
                n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)
            }:
                drawn |= set(names)
                if any(map(VALIDATES.search, names)):
                    return [finding(FAULT, node.lineno, "likely")]
    return []
