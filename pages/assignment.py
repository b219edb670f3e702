"""Assignment: the tasks that a teacher sets, and the file that is handed in."""

import streamlit as st

from clsf import ui
from clsf.ui.assignment import view
from clsf.ui.shared import assigned
from clsf.ui.shared.text import t

page = ui.open_page("assignment")
page.needs_service()

# The assignment in the link, or the one that was opened last.
assignment = view.chosen()
if assignment is None:
    view.none()
    ui.end_page()

# The tasks, and the file once they are done.
view.show(assignment)
view.hand_in(assignment)
page.show_lesson(t("How does this work?"))
st.button(t("Close this assignment"), key="close_assignment", type="tertiary", icon=":material/close:", on_click=assigned.close)
