"""Runs: find, name, compare, export and import everything that was trained."""

import streamlit as st

from clsf import ui
from clsf.ui.runs import changes, listing, one, several
from clsf.ui.shared import live_chart, run_style
from clsf.ui.shared.text import t

page = ui.open_page("runs")

run_style.show()
st.title(t("Runs"))
page.needs_service()
live_chart.preload("plotly")

# One run from a shared link, whoever owns it.
if one.linked():
    changes.show_said()
    one.shared(one.linked())
    ui.end_page()

# The reader's own runs: the introduction, the list, and the actions on the chosen ones.
st.markdown(page.lesson())
changes.mine()
changes.show_said()
chosen = listing.choose()
if len(chosen) == 1:
    one.show(chosen[0], own=True)
elif chosen:
    several.show(chosen)
