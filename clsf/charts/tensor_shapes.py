"""Two shapes one below the other, aligned at the right, with the broadcasting rule at each axis. HTML."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from clsf.tensors.broadcasting import Axis, Rule, axes
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]

RULES: dict[Rule, Sentence] = {
    "equal": say("equal"),
    "stretch-left": say("a is repeated {count} times"),
    "stretch-right": say("b is repeated {count} times"),
    "missing-left": say("a gets this axis"),
    "missing-right": say("b gets this axis"),
    "clash": say("neither equal nor 1"),
}
SIGNS: dict[Rule, str] = {
    "equal": "=", "stretch-left": "↔", "stretch-right": "↔", "missing-left": "+", "missing-right": "+", "clash": "✕",
}  # fmt: skip


def aligned(left: tuple[int, ...], right: tuple[int, ...], said: Said = str) -> str:
    """Return the drawing."""
    aligned_axes = axes(left, right)
    width = f'style="grid-template-columns:auto repeat({max(len(aligned_axes), 1)},minmax(4.2rem,auto))"'
    rows = [
        _row("a", [_side(a.left, a.rule in ("stretch-left",)) for a in aligned_axes]),
        _row("b", [_side(a.right, a.rule in ("stretch-right",)) for a in aligned_axes]),
        _row("", [_rule(a, said) for a in aligned_axes]),
        _row(said(say("result")), [_outcome(a) for a in aligned_axes], "bc-total"),
    ]
    label = said(say("Shapes {left} and {right}, axis by axis.", left=str(left), right=str(right)))
    return f'<div class="bc" role="img" aria-label="{escape(label)}"><div class="bc-grid" {width}>{"".join(rows)}</div></div>'


def in_words(left: tuple[int, ...], right: tuple[int, ...], said: Said = str) -> list[str]:
    """Return the rule at each axis as a sentence, from right to left, as broadcasting does."""
    return [
        said(
            say(
                "Axis {axis}: {left} and {right}, {rule}.",
                axis=-place,
                left=_text(a.left),
                right=_text(a.right),
                rule=_why(a),
            )
        )
        for place, a in enumerate(reversed(axes(left, right)), start=1)
    ]


def _why(axis: Axis) -> Sentence:
    rule = RULES[axis.rule]
    return Sentence(rule.template, {"count": axis.result}) if "{count}" in rule.template else rule


def _text(side: int | None) -> str:
    return "–" if side is None else str(side)


def _row(name: str, cells: list[str], kind: str = "") -> str:
    return f'<b class="bc-name {kind}">{escape(name)}</b>{"".join(cells)}'


def _side(side: int | None, stretched: bool) -> str:
    kind = "bc-none" if side is None else "bc-stretch" if stretched else ""
    return f'<span class="bc-side {kind}">{_text(side)}</span>'


def _rule(axis: Axis, said: Said) -> str:
    kind = "bc-bad" if axis.rule == "clash" else ""
    return f'<span class="bc-rule {kind}"><b>{SIGNS[axis.rule]}</b>{escape(said(_why(axis)))}</span>'


def _outcome(axis: Axis) -> str:
    kind = "bc-side bc-result" if axis.result is not None else "bc-side bc-bad"
    return f'<span class="{kind}">{"✕" if axis.result is None else axis.result}</span>'
