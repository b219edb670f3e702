"""The design as a table: ours immediately, and on request the summaries and counts of both frameworks."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import streamlit as st

from clsf import FRAMEWORKS
from clsf.model.edit_facts import DesignFacts
from clsf.model.shapes import shape_text
from clsf.model.walk import Analysis
from clsf.ui.model import keys
from clsf.ui.model.given import ModelBench
from clsf.ui.shared import asking
from clsf.ui.shared.layer_kinds import described
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import t, tn
from clsf.words import Sentence, say

SHEET = (Path(__file__).parent / "style.css").read_text("utf-8")
MOST = 100_000_000
"""Most parameters of a model that is built only for counting: 400 MB in Keras, which creates real weights."""

PRINTS = {"tensorflow": "model.summary()", "torch": "print(model)"}


def show(bench: ModelBench) -> None:
    """Show our table and the frameworks' own summaries."""
    seen = bench.seen
    st.html(f"<style>{SHEET}</style>{_table(seen)}")
    if seen.output_shape is None:
        st.caption(t("The frameworks can be asked as soon as every layer fits."))
        return
    spec = seen.design.spec()
    if not spec.layers:
        return
    asked = (json.dumps(spec.to_json()), seen.input_shape)
    if st.session_state.get(keys.ASKED) != asked:
        st.button(
            t("Ask both frameworks"),
            key="ask_summaries",
            icon=":material/quiz:",
            on_click=st.session_state.update,
            args=({keys.ASKED: asked},),
        )
        st.caption(t("Each builds the model in its own process, prints it, and counts its parameters."))
        return
    with st.spinner(t("Both frameworks build the model…")):
        answers = _answers(*asked, seen.parameters)
    analysis = spec.analyse(seen.input_shape)
    with st.grid("auto", min_column_width=380, gap="small") as grid:
        for framework in FRAMEWORKS:
            with grid.cell(), st.container(gap="xsmall"):
                _answer(framework, answers[framework], analysis)
    st.caption(
        t("PyTorch is shown with its own modules. It prints what was made, not what flows: shapes exist only when data pass.")
    )


def _answer(framework: str, answer: dict | Sentence, analysis: Analysis) -> None:
    st.markdown(heading(framework, f"`{PRINTS[framework]}`"))
    if isinstance(answer, Sentence):
        asking.unanswered(answer)
        return
    ours = {facts.path: facts.trainable + facts.non_trainable for facts in analysis.layers if facts.weights}
    different = [path for path in {*ours, *answer["layers"]} if ours.get(path) != answer["layers"].get(path)]
    if not different and (answer["trainable"], answer["non_trainable"]) == (analysis.trainable, analysis.non_trainable):
        said = tn(
            "{count} parameter, layer by layer as counted here", "{count} parameters, layer by layer as counted here",
            analysis.parameters, count=f"{analysis.parameters:,}",
        )  # fmt: skip
        st.badge(said, icon=":material/check:", color="green")
    else:
        said = t(
            "It counts {theirs} parameters, but here it is {ours}; layers that differ: {paths}.",
            theirs=f"{answer['trainable'] + answer['non_trainable']:,}", ours=f"{analysis.parameters:,}", paths=", ".join(sorted(different)),
        )  # fmt: skip
        st.error(said, icon=":material/error:")
    st.code(answer["text"], language=None, height=420)


def _answers(spec: str, shape: tuple, parameters: int) -> dict[str, dict | Sentence]:
    if parameters > MOST:
        count, most = f"{parameters:,}", f"{MOST:,}"
        said = say("The model holds {count} parameters; up to {most} it is built to be counted.", count=count, most=most)
        return dict.fromkeys(FRAMEWORKS, said)
    return asking.of_both("clsf.backends.{framework}.summary:summary", spec, shape)


def _table(seen: DesignFacts) -> str:
    rows = []
    for card in seen.design.all():
        facts = seen.cards[card.uid]
        if facts.state == "off":
            continue
        shape = shape_text(facts.out_shape) if facts.out_shape else "?"
        depth = facts.path.count(".") // 2
        count = "" if card.branching else f"{facts.parameters:,}"
        rows.append(
            f'<tr class="{"bad" if facts.state == "broken" else ""}"><td style="padding-left:{0.6 + depth * 1.4:.1f}rem"><code>{escape(facts.path)}</code></td>'
            f"<th>{escape(card.kind)} <small>{escape(described(card))}</small></th><td>{shape}</td><td>{count}</td></tr>"
        )
    heads = "".join(f"<th>{escape(head)}</th>" for head in (t("Layer"), t("Kind"), t("Output shape"), t("Parameters")))
    sums = tn(
        "Together {count} parameter: {learned} learned, {kept} kept but not learned.",
        "Together {count} parameters: {learned} learned, {kept} kept but not learned.", seen.parameters,
        count=f"{seen.parameters:,}", learned=f"{seen.trainable:,}", kept=f"{seen.parameters - seen.trainable:,}",
    )  # fmt: skip
    return f'<div class="mo-table"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table><p>{escape(sums)}</p></div>'
