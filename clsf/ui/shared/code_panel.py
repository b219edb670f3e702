"""Two sources side by side, aligned layer by layer, with the notes of each line."""

from __future__ import annotations

from clsf import code
from clsf.charts.style import STYLES as LOOKS
from clsf.code import Code, Line
from clsf.code.side_by_side import side_by_side
from clsf.ui.shared.components import component
from clsf.ui.shared.text import t, words

_component = component("clsf_model_code", __file__, "code_panel", '<div class="mc"></div>\n<span hidden></span>')


def panel(left: Code, right: Code, styles: list[str], key: str) -> None:
    """Show two sources side by side, aligned layer by layer."""
    sides = []
    for source, style in zip((left, right), styles, strict=True):
        look = LOOKS[code.STYLES[style].framework]
        sides.append({"title": words(code.STYLES[style].title), "mark": look.mark, "colour": look.colour, "text": source.text})
    _component(
        key=key,
        data={
            "sides": sides,
            "blocks": [{"path": b.path, "sides": [_lines(b.left), _lines(b.right)]} for b in side_by_side(left, right)],
            "labels": {
                "copy": t("Copy"), "copied": t("copied"), "failed": t("not copied"), "all": t("Show all notes"),
                "why": t("Why is this line as it is?"),
            },
        },
    )  # fmt: skip


def _lines(lines: tuple[Line, ...]) -> list[dict]:
    return [{"text": line.text, "path": line.path, "note": words(line.note) if line.note else None} for line in lines]
