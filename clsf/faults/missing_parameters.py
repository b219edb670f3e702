"""Some parameters aren't given to the optimizer."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import WEIGHTED, Made, ModelAnswer, Net, Program, events, finding, pretrained
from clsf.words import say

FAULT = Fault(
    kind="missing-parameters",
    title=say("Some parameters aren't given to the optimizer"),
    what=say(
        "The optimizer was made with the parameters of a part of the model, or before a layer was added. The "
        "others get gradients, but no update."
    ),
    symptom=say("Some layers never change. Accuracy stays below what the whole model reaches."),
    mend=say("Make the optimizer from model.parameters(), after the model is complete."),
    sources=("zjunlp/HVPNeT#5",),
    level=2,
    differences=("head-not-in-optimizer",),
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if (
        facts.idle_layers
        and facts.idle is not None
        and facts.idle < 0.999
        and not (facts.framework == "torch" and facts.unused)
    ):
        return Evidence(
            0.9, say("Some kernels never change: {share} of all their numbers.", share=f"{facts.idle:.0%}"), "weights"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if not scene.keras:
        name = re.findall(r"self\.(dense\d+) = nn\.Linear", scene.text)[-1:]
        return scene.edited(("(model.parameters()", f"(model.{name[0]}.parameters()")) if name else None
    graph = scene.planned(variants={"tensorflow": "graph"})
    return graph.edited(
        ("tape.gradient(loss, model.trainable_variables)", "tape.gradient(loss, model.layers[-1].trainable_variables)"),
        (
            "optimizer.apply(gradients, model.trainable_variables)",
            "optimizer.apply(gradients, model.layers[-1].trainable_variables)",
        ),
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if program.net is None or pretrained(program) or re.search(r"load_state_dict|load_weights|load_model", program.source.text):
        return []
    if program.keras:
        return _of_a_part(program)
    trained = {id(e["answer"].net) for e in events(program, "loss") if not e.no_grad and isinstance(e["answer"], ModelAnswer)}
    if id(program.net) not in trained or len(trained) > 1:
        return []
    nets = []
    for event in events(program, "optimizer"):
        of = event["of"]
        part = isinstance(of, Made) and of.path == "parameters" and bool(of.args) and isinstance(of.args[0], Made)
        if part and "requires_grad" not in program.source.text and len(list(events(program, "optimizer"))) == 1:
            return _of_one_layer(program, event.line)
        if not (isinstance(of, Made) and of.path == "parameters" and of.args and isinstance(of.args[0], Net)):
            return []
        nets.append((of.args[0], event.line))
    if nets and all(
        n is not program.net and n.kind == "instance" and n.instance.cls is getattr(program.net.instance, "cls", None)
        for n, _ in nets
    ):
        return [finding(FAULT, nets[0][1], "certain")]
    return []


def _of_one_layer(program: Program, line: int) -> list[Finding]:
    """Return a PyTorch optimizer that only gets one layer's parameters although the other layers are new too."""
    text = re.search(r"\b((?:self\.)?\w+)((?:\.\w+|\[-?\w+\])+)\.parameters\(\)", program.line(line))
    if text is None or sum(op.kind in WEIGHTED for op in program.ops) < 2:
        return []
    return [finding(FAULT, line, "likely", program.line(line).replace(text[0], f"{text[1]}.parameters()"))]


def _of_a_part(program: Program) -> list[Finding]:
    """Return a TensorFlow tape that only computes one layer's gradients, in a model that was not trained before."""
    if re.search(r"\.trainable\s*=\s*False", program.source.text):
        return []
    asked = [
        node for node in program.source.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "gradient" and len(node.args) > 1
    ]  # fmt: skip
    parts = [
        re.fullmatch(r"(\w+)\.(?:layers\[-?\d+\]|get_layer\([^()]*\))\.trainable_(\w+)", ast.unparse(node.args[1]))
        for node in asked
    ]
    if len(asked) != 1 or parts[0] is None or sum(op.kind in WEIGHTED for op in program.ops) < 2:
        return []
    part = re.escape(ast.unparse(asked[0].args[1]))
    rest = [n for n, line in enumerate(program.source.lines, 1) if n != asked[0].lineno and re.search(part, line)]
    return [
        finding(FAULT, n, "likely", re.sub(part, f"{parts[0][1]}.trainable_{parts[0][2]}", program.line(n)))
        for n in (asked[0].lineno, *rest)
    ]
