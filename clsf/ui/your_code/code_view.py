"""The same model, cleaned, in both frameworks, its lines side by side."""

from __future__ import annotations

import streamlit as st

from clsf.code import model_code
from clsf.errors import ClsfError
from clsf.reader.program import Program
from clsf.reader.translate import STYLES, translated
from clsf.ui.shared import code_panel
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t


def show(program: Program, key: str) -> None:
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
