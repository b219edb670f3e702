"""Bytes as a reader says them."""

from __future__ import annotations


def amount(count: int) -> str:
    """Return bytes with the unit that keeps the number short: powers of a thousand."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            number = count / size
            return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}"
    return f"{count} B"
