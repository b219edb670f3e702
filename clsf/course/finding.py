"""A number that a student reads off a page: parsed from the typed text, and whether it is close enough."""

from __future__ import annotations

import math
import re


def number_of(typed: str) -> float | None:
    """Return the number in what was typed: 1,024 and 1 024 are 1024, 12 % is 0.12, a lone comma before one, two or more than
    three digits is a decimal one. None if there is none."""
    text = typed.strip().replace("\u00a0", " ").replace("−", "-")
    share = text.endswith("%")
    text = text.removesuffix("%").strip()
    if re.fullmatch(r"[+-]?\d{1,3}([ ,]\d{3})+(\.\d+)?", text):
        text = re.sub(r"[ ,]", "", text)
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return (value / 100 if share else value) if math.isfinite(value) else None


def near(value: float, right: str, within: float) -> bool:
    """Return whether a number is right up to a share of it. `right` is a number as a program or a lesson writes it."""
    wanted = number_of(right)
    return wanted is not None and abs(value - wanted) <= max(abs(wanted) * within, 1e-9)
