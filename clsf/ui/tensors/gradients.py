"""Section 8: value, slope and second derivative of small functions, and surprising behaviour of autograd."""

from __future__ import annotations

import streamlit as st

from clsf.charts import tensor_curves
from clsf.tensors.outcome import Outcome, SeenValue
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.lessons import note
from clsf.ui.shared.live_chart import live_chart
from clsf.ui.shared.programs import LibraryAnswer, ask, ask_each
from clsf.ui.shared.text import t, words
from clsf.ui.tensors import keys

ONE = ("cubic", "square", "sine", "wave", "bell", "sigmoid", "tanh", "relu", "absolute")
TWO = ("valley", "bowl", "saddle", "product", "ripples")
SPAN = 3.0  # x and y go from -SPAN to SPAN
SPAN_TWO = 2.0
FLAT = 0.01

BOTH = ("tensorflow", "torch")


def show() -> bool | None:
    """Show the section; return whether its task is solved by what is chosen."""
    views = {
        "slope": t("the slope of a curve"), "hills": t("two variables"), "repeated": t("backward again and again"),
        "used": t("a used-up tape"), "stopped": t("gradient cut off"), "watched": t("who is watched"),
    }  # fmt: skip
    view = choose.named(st.segmented_control, t("What to look at"), views, keys.GRADIENT_VIEW)
    if view == "hills":
        return _hills()
    one, two = st.columns([1, 2])
    name = choose.one(t("Function of x"), ONE, keys.FUNCTION, place=one)
    at = two.slider("x", -SPAN, SPAN, 1.5, 0.05, key=keys.AT, **choose.LINKED)
    at = min(max(round(float(at), 2), -SPAN), SPAN)
    if view in ("slope", "repeated"):
        return {"slope": _slope, "repeated": _repeated}[view](name, at)
    programs_of = {
        "used": ("used_up", "kept", t("and so it may be asked twice:")),
        "stopped": ("flowing", "stopped", t("the same with f(x) cut off, taken as a constant:")),
        "watched": ("unwatched", "watched", t("and now it is watched:")),
    }
    return _two_programs(name, at, *programs_of[view])


def _slope(name: str, at: float) -> bool:
    f = f"gradients.{name}"
    calls = [ProgramCall.of(f, "gradients.slope", at=at), ProgramCall.of(f, "gradients.second", at=at)]
    curve = ProgramCall.of(f, "gradients.curve", low=-SPAN, high=SPAN)
    answers = ask_each({"numpy": [*calls, curve], "tensorflow": calls, "torch": calls})
    slopes = {side: a.outcomes[0].value.parts for side, a in answers.items() if a.outcomes and a.outcomes[0].ok}
    drawn = answers["numpy"].outcomes[2] if answers["numpy"].outcomes else None
    exact = slopes.get("torch") or slopes.get("tensorflow")
    if drawn is not None and drawn.ok and exact:
        xs, ys = (part.values for part in drawn.value.parts)
        value, slope = (_number(part) for part in exact)
        figure = tensor_curves.curve(xs, ys, at, value, slope, _formula(drawn), words)
        alt = t("The curve {formula} at x = {x}: value {value}, slope {slope}.", formula=_formula(drawn), x=f"{at:g}", value=f"{value:.4g}", slope=f"{slope:.4g}")  # fmt: skip
        live_chart(figure, key="tangent", alt=alt, height=330)
    _meters(answers)
    for side, outcomes in programs.each(answers, "slope"):
        if side == "numpy":
            st.caption(t("NumPy has no gradients; here a tiny step to both sides is used."))
        programs.program(outcomes[0])
        with st.expander(t("Second derivative"), icon=":material/function:"):
            programs.program(outcomes[1])
    return bool(exact) and abs(_number(exact[1])) <= FLAT


def _meters(answers: dict[str, LibraryAnswer]) -> None:
    """Show value, slope and second derivative of all three in one table."""
    rows = {
        t("value"): lambda o: o[0].value.parts[0],
        t("slope"): lambda o: o[0].value.parts[1],
        t("second derivative"): lambda o: o[1].value.parts[1],
    }
    table: dict[str, list[str]] = {t("Quantity"): list(rows)}
    for side, answer in answers.items():
        good = answer.outcomes and all(o.ok for o in answer.outcomes[:2])
        look = programs.LOOKS[side]
        table[f":{look.text_colour}[{look.mark}] {look.title}"] = [
            _digits(read(answer.outcomes)) if good else "–" for read in rows.values()
        ]
    st.table(table, border="horizontal", hide_index=True, alt=t("Value, slope and second derivative by each library"))


