"""Step mode: one batch at a time, with the images of the batch, its loss, gradients by layer, and weights before and after."""

from __future__ import annotations

from html import escape
from math import isqrt

import streamlit as st

from clsf.charts import inside_step
from clsf.charts.style import STYLES
from clsf.data import png
from clsf.inspection import unpacked
from clsf.inspection_events import StepInspected
from clsf.runs.record import RunRecord
from clsf.ui.shared import units
from clsf.ui.shared.choose import named
from clsf.ui.shared.data_names import class_names
from clsf.ui.shared.figures import draw, remembered
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.settings.fields import explained
from clsf.ui.shared.text import t, tn, words
from clsf.ui.train import keys, layer_names


def show(records: list[RunRecord]) -> None:
    """Show the last step that was reported in detail while these runs are paused there; after that it is folded away."""
    seen = [(record, record.steps_looked[-1]) for record in records if record.steps_looked]
    if not seen:
        return
    title = t("Step {step}, one batch in detail", step=f"{max(look.step for _, look in seen):,}")
    if any(record.status == "paused" for record in records):
        st.header(title)
        explained(note("train", "about-one-batch"))
        _look(seen)
        return
    folded = st.expander(title, icon=":material/footprint:", key="step_open", bind="query-params")
    if folded.open:
        with folded:
            _look(seen)


def _look(seen: list[tuple[RunRecord, StepInspected]]) -> None:
    _batch(*seen[0])
    for place, (record, look) in zip(st.columns(len(seen)), seen, strict=True):
        with place.container(border=True, gap="xsmall"):
            _numbers(record, look)
    _gradients(seen)
    _weights(seen)
    st.caption(note("train", "telling-step-took", time=units.duration(sum(look.seconds for _, look in seen))))


def _batch(record: RunRecord, look: StepInspected) -> None:
    shown = look.pixels["size"][0]
    st.html(
        f'<div class="tp tp-batch">{remembered("train-step-batch", (record.run_id, look.step), lambda: _images(record, look))}</div>'
    )
    text = tn("{count} image of epoch {epoch}", "{count} images of epoch {epoch}", len(look.labels), epoch=look.epoch)
    if shown < len(look.labels):
        text += ", " + t("the first {count} of them are shown", count=shown)
    if record.plan.augmentation.any:
        text += ", " + t("varied as the model saw them")
    st.caption(text + ".")


def _images(record: RunRecord, look: StepInspected) -> str:
    classes, cells = class_names(record), []
    for pixels, label in zip(unpacked(look.pixels), look.labels, strict=False):
        title = escape(classes[label] if label < len(classes) else str(label))
        cells.append(f'<figure><img src="{png.address(pixels)}" alt="{title}"><figcaption>{title}</figcaption></figure>')
    return "".join(cells)


def _numbers(record: RunRecord, look: StepInspected) -> None:
    st.markdown(heading(record.framework) + " · " + t("step {step}", step=f"{look.step:,}"))
    grid = st.grid(3, min_column_width=80, gap="small")
    grid.metric(t("Loss"), units.loss(look.loss))
    grid.metric(t("Right"), f"{look.accuracy * len(look.labels):.0f} / {len(look.labels)}")
    grid.metric(t("Learning rate"), f"{look.learning_rate:.3g}")


def _gradients(seen: list[tuple[RunRecord, StepInspected]]) -> None:
    panels = []
    for record, look in seen:
        labels = layer_names.weights(record, look.weights)
        norms = {labels[n]: w["gradient_norm"] for n, w in look.weights.items() if w["gradient_norm"] is not None}
        if norms:
            panels.append((record.framework, norms))
    st.markdown(f"**{t('Gradients by layer')}**")
    if not panels:
        st.caption(t("Not reported by this variant of the loop: model.fit keeps its gradients to itself."))
        return
    rows = max(len(norms) for _, norms in panels)
    draw(
        "train-step-gradients", tuple((record.run_id, look.step) for record, look in seen),
        lambda: (inside_step.gradients(panels, words), inside_step.gradients_in_words(panels, words)), height=110 + 30 * rows,
    )  # fmt: skip


def _weights(seen: list[tuple[RunRecord, StepInspected]]) -> None:
    st.markdown(f"**{t('Weights before and after')}**")
    record, look = seen[0]
    which = named(st.selectbox, t("Weights of"), layer_names.weights(record, look.weights), keys.STEP_WEIGHT)
    for record, look in seen:
        weight = look.weights.get(which)
        if weight is None:
            continue
        style = STYLES[record.framework]
        st.markdown(heading(record.framework))
        st.html(_update(weight, style.title))
        draw(
            f"train-step-weight-{record.framework}", (record.run_id, look.step, which),
            lambda weight=weight, f=record.framework: (
                inside_step.before_after(weight["before"], weight["after"], f, words),
                words(inside_step.before_after_in_words(weight)),
            ),
            height=190,
        )  # fmt: skip
        if weight["ratio"] is not None:
            st.caption(
                t(
                    "‖update‖ / ‖weights‖ = {ratio}. Their size went from {before} to {after}.",
                    ratio=f"{weight['ratio']:.2g}", before=f"{weight['norm_before']:.5g}", after=f"{weight['norm_after']:.5g}",
                )
            )  # fmt: skip


def _update(weight: dict, framework: str) -> str:
    """Return the tables; `weight` is the entry of `clsf.inspection_events.StepInspected.weights` for one array."""
    sample = weight["sample"]
    shape = sample["shape"]
    across = shape[1] if len(shape) == 4 else min(len(sample["before"]), max(isqrt(len(sample["before"])), 1))
    parts = [_update_table(t("before"), sample["before"], across, framework)]
    if sample["gradient"] is not None:
        parts.append(_update_table(t("its gradient"), sample["gradient"], across, framework))
    parts += ['<span class="sign">→</span>', _update_table(t("after"), sample["after"], across, framework)]
    count = "×".join(map(str, shape))
    said = t("The first {shown} numbers of {shape}, as they are.", shown=len(sample["before"]), shape=count)
    if len(shape) == 4:
        said = t("The first filter on the first channel of {shape}, as it is.", shape=count)
    return f'<div class="tp"><div class="tp-scroll" tabindex="0"><div class="tp-update">{"".join(parts)}</div></div><small>{escape(said)}</small></div>'


def _update_table(title: str, values: list[float], across: int, framework: str) -> str:
    largest = max((abs(v) for v in values), default=0.0) or 1.0
    rows = []
    for start in range(0, len(values), across):
        cells = "".join(_cell(v, largest) for v in values[start : start + across])
        rows.append(f"<tr>{cells}</tr>")
    label = escape(f"{framework}, {title}")
    return f'<figure><figcaption>{escape(title)}</figcaption><table aria-label="{label}"><tbody>{"".join(rows)}</tbody></table></figure>'


def _cell(value: float, largest: float) -> str:
    colour = f"var(--clsf-{'positive' if value >= 0 else 'negative'})"
    amount = 55 * min(abs(value) / largest, 1.0)
    return f'<td style="background:color-mix(in srgb,{colour} {amount:.0f}%,transparent)">{value:.3g}</td>'
