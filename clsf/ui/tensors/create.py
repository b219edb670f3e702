"""Section 1: make a tensor, inspect it, see it, slice it."""

from __future__ import annotations

import streamlit as st

from clsf.charts import tensor_blocks, tensor_curves
from clsf.tensors import literals
from clsf.tensors.dtypes import DTYPES
from clsf.tensors.outcome import Outcome, SeenValue
from clsf.tensors.picking import ALL, BACK, EVERY_OTHER, ONE, RANGE, WAYS, picked
from clsf.tensors.program import Dtype, Pick, ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.lessons import note
from clsf.ui.shared.live_chart import live_chart
from clsf.ui.shared.programs import SIDES, LibraryAnswer, ask
from clsf.ui.shared.text import t, words
from clsf.ui.tensors import keys

LECTURE = "[[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]"

ATTRIBUTES = ("kind", "dtype", "rank", "shape", "count", "itemsize", "strides", "device")

INFERRED = "inferred"

MANY = 2_000  # numbers, to show their distribution


def show() -> bool:
    """Show the section; return whether its task is solved by what is chosen."""
    left, right = st.columns([1.15, 1.7], gap="large")
    with left:
        steps, arguments = _making()
    calls = [ProgramCall.of(*steps, "create.whole", **arguments)]
    calls += [ProgramCall.of(*steps, f"create.{name}", **arguments) for name in ATTRIBUTES]
    answers = ask(*calls)
    with right:
        made, drawn = _drawn({side: a.outcomes[0] for side, a in answers.items() if a.outcomes}, random="size" in arguments)
        pick = _slices(made) if made is not None else None
        if made is not None:
            _picture(made, pick, drawn)
    pieces = ask(ProgramCall.of(*steps, "create.pick", index=pick, **arguments)) if pick is not None else answers
    for side, outcomes in programs.each(pieces, "create"):
        programs.program(outcomes[0])
        if answers[side].outcomes[0].ok:
            _attributes(answers[side].outcomes[1:])
    if "size" in arguments:
        _spread(ask(ProgramCall.of(*steps, "create.whole", **arguments | {"size": (MANY,)})))
    return _solved(made, [a.outcomes[0] for a in pieces.values() if a.outcomes])


def _making() -> tuple[list[str], dict[str, object]]:
    """Return the steps that make the tensor, and their arguments."""
    sources = {"list": t("a list"), "range": t("a range"), "normal": t("normal random"), "uniform": t("uniform random")}
    source = choose.named(st.segmented_control, t("Made from"), sources, keys.SOURCE)
    dtypes = {INFERRED: t("inferred")} | {name: name for name in DTYPES}
    arguments: dict[str, object] = {}
    if source == "list":
        arguments["values"] = literals.values(
            choose.text(t("Values"), LECTURE, keys.VALUES, help=t("A list as in Python. It is read as data, never run."))
        )
    elif source == "range":
        one, two, three = st.columns(3)
        arguments["start"] = _neat(choose.number(t("First number"), 0.0, keys.START, place=one))
        arguments["stop"] = _neat(choose.number(t("Up to, not included"), 12.0, keys.STOP, place=two))
        arguments["step"] = _neat(choose.number(t("In steps of"), 1.0, keys.STEP, place=three))
        literals.steps(arguments["start"], arguments["stop"], arguments["step"])
    else:
        arguments |= _random(source)
        dtypes = {"float32": "float32"} | {name: name for name in DTYPES if name != "float32"}
    with st.container(horizontal=True):
        dtype = choose.named(st.selectbox, t("Number type"), dtypes, keys.MAKE_DTYPE)
        shape = ""
        if "size" not in arguments:
            shape = choose.text(
                t("New shape"), "", keys.SHAPE, placeholder=t("as it is"), help=t("Such as 2, 6; empty keeps it.")
            )
    if dtype != INFERRED:
        arguments["dtype"] = Dtype(dtype)
    first = {
        "list": "inferred" if dtype == INFERRED else "from_list",
        "range": "range_inferred" if dtype == INFERRED else "from_range",
    }.get(source, source)
    steps = [f"create.{first}"]
    if shape.strip():
        arguments["shape"] = literals.shape(shape)
        steps.append("create.reshape")
    return steps, arguments


