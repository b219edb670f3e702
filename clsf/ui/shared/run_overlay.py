"""The curves of many runs in small panels with one common legend, for experiments and for chosen runs of the history."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from zlib import crc32

import streamlit as st

from clsf.charts import experiment_curves as curves
from clsf.charts.experiment_curves import PANELS, Drawn
from clsf.charts.style import STYLES
from clsf.ui.shared import choose
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.run_style import sign
from clsf.ui.shared.run_table import RunRow
from clsf.ui.shared.text import t, words

AXIS, ONLY = "exp_axis", "exp_only"  # session_state keys


def show(rows: Sequence[RunRow], group: str) -> None:
    """Show the legend and the four panels, as soon as one run has trained a batch. Panels of the same `group` zoom together."""
    if not any(len(row.record.steps) for row in rows):
        return
    axis, only = _settings(rows, group)
    st.html(_legend(rows))
    shown = [Drawn(row.record, row.name, row.look, bool(only) and row.name not in only) for row in rows]  # the others are faint
    stamp = ([(row.record.run_id, row.record.version, row.name) for row in rows], axis, tuple(only))
    with st.grid(2, min_column_width=250, gap="small"):
        for panel in PANELS:
            draw(
                f"{group}-{panel}", stamp,
                lambda panel=panel: (curves.figure(panel, shown, axis, words), curves.in_words(panel, shown, words)),
                height=250, title=words(PANELS[panel].title), link=curves.link(shown, f"{group} {axis}"),
            )  # fmt: skip
    st.caption(note("experiments", "training-mean-over"))


def _settings(rows: Sequence[RunRow], group: str) -> tuple[str, list[str]]:
    axes = {"epochs": t("Epochs"), "seconds": t("Seconds")}
    with st.popover(t("Charts"), icon=":material/tune:", key=f"{group}-chart-settings"):
        axis = choose.named(st.segmented_control, t("Horizontal axis"), axes, AXIS)
        known = list(dict.fromkeys(row.name for row in rows))
        named = {f"{crc32(name.encode()):08x}": name for name in known}  # names may have commas
        only = choose.several(
            st.multiselect, t("Bring out"), named, f"{ONLY}-{group}", link=ONLY, help=t("The others become faint. Empty: all are equally strong.")
        )  # fmt: skip
    return axis, [named[one] for one in only]


def _legend(rows: Sequence[RunRow]) -> str:
    """Return the name of each line; with both frameworks, the two lines of one colour share an entry."""
    names_of: dict[str, list[RunRow]] = {}
    for row in rows:
        names_of.setdefault(row.short or row.name, []).append(row)
    items = [
        f"<li>{''.join(sign(row.look) for row in same)}<span>{escape(name)}</span></li>" for name, same in names_of.items()
    ]
    frameworks = [name for name in STYLES if any(row.record.framework == name for row in rows)]
    if len(frameworks) > 1:
        lines = {"solid": t("solid, filled"), "dash": t("dashed, hollow")}
        items += [f'<li class="key">{escape(f"{STYLES[name].title}: {lines[STYLES[name].dash]}")}</li>' for name in frameworks]
    return f'<ul class="ex ex-legend" aria-label="{escape(t("What each line is"))}">{"".join(items)}</ul>'
