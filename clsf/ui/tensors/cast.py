"""Section 2: from one number type to another: casting, precision, inferred types, type promotion."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.charts import tensor_bits
from clsf.charts.tensor_blocks import number
from clsf.tensors import literals
from clsf.tensors.dtypes import DTYPES, FLOATS, INTEGERS, limits
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import Dtype, ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.lessons import note
from clsf.ui.shared.programs import SIDES, LibraryAnswer, ask
from clsf.ui.shared.text import t, words
from clsf.ui.tensors import keys

EXAMPLES = {
    "300 → uint8": ("[300, 256, 255, -1]", "int32", "uint8"),
    "2.9 → int32": ("[2.9, -2.9, 0.5, 1.5]", "float32", "int32"),
    "200 → int8": ("[100, 127, 128, 200]", "int32", "int8"),
    "2049 → float16": ("[2047, 2048, 2049, 65504, 70000]", "int32", "float16"),
    "16777217 → float32": ("[16777216, 16777217, 16777218]", "int64", "float32"),
    "0.1 → bfloat16": ("[0.1, 0.3, 3.14159, 1000.5]", "float32", "bfloat16"),
    "-1 → bool": ("[-1, 0, 0.5, 2]", "float32", "bool"),
}

INFERRED: tuple[object, ...] = (1, 1.0, True, 2**31, 1 + 2j, [1, 2], [1, 2.5], [True, 2], [True, 2.5], "text")

SHORT = {
    "bool": "b", "uint8": "u8", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "float16": "f16",
    "bfloat16": "bf16", "float32": "f32", "float64": "f64", "complex64": "c64", "complex128": "c128",
}  # fmt: skip


def show() -> bool | None:
    """Show the section; return whether its task is solved by what is chosen."""
    views = {
        "cast": t("cast numbers"), "precision": t("how exact"), "inferred": t("what is inferred"), "promotion": t("when two types meet"),
    }  # fmt: skip
    view = choose.named(st.segmented_control, t("What to look at"), views, keys.CAST_VIEW)
    return {"cast": _cast, "precision": _precision, "inferred": _inferred, "promotion": _promotion}[view]()


def _cast() -> bool:
    choose.examples(t("Examples"), EXAMPLES, keys.CAST_EXAMPLE, (keys.CAST_VALUES, keys.CAST_FROM, keys.CAST_TO))
    one, two, three = st.columns([2, 1, 1])
    values = literals.values(choose.text(t("Values"), "[300, 256, 255, -1]", keys.CAST_VALUES, place=one))
    source = choose.one(t("From"), DTYPES, keys.CAST_FROM, "int32", place=two)
    target = choose.one(t("To"), DTYPES, keys.CAST_TO, "uint8", place=three)
    answers = ask(
        ProgramCall.of("create.from_list", "cast.cast", values=values, dtype=Dtype(source), target=Dtype(target)),
        ProgramCall.of("create.from_list", "create.whole", values=values, dtype=Dtype(source)),
    )
    before = next((a.outcomes[1] for a in reversed(answers.values()) if a.outcomes and a.outcomes[1].ok), None)
    bounds = limits(target)
    if bounds:
        st.caption(
            t("`{dtype}` holds whole numbers from {low} to {high}.", dtype=target, low=f"{bounds[0]:,}", high=f"{bounds[1]:,}")
        )
    if before is not None:
        _table(before, answers, source, target)
    for _, outcomes in programs.each(answers, "cast"):
        programs.program(outcomes[0])
    return _solved(before, answers)


def _table(before: Outcome, answers: dict[str, LibraryAnswer], source: str, target: str) -> None:
    """Show each number before and after; changes are marked by ≠, not only by colour."""
    old, rows = _flat(before.value.values)[:40], []
    for place, value in enumerate(old):
        cells = []
        for side in SIDES:
            outcome = answers[side].outcomes[0] if answers[side].outcomes else None
            if outcome is None or not outcome.ok:
                cells.append(f'<td class="bad">✕ {escape(outcome.raised.kind) if outcome else "–"}</td>')
                continue
            new = _flat(outcome.value.values)[place]
            changed = not _same(value, new)
            cells.append(f'<td class="{"changed" if changed else ""}">{escape(number(new, 9))}{"  ≠" if changed else ""}</td>')
        rows.append((f'<th class="mono">{escape(number(value, 9))}</th>', cells))
    programs.table(f'<th class="mono">{escape(source)} → {escape(target)}</th>', rows)


def _same(old: object, new: object) -> bool:
    return old == new or (old != old and new != new)


def _flat(values: object) -> list:
    return [x for part in values for x in _flat(part)] if isinstance(values, list) else [values]


def _solved(before: Outcome | None, answers: dict[str, LibraryAnswer]) -> bool:
    """Return whether a positive number became a negative one."""
    if before is None:
        return False
    old, cast = _flat(before.value.values), [a.outcomes[0] for a in answers.values() if a.outcomes and a.outcomes[0].ok]
    pairs = [pair for outcome in cast for pair in zip(old, _flat(outcome.value.values), strict=False)]
    return any(isinstance(a, int | float) and isinstance(b, int | float) and a > 0 > b for a, b in pairs)


# How exact.


def _precision() -> None:
    one, two, three = st.columns([1, 1, 2])
    left = choose.number("a", 0.1, keys.ADD_LEFT, place=one)
    right = choose.number("b", 0.2, keys.ADD_RIGHT, place=two)
    dtype = choose.one(t("Number type"), (*FLOATS, "int8", "uint8", "int32", "int64"), keys.ADD_DTYPE, "float32", place=three)
    values = {"left": left, "right": right} if dtype in FLOATS else {"left": int(left), "right": int(right)}
    answers = ask(
        ProgramCall.of("cast.add", "cast.digits", dtype=Dtype(dtype), **values),
        ProgramCall.of("cast.add", "cast.whole", dtype=Dtype(dtype), **values),
    )
    for _, outcomes in programs.each(answers, "precision"):
        programs.program(outcomes[0])
    if dtype in INTEGERS:
        low, high = limits(dtype)
        st.caption(
            t(
                "`{dtype}` holds whole numbers from {low} to {high}; beyond the end it begins again at the other.",
                dtype=dtype,
                low=f"{low:,}",
                high=f"{high:,}",
            )
        )
        return
    st.markdown(f"**{t('The sum in bits, as each type stores it')}**")
    every = ask(
        *(ProgramCall.of("cast.add", "cast.whole", dtype=Dtype(name), left=left, right=right) for name in FLOATS),
        sides=("torch",),
    )["torch"]
    for name, outcome in zip(FLOATS, every.outcomes, strict=False):
        if outcome.ok:
            value, digits = outcome.value.values, f"{tensor_bits.mantissa_digits(name):.1f}"
            st.markdown(t("`{dtype}` · {digits} digits · {value}", dtype=name, digits=digits, value=f"{value:.17g}"))
            st.html(tensor_bits.drawing(value, name, words))


# What is inferred.


def _inferred() -> None:
    answers = ask(*(ProgramCall.of("cast.infer", value=value) for value in INFERRED))
    rows = []
    for place, value in enumerate(INFERRED):
        cells = []
        for side in SIDES:
            outcome = answers[side].outcomes[place] if answers[side].outcomes else None
            text, bad = programs.short(outcome) if outcome else ("–", True)
            tip = f' data-tip="{escape(outcome.raised.text[:120])}"' if outcome and outcome.raised else ""
            cells.append(f'<td class="{"bad" if bad else ""}"{tip}>{escape(text)}</td>')
        rows.append((f'<th class="mono">{escape(repr(value))}</th>', cells))
    programs.table(f"<th>{escape(t('given'))}</th>", rows)
    st.caption(t("Asked by `np.array(…).dtype`, `tf.constant(…).dtype` and `torch.tensor(…).dtype`."))


# When two types meet.


def _promotion() -> None:
    one, two = st.columns(2)
    left = choose.one("a", DTYPES, keys.MEET_LEFT, "int32", place=one)
    right = choose.one("b", DTYPES, keys.MEET_RIGHT, "float32", place=two)
    tables = ask(*(ProgramCall.of("cast.promote", left=Dtype(a), right=Dtype(b)) for a in DTYPES for b in DTYPES))
    chosen = ask(
        ProgramCall.of("cast.promote", left=Dtype(left), right=Dtype(right)),
        ProgramCall.of("cast.promote_number", left=Dtype(left), number=1.5),
    )
    for _, outcomes in programs.each(chosen, "promotion"):
        programs.program(outcomes[0])
        st.caption(t("and with a Python number:"))
        programs.program(outcomes[1])
    st.markdown(f"**{t('All pairs, asked one by one')}**")
    grids = "".join(
        f'<div><b class="side-{side}">{programs.LOOKS[side].mark} {programs.LOOKS[side].title}</b>{_grid(answer.outcomes, left, right)}</div>'
        for side, answer in tables.items()
        if answer.outcomes
    )
    st.html(f'<div class="pm-all">{grids}</div>')
    st.caption(note("tensors", "u8-uint8-i32"))


def _grid(outcomes: tuple[Outcome, ...], left: str, right: str) -> str:
    cells = ["<b></b>", *(f"<b>{SHORT[name]}</b>" for name in DTYPES)]
    next_outcome = iter(outcomes)
    for a in DTYPES:
        cells.append(f"<b>{SHORT[a]}</b>")
        for b in DTYPES:
            cells.append(_meeting(a, b, next(next_outcome), (a, b) == (left, right)))
    label = t("A table: which type comes out for each pair.")
    columns_ = f'style="grid-template-columns:repeat({len(DTYPES) + 1},auto)"'
    return (
        f'<div class="pm"><div class="pm-grid" {columns_} role="img" aria-label="{escape(label)}">{"".join(cells)}</div></div>'
    )


def _meeting(a: str, b: str, outcome: Outcome, chosen: bool) -> str:
    on = " pm-on" if chosen else ""
    if outcome.raised:
        return f'<span class="pm-x{on}" data-tip="{escape(f"{a} + {b}: {outcome.raised.kind}")}">✕</span>'
    name = _name(outcome.value.text)
    kind = "pm-f" if name.startswith("bfloat") else {"f": "pm-f", "c": "pm-c", "b": "pm-b"}.get(name[0], "pm-i")
    return f'<span class="{kind}{on}" data-tip="{escape(f"{a} + {b}: {outcome.value.text}")}">{escape(SHORT.get(name, name))}</span>'


def _name(text: str) -> str:
    """Return the bare name in what a library prints for a dtype."""
    return text.removeprefix("torch.").removeprefix("tf.").removeprefix("dtype('").removesuffix("')")
