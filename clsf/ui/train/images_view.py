"""What is seen of the fixed validation images, epoch after epoch: predictions, activations of each layer."""

from __future__ import annotations

import time
from html import escape

import streamlit as st

from clsf.charts.pictures import address, side_by_side
from clsf.charts.style import STYLES
from clsf.data import png
from clsf.errors import ClsfError
from clsf.inspection import unpacked
from clsf.inspection_events import PredictionsInspected
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.shared import asking, linked, runs, state
from clsf.ui.shared.figures import remembered
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading, mark
from clsf.ui.shared.text import t, tn
from clsf.ui.train import keys, layer_names

PATIENCE = 10.0  # seconds until a worker that could not be asked is asked again


def at_epoch(records: list[RunRecord]) -> int:
    """Let the reader choose the epoch of a look; the newest until another one is chosen."""
    epochs = sorted({look.epoch for record in records for look in list(record.predictions_looked)})
    if len(epochs) < 2:
        return epochs[-1]
    chosen = st.session_state.get(keys.INSIDE_AT)
    if chosen is None and st.query_params.get(keys.INSIDE_AT, "") in map(str, epochs):
        chosen = st.session_state[keys.INSIDE_AT] = int(st.query_params[keys.INSIDE_AT])
    following = chosen not in epochs or st.session_state.get(keys.INSIDE_LAST) == chosen
    if following:
        st.session_state[keys.INSIDE_AT] = epochs[-1]
    st.session_state[keys.INSIDE_LAST] = epochs[-1]
    at = st.select_slider(t("After epoch"), epochs, key=keys.INSIDE_AT)
    linked.keep(keys.INSIDE_LINK, None if at == epochs[-1] else str(at), keys.INSIDE_AT)
    return at


def look_at(record: RunRecord, epoch: int) -> PredictionsInspected:
    """Return the last recording of a run at or before this epoch; its first one if there is none."""
    looks = list(record.predictions_looked)
    return next((look for look in reversed(looks) if look.epoch <= epoch), looks[0])


def _pictures(plan: Plan, framework: str, indices: tuple[int, ...]) -> list[str] | None:
    """Return these images of a run as data addresses, None if no worker could be asked; then not asked again for some seconds."""
    plain = Plan(plan.data, plan.preparation, plan.validation_share, plan.train_limit, plan.split, seed=plan.seed)
    wanted = plain.to_json(), list(indices)
    refused, key = st.session_state.setdefault(keys.NO_PICTURES, {}), asking.digest(wanted)
    if refused.get(key, 0.0) > time.monotonic():
        return None
    try:
        return [address(image) for image in asking.ask(framework, "clsf.data.pick:pixels", *wanted, timeout=30.0)]
    except ClsfError:
        refused[key] = time.monotonic() + PATIENCE
        return None


def followed(records: list[RunRecord], classes: list[str]) -> None:
    """Show a card per image: the picture, its class, and a strip per framework with a field per look."""
    looks = {record.framework: list(record.predictions_looked) for record in records}
    last = next(iter(looks.values()))[-1]
    picture = _pictures(records[0].plan, records[0].framework, last.images)
    stamp = tuple((record.run_id, len(seen)) for record, seen in zip(records, looks.values(), strict=True)), picture is None

    def cards() -> str:
        return "".join(_card(n, looks, classes, picture[n] if picture else None) for n in range(len(last.images)))

    st.html(f'<div class="tp tp-images">{remembered("train-followed", stamp, cards)}</div>')
    st.caption(note("train", "same-validation-images"))


def _card(number: int, looks: dict[str, list[PredictionsInspected]], classes: list[str], picture: str | None) -> str:
    label = next(iter(looks.values()))[-1].labels[number]
    alt = escape(t("image {number}: {name}", number=number + 1, name=classes[label]))
    image = f'<img src="{picture}" alt="{alt}">' if picture else '<span class="none"></span>'
    rows = []
    for framework, seen in looks.items():
        answer, sure = seen[-1].classes[number][0], seen[-1].probabilities[number][0]
        right = answer == label
        sign, word = ("✓", "right") if right else ("✗", "wrong")
        said = f'<b class="{word}">{sign} {escape(classes[answer])}</b> {sure:.0%}'
        strip = _strip(framework, number, label, seen, classes)
        rows.append(f'<div><div class="said">{mark(framework)} {said}</div>{strip}</div>')
    caption = f"<figcaption>{escape(classes[label])} <small>#{number + 1}</small></figcaption>"
    return f"<figure>{image}{caption}{''.join(rows)}</figure>"


def _strip(framework: str, number: int, label: int, seen: list[PredictionsInspected], classes: list[str]) -> str:
    cells = []
    for look in seen:
        answer, sure = look.classes[number][0], look.right[number]
        colour = "var(--clsf-right)" if answer == label else "var(--clsf-wrong)"
        amount = 20 + 80 * (sure if answer == label else 1 - sure)
        title = t("epoch {epoch}: {answer}; right class {share}", epoch=look.epoch, answer=classes[answer], share=f"{sure:.0%}")
        cells.append(
            f'<i style="background:color-mix(in srgb,{colour} {amount:.0f}%,transparent)" title="{escape(title)}"></i>'
        )
    name = tn(
        "{framework}: right after {count} of {total} look", "{framework}: right after {count} of {total} looks", len(seen),
        framework=STYLES[framework].title, count=sum(k.classes[number][0] == label for k in seen), total=len(seen),
    )  # fmt: skip
    return f'<div class="tp-strip" role="img" aria-label="{escape(name)}">{"".join(cells)}</div>'


def maps(records: list[RunRecord], classes: list[str]) -> None:
    """Show the layers of each framework side by side, after one epoch."""
    last = records[0].predictions_looked[-1]
    living = [record.run_id for record in records if not record.over]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            t("Image"), list(range(len(last.images))), index=last.watched, key=keys.WATCHED, width=170, filter_mode=None,
            disabled=not living or records[0].owner != state.owner(), on_change=_watch, args=(living,),
            format_func=lambda n: f"{n + 1} · {classes[last.labels[n]]}", help=note("train", "one-16-fixed"),
        )  # fmt: skip
        epoch = at_epoch(records)
    look = look_at(records[0], epoch)
    picture = _pictures(records[0].plan, records[0].framework, look.images)
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
