"""What is often left uncontrolled in a comparison, and how it is controlled here."""

from __future__ import annotations

import streamlit as st

from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t


def promises() -> None:
    """Show the table of what is kept equal."""
    rows = {
        t("Model"): (
            t("each framework's habits: other padding, other dropout, softmax applied twice"),
            t("one design; both count the same parameters"),
        ),
        t("Initial weights"): (t("drawn by each framework"), t("drawn once, loaded into both")),
        t("Batches"): (t("shuffled by each framework"), t("one order: the same images in every batch")),
        t("Update rule"): (t("the same name, another formula"), t("one written rule, or each framework's own if you ask")),
        t("Time"): (t("device and loop not stated"), t("device, threads and loop are named")),
    }
    heads = (t("What"), t("Often elsewhere"), t("Here"))
    lines = [heads, ("---",) * 3, *((f"**{name}**", *said) for name, said in rows.items())]
    st.markdown(note("home", "two-numbers-can"))
    st.markdown(
        "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    )  # st.table would load pandas, which would delay the first page
