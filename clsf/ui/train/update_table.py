"""A few weights of one array before a step, their gradient, and the same weights after it: number by number, in HTML."""

from __future__ import annotations

from html import escape
from math import isqrt

from clsf.ui.shared.text import t


def html(weight: dict, framework: str) -> str:
    """Return the tables; `weight` is the entry of `clsf.inspection_events.StepInspected.weights` for one array."""
    sample = weight["sample"]
    shape = sample["shape"]
    across = shape[1] if len(shape) == 4 else min(len(sample["before"]), max(isqrt(len(sample["before"])), 1))
    parts = [_table(t("before"), sample["before"], across, framework)]
    if sample["gradient"] is not None:
        parts.append(_table(t("its gradient"), sample["gradient"], across, framework))
    parts += ['<span class="sign">→</span>', _table(t("after"), sample["after"], across, framework)]
    count = "×".join(map(str, shape))
    said = t("The first {shown} numbers of {shape}, as they are.", shown=len(sample["before"]), shape=count)
    if len(shape) == 4:
        said = t("The first filter on the first channel of {shape}, as it is.", shape=count)
    return f'<div class="tp"><div class="tp-scroll" tabindex="0"><div class="tp-update">{"".join(parts)}</div></div><small>{escape(said)}</small></div>'


def _table(title: str, values: list[float], across: int, framework: str) -> str:
    largest = max((abs(v) for v in values), default=0.0) or 1.0
    rows = []
    for start in range(0, len(values), across):
        cells = "".join(_cell(v, largest) for v in values[start : start + across])
        rows.append(f"<tr>{cells}</tr>")
    label = escape(f"{framework}, {title}")
    return f'<figure><figcaption>{escape(title)}</figcaption><table aria-label="{label}"><tbody>{"".join(rows)}</tbody></table></figure>'


def _cell(value: float, largest: float) -> str:
    colour = f"var(--clsf-{'positive' if value >= 0 else 'negative'})"
    amount = 55 * min(abs(value) / largest, 1.0)
    return f'<td style="background:color-mix(in srgb,{colour} {amount:.0f}%,transparent)">{value:.3g}</td>'
