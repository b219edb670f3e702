"""States the meaning of a lockstep's numbers in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from clsf.compare import differences
from clsf.compare.causes import at_work, causes, switched_on
from clsf.compare.measure import is_layer
from clsf.compare.pairs import FRAMEWORKS_PAIR, Pair
from clsf.compare.recording import LOGITS, LOSS
from clsf.compare.sides import Side
from clsf.compare.values import FirstParting, LockstepStarted, StepDifference
from clsf.frameworks import TITLES
from clsf.model.spec import ModelSpec
from clsf.model.walk import IMAGES, sources
from clsf.words import Sentence, say, say_n


def sentence(
    started: LockstepStarted,
    steps: list[StepDifference],
    parting: FirstParting | None,
    growth: bool,
    reference: Side,
    other: Side,
    isolate: bool,
    pair: Pair = FRAMEWORKS_PAIR,
) -> Sentence:
    """Return whether the two are equal, whether rounding grew, or where they first differ and why."""
    if not steps:
        return say("Nothing was compared: the lockstep ended before its first step.")
    told = _alone(steps, other, pair) if pair.alone else _of(started, steps, parting, growth, reference, other, isolate)
    if all(abs(loss) < float("inf") for loss in steps[-1].losses):  # false for nan too
        return told
    return say("{verdict} At step {step} a loss is nan or infinite, so it ends there.", verdict=told, step=steps[-1].step)


def _alone(steps: list[StepDifference], other: Side, pair: Pair) -> Sentence:
    """Return whether one framework's two sides are equal to the bit, or where they first differ, how far at the end, and why."""
    one, two = pair.sides
    first = next((step for step in steps if any(t.difference > 0 for t in step.tensors)), None)
    if first is None:
        return say_n(
            "{one} and {two} are equal to the bit in {steps} step.", "{one} and {two} are equal to the bit in all {steps} steps.",
            len(steps), one=one, two=two, steps=len(steps),
        )  # fmt: skip
    t = next(t for t in first.tensors if t.difference > 0)
    return say(
        "{one} and {two} first differ at step {step}: {where} differs by {difference}. After step {last} the losses differ by {loss} "
        "and the weights by {weights}. {why}",
        one=one, two=two, step=first.step, where=place(FirstParting(first.step, t.phase, t.name, t.difference, t.allowed), other.spec),
        difference=_short(t.difference), last=steps[-1].step, loss=_short(steps[-1].loss), weights=_short(steps[-1].weights),
        why=pair.why,
    )  # fmt: skip


