"""The code that builds the chain, in both frameworks"""

from __future__ import annotations

import streamlit as st

from clsf.code import model_code
from clsf.errors import ClsfError
from clsf.frameworks import BY_NAME
from clsf.model.spec import ModelSpec
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import plain, t


def show(looked: InspectedLayer) -> None:
    layers = tuple(facts.layer for facts in looked.look.facts)
    spec, shape = ModelSpec("chain", layers), looked.look.in_shape
    if len(shape) != 3:
        said = t("The chain begins with a flat vector here; begin with the picture itself to see its code.")
        st.info(said, icon=":material/code_off:")
        return
    path = str(looked.position + 1)
    classes = looked.look.facts[-1].out_shape[-1]
    for place, (name, framework) in zip(st.columns(2, gap="medium"), BY_NAME.items(), strict=True):
        with place:
            st.markdown(heading(name))
            try:
                code = model_code(spec, shape, classes, framework.list_style)
            except ClsfError as error:
                st.warning(plain(error.sentence), icon=":material/block:")
                continue
            st.code(code.text, language="python", wrap_lines=True)
            for number in code.of(path):
                if code.lines[number].note is not None:
                    st.caption(plain(code.lines[number].note))
    st.caption(t("The same chain as a model of this software: the code runs as it stands, without this software."))
