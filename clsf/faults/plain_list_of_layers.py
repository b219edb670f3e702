"""Layers kept in a plain list."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Made, Net, Program, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="plain-list-of-layers",
    title=say("Layers kept in a plain list"),
    what=say(
        "PyTorch finds parameters only in modules that are attributes. Layers in a Python list are not registered, "
        "so the optimizer never gets them."
    ),
    symptom=say(
        "The parameter count is too small, and the layers in the list never change. Accuracy is that of random features."
    ),
    mend=say("Use nn.ModuleList or nn.Sequential."),
    sources=(
        "pytorch/pytorch#38639",
        "torch/nn/modules/container.py: ModuleList",
    ),
    level=3,
    not_in={"tensorflow": say("Keras tracks layers in lists that are attributes.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.unregistered:
        return Evidence(0.96, say("The model keeps layers in a list, which PyTorch doesn't see."), "weights")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    changed = scene.with_pattern(r"self\.(conv1|dense1) = (.*)$", r"self.\1 = [\2]", 1)
    return changed and changed.with_pattern(r"self\.(conv1|dense1)\(", r"self.\1[0](", 1)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.torch or program.net is None or program.net.instance is None:
        return []
    instance = program.net.instance
    results = []
    for name, value in instance.attributes.items():
        items = list(value.values()) if isinstance(value, dict) else value
        if (
            isinstance(items, list | tuple)
            and items
            and all(isinstance(x, Made | Net) for x in items)
            and any(_weighted(x) for x in items)
        ):
            line = instance.lines.get(name, program.net.line)
            if (
                f"*self.{name}" not in program.source.text
                and f"Sequential(*{name}" not in program.source.text
                and "ModuleList" not in program.line(line)
            ):
                results.append(
                    finding(FAULT, line, "certain", swap(program, line, r"=\s*(\[.*\])\s*$", r"= nn.ModuleList(\1)"))
                )
    return results[:1]


def _weighted(value: object) -> bool:
    return isinstance(value, Net) or (
        isinstance(value, Made)
        and value.path.startswith("torch.nn.")
        and value.name[:4] in ("Conv", "Line", "Batc", "Sequ", "LSTM")
    )
