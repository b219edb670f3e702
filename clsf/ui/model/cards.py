"""The list of cards for the browser: the text of each card in the reader's language, and the requests that come back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf.model.advice import Advice
from clsf.model.edit import Card
from clsf.model.edit_facts import BYTES, CardFacts, DesignFacts
from clsf.model.edit_history import EditHistory
from clsf.model.fields import Field, fields_of
from clsf.model.shapes import one_or_two_text, shape_text, sides_text
from clsf.model.spec import KINDS
from clsf.ui.shared.components import component
from clsf.ui.shared.layer_kinds import described
from clsf.ui.shared.text import begun, t, tn, words
from clsf.ui.shared.units import amount
from clsf.words import Sentence

MOST_OPEN = 40
"""Cards of a design whose rows are all shown; of a longer one, rows inside a card are folded at first."""

_component = component("clsf_model_cards", __file__, "cards", '<div class="me"></div>\n<span hidden></span>')


def show(data: dict, key: str, on_asked: Callable[[object], None]) -> None:
    """Draw the list; `on_asked` gets the list of requests before the next run of the page."""
    _component(key=key, data=data, on_asked_change=lambda: on_asked(st.session_state[key].asked))


def contents(
    steps: EditHistory, seen: DesignFacts, advices: tuple[Advice, ...], classes: int, batch_size: int, acked: int, fresh: int | None,
    refusal: Sentence | None,
) -> dict:  # fmt: skip
    """Return all data for the browser, as plain values."""
    by_card: dict[int | None, list[Advice]] = {}
    for one in advices:
        by_card.setdefault(one.uid, []).append(one)
    writing = _Writing(seen, by_card, batch_size, fresh)
    output = seen.output_shape
    return {
        "cards": [writing.card(card) for card in seen.design.cards],
        "input": shape_text(seen.input_shape),
        "output": shape_text(output) if output else None,
        "wanted": tn("{classes} class", "{classes} classes", classes, classes=classes),
        "advice": [_advice(one) for one in by_card.get(None, [])],
        "undo": bool(steps.before),
        "redo": bool(steps.after),
        "steps": t("Steps that can be taken back: {count}", count=len(steps.before)) if steps.before else "",
        "acked": acked,
        "fresh": fresh,
        "refusal": words(refusal) if refusal else None,
        "kinds": [
            {"name": name, "about": words(kind.LOOK.about), "icon": kind.LOOK.icon, "group": kind.LOOK.group}
            for name, kind in KINDS.items()
        ],
        "labels": _labels(),
    }  # fmt: skip


class _Writing:
    """Converts cards into plain values."""

    def __init__(self, seen: DesignFacts, advice: dict[int | None, list[Advice]], batch_size: int, fresh: int | None) -> None:
        self.seen, self.advice, self.batch_size, self.fresh = seen, advice, batch_size, fresh
        self.long = sum(1 for _ in seen.design.all()) > MOST_OPEN

    def card(self, card: Card) -> dict:
        facts, kind = self.seen.cards[card.uid], KINDS[card.kind].LOOK
        said, shape = described(card), self._shape(facts)
        number = facts.path.rsplit(".", 1)[-1] if facts.path else "–"
        return {
            "uid": card.uid,
            "kind": card.kind,
            "path": facts.path,
            "number": number,
            "icon": kind.icon,
            "group": kind.group,
            "state": facts.state,
            "off": card.off,
            "said": said,
            "shape": shape,
            "share": round(facts.parameters / self.seen.parameters, 4) if self.seen.parameters else 0,
            "facts": self._facts(facts) if facts.out_shape else [],
            "advice": [_advice(one) for one in self.advice.get(card.uid, [])],
            "fields": [self._field(card, field) for field in fields_of(KINDS[card.kind])],
            "rows": [self._row(card, number, facts) for number in range(len(card.rows))],
            "inside": self._folded(card),
        }

    def _folded(self, card: Card) -> str:
        """Return the summary of a card whose rows are folded; "" if they are shown: in a short design, or if one needs it."""
        held = list(card.all())[1:]
        shown = (i.uid == self.fresh or i.uid in self.advice or self.seen.cards[i.uid].state == "broken" for i in held)
        if not self.long or not held or any(shown):
            return ""
        return tn("{count} layer inside; open it to see it.", "{count} layers inside; open it to see them.", len(held))

    def _shape(self, facts: CardFacts) -> str:
        if facts.state == "off":
            return t("switched off")
        if facts.state == "waits":
            return t("waits")
        out = shape_text(facts.out_shape) if facts.out_shape else "?"
        return f"{shape_text(facts.in_shape)} → {out}"

    def _facts(self, facts: CardFacts) -> list[tuple[str, str, str]]:
        share = facts.parameters / self.seen.parameters if self.seen.parameters else 0
        said = [(f"{facts.parameters:,}", t("parameters") + (f" · {share:.1%}" if share else ""), t("Numbers that are learned or kept; the bar is their share of the whole model."))]  # fmt: skip
        if facts.multiply_adds:
            about = t("Multiplications followed by an addition, for one image, forward.")
            said.append((f"{facts.multiply_adds:,}", t("multiply-adds"), about))
        if facts.receptive_field and len(facts.in_shape) == 3:
            about = t("Receptive field: the input pixels that one output cell depends on.")
            said.append((sides_text(facts.receptive_field), t("pixels seen"), about))
        about = tn(
            "Memory of what comes out of it for {batch} image, float32.",
            "Memory of what comes out of it for {batch} images, float32.",
            self.batch_size, batch=self.batch_size,
        )  # fmt: skip
        return [*said, (amount(facts.outputs * BYTES * self.batch_size), t("outputs"), about)]

    def _field(self, card: Card, field: Field) -> dict:
        rule, value = field.rule, getattr(card.layer, field.name)
        if rule.takes == "pair" and value is not None:
            value = one_or_two_text(value)
        return {
            "name": field.name, "takes": rule.takes, "low": rule.low, "high": rule.high, "choices": list(rule.choices),
            "optional": rule.optional, "value": value, "help": words(field.help),
        }  # fmt: skip

    def _row(self, card: Card, number: int, facts: CardFacts) -> dict:
        row = card.rows[number]
        title, empty = t("Branch {number}", number=number + 1), t("Nothing: what comes in goes on as it is.")
        if card.kind != "Parallel":
            title = (t("Layers"), t("Shortcut"))[number]
            if number and card.kind == "Residual":
                empty = t("Empty: what came in is added as it is.")
            elif number:
                empty = t("Empty: what came in is multiplied as it is.")
        shape = ""
        if facts.in_shape and facts.state != "off":
            end = facts.in_shape
            for inner in row:
                end = end if inner.off else self.seen.cards[inner.uid].out_shape
            shape = f"{shape_text(facts.in_shape)} → {shape_text(end) if end else '?'}"
        return {"title": title, "empty": empty, "shape": shape, "cards": [self.card(inner) for inner in row]}


def _advice(one: Advice) -> dict:
    return {
        "name": one.name, "level": one.level, "uid": one.uid, "text": begun(words(one.said)), "mends": [words(mend.label) for mend in one.mends],
    }  # fmt: skip


def _labels() -> dict[str, str]:
    return {
        "input": t("Input"), "output": t("Output"), "undo": t("Undo"), "redo": t("Redo"), "add": t("Add a layer"),
        "up": t("Move up"), "down": t("Move down"), "duplicate": t("Duplicate"), "remove": t("Remove"), "off": t("Switch off"),
        "on": t("Switch on"), "branch": t("Add a branch"), "unbranch": t("Remove this branch"), "drag": t("Drag to another place"),
        "share": t("Share of all parameters"), "nothing": t("Nothing to set here."),
        "keys": t(
            "Keyboard: ↑ ↓ choose a card, Enter opens it, Alt+↑ ↓ moves it, D duplicates, O switches off and on, Del removes, Ctrl+Z undoes."
        ),
    }  # fmt: skip
