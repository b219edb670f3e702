"""Curves as SVG, drawn here, so that a report needs no browser to create and no script to display."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 300  # pixels
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 52, 42  # room for axes and a legend of two rows
PER_ROW = 2  # names in a row of the legend
DASHES = {"solid": "", "dash": "7 4", "dot": "2 4"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: points (x, y); `strong` lines have symbols."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str
    dash: str = "solid"
    mark: str = "circle"  # "circle" or "square"
    strong: bool = True


def curves(lines: Sequence[Curve], x_title: str, y_title: str, alt: str, share: bool = False) -> str:
    """Return an <svg> of the lines; `share`: y is a fraction and is shown as a percentage. Non-finite points are left out."""
    kept = [(line, [(x, y) for x, y in line.points if math.isfinite(x) and math.isfinite(y)]) for line in lines]
    points = [p for _, ps in kept for p in ps] or [(0.0, 0.0), (1.0, 1.0)]
    xs, ys = (
        ticks(min(p[0] for p in points), max(p[0] for p in points), 6),
        ticks(min(p[1] for p in points), max(p[1] for p in points), 5),
    )
    x_low, x_high = min(xs[0], min(p[0] for p in points)), max(xs[-1], max(p[0] for p in points))
    y_low, y_high = min(ys[0], min(p[1] for p in points)), max(ys[-1], max(p[1] for p in points))

    def across(x: float) -> float:
        return LEFT + (x - x_low) / ((x_high - x_low) or 1) * (WIDTH - LEFT - RIGHT)

    def down(y: float) -> float:
        return HEIGHT - BOTTOM - (y - y_low) / ((y_high - y_low) or 1) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="12" '
        f'fill="#333333"><title>{escape(alt)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    ]
    for y in ys:
        at = down(y)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e3e5e1"/>')
        parts.append(f'<text x="{LEFT - 7}" y="{at + 4:.1f}" text-anchor="end">{f"{y:.0%}" if share else f"{y:g}"}</text>')
    for x in xs:
        at = across(x)
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{x:g}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 7}" text-anchor="middle">{escape(x_title)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text x="14" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 14 {middle:.0f})">{escape(y_title)}</text>'
    )
    for line, ps in kept:
        parts.append(_line(line, [(across(x), down(y)) for x, y in ps]))
    parts.append(_legend(lines))
    return "".join(parts) + "</svg>"


def _line(line: Curve, points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = f' stroke-dasharray="{DASHES[line.dash]}"' if DASHES[line.dash] else ""
    width, opacity = (2.2, 1) if line.strong else (1.2, 0.55)
    drawn = f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="{width}" opacity="{opacity}"{dash}/>'
    if line.strong and len(points) <= 60:
        drawn += "".join(_symbol(line, x, y) for x, y in points)
    return drawn


def _symbol(line: Curve, x: float, y: float) -> str:
    if line.mark == "square":
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{line.colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{line.colour}"/>'


def _legend(lines: Sequence[Curve]) -> str:
    room, parts = (WIDTH - LEFT - RIGHT) / PER_ROW, []
    for number, line in enumerate(lines):
        x, y = LEFT + number % PER_ROW * room, 14 + number // PER_ROW * 19
        parts.append(_line(line, [(x, y), (x + 26, y)]))
        parts.append(f'<text x="{x + 36:.0f}" y="{y + 4}">{escape(line.name)}</text>')
    return "".join(parts)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from below `low` to above `high`, at most about `most` + 2 of them."""
    if high <= low:
        return [low, low + 1]
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * s for s in (1, 2, 5, 10) if power * s >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]
