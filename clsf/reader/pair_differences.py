"""The differences of two programs, the most important first: faults, model, loss, scale of the inputs, optimizer, and so on."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass

from clsf.faults.catalogue import FAULTS
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.reader.findings import faults, mended
from clsf.reader.plan import plan_of
from clsf.reader.program import Program, read
from clsf.words import Sentence, say


@dataclass(frozen=True)
class PairDifference:
    """One thing that two programs do differently."""

    name: str
    title: Sentence
    first: object
    second: object
    first_value: object = None
    of_plan: bool = False


_FIELDS = {
    "loss": say("loss"), "probabilities": say("last layer gives probabilities"), "preparation": say("scale of the inputs"), "optimizer": say("optimizer"),
    "learning_rate": say("learning rate"), "batch_size": say("batch size"), "epochs": say("epochs"), "l2": say("L2 penalty"), "weight_decay": say("weight decay"), "label_smoothing": say("label smoothing"),
    "schedule": say("schedule of the learning rate"), "augmentation": say("varied images"), "stopping": say("early stopping"), "validation_share": say("share for validation"), "data": say("data set"), "seed": say("seed"),
}  # fmt: skip


def differences(one: Program, two: Program) -> list[PairDifference]:
    """Return every difference of two programs that were read, in the order in which they matter."""
    listed: list[PairDifference] = []
    kinds = [[f.kind for f in faults(p) if f.certainty != "smell"] for p in (one, two)]
    for n, (own, other) in enumerate((kinds, kinds[::-1])):
        for kind in dict.fromkeys(k for k in own if k not in other):
            title = FAULTS[kind].title
            sides = (title, "–") if n == 0 else ("–", title)
            listed.append(PairDifference(f"fault-{kind}", say("fault"), *sides))
    if one.spec is not None and two.spec is not None and one.spec.layers != two.spec.layers:
        rows = zip(one.spec.layers, two.spec.layers, strict=False)
        at = next((n for n, (a, b) in enumerate(rows, 1) if a != b), min(len(one.spec.layers), len(two.spec.layers)) + 1)
        sides = [_layer(p.spec.layers[at - 1]) if at <= len(p.spec.layers) else "–" for p in (one, two)]
        listed.append(PairDifference("model", say("model, first at layer {number}", number=at), *sides))
    first, second = plan_of(one)[0], plan_of(two)[0]
    for name, title in _FIELDS.items():
        a, b = getattr(first, name), getattr(second, name)
        if a != b:
            shown = (a.scale, b.scale) if name == "preparation" else (_text(a), _text(b))
            listed.append(PairDifference(name, title, *shown, first_value=a, of_plan=True))
    return listed


def evened(one: Program, two: Program, removed: set[str]) -> tuple[Program, Program, ModelSpec | None, Plan]:
    """Return both programs without the differences of these names, and the second one's model and plan then.

    A fault is fixed in the program that has it; for all other differences the second takes over the first's setting.
    """
    kinds = {name.removeprefix("fault-") for name in removed if name.startswith("fault-")}
    sides = []
    for program in (one, two):
        taken = [f for f in faults(program) if f.kind in kinds and f.certainty != "smell"]
        sides.append(read(mended(program, taken)) if taken else program)
    first, second = sides
    spec = first.spec if "model" in removed else second.spec
    plan = plan_of(second)[0]
    values = {d.name: d.first_value for d in differences(first, second) if d.of_plan and d.name in removed}
    return first, second, spec, plan.but(**values)


def _layer(layer: object) -> str:
    """Return a layer in a few words: its kind, and the settings that are not the usual ones."""
    if not is_dataclass(layer):
        return str(layer)[:80]
    shown = [(f, getattr(layer, f.name)) for f in fields(layer)]
    return f"{type(layer).__name__}({', '.join(f'{f.name}={x}' for f, x in shown if x != f.default)})"[:120]


def _text(value: object) -> str | Sentence:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return f"{value:g}" if isinstance(value, float) else str(value)[:80]