def _digits(seen: SeenValue) -> str:
    number = _number(seen)
    return "None" if number is None else f"{number:.10g}"


def _number(seen: SeenValue) -> float | None:
    return seen.values if isinstance(seen.values, int | float) else None


def _formula(outcome: Outcome) -> str:
    return next(
        line.strip().removeprefix("return ") for line in outcome.code.splitlines() if line.strip().startswith("return ")
    )


def _hills() -> None:
    one, two, three = st.columns([1, 1, 1])
    name = choose.one(t("Function of x and y"), TWO, keys.HILLS, place=one)
    x = two.slider("x", -SPAN_TWO, SPAN_TWO, -0.5, 0.05, key=keys.HILLS_AT, **choose.LINKED)
    y = three.slider("y", -SPAN_TWO, SPAN_TWO, 1.0, 0.05, key=keys.HILLS_BESIDE, **choose.LINKED)
    at = tuple(min(max(round(float(v), 2), -SPAN_TWO), SPAN_TWO) for v in (x, y))
    f = f"gradients.{name}"
    call = ProgramCall.of(f, "gradients.slopes", at=at[0], beside=at[1])
    surface = ProgramCall.of(f, "gradients.surface", low=-SPAN_TWO, high=SPAN_TWO)
    answers = ask_each({"numpy": [call, surface], "tensorflow": [call], "torch": [call]})
    drawn = answers["numpy"].outcomes[1] if answers["numpy"].outcomes else None
    exact = next(
        (a.outcomes[0].value.parts for s, a in answers.items() if s != "numpy" and a.outcomes and a.outcomes[0].ok), None
    )
    picture, words_ = st.columns([1.3, 1], vertical_alignment="center", gap="large")
    with picture:
        if drawn is not None and drawn.ok and exact:
            xs, zs = (part.values for part in drawn.value.parts)
            slope = (_number(exact[1]), _number(exact[2]))
            figure = tensor_curves.hills(xs, zs, at, slope, _formula(drawn), words)
            alt = t("Lines of equal height of {formula}; the gradient at ({x}, {y}) is ({a}, {b}).", formula=_formula(drawn), x=at[0], y=at[1], a=f"{slope[0]:.4g}", b=f"{slope[1]:.4g}")  # fmt: skip
            live_chart(figure, key="hills_figure", alt=alt, height=420)
    with words_:
        st.markdown(note("tensors", "gradient-has-one"))
        if exact:
            with st.container(horizontal=True):
                st.metric("∂f/∂x", f"{_number(exact[1]):.4g}")
                st.metric("∂f/∂y", f"{_number(exact[2]):.4g}")
    for _, outcomes in programs.each(answers, "hills"):
        programs.program(outcomes[0])


def _repeated(name: str, at: float) -> None:
    times = choose.whole(t("How many times"), 1, 6, 3, keys.TIMES)
    f = f"gradients.{name}"
    answers = ask(
        ProgramCall.of(f, "gradients.repeated", at=at, times=times),
        ProgramCall.of(f, "gradients.repeated_zeroed", at=at, times=times),
        sides=BOTH,
    )
    for side, outcomes in programs.each(answers, "repeated", BOTH):
        programs.program(outcomes[0])
        if side == "torch":
            st.caption(t("with the gradient cleared before each backward:"))
            programs.program(outcomes[1])
        else:
            st.caption(t("A new tape each time: nothing is left over that could add up."))


def _two_programs(name: str, at: float, first: str, second: str, between: str) -> None:
    f = f"gradients.{name}"
    answers = ask(ProgramCall.of(f, f"gradients.{first}", at=at), ProgramCall.of(f, f"gradients.{second}", at=at), sides=BOTH)
    for _, outcomes in programs.each(answers, first, BOTH):
        programs.program(outcomes[0])
        st.caption(between)
        programs.program(outcomes[1])