def _of(
    started: LockstepStarted,
    steps: list[StepDifference],
    parting: FirstParting | None,
    growth: bool,
    reference: Side,
    other: Side,
    isolate: bool,
) -> Sentence:
    one, two = TITLES[reference.framework], TITLES[other.framework]
    switched = switched_on(reference, other)
    if parting is None:
        if isolate:
            equal = say_n(
                "Fed with {one}'s values, every layer, gradient and update of {two} is the same: in {steps} step "
                "none differs by more than {relative} of its size, which is rounding (the relative "
                "spacing of {dtype} numbers is {rounding}).",
                "Fed with {one}'s values, every layer, gradient and update of {two} is the same: in {steps} steps none differs by "
                "more than {relative} of its size, which is rounding (the relative spacing of {dtype} numbers is {rounding}).",
                len(steps),
                one=one, two=two, steps=len(steps), relative=_short(_farthest(steps) * started.tolerance), dtype=started.dtype,
                rounding=_short(started.rounding),
            )  # fmt: skip
        else:
            equal = say_n(
                "{one} and {two} compute the same: over {steps} step the losses differ by at most {loss} and the "
                "weights by at most {weights}, which is rounding (the relative spacing of {dtype} numbers is "
                "{rounding}).",
                "{one} and {two} compute the same: over {steps} steps the losses differ by at most {loss} and the weights by at "
                "most {weights}, which is rounding (the relative spacing of {dtype} numbers is {rounding}).",
                len(steps),
                one=one, two=two, steps=len(steps), loss=_short(max(s.loss for s in steps)),
                weights=_short(max(s.weights for s in steps)), dtype=started.dtype, rounding=_short(started.rounding),
            )  # fmt: skip
        idle = _idle(switched, other, started)
        return equal if idle is None else say("{equal} {idle}", equal=equal, idle=idle)
    where = place(parting, other.spec)
    if growth:
        grown = say(
            "This looks like rounding that grew, not like another rule: the first losses differ by {small}; at step {step}, "
            "{where} differs by {difference}, where {allowed} is taken for rounding.",
            small=_short(steps[0].loss), step=parting.step, where=where, difference=_short(parting.difference),
            allowed=_short(parting.tolerance),
        )  # fmt: skip
        return say("{grown} {how}", grown=grown, how=_how_it_grows(steps, parting, other))
    parted = say(
        "{one} and {two} first differ at step {step}: {where} differs by {difference}, where rounding explains at most {allowed}.",
        one=one, two=two, step=parting.step, where=where, difference=_short(parting.difference),
        allowed=_short(parting.tolerance),
    )  # fmt: skip
    parted = say("{parted} {why}", parted=parted, why=_why(parting, switched, reference, other, started, steps))
    alone = dict.fromkeys(t.name for t in steps[parting.step - 1].partings if t.phase != "evaluation") if isolate else {}
    if not alone:
        return parted
    return say(
        "{parted} Fed with {one}'s values, only these differ in that step: {names}.",
        parted=parted, one=one, names=", ".join(alone),
    )  # fmt: skip


def grew(started: LockstepStarted, steps: list[StepDifference], parting: FirstParting, reference: Side, other: Side) -> bool:
    """Return whether a first difference looks like rounding that grew, rather than like a different rule.

    A rule that differs shows in the first step. A tensor that passes the tolerance later, out of reach of every setting
    that differs, was within it before and has grown.
    """
    if parting.step == 1 and excused(steps, parting) is None:
        return False
    return not any(cause.reaches(parting, started, steps) for cause in causes(reference, other, started))


def place(parting: FirstParting, spec: ModelSpec) -> Sentence:
    """Return the tensor's name in words, such as "what comes out of layer 2 (…)"."""
    name, phase = parting.tensor, parting.phase
    if phase == "evaluation":
        return (
            say("on validation images, after the step, the loss") if name == LOSS else say("what it says of validation images")
        )
    if name == IMAGES:
        return say("the input of the first layer")
    if name == LOGITS:
        return say("what the loss receives")
    if name == LOSS:
        return say("the loss")
    path = name if is_layer(name) else name.rsplit(".", 1)[0]
    layer = say("layer {path} ({kind})", path=path, kind=kind_of(spec, path))
    if is_layer(name):
        if phase == "forward":
            return say("what comes out of {layer}", layer=layer)
        return say("the gradient by what comes out of {layer}", layer=layer)
    word = name.rsplit(".", 1)[1]
    if phase == "forward":
        return say("the first {weight} of {layer}, before any step,", weight=word, layer=layer)
    if phase == "backward":
        return say("the gradient of the {weight} of {layer}", weight=word, layer=layer)
    return say("the {weight} of {layer} after the update", weight=word, layer=layer)


def kind_of(spec: ModelSpec, path: str) -> str:
    """Return the kind of the layer at a path, its class; "layer" if the spec has none there."""
    row: tuple = spec.layers
    names = path.split(".")
    for position in range(0, len(names), 2):
        index = int(names[position]) - 1
        if index >= len(row):
            return "layer"
        layer = row[index]
        if position + 1 < len(names):
            row = dict(layer.rows())[names[position + 1]]
    return type(layer).__name__


