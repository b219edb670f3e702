"""The same step in both frameworks, as code that can be copied: the code shown is the code that runs, or code that is tested."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from clsf import FRAMEWORKS
from clsf.data import shown
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import t

OPEN = "from clsf.data.sources import open_dataset\n\n"


def both(functions: tuple[str, ...], calls: Mapping[str, str], expanded: bool = False) -> None:
    """Show, folded, a program per framework: functions of its pipeline.py, then the lines of `calls`."""
    with st.expander(t("The code, in both frameworks"), icon=":material/code:", expanded=expanded):
        for place, framework in zip(st.columns(2), FRAMEWORKS, strict=True):
            place.markdown(heading(framework))
            place.code(shown.program(framework, functions, calls[framework]), language="python", wrap_lines=True)
        if any("from clsf" in call for call in calls.values()):
            st.caption(note("data", "runs-stands-folder"))
        else:
            st.caption(t("Runs as it stands, each framework in a process of its own."))
