"""A confusion matrix whose cells can be chosen, by mouse or keyboard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from clsf.ui.shared import linked
from clsf.ui.shared.components import component, nothing
from clsf.ui.shared.text import t

MOST_CLASSES = 30  # with more, the numbers would be unreadable

_component = component("clsf_confusion", __file__, "matrix", '<div class="scroll"></div>\n<span hidden></span>')


def matrix(key: str, counts: np.ndarray, classes: Sequence[str], rates: bool) -> tuple[int, int] | None:
    """Show counts, int (classes, classes), or the rates of each row; return the cell that was chosen, (shown, answered)."""
    chosen = (st.session_state.get(key) or {}).get("cell") or linked.current(f"{key}-kept", key) or ""
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shown = [[f"{v:.0%}" for v in row] for row in counts / totals] if rates else [[str(v) for v in row] for row in counts]
    result = _component(
        key=key,
        data={
            "classes": list(classes), "counts": counts.tolist(), "shown": shown, "cell": chosen,
            "words": {
                "caption": t("Row: what the image shows. Column: what the model answered."),
                "cell": t("Shows %s, answered %a: %n images"),
            },
        },
        on_cell_change=nothing,
    )  # fmt: skip
    cell = _cell(result.cell or chosen, len(classes))
    linked.keep(f"{key}-kept", f"{cell[0]},{cell[1]}" if cell else None, key)
    return cell


def _cell(value: object, classes: int) -> tuple[int, int] | None:
    """Return the cell in what the browser sent, None if there is none of that name."""
    row, _, column = str(value or "").partition(",")
    if row.isdecimal() and column.isdecimal() and len(row) < 5 and len(column) < 5 and max(int(row), int(column)) < classes:
        return int(row), int(column)
    return None
