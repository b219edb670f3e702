"""Section 3: one assignment tried on four kinds of tensor, and two names that may share one memory."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.tensors import literals
from clsf.tensors.literals import TensorError
from clsf.tensors.outcome import Outcome, SeenValue
from clsf.tensors.program import Pick, ProgramCall
from clsf.ui.shared import choose, programs
from clsf.ui.shared.programs import SIDES, LibraryAnswer, ask, ask_each
from clsf.ui.shared.text import t
from clsf.ui.tensors import keys

PAIRS = ("copied", "part", "reshaped", "transposed", "picked", "from_numpy", "copied_from_numpy", "to_numpy")


def show() -> bool | None:
    """Show the section; return whether its task is solved by what is chosen."""
    views = {
        "assign": t("change one element"),
        "memory": t("two names, one memory?"),
        "gradient": t("to NumPy with a gradient"),
    }
    view = choose.named(st.segmented_control, t("What to look at"), views, keys.CHANGE_VIEW, keys.CHANGE_VIEW_LINK)
    values, position, value = _chosen(view)
    if view == "gradient":
        return _gradient(values)
    return {"assign": _assign, "memory": _memory}[view](values, position, value)


def _chosen(view: str) -> tuple[list, tuple[int, ...], float | int]:
    """Return the numbers, the index of the changed one, and its new value."""
    one, two, three, four = st.columns([2.4, 1, 1, 1])
    values = literals.values(choose.text(t("Values"), "[[1, 2, 3], [4, 5, 6]]", keys.CHANGE_VALUES, place=one))
    if not isinstance(values, list) or not values or not all(isinstance(row, list) and row for row in values):
        raise TensorError("Here the values must be a list of lists, such as [[1, 2, 3], [4, 5, 6]].")
    if view == "gradient":
        return values, (0, 0), 0
    row = choose.whole(t("Row"), 0, 50, 0, keys.CHANGE_ROW, place=two)
    column = choose.whole(t("Column"), 0, 50, 1, keys.CHANGE_COLUMN, place=three)
    value = choose.number(t("New value"), 99.0, keys.CHANGE_VALUE, place=four)
    return values, (row, column), int(value) if value.is_integer() else value


def _assign(values: list, position: tuple[int, ...], value: float | int) -> None:
    place = ", ".join(map(str, position))
    attempts = {"item": f"t[{place}] = {value}", "all": f"t += {value}"}
    attempt = choose.named(st.segmented_control, t("Attempt"), attempts, keys.CHANGE_ATTEMPT)
    arguments = {"values": values, "index": Pick(position), "value": value}
    step = "assign" if attempt == "item" else "add_in_place"
    kinds = {"numpy": ("",), "torch": ("",), "tensorflow": ("", "variable_")}
    calls = {
        side: [ProgramCall.of(f"change.{kind}{which}", **arguments) for kind in several for which in (step, "right_way")]
        for side, several in kinds.items()
    }
    answers = ask_each(calls)
    cards = (
        [("numpy", 0, "np.ndarray"), ("torch", 0, "torch.Tensor")],
        [("tensorflow", 0, "tf.Tensor"), ("tensorflow", 1, "tf.Variable")],
    )
    for row in cards:
        for place, (side, which, kind) in zip(st.columns(2), row, strict=True):
            with place, programs.card(side, f"change{which}", f"`{kind}`"):
                for _, outcomes in programs.answered({side: answers[side]}):
                    _tried(*outcomes[2 * which : 2 * which + 2], attempt)


def _tried(tried: Outcome, right: Outcome, attempt: str) -> None:
    programs.code(tried)
    _verdict(tried)
    if not tried.ok or attempt == "all":
        with st.expander(t("This library's own way to change one element"), icon=":material/check:"):
            programs.code(right)
            _verdict(right)


def _verdict(outcome: Outcome) -> None:
    """Show whether it worked, and whether object and memory are still the same."""
    if outcome.raised:
        programs.result(outcome)
        before = outcome.named("before")
        kept = outcome.named("t") or outcome.named("v")
        if kept is not None:
            st.html(f'<div class="tr">{programs.shown(kept)}</div>')
        if before is not None:
            _addresses(before, None)
        return
    value, before, after = outcome.value.parts
    st.html(f'<div class="tr">{programs.shown(value)}</div>')
    for text in outcome.warned:
        st.html(f'<div class="tr">{programs.warned(text)}</div>')
    _addresses(before, after)


def _addresses(before: SeenValue, after: SeenValue | None) -> None:
    """Show whether the object and the memory with its numbers are still the same; `after` None: the assignment failed before."""
    rows = []
    afterwards = after.parts if after is not None else (None, None)
    for name, (old, new) in zip((t("object"), t("memory")), zip(before.parts, afterwards, strict=True), strict=True):
        if new is None:
            text = f"{old.values:#x}"
        elif old.values == new.values:
            text = f"{old.values:#x} · {t('the same')}"
        else:
            text = f"{old.values:#x} → {new.values:#x} · {t('another one')}"
        rows.append((name, text, False))
    programs.pairs(rows)


def _memory(values: list, position: tuple[int, ...], value: float | int) -> bool:
    titles = {
        "copied": t("an explicit copy"),
        "part": t("the first row"),
        "reshaped": t("reshaped"),
        "transposed": t("transposed"),
        "picked": t("rows picked by a list"),
        "from_numpy": t("from NumPy, shared if possible"),
        "copied_from_numpy": t("from NumPy, as a tensor of its own"),
        "to_numpy": t("to NumPy"),
    }
    pair = choose.named(st.pills, t("b is made from a"), titles, keys.PAIR)
    arguments = {"values": values, "index": Pick(position), "value": value}
    answers = ask(*(ProgramCall.of(f"share.{name}", **arguments) for name in PAIRS))
    at = PAIRS.index(pair)
    for _, outcomes in programs.each(answers, "memory"):
        _shared(outcomes[at])
    _overview(answers, titles, pair)
    verdicts = {side: _verdict_of(a, at) for side, a in answers.items()}
    return verdicts == {"numpy": True, "tensorflow": False, "torch": True}


def _shared(outcome: Outcome) -> None:
    programs.code(outcome)
    if outcome.raised:
        programs.result(outcome)
        return
    _, before, after = outcome.value.parts
    changed = before.values != after.values
    if changed:
        st.badge(t("shared: b changed as well"), icon=":material/link:", color="orange")
    else:
        st.badge(t("its own memory: b stayed as it was"), icon=":material/content_copy:", color="gray")
    st.html(
        f'<div class="tr"><small>{escape(t("b before"))}</small>{programs.shown(before)}'
        f"<small>{escape(t('b after a was changed'))}</small>{programs.shown(after)}</div>"
    )


def _verdict_of(answer: LibraryAnswer, at: int) -> bool | None:
    """Return whether the memory is shared; None if there is no answer."""
    if not answer.outcomes or answer.outcomes[at].raised:
        return None
    _, before, after = answer.outcomes[at].value.parts
    return before.values != after.values


def _overview(answers: dict[str, LibraryAnswer], titles: dict[str, str], pair: str) -> None:
    rows = []
    for at, name in enumerate(PAIRS):
        cells = []
        for side in SIDES:
            shared = _verdict_of(answers[side], at)
            line = answers[side].outcomes[at].code.splitlines() if answers[side].outcomes else []
            made = next((x for x in line if x.startswith("b = ")), "")
            word = {True: f"⚭ {t('shared')}", False: f"⧉ {t('own')}", None: "–"}[shared]
            cells.append(f'<td data-tip="{escape(made)}" class="{"changed" if shared else ""}">{escape(word)}</td>')
        mark = "▸ " if name == pair else ""
        rows.append((f'<th class="note">{mark}{escape(titles[name])}</th>', cells))
    with st.expander(t("All pairs at a glance"), icon=":material/table:"):
        programs.table("<th>b</th>", rows)


def _gradient(values: list) -> None:
    """Show why PyTorch wants detach() first."""
    answers = ask(
        ProgramCall.of("share.to_numpy_with_gradient", values=values),
        ProgramCall.of("share.to_numpy_detached", values=values),
        sides=("tensorflow", "torch"),
    )
    for _, outcomes in programs.each(answers, "gradient", ("tensorflow", "torch")):
        for outcome in outcomes:
            programs.program(outcome)
