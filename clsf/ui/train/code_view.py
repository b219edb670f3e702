"""The training loop that runs, as code, in the variant that is chosen: side by side with others."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.code import loop_code
from clsf.frameworks import TITLES, VARIANT_TITLES, VARIANTS
from clsf.ui.shared import problems
from clsf.ui.shared.choices import Choices
from clsf.ui.shared.choose import named
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import t
from clsf.ui.train import keys


def show(choices: Choices) -> None:
    """Show the loop of each framework for the current plan."""
    if choices.plan is None:
        st.info(t("These settings are not a valid plan yet; the reason is next to the start button."), icon=":material/error:")
        return
    titles = {"chosen": t("As chosen"), **{name: t("All of {framework}", framework=title) for name, title in TITLES.items()}}
    which = named(st.segmented_control, t("Loops"), titles, keys.CODE, label_visibility="collapsed")
    sides = {
        "chosen": [(framework, choices.plan.variants[framework]) for framework in choices.frameworks or FRAMEWORKS],
        **{framework: [(framework, variant) for variant in names] for framework, names in VARIANTS.items()},
    }[which]
    st.caption(note("train", "loop-each-variant"))
    with problems.shown(), st.grid("auto", min_column_width=320, gap="small") as grid:
        for framework, variant in sides:
            with grid.cell(), st.container(gap="xsmall"):
                st.markdown(f"{heading(framework)} · {VARIANT_TITLES[variant]}")
                st.code(loop_code(framework, variant, choices.plan), language="python")
