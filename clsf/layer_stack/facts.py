"""Facts about a chain before anything is computed: shapes stage by stage, and errors, with ways to fix them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from clsf.errors import SpecError
from clsf.layer_stack.stages import MAX_NUMBERS, MAX_STAGES, LayerStack, Stage, layers_of
from clsf.model.fields import field_of
from clsf.model.layers import Sliding, made
from clsf.model.mends import put_before
from clsf.model.shapes import Shape, Weight, one_or_two, one_or_two_text, shape_text, sides_of, sides_text
from clsf.model.walk import LayerFacts, analyse
from clsf.words import Sentence, say, say_n


@dataclass(frozen=True, slots=True)
class StackFacts:
    """The facts about a chain on one input: those of its stages up to the first that does not fit."""

    in_shape: Shape
    facts: tuple[LayerFacts, ...]
    problem: Sentence | None = None  # of stage number len(facts) + 1

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The input's shape, then the output shape of each stage that fits."""
        return (self.in_shape, *(facts.out_shape for facts in self.facts))


@dataclass(frozen=True, slots=True)
class StackMend:
    """A fix: what it does, and the chain after it."""

    title: Sentence
    chain: LayerStack


def stack_facts(chain: LayerStack, in_shape: Shape) -> StackFacts:
    """Return the facts of every stage that can be computed, and why the next one can't."""
    layers = layers_of(chain)
    known: tuple[LayerFacts, ...] = ()
    for count in range(1, len(layers) + 1):
        try:
            facts = analyse(layers[:count], in_shape).layers
            _small_enough(facts[-1])
        except SpecError as error:
            return StackFacts(in_shape, known, error.sentence)
        known = facts
    return StackFacts(in_shape, known)


def mends(chain: LayerStack, at: int, shape: Shape) -> list[StackMend]:
    """Return ways to make stage `at` fit the `shape` that reaches it, the most likely first; may be empty."""
    stage, offered = chain[at], []
    layer = stage.layer
    if layer.role == "Linear" and len(shape) == 3 and len(chain) == MAX_STAGES and at:
        title = say("Put a flatten layer in the place of layer {number}", number=at)
        offered = [StackMend(title, (*chain[: at - 1], Stage(made("Flat")), *chain[at:]))]
    elif layer.role == "Linear" and len(shape) == 3:
        offered = [
            StackMend(put_before(layer), _inserted(chain, at, Stage(layer))) for layer in (made("Flat"), made("GlobalAverage"))
        ]
    elif isinstance(layer, Sliding) and len(shape) == 3:
        if layer.padding == "valid" and any(reach > side for reach, side in zip(layer.reaches, shape[:2], strict=True)):
            offered.append(StackMend(say("Use padding 'same'"), _changed(chain, at, padding="same")))
            if max(layer.gaps) > 1:
                offered.append(StackMend(say("Set the dilation to 1"), _changed(chain, at, dilation_rate=1)))
            else:
                most, few = layer.inside(shape), field_of(type(layer), layer.SIDE).rule.few
                most = one_or_two(tuple(min(side, few) for side in sides_of(most)))
                title = say("Set {field} to {value}", field=layer.SIDE, value=one_or_two_text(most))
                offered.append(StackMend(title, _changed(chain, at, **{layer.SIDE: most})))
    elif len(shape) == 1 and at and chain[at - 1].layer.role == "Flat":
        offered.append(
            StackMend(
                say("Put it before the {kind}", kind=chain[at - 1].kind),
                (*chain[: at - 1], stage, chain[at - 1], *chain[at + 1 :]),
            )
        )
    if len(chain) > 1:
        offered.append(StackMend(say("Take it out"), (*chain[:at], *chain[at + 1 :])))
    return offered


def _inserted(chain: LayerStack, at: int, stage: Stage) -> LayerStack:
    return (*chain[:at], stage, *chain[at:])


def _changed(chain: LayerStack, at: int, **fields: object) -> LayerStack:
    return (*chain[:at], replace(chain[at], layer=replace(chain[at].layer, **fields)), *chain[at + 1 :])


def _small_enough(facts: LayerFacts) -> None:
    arrays: list[tuple[Shape, int]] = [(facts.out_shape, prod(facts.out_shape)), *((w.shape, w.size) for w in facts.weights)]
    for shape, numbers in arrays:
        if numbers > MAX_NUMBERS:
            raise SpecError(
                "{kind} would need {numbers} numbers in one array of {shape}, but this page looks at no more than {most}; "
                "choose a smaller picture, fewer filters or units, or put a pooling layer before it",
                kind=facts.kind, numbers=f"{numbers:,}", shape=shape_text(shape), most=f"{MAX_NUMBERS:,}",
            )  # fmt: skip


def weight_shapes(weights: tuple[Weight, ...]) -> str:
    """Return the arrays that a layer holds, each with its shape: "kernel 3×3×1×8, bias 8"."""
    return ", ".join(f"{w.name} {shape_text(w.shape)}" for w in weights)


def fitting(facts: LayerFacts) -> Sentence | None:
    """Return remarks on how a window fits the image, before anything goes wrong."""
    layer = facts.layer
    if not isinstance(layer, Sliding):
        return None
    h, w, _ = facts.in_shape
    if layer.padding == "same":
        left, right, top, bottom = layer.pads(facts.in_shape)
        if not any((top, bottom, left, right)):
            return say("Padding 'same' adds nothing here: the windows fill the image exactly.")
        if (top, left) == (bottom, right):
            return say(
                "Padding 'same' adds rows and columns of padding, the same on both sides: {rows} above and below, {columns} left and right.",
                rows=top, columns=left,
            )  # fmt: skip
        return say(
            "Padding 'same' adds rows and columns of padding, not the same on both sides: {top} above, {bottom} below, {left} left, "
            "{right} right. TensorFlow does it like this; PyTorch does the same with stride 1, and refuses larger strides.",
            top=top, bottom=bottom, left=left, right=right,
        )  # fmt: skip
    out_h, out_w, _ = facts.out_shape
    lost = tuple(
        side - (places - 1) * move - reach
        for side, places, move, reach in zip((h, w), (out_h, out_w), layer.moves, layer.reaches, strict=True)
    )
    most = sides_text(min(h, w) if layer.reaches[0] == layer.reaches[1] else (h, w))
    if any(lost):
        return say_n(
            "The window has {out_h} place down and {out_w} across. Left over and never looked at: {rows} below, "
            "{columns} at the right. A window of up to {most} fits.",
            "The window has {out_h} places down and {out_w} across. Left over and never looked at: {rows} below, {columns} at the right. "
            "A window of up to {most} fits.",
            out_h,
            out_h=out_h, out_w=out_w, rows=lost[0], columns=lost[1], most=most,
        )  # fmt: skip
    return say_n(
        "The window has {out_h} place down and {out_w} across. A window of up to {most} fits.",
        "The window has {out_h} places down and {out_w} across. A window of up to {most} fits.",
        out_h,
        out_h=out_h, out_w=out_w, most=most,
    )  # fmt: skip
