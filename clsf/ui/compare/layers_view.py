"""The model from input to loss, and where in it the frameworks differ."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from clsf.charts.compare_lockstep import PHASES, Cell, LayerRow
from clsf.compare.values import FirstParting, StepDifference
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import icon
from clsf.ui.shared.text import t


def show(rows: Sequence[LayerRow], step: StepDifference, parting: FirstParting | None) -> None:
    """Show one step: a row per layer, a column per phase. `rows` comes from `layer_rows`."""
    phases = ((t("start"), "start"), (t("forward"), "south"), (t("backward"), "north"), (t("update"), "edit"))
    head = "".join(f"<th scope='col'>{icon(sign)} {escape(word)}</th>" for word, sign in phases)
    body = "".join(_row(row) for row in rows)
    evaluation = [t for t in step.tensors if t.phase == "evaluation"]
    if evaluation:
        body += _row(_evaluated(evaluation, parting, step))
    caption = t("Largest difference of each layer in step {step}", step=step.step)
    st.html(
        f'<div class="cp cp-model" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<thead><tr><th scope='col'>{escape(t('Layer'))}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    said = t("Largest difference of each layer in step {step}.", step=step.step)
    st.caption(f"{said} {note('compare', 'start-initial-weights')}")


def _evaluated(tensors: list, parting: FirstParting | None, step: StepDifference) -> LayerRow:
    first = parting is not None and parting.phase == "evaluation" and parting.step == step.step
    cell = Cell(max(x.difference for x in tensors), parted=any(x.parted for x in tensors), first=first)
    return LayerRow("", "evaluation", (), 0, {"forward": cell})


def _row(row: LayerRow) -> str:
    titles = {"images": t("images"), "logits": t("logits"), "loss": t("loss"), "evaluation": t("validation images")}
    shape = "×".join(map(str, row.shape))
    name = escape(titles.get(row.name, row.name)) if not row.path else escape(row.name)
    path = f"<i>{escape(row.path)}</i>" if row.path else ""
    small = f"<small>{shape}</small>" if shape else ""
    cells = "".join(_cell(row.cells.get(phase, Cell(None))) for phase in PHASES)
    return f"<tr><th scope='row' style='padding-left: {9 + 16 * row.depth}px'>{path}{name}{small}</th>{cells}</tr>"


def _cell(cell: Cell) -> str:
    if cell.difference is None:
        return "<td class='none'>–</td>"
    number = f"{cell.difference:.1e}" if cell.difference else "0"
    if cell.parted:
        tag = f"<b>{escape(t('first difference'))}</b>" if cell.first else ""
        return f"<td class='part{' first' if tag else ''}' title='{escape(t('parted'))}'>{icon('close')}{number}{tag}</td>"
    if cell.excused:
        return f"<td class='spared' title='{escape(t('not judged'))}'>{icon('remove')}{number}</td>"
    return f"<td class='same' title='{escape(t('equal'))}'>{icon('check')}{number}</td>"
