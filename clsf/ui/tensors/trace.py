"""Section 4: what a function prints while it is traced, and when it is traced again."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.tensors import literals
from clsf.tensors.literals import TensorError
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ArgumentList, Dtype, ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.programs import LibraryAnswer, ask_each
from clsf.ui.shared.text import t
from clsf.ui.tensors import keys

MOST_CALLS = 4  # in the lens
SLOTS = 6  # in the counter

NONE = "–"
GIVEN: dict[str, object] = {
    "int32 [1, 2, 3]": ([1, 2, 3], "int32"),
    "int32 [4, 5, 6]": ([4, 5, 6], "int32"),
    "int32 [1, 2]": ([1, 2], "int32"),
    "float32 [1, 2, 3]": ([1.0, 2.0, 3.0], "float32"),
    "float32 [1, 2]": ([1.0, 2.0], "float32"),
    "int32 scalar 1": (1, "int32"),
    "int32 scalar 2": (2, "int32"),
    "Python 1": 1,
    "Python 2": 2,
    "Python 1.5": 1.5,
}
"""Possible arguments of a call, by their name in the link; the same in every language."""

SERIES = {
    "same": ("int32 [1, 2, 3]", "int32 [1, 2, 3]", "int32 [4, 5, 6]"),
    "shapes": ("int32 [1, 2, 3]", "int32 [1, 2]", "int32 [1, 2, 3]", "int32 [1, 2]"),
    "types": ("int32 [1, 2]", "float32 [1, 2]", "int32 [1, 2]", "float32 [1, 2]"),
    "numbers": ("Python 1", "Python 2", "Python 1", "Python 1.5"),
    "scalars": ("int32 scalar 1", "int32 scalar 2", "int32 scalar 1"),
}
FIRST = SERIES["same"]


def show() -> bool | None:
    """Show the section; return whether its task is solved by what is chosen."""
    views = {"lens": t("shape, three ways"), "counter": t("when is it traced again?")}
    view = choose.named(st.segmented_control, t("What to look at"), views, keys.TRACE_VIEW)
    return _lens() if view == "lens" else _counter()


# The lecture's experiment.


def _lens() -> None:
    sizes = _sizes(choose.text(t("Height and width in each call"), "[[2, 3], [4, 5], [2, 3]]", keys.LENS_SIZES))
    answers = ask_each(
        {
            "tensorflow": [ProgramCall.of("trace.lens", sizes=sizes), ProgramCall.of("trace.lens_traced", sizes=sizes)],
            "torch": [ProgramCall.of("trace.lens", sizes=sizes)],
        }
    )
    shown = [("tensorflow", 0, t("eager")), ("tensorflow", 1, "@tf.function"), ("torch", 0, t("always eager"))]
    for place, (side, which, note) in zip(st.columns(3), shown, strict=True):
        with place, programs.card(side, f"lens{which}", note):
            for _, outcomes in programs.answered({side: answers[side]}):
                _calls_of_lens(side, outcomes[which])


def _sizes(text: str) -> list[list[int]]:
    sizes = literals.values(text)
    if not (isinstance(sizes, list) and 0 < len(sizes) <= MOST_CALLS and all(map(_is_size, sizes))):
        raise TensorError(
            "Write one to {most} pairs of whole numbers from 0 to 64, one pair per call, such as [[2, 3], [4, 5]].",
            most=MOST_CALLS,
        )
    return sizes


def _is_size(size: object) -> bool:
    return (
        isinstance(size, list)
        and len(size) == 2
        and all(isinstance(side, int) and not isinstance(side, bool) and 0 <= side <= 64 for side in size)
    )


def _calls_of_lens(side: str, outcome: Outcome) -> None:
    if outcome.raised:
        programs.program(outcome)
        return
    boxes = []
    for number, (lines, made) in enumerate(zip(by_call(outcome.printed), outcome.value.parts, strict=True), start=1):
        printed = f'<div class="cl-nothing">{escape(t("nothing is printed"))}</div>'
        if lines:
            printed = f"<pre>{escape(chr(10).join(lines))}</pre>"
        boxes.append(
            f'<div class="cl-call {"cl-traced" if lines else ""}"><div class="cl-top"><span>{escape(t("call {number}", number=number))}</span>'
            f"<em>{escape(t('comes back: shape {shape}', shape=made.shape))}</em></div>{printed}</div>"
        )
    st.html(f'<div class="cl side-{side}">{"".join(boxes)}</div>')
    with st.expander(t("The code that ran"), icon=":material/code:"):
        programs.code(outcome)


def _lines(lines: list[str]) -> str:
    return f"<pre>{''.join(f'<div>{escape(line)}</div>' for line in lines)}</pre>" if lines else ""


def by_call(printed: str) -> list[list[str]]:
    """Return the printed lines call by call; the program prints `call N` before each."""
    calls: list[list[str]] = []
    for line in printed.splitlines():
        if line.startswith("call "):
            calls.append([])
        elif calls:
            calls[-1].append(line)
    return calls


# The counter.


def _counter() -> bool:
    series = {
        "same": t("the same kind three times"),
        "shapes": t("other shapes"),
        "types": t("other dtypes"),
        "numbers": t("Python numbers"),
        "scalars": t("tensors instead of numbers"),
    }
    slots, calls = range(1, SLOTS + 1), {name: (*SERIES[name], *[NONE] * SLOTS) for name in series}
    choose.examples(t("Series of calls"), calls, keys.SERIES, list(map(keys.call, slots)), format_func=series.__getitem__)
    chosen = []
    with st.container(key="trace_calls"):
        for row in range(2):
            for column, slot in zip(st.columns(3), range(3 * row, 3 * row + 3), strict=True):
                with column:
                    default = FIRST[slot] if slot < len(FIRST) else NONE
                    name = choose.one(t("Call {number}", number=slot + 1), (NONE, *GIVEN), keys.call(slot + 1), default)
                    if name in GIVEN:
                        chosen.append(name)
    ways = {"none": "@tf.function", "signature": "input_signature: int32, [None]", "relaxed": "reduce_retracing=True"}
    signature = choose.named(st.segmented_control, t("The function is made with"), ways, keys.SIGNATURE)
    if not chosen:
        st.info(t("Choose at least one call."), icon=":material/touch_app:")
        return False
    again = st.session_state.get(keys.TRACE_AGAIN, 0)
    again += st.button(t("Measure again"), key="measure_again", icon=":material/refresh:")
    st.session_state[keys.TRACE_AGAIN] = again
    given = ArgumentList(tuple(GIVEN[name] for name in chosen))
    traced = {
        "none": ProgramCall.of("trace.counter", arguments=given),
        "signature": ProgramCall.of("trace.counter_signature", arguments=given, dtype=Dtype("int32")),
        "relaxed": ProgramCall.of("trace.counter_relaxed", arguments=given),
    }[signature]
    plain_call = ProgramCall.of("trace.counter", arguments=given)
    return _counted(ask_each({"tensorflow": [traced], "torch": [plain_call]}, again), chosen)


def _counted(answers: dict[str, LibraryAnswer], chosen: list[str]) -> bool:
    solved = False
    for side, outcomes in programs.each(answers, "counter", ("tensorflow", "torch")):
        outcome = outcomes[0]
        if outcome.raised:
            programs.program(outcome)
            continue
        calls, count = outcome.value.parts[0], outcome.value.parts[1].values
        ran = sum(not call.parts[2].is_error for call in calls.parts)
        if side == "tensorflow":
            with st.container(horizontal=True):
                help = t("How often Python ran through the function. The list in it grew as often.")
                st.metric(t("Traces"), count, help=help)
                help = t("Counted by a tf.Variable inside the function, which belongs to the graph.")
                st.metric(t("Calls"), outcome.value.parts[2].values, help=help)
            solved = count == 1 and len(set(chosen)) >= 3 and ran == len(chosen)
        else:
            with st.container(horizontal=True):
                st.metric(t("Runs of the Python code"), count)
                st.metric(t("Calls"), ran)
        _timeline(side, outcome, chosen)
        for text in outcome.warned:
            st.html(f'<div class="tr">{programs.warned(text)}</div>')
        if side == "tensorflow":
            with st.expander(t("The concrete functions that exist now"), icon=":material/account_tree:"):
                st.code(outcome.value.parts[3].values, language=None, wrap_lines=True)
        with st.expander(t("The code that ran"), icon=":material/code:"):
            programs.code(outcome)
    return solved


def _timeline(side: str, outcome: Outcome, chosen: list[str]) -> None:
    boxes, before = [], 0
    for name, call, lines in zip(chosen, outcome.value.parts[0].parts, by_call(outcome.printed), strict=True):
        count, seconds, value = call.parts
        traced, before = count.values > before, count.values
        word = (t("traced") if traced else t("graph reused")) if side == "tensorflow" else t("runs as Python")
        word = t("refused") if value.is_error else word
        result = f'<pre class="{"tr-bad" if value.is_error else ""}">{escape(f"✕ {value.kind}: {value.text}" if value.is_error else value.text)}</pre>'
        boxes.append(
            f'<div class="cl-call {"cl-traced" if traced and side == "tensorflow" else ""}"><div class="cl-top">'
            f"<span>{escape(name)}</span><em>{escape(word)} · {seconds.values * 1e3:.2f} ms</em></div>{_lines(lines)}{result}</div>"
        )
    st.html(f'<div class="cl side-{side}">{"".join(boxes)}</div>')
