"""The model and the plan that were read, what was assumed or left out, and the same in both frameworks as code."""

from __future__ import annotations

import streamlit as st

from clsf.code import model_code
from clsf.errors import ClsfError
from clsf.model.shapes import shape_text
from clsf.reader.answer import parameters
from clsf.reader.plan import plan_of
from clsf.reader.program import Program
from clsf.reader.translate import STYLES, translated
from clsf.ui.shared import code_panel, design, navigation
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.downloads import download
from clsf.ui.shared.settings import extras
from clsf.ui.shared.text import plain, t, words


def show(program: Program, key: str) -> None:
    """Show what the program is, in one line, its layers, and its plan."""
    count = parameters(program)
    shape = shape_text(program.input_shape) if program.input_shape else "?"
    names = {"keras": "Keras", "torch": "PyTorch"}
    columns = st.columns(4)
    columns[0].metric(t("Framework"), names.get(program.framework, "?"))
    columns[1].metric(t("Layers"), len(program.spec.layers))
    columns[2].metric(t("Input"), shape)
    columns[3].metric(t("Parameters"), f"{count:,}" if count is not None else "–")
    _layers(program)
    if st.button(t("Open in Model"), key=f"{key}_open", icon=":material/account_tree:"):
        design.hand_over(program.spec)
        navigation.switch_to("model")
    _plan(program)


def _layers(program: Program) -> None:
    try:
        analysis = program.spec.analyse(program.input_shape) if program.input_shape else None
    except ClsfError as error:
        st.warning(plain(error.sentence), icon=":material/warning:")
        analysis = None
    if analysis is None:
        st.dataframe([{t("Layer"): type(layer).__name__} for layer in program.spec.layers], hide_index=True)
        return
    rows = [
        {t("Layer"): f.kind, t("Out"): shape_text(f.out_shape), t("Parameters"): f.trainable + f.non_trainable}
        for f in analysis.layers
    ]
    with st.expander(t("Layers and shapes"), icon=":material/layers:"):
        st.dataframe(rows, hide_index=True, width="stretch")


def _plan(program: Program) -> None:
    plan, assumed = plan_of(program)
    facts = {
        t("Images"): data_name(plan.data), t("Scale"): plan.preparation.scale, t("Loss"): plan.loss, t("Optimizer"): plan.optimizer, t("Learning rate"): f"{plan.learning_rate:g}",
        t("Batch size"): str(plan.batch_size), t("Epochs"): str(plan.epochs), t("Validation share"): f"{plan.validation_share:g}",
    }  # fmt: skip
    shown = (plan.preparation.scale, t("categorical loss"), t("binary loss"))  # already shown
    said = [f"{plain(name)} **{plain(value)}**" for name, value in facts.items()]
    st.markdown(" · ".join([*said, *(f"**{plain(text)}**" for text in extras.said(plan, short=True) if text not in shown)]))
    told = [words(what) for _, what in [*program.assumed, *assumed]]
    if told:
        st.caption(t("Assumed") + ": " + plain(" ".join(dict.fromkeys(told))))
    if program.not_understood:
        with st.expander(t("Not understood, and left out"), icon=":material/visibility_off:"):
            for line, what in program.not_understood[:50]:
                where = t("Line {line}", line=line) + ": " if line else ""
                st.markdown(f"- {where}{plain(what)}")


def code(program: Program, key: str) -> None:
    """Show both sources, or the message that says why there are none."""
    if program.spec is None or program.input_shape is None:
        return
    with st.expander(t("The same, cleaned, in both frameworks"), icon=":material/code:"):
        try:
            classes, names = program.classes or 10, ("keras", "torch")
            both = [model_code(program.spec, program.input_shape, classes, STYLES[name]) for name in names]
            whole = {name: translated(program, name) for name in names}
        except ClsfError as error:
            st.info(plain(error.sentence), icon=":material/info:")
            return
        code_panel.panel(*both, [STYLES["keras"], STYLES["torch"]], key=f"{key}_panel")
        for name, title in (("keras", "Keras"), ("torch", "PyTorch")):
            download(
                t("Download the program in {framework}", framework=title), whole[name], f"program_{name}.py", f"{key}_{name}"
            )
