"""Section 7: one small image, its shape, its strides, and the order of its numbers in memory."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.charts import tensor_memory
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.lessons import note
from clsf.ui.shared.programs import LibraryAnswer, ask_each
from clsf.ui.shared.text import t, words
from clsf.ui.tensors import keys

CHANNELS = 3
SIDES_OF_IMAGE = ("3", "4", "5", "6")


def show() -> bool:
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
