"""The model diagram with the first difference between two frameworks: each layer's box says whether it is equal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree

from clsf.charts.compare_lockstep import PHASES, Cell, LayerRow
from clsf.charts.palette import RIGHT, WRONG
from clsf.words import Sentence, say

SVG = "http://www.w3.org/2000/svg"

STYLE = """
.box text.right, .box text.wrong, .end text.right, .end text.wrong { text-anchor: end; font-size: 10px; font-weight: 700; } .box text.right, .end text.right { fill: @RIGHT@; } .box text.wrong, .end text.wrong { fill: @WRONG@; }
.part rect { stroke: @WRONG@; stroke-width: 2.5; fill: color-mix(in srgb, @WRONG@ 16%, transparent); }
.late rect { stroke: @WRONG@; stroke-width: 1.5; stroke-dasharray: 5 3; }
.first rect { stroke-width: 4.5; } .flag rect { fill: @WRONG@; stroke: none; } .flag text { fill: #fff; font-size: 11px; font-weight: 700; }
""".replace("@RIGHT@", RIGHT).replace("@WRONG@", WRONG)

SIGNS = {"start": "•", "forward": "↓", "backward": "↑", "update": "✎"}
"""One line per phase next to each box. Filled red: the output differs. Dashed: only what is learned from it differs."""

LINE = 12  # pixels from one to the next
_PHASES = {"start": say("start"), "forward": say("forward"), "backward": say("backward"), "update": say("update")}
FLAG = 18  # pixels; the height of the flag that marks the first difference
LETTER = 6.6  # pixels; about the width of a letter in it; a Korean letter is twice as wide


def marked(svg: str, rows: Sequence[LayerRow], said: Callable[[Sentence], str] = str) -> str:
    """Return the diagram of a model (`clsf.charts.model_diagram`) with the result of `layer_rows` at each box.

    The result for the images is shown at the input, those for logits and loss at the output.
    """
    ElementTree.register_namespace("", SVG)
    # We have just drawn this from checked values: it is not untrusted XML.
    root = ElementTree.fromstring(svg)  # noqa: S314
    root.find(f"{{{SVG}}}style").text += STYLE
    ends = [g for g in root.iter(f"{{{SVG}}}g") if g.get("class") == "end"]
    boxes = {g.get("data-path"): g for g in root.iter(f"{{{SVG}}}g") if g.get("data-path")}
    inside = [row for row in rows if row.path in boxes]
    last = [row for row in rows if row.name in ("logits", "loss") or (row.path and row.path not in boxes)]
    for group, told in [
        *((boxes[row.path], [row]) for row in inside),
        (ends[0], [row for row in rows if row.name == "images" and not row.path]),
        (ends[-1], last),
    ]:
        _mark(root, group, [row.cells for row in told], said)
    root.set("aria-label", f"{root.get('aria-label', '')}. {in_words(rows, said)}")
    return ElementTree.tostring(root, encoding="unicode")


def in_words(rows: Sequence[LayerRow], said: Callable[[Sentence], str] = str) -> str:
    """Return a text alternative that names the first layer that differs."""
    for row in rows:
        for phase in PHASES:
            cell = row.cells.get(phase)
            if cell is not None and cell.first:
                name = f"{row.path} {row.name}".strip()
                return said(say("First difference: {layer}, {phase}.", layer=name, phase=_PHASES[phase]))
    return said(say("Nothing differs first here."))


def _mark(
    root: ElementTree.Element, group: ElementTree.Element, marked: list[dict[str, Cell]], said: Callable[[Sentence], str]
) -> None:
    cells = [
        (phase, cells[phase]) for cells in marked for phase in PHASES if phase in cells and cells[phase].difference is not None
    ]
    if not cells:
        return
    parted = list(dict.fromkeys(phase for phase, cell in cells if cell.parted))
    first = next(((phase, cell) for phase, cell in cells if cell.first), None)
    box = group.find(f"{{{SVG}}}rect")
    x, y, width = (float(box.get(name)) for name in ("x", "y", "width"))
    state = "same" if not parted else "part" if {"start", "forward"} & set(parted) else "late"
    group.set("class", f"{group.get('class')} {state}{' first' if first else ''}")
    for line, phase in enumerate(phase for phase in PHASES if any(phase == p for p, _ in cells)):
        place = {"class": "wrong" if phase in parted else "right", "x": f"{x - 4:.1f}", "y": f"{y + 10 + LINE * line:.1f}"}
        ElementTree.SubElement(group, f"{{{SVG}}}text", place | {"text-anchor": "end"}).text = SIGNS[phase] + (
            "✗" if phase in parted else "✓"
        )
    title = group.find(f"{{{SVG}}}title")
    if parted and title is not None:
        title.text = f"{title.text}: {', '.join(said(_PHASES[phase]) for phase in parted)}"
    if first:
        phase, cell = first
        _flag(
            root,
            x + width / 2,
            y,
            said(say("first difference: {phase}, {difference}", phase=_PHASES[phase], difference=f"{cell.difference:.1e}")),
        )


def _flag(root: ElementTree.Element, middle: float, bottom: float, words: str) -> None:
    """Return a label above the box, over the arrow that leads to it."""
    long = 14 + LETTER * sum(1 if letter.isascii() else 1.7 for letter in words)
    group = ElementTree.SubElement(root, f"{{{SVG}}}g", {"class": "flag"})
    ElementTree.SubElement(
        group, f"{{{SVG}}}rect",
        {"x": f"{middle - long / 2:.1f}", "y": f"{bottom - FLAG + 2:.1f}", "width": f"{long:.1f}", "height": f"{FLAG}", "rx": "9"},
    )  # fmt: skip
    text = ElementTree.SubElement(
        group, f"{{{SVG}}}text", {"x": f"{middle:.1f}", "y": f"{bottom - FLAG / 2 + 6:.1f}", "text-anchor": "middle"}
    )
    text.text = words