def _random(source: str) -> dict[str, object]:
    size = literals.shape(choose.text(t("Shape"), "4, 6", keys.SIZE))
    one, two, three = st.columns(3)
    if source == "normal":
        arguments = {"mean": choose.number(t("Mean"), 0.0, keys.MEAN, place=one)}
        arguments["deviation"] = choose.number(t("Deviation"), 1.0, keys.DEVIATION, place=two)
    else:
        arguments = {"low": choose.number(t("Lowest"), 0.0, keys.LOW, place=one)}
        arguments["high"] = choose.number(t("Highest"), 1.0, keys.HIGH, place=two)
    seed = choose.whole(t("Seed"), 0, 2**31 - 1, 3, keys.MAKE_SEED, place=three)
    return {"size": size, "seed": seed} | arguments


def _neat(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _drawn(outcomes: dict[str, Outcome], random: bool) -> tuple[SeenValue | None, str]:
    """Return the value to draw and its library: any library, because they are equal, unless they are random."""
    good = [side for side, outcome in outcomes.items() if outcome.ok and outcome.value.shape is not None]
    if not good:
        return None, ""
    side = good[0]
    if random:
        titles = [programs.LOOKS[s].title for s in SIDES]
        title = choose.one(t("Drawn by"), titles, keys.DRAWN, titles[0], st.segmented_control)
        side = next((s for s in good if programs.LOOKS[s].title == title), side)
    return outcomes[side].value, side


def _slices(made: SeenValue) -> Pick | None:
    """Let the reader choose what to take of each axis. Returns None for a single number and for more than four axes."""
    shape = made.shape
    if not shape or len(shape) > tensor_blocks.MAX_RANK or 0 in shape:
        return None
    axes = []
    for axis, (column, side) in enumerate(zip(st.columns(len(shape)), shape, strict=True)):
        with column:
            axes.append(_axis(axis, side, first=axis == 0))
    return Pick(tuple(axes))


def _axis(axis: int, side: int, first: bool) -> object:
    way = choose.one(
        t("Axis {axis}: {side}", axis=axis, side=side), WAYS, keys.axis(axis, "take"), ONE if first else ALL,
        help=note("tensors", "colon-takes-everything"),
    )  # fmt: skip
    if way == ONE:
        return choose.whole(
            "i", -side - 1, side, 0, keys.axis(axis, "at"), help=t("One step beyond the end is allowed, to see the error.")
        )
    if way == RANGE:
        with st.container(horizontal=True, gap="xsmall"):
            start = choose.whole("a", -side, side, 0, keys.axis(axis, "from"))
            stop = choose.whole("b", -side, side, min(2, side), keys.axis(axis, "to"))
        return (start, stop, None)
    return {ALL: (None, None, None), EVERY_OTHER: (None, None, 2), BACK: (None, None, -1)}[way]


def _picture(made: SeenValue, pick: Pick | None, side: str) -> None:
    if pick is None or not tensor_blocks.drawable(made.shape):
        if made.shape and 0 not in made.shape:
            st.caption(t("Up to {most} elements and four axes are drawn.", most=tensor_blocks.MAX_DRAWN))
        return
    st.html(
        f'<div class="side-{side}">{tensor_blocks.blocks(made.values, made.shape, picked(made.shape, pick), words)}</div>'
        if made.shape
        else ""
    )
    st.caption(t("`t[{pick}]` takes the framed cells. Point at a cell to see its index.", pick=str(pick)))


def _attributes(outcomes: tuple[Outcome, ...]) -> None:
    rows = []
    for outcome in outcomes:
        text, bad = programs.short(outcome)
        rows.append((outcome.code.splitlines()[-1], text, bad))
    programs.pairs(rows)


def _spread(answers: dict[str, LibraryAnswer]) -> None:
    """Show the distribution of many numbers from the same recipe."""
    lists = {
        side: (programs.LOOKS[side].title, programs.LOOKS[side].colour, answer.outcomes[0].value.values)
        for side, answer in answers.items()
        if answer.outcomes and answer.outcomes[0].ok
    }
    lists = {side: pair for side, pair in lists.items() if all(isinstance(x, int | float) for x in pair[2])}
    if lists:
        said = t("The same recipe, {count} numbers from each generator", count=f"{MANY:,}")
        st.markdown(f"**{said}**")
        alt = t("Histogram of the random numbers of each library.")
        live_chart(tensor_curves.histogram(lists, words), key="spread", alt=alt, height=260)


def _solved(made: SeenValue | None, pieces: list[Outcome]) -> bool:
    return bool(
        made is not None
        and len(made.shape) == 3
        and made.shape != (2, 2)
        and any(piece.ok and piece.value.shape == (2, 2) for piece in pieces)
    )
