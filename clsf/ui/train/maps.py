"""The output of each layer for one image: the first channels of its activations, as small grey pictures, epoch after epoch."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.charts.pictures import side_by_side
from clsf.charts.style import STYLES
from clsf.data import png
from clsf.inspection import unpacked
from clsf.runs.record import RunRecord
from clsf.ui.shared import runs, state
from clsf.ui.shared.figures import remembered
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import t
from clsf.ui.train import keys, layer_names, pictures
from clsf.ui.train.inspected_epoch import at_epoch, look_at


def show(records: list[RunRecord], classes: list[str]) -> None:
    """Show the layers of each framework side by side, after one epoch."""
    last = records[0].predictions_looked[-1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose(records, last, classes)
        epoch = at_epoch(records)
    look = look_at(records[0], epoch)
    picture = pictures.of_run(records[0].plan, records[0].framework, look.images)
    if picture:
        title = escape(classes[look.labels[look.watched]])
        st.html(
            f'<div class="tp tp-maps"><span>{escape(t("image"))}<small>{title}</small></span><img src="{picture[look.watched]}" alt="{title}"></div>'
        )
    for place, record in zip(st.columns(len(records), gap="large"), records, strict=True):
        with place:
            st.markdown(heading(record.framework))
            seen = look_at(record, epoch)
            stamp = (record.run_id, seen.step, seen.watched)
            html = remembered(f"train-maps-{record.framework}", stamp, lambda r=record, seen=seen: _layers(r, seen.activations))
            st.html(f'<div class="tp tp-maps">{html}</div>')
    st.caption(note("train", "first-six-channels"))


def _choose(records: list[RunRecord], last: object, classes: list[str]) -> None:
    living = [record.run_id for record in records if not record.over]
    numbers = list(range(len(last.images)))
    st.selectbox(
        t("Image"), numbers, index=last.watched, key=keys.WATCHED, disabled=not living or records[0].owner != state.owner(), width=170, filter_mode=None,
        format_func=lambda n: f"{n + 1} · {classes[last.labels[n]]}", on_change=_watch, args=(living,),
        help=note("train", "one-16-fixed"),
    )  # fmt: skip


def _watch(living: list[str]) -> None:
    runs.command(living, "watch", float(st.session_state[keys.WATCHED]))


def _layers(record: RunRecord, activations: dict[str, dict]) -> str:
    """Return a row of pictures per layer, as HTML."""
    titles, rows = layer_names.layers(record), []
    for path, array in activations.items():
        shape = "×".join(map(str, array["shape"]))
        maps = unpacked(array)
        title = titles.get(path, path)
        framework, low, high = STYLES[record.framework].title, f"{array['low']:.3g}", f"{array['high']:.3g}"
        alt = escape(t("{framework}, {layer}: from {low} to {high}", framework=framework, layer=title, low=low, high=high))
        kind = "" if maps.shape[1] > 1 else ' class="vector"'
        picture = png.address(side_by_side(maps))
        rows.append(f'<span>{escape(title)}<small>{shape}</small></span><img{kind} src="{picture}" alt="{alt}" title="{alt}">')
    return "".join(rows)
