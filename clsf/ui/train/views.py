"""The parts of the Train page other than its settings, and which one the reader looks at; only that one computes."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf import FRAMEWORKS
from clsf.code import loop_code
from clsf.frameworks import TITLES, VARIANT_TITLES, VARIANTS
from clsf.ui.shared import problems, state
from clsf.ui.shared.choices import Choices
from clsf.ui.shared.choose import named
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.sections import Section, Sections
from clsf.ui.shared.text import t
from clsf.ui.train import keys, run_view, study_view
from clsf.words import say


def _code(choices: Choices) -> None:
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


VIEWS = Sections(
    keys.VIEW,
    (
        Section("run", say("Training"), ":material/show_chart:", run_view.show),
        Section("code", say("The loop, written out"), ":material/code:", _code),
        Section("study", say("What does tf.function buy?"), ":material/timer:", study_view.show),
    ),
    say("Part of the page"),
    keys.VIEW_LINK,
)


def chosen() -> Section:
    """Let the reader choose a part, which is then in the link."""
    wanted = st.session_state.pop(state.TRAIN_VIEW_WANTED, None)
    if wanted:
        st.session_state[keys.VIEW] = wanted
    return VIEWS.chosen()


def places(view: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the containers for the settings and for the part. Code needs the width, so with it the settings are folded away."""
    if view == "code":
        return st.expander(t("Settings"), icon=":material/tune:"), st.container()
    return st.columns([1.1, 2.3], gap="large")


def look_at_run(view: str) -> None:
    """Switch to the training if another part is shown."""
    if view != "run" and st.session_state.get(state.REFUSAL) is None:
        st.session_state[state.TRAIN_VIEW_WANTED] = "run"
        st.rerun()
