"""Section 6: two shapes, the rule axis by axis, and what each library says."""

from __future__ import annotations

import math

import streamlit as st

from clsf.charts import tensor_blocks, tensor_shapes
from clsf.tensors import literals
from clsf.tensors.outcome import SeenValue
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.lessons import note
from clsf.ui.shared.programs import LibraryAnswer, ask
from clsf.ui.shared.text import t, words
from clsf.ui.tensors import keys

EXAMPLES = {
    "(4, 1, 3) + (2, 3)": ("4, 1, 3", "2, 3"),
    "(3, 1) + (4)": ("3, 1", "4"),
    "(2, 3) + ()": ("2, 3", "()"),
    "(8, 8, 3) + (3)": ("8, 8, 3", "3"),
    "(3, 8, 8) + (3)": ("3, 8, 8", "3"),
    "(4, 3) + (4)": ("4, 3", "4"),
}


def show() -> bool:
    """Show the section; return whether its task is solved by what is chosen."""
    choose.examples(t("Examples"), EXAMPLES, keys.SHAPES_EXAMPLE, (keys.LEFT, keys.RIGHT))
    one, two = st.columns(2)
    left = literals.shape(choose.text(t("Shape of a"), "2, 3", keys.LEFT, place=one))
    right = literals.shape(choose.text(t("Shape of b"), "3", keys.RIGHT, place=two))
    _not_too_many(left, right)
    drawing, rules = st.columns([1.1, 1], gap="large", vertical_alignment="center")
    drawing.html(tensor_shapes.aligned(left, right, words))
    rules.markdown(
        "\n".join(f"1. {text}" for text in tensor_shapes.in_words(left, right, words)) or t("A single number fits everything.")
    )
    sizes = {"left_size": math.prod(left), "right_size": math.prod(right)}
    answers = ask(
        ProgramCall.of("broadcast.add", left=left, right=right),
        ProgramCall.of("broadcast.numbers", left=left, right=right, **sizes),
    )
    for _, outcomes in programs.each(answers, "broadcast"):
        programs.program(outcomes[0])
    _numbers(answers)
    shapes = {_shape(a.outcomes[0].value) for a in answers.values() if a.outcomes and a.outcomes[0].ok}
    return len(shapes) == 1 and not shapes & {left, right}


def _not_too_many(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    """Refuse two tensors whose broadcast result would be too large."""
    if any(side < 0 for side in (*left, *right)):
        return  # the libraries report the error themselves
    largest = math.prod(max(a, b) for a, b in zip((1,) * 12 + left, (1,) * (12 + len(left) - len(right)) + right, strict=False))
    if largest > 16 * literals.MAX_ELEMENTS:
        raise literals.too_many(largest)


def _shape(seen: SeenValue) -> tuple[int, ...]:
    return seen.shape if seen.shape is not None else tuple(int(part.values) for part in seen.parts)


def _numbers(answers: dict[str, LibraryAnswer]) -> None:
    """Draw a, b and their sum with numbers in them, where they are small."""
    outcome = next((a.outcomes[1] for a in answers.values() if a.outcomes and a.outcomes[1].ok), None)
    if outcome is None or not all(tensor_blocks.drawable(part.shape) for part in outcome.value.parts):
        return
    st.markdown(f"**{note('tensors', 'numbers-every-cell')}**")
    drawings = "".join(
        f'<div><b class="bc-name">{name}</b>{tensor_blocks.blocks(part.values, part.shape, None, words, short)}</div>'
        for name, short, part in zip(("a", "b", "a + b"), ("a", "b", "sum"), outcome.value.parts, strict=True)
    )
    st.html(f'<div class="bc-numbers">{drawings}</div>')
