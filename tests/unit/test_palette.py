"""Each colour has one meaning on all pages: colours with a meaning are defined in one module and used from there."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

import clsf
from clsf.charts import layer_pictures, palette
from clsf.charts.style import STYLES

PACKAGE = Path(clsf.__file__).parent
ELSEWHERE = {"charts/palette.py", "frameworks.py", "ui/icon.svg", "ui/shared/drawing/__init__.py"}
"""Where the colours are said, the logo, and the inks of the drawing sheet, which are what a student paints with."""

FILES = [
    path
    for kind in ("py", "css", "js")
    for path in sorted(PACKAGE.rglob(f"*.{kind}"))
    if path.relative_to(PACKAGE).as_posix() not in ELSEWHERE
]
MEANING = {
    colour.lower()
    for colour in (
        palette.TENSORFLOW, palette.TORCH, palette.RIGHT, palette.WRONG, palette.NEGATIVE, palette.POSITIVE,
        *palette.RIGHT_TEXT, *palette.WRONG_TEXT,
    )
}  # fmt: skip
FRAMEWORKS = [style.colour for style in STYLES.values()]


def lab(colour: str) -> tuple[float, float, float]:
    """Return a colour as CIE L*a*b*, where equal distances look equally different."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    ]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    x, y, z = (
        sum(a * b for a, b in zip(row, linear, strict=True)) / white
        for row, white in zip(rows, (0.9505, 1, 1.089), strict=True)
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


def colours_in(path: Path) -> set[str]:
    return {found.lower() for found in re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text("utf-8"))}


def literal_colours(text: str) -> set[str]:
    """Return the colours that are written out in a text, as #rrggbb; black, white and greys have no meaning and are left out."""
    found = {
        hexed if len(hexed) == 7 else "#" + "".join(2 * c for c in hexed[1:4])
        for hexed in re.findall(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b(?!;\w)", text)
    }
    numbers = re.findall(r"rgba?\(\s*(\d{1,3})[,\s]\s*(\d{1,3})[,\s]\s*(\d{1,3})", text)
    found |= {"#" + bytes(map(int, triple)).hex() for triple in numbers if all(int(n) < 256 for n in triple)}
    return {colour.lower() for colour in found if max(bytes.fromhex(colour[1:])) - min(bytes.fromhex(colour[1:])) > 20}


def test_no_page_has_a_colour_of_its_own():
    """Outside of the palette only black, white and greys are used."""
    elsewhere = {
        "ui/chrome.css": {"#127f75"},  # Streamlit's form of the dark theme's primary colour, to be replaced
    }  # fmt: skip
    own = {}
    for path in (*FILES, *sorted((PACKAGE.parent / "pages").glob("*.py"))):
        name = path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else path.name
        if name.startswith(("ui/", "charts/")) or path.suffix in (".css", ".js") or not path.is_relative_to(PACKAGE):
            found = literal_colours(path.read_text("utf-8")) - elsewhere.get(name, set())
            if found:
                own[name] = sorted(found)
    assert own == {}, "say it in clsf.charts.palette, and use it, or its CSS variable"


def test_a_colour_with_a_meaning_is_written_in_one_place():
    again = {f"{path.relative_to(PACKAGE)}: {colour}" for path in FILES for colour in colours_in(path) & MEANING}
    assert not again, "use clsf.charts.palette, or its CSS variables"


@pytest.mark.parametrize("part", ["charts", "ui", "report"])
def test_nothing_else_looks_like_a_framework(part):
    alike = {
        f"{path.relative_to(PACKAGE)}: {colour}"
        for path in FILES
        if path.relative_to(PACKAGE).parts[0] == part and "your_code" not in path.parts  # the colours of code in an editor
        for colour in colours_in(path)
        if min(apart(colour, own) for own in FRAMEWORKS) < 20
    }
    assert not alike


def test_series_are_told_apart_and_mean_nothing():
    assert min(apart(one, other) for one, other in combinations(palette.SERIES, 2)) > 20
    assert min(apart(one, other) for one in palette.SERIES for other in FRAMEWORKS) > 20
    assert not {*palette.SERIES} & MEANING


def test_every_page_knows_the_colours_by_name():
    known = set(re.findall(r"--(clsf-[\w-]+):", palette.variables()))
    used = {name for path in FILES for name in re.findall(r"var\(--(clsf-[\w-]+)\)", path.read_text("utf-8"))}
    assert used <= known
    assert {"clsf-right", "clsf-wrong", "clsf-tensorflow", "clsf-torch"} <= used


def test_negative_is_blue_and_positive_red_in_every_picture_of_numbers():
    colours = layer_pictures.palette()
    assert "#" + bytes(colours[0].tolist()).hex() == palette.NEGATIVE
    assert "#" + bytes(colours[254].tolist()).hex() == palette.POSITIVE
    window = (PACKAGE / "ui/layers/window.js").read_text("utf-8")  # which draws the same numbers in the browser
    assert f"STOPS = {[list(stop) for stop in palette.SIGNED]};" in window
