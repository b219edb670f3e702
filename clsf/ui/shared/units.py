"""Numbers with units, as text in the reader's language."""

from __future__ import annotations

from clsf.ui.shared.text import t, tn


def duration(seconds: float) -> str:
    """Return seconds as readable text: tenths below ten seconds, minutes above ninety."""
    if seconds < 10:
        return t("{seconds} s", seconds=f"{seconds:.1f}")
    if seconds < 90:
        return t("{seconds} s", seconds=f"{seconds:.0f}")
    minutes, rest = divmod(round(seconds), 60)
    return t("{minutes} min {seconds} s", minutes=minutes, seconds=rest)


def megabytes(count: int) -> str:
    """Return bytes as megabytes of a million, without the unit."""
    return f"{count / 1e6:,.0f}" if count >= 1e6 else f"{count / 1e6:.1f}"


def amount(count: int) -> str:
    """Return bytes with the unit that keeps the number short: powers of a thousand."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            number = count / size
            return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}"
    return f"{count} B"


def parameters(count: int) -> str:
    """Return how many parameters there are."""
    return tn("{count} parameter", "{count} parameters", count, count=f"{count:,}")


def share(fraction: float | None) -> str:
    """Return a fraction as per cent, or a dash where there is none."""
    return "–" if fraction is None else f"{fraction:.1%}"


def loss(value: float | None) -> str:
    """Return a loss in four digits, or a dash where there is none."""
    return "–" if value is None else f"{value:.4f}"
