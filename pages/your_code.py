"""Your code: paste a Keras or PyTorch program; it is read and analysed, never run."""

import streamlit as st

from clsf import ui
from clsf.ui.shared import sections
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.text import t
from clsf.ui.your_code import both, keys, reading, training_view

page = ui.open_page("your_code")

# The introduction.
st.title(t("Your code"))
st.markdown(sections.intro(page.lesson()))

# The pasted code: one program, or two to compare.
two = st.toggle(t("Compare two programs"), key=keys.TWO, **LINKED)
boxes = st.columns(2, gap="large") if two else [st.container()]
with boxes[0]:
    first = reading.answered(reading.editor(keys.TEXT, keys.UPLOAD, t("Your program")), keys.TEXT)
if two:
    with boxes[1]:
        second = reading.answered(reading.editor(keys.TEXT_TWO, keys.UPLOAD_TWO, t("The other program")), keys.TEXT_TWO)

# The result.
if two and first is not None and second is not None:
    both.show(first, second)
elif first is not None and not two:
    training_view.show(first)
