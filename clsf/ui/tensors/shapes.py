"""Sections 6 and 7: the rule that fits two shapes together, axis by axis; and how the numbers of one small image lie in memory."""

from __future__ import annotations

import math
from html import escape

import streamlit as st

from clsf.charts import tensor_blocks, tensor_memory, tensor_shapes
from clsf.tensors import literals
from clsf.tensors.outcome import Outcome, SeenValue
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.lessons import note
from clsf.ui.shared.programs import LibraryAnswer, ask, ask_each
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

CHANNELS = 3
SIDES_OF_IMAGE = ("3", "4", "5", "6")


def broadcast() -> bool:
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


def layout() -> bool:
    """Show the section; return whether its task is solved by what is chosen."""
    stages = {
        "same": t("as it is: height, width, channel"),
        "channels_first": t("transposed: channel, height, width"),
        "contiguous": t("transposed and copied"),
        "reshaped": t("reshaped: the wrong way"),
        "channels_last": t("channels_last (PyTorch)"),
    }
    stage = choose.named(st.pills, t("What is done to the image"), stages, keys.STAGE)
    one, two, three, four = st.columns(4)
    side = int(choose.one(t("Height and width"), SIDES_OF_IMAGE, keys.LAYOUT_SIDE, "4", place=one))
    row = choose.whole(t("Follow row"), 0, side - 1, min(1, side - 1), keys.FOLLOW_ROW, place=two)
    column = choose.whole(t("Follow column"), 0, side - 1, min(2, side - 1), keys.FOLLOW_COLUMN, place=three)
    channel = tensor_memory.CHANNELS.index(
        choose.one(t("Follow channel"), tensor_memory.CHANNELS, keys.FOLLOW_CHANNEL, "G", st.segmented_control, place=four)
    )
    followed = (min(row, side - 1) * side + min(column, side - 1)) * CHANNELS + channel
    arguments = {"height": side, "width": side, "channels": CHANNELS}
    program = ProgramCall.of("layout.image", f"layout.{stage}", "layout.facts", **arguments)
    last = ProgramCall.of("layout.image", "layout.channels_last", **arguments)
    original = ProgramCall.of("layout.image", "layout.same", "layout.facts", **arguments)
    if stage == "channels_last":
        answers = ask_each({"torch": [last, original]})
    else:
        answers = ask_each({name: [program, original] for name in ("numpy", "tensorflow", "torch")})
    sides = tuple(answers)
    image = tensor_memory.brightness(side, side)
    named = tensor_memory.CHANNELS[channel]
    st.caption(note("tensors", "number-pixel-channel", number=followed, row=row, column=column, channel=named))
    for name, outcomes in programs.each(answers, "layout", sides):
        if outcomes[0].raised:
            programs.program(outcomes[0])
        else:
            _facts(name, outcomes[0], stage, image, followed)
    return any(_moved_nothing(answer) for answer in answers.values())


def _facts(side: str, outcome: Outcome, stage: str, image: list[int], followed: int) -> None:
    value, shape, strides, contiguous, memory, flat = outcome.value.parts
    order = value.values[0] if len(value.shape) == 4 else value.values
    if stage == "same":
        order = _channels(order)
    rows = [
        (t("shape"), shape.text),
        (t("strides"), strides.text),
        (t("contiguous"), contiguous.text),
        (t("index"), str(_find(value.values, followed))),
        (t("place in memory"), str(memory.values.index(followed))),
    ]
    cells = "".join(f"<code>{escape(left)}</code><span>{escape(right)}</span>" for left, right in rows)
    picture = tensor_memory.pixels(order, image, followed, words)
    st.html(f'<div class="ly">{picture}<div class="tr-pairs">{cells}</div></div>')
    st.caption(t("in memory, first to last:"))
    st.html(tensor_memory.line(memory.values, followed, words))
    st.caption(t("flattened, in the order of its indices:"))
    st.html(tensor_memory.line(flat.values, followed, words))
    programs.code(outcome)


def _channels(image: list) -> list:
    """Return [channel][row][column] of [row][column][channel]."""
    return [[[pixel[c] for pixel in row] for row in image] for c in range(CHANNELS)]


def _find(values: object, number: int, at: tuple[int, ...] = ()) -> tuple[int, ...] | None:
    if not isinstance(values, list):
        return at if values == number else None
    places = (_find(part, number, (*at, i)) for i, part in enumerate(values))
    return next((index for index in places if index is not None), None)


def _moved_nothing(answer: LibraryAnswer) -> bool:
    """Return whether the shape changed while memory stayed as it was, by transposing and not by reshaping."""
    if not answer.outcomes or answer.outcomes[0].raised or answer.outcomes[1].raised:
        return False
    now, before = answer.outcomes[0].value.parts, answer.outcomes[1].value.parts
    return now[1].text != before[1].text and now[4].values == before[4].values and now[3].values is False