def amplification(spec: ModelSpec, steps: Iterable[StepDifference]) -> dict[str, float]:
    """Return path -> how many times larger the relative difference is after a layer than before it; median over steps.

    Only layers with a single input are included, and only steps in which both sides of the layer differ at all.
    """
    growth: dict[str, list[float]] = {}
    paths = sources(spec.layers)
    for step in steps:
        relative = {t.name: t.relative for t in step.tensors if t.phase == "forward"}
        for path, source in paths.items():
            if relative.get(path) and relative.get(source):
                growth.setdefault(path, []).append(relative[path] / relative[source])
    return {path: median(ratios) for path, ratios in growth.items()}


def excused(steps: list[StepDifference], parting: FirstParting) -> str | None:
    """Return the first weight, before the first difference, whose gradient is only rounding; None if there is none."""
    for step in steps[: parting.step]:
        for t in step.tensors:
            if (step.step, t.phase, t.name) == (parting.step, parting.phase, parting.tensor):
                return None
            if t.excused and t.phase == "update":
                return t.name
    return None


def _how_it_grows(steps: list[StepDifference], parting: FirstParting, other: Side) -> Sentence:
    weight, factors = excused(steps, parting), amplification(other.spec, steps)
    if weight is not None:
        return say(
            "The gradient of {weight} is zero by arithmetic and rounding in fact, and {optimizer} makes whole steps of it.",
            weight=weight, optimizer=other.plan.optimizer,
        )  # fmt: skip
    if not factors:
        return say("Compare in float64 to be sure: rounding is smaller there, another rule is not.")
    path = max(factors, key=factors.get)
    return say(
        "Layer {path} ({kind}) enlarges differences most, {factor} times; ReLU and max pooling let one jump when two nearly equal "
        "values change places. Compare in float64 to be sure: rounding is smaller there, another rule is not.",
        path=path, kind=kind_of(other.spec, path), factor=f"{factors[path]:.1f}",
    )  # fmt: skip


def _why(
    parting: FirstParting,
    switched: list[str],
    reference: Side,
    other: Side,
    started: LockstepStarted,
    steps: list[StepDifference],
) -> Sentence:
    known = causes(reference, other, started)
    for cause in known:
        if cause.place == (parting.phase, parting.tensor):
            return say("That is where '{title}' shows.", title=cause.title)
    reaching = [cause for cause in known if cause.reaches(parting, started, steps)]
    if len(reaching) == 1:
        return say("'{title}' is set to differ and acts before that.", title=reaching[0].title)
    if reaching:
        names = ", ".join(f"'{cause.title}'" for cause in reaching)
        return say("These are set to differ and act before that: {names}.", names=names)
    if switched:
        return say("Switched on, but not showing there: {names}. So this is a fault.", names=", ".join(switched))
    if parting.phase == "backward":
        return say(
            "Nothing was set to differ. Two values that are equal except for rounding may have changed places in ReLU or max pooling; "
            "if not, it is a fault. Look at each layer by itself (isolate) to know."
        )
    return say("Nothing was set to differ, so this is a fault, or a layer for which the two frameworks have no common rule.")


def _idle(switched: list[str], other: Side, started: LockstepStarted) -> Sentence | None:
    """Return why a difference that was switched on has no effect."""
    if not switched:
        return None
    if not at_work(switched, other, started):
        return differences.ENTRIES[switched[0]].idle(other.spec.analyse(started.input_shape), other.plan)
    names = ", ".join(switched)
    if started.dtype == "float32":
        return say("{names} made no difference that can be distinguished from rounding; in float64 it can.", names=names)
    return say("{names} made no difference larger than rounding.", names=names)


def _farthest(steps: list[StepDifference]) -> float:
    """Return the largest difference in units of the allowed one."""
    return max((t.difference / t.allowed for step in steps for t in step.tensors if t.allowed), default=0.0)


def _short(value: float) -> str:
    return f"{value:.1e}"
