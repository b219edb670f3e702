"""A table of the differing settings and the results of several runs: settings that all share are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from clsf import checks
from clsf.charts.arm_styles import ArmStyle
from clsf.charts.style import STYLES
from clsf.experiments.settings import differing, shown, title
from clsf.runs.record import RunRecord
from clsf.ui.shared import units
from clsf.ui.shared.run_status import status
from clsf.ui.shared.run_style import sign
from clsf.ui.shared.text import begun, t, words


@dataclass(frozen=True, slots=True, eq=False)
class RunRow:
    """A run as shown in the table."""

    name: str
    look: ArmStyle
    record: RunRecord
    short: str = ""  # its name without the framework


def show(rows: Sequence[RunRow], but: Sequence[str] = (), best: Sequence[str] = ()) -> None:
    """Show the table; settings in `but` are left out because row names include them; runs with ids in `best` are highlighted."""
    columns = {name: values for name, values in differing([row.record for row in rows]).items() if name not in but}
    heads = [
        f'<th scope="col">{escape(t("Run"))}</th>',
        *(f'<th scope="col">{escape(begun(words(title(name))))}</th>' for name in columns),
        *(f'<th scope="col" class="number">{escape(text)}</th>' for text in _titles()),
        f'<th scope="col">{escape(t("State"))}</th>',
    ]
    lines = []
    for place, row in enumerate(rows):
        cells = [_setting(name, values[place]) for name, values in columns.items()]
        cells += [f'<td class="number{extra}">{text}</td>' for text, extra in _numbers(row.record)]
        cells.append(f"<td>{escape(status(row.record))}</td>")
        marked = ' class="best"' if row.record.run_id in best else ""
        lines.append(f'<tr{marked}><th scope="row">{sign(row.look)}{escape(row.name)}</th>{"".join(cells)}</tr>')
    caption = escape(t("What the runs differ in, and their results"))
    st.html(
        f'<div class="ex ex-table" tabindex="0" role="region" aria-label="{caption}"><table><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def csv(rows: Sequence[RunRow]) -> bytes:
    """Return the table as a file; names of columns are those of the code, the same in every language."""
    import pandas as pd

    columns = differing([row.record for row in rows])
    lines = []
    for place, row in enumerate(rows):
        end, last = row.record.ended, row.record.final
        top = _best(row.record)
        lines.append(
            {"run": row.record.run_id, "name": checks.cell(row.name), "framework": row.record.framework}
            | {name: checks.cell(str(shown(values[place]))) for name, values in columns.items() if name != "framework"}
            | {
                "status": row.record.status, "epochs": len(row.record.epochs),
                "train_accuracy": last and last.train_accuracy, "validation_accuracy": last and last.validation_accuracy,
                "validation_loss": last and last.validation_loss, "best_epoch": top and top.epoch,
                "best_validation_accuracy": top and top.validation_accuracy, "seconds": end and end.seconds,
            }
        )  # fmt: skip
    return pd.DataFrame(lines).to_csv(index=False).encode()


def _titles() -> list[str]:
    return [
        t("Validation"), t("Best epoch"), t("On training images"), t("Training − validation"), t("Loss, validation"), t("Epochs"), t("Time"),
    ]  # fmt: skip


def _numbers(record: RunRecord) -> list[tuple[str, str]]:
    """Return the cells of the result of a run, each with its further class."""
    if not record.epochs:
        return [("–", "")] * len(_titles())
    final, top, end = record.final, _best(record), record.ended
    return [
        (units.share(final.validation_accuracy), " score"),
        (f"{units.share(top.validation_accuracy)}<small>{escape(t('epoch {epoch}', epoch=top.epoch))}</small>", ""),
        (units.share(final.train_accuracy), ""),
        (f"{(final.train_accuracy - final.validation_accuracy) * 100:+.1f}", ""),
        (units.loss(final.validation_loss), ""),
        (f"{len(record.epochs)}", ""),
        (units.duration(end.seconds) if end is not None else "–", ""),
    ]


def _best(record: RunRecord):
    """Return the epoch with the highest accuracy on the validation images; the earliest if there are several."""
    return max(record.epochs, key=lambda e: (e.validation_accuracy, -e.epoch), default=None)


def _setting(name: str, value: object) -> str:
    if name == "framework":
        return f"<td>{escape(STYLES[str(value)].title)}</td>"
    text = words(shown(value))
    off = ' class="off"' if text == "–" or text == "0" else ""
    return f"<td{off}>{escape(text)}</td>"
