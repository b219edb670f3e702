"""The footer of each page: where to go next, and why."""

from __future__ import annotations

import streamlit as st

from clsf.course import path
from clsf.ui.shared import choose, language, navigation, questions
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence, say

NEXT: dict[str, tuple[str, Sentence]] = {
    "own": ("predict", say("Your models are there too. See every layer, and what they get wrong.")),
    "tensors": ("data", say("An image is a tensor, too. See what is in a data set before anything learns from it.")),
    "data": ("layers", say("You have seen the images. Now see what a single layer makes of one.")),
    "layers": ("model", say("You know what one layer does. Put several together, and count what they cost.")),
    "model": ("train", say("The model has random weights so far. Let it learn, in both frameworks.")),
    "your_code": ("train", say("What was read from your code can be trained. See whether it learns.")),
    "train": ("predict", say("Draw a digit yourself, and see whether the model reads your handwriting.")),
    "experiments": ("compare", say("One setting made a difference. Ask whether the framework makes one, too.")),
    "compare": ("bug_lab", say("Many gaps between frameworks are mistakes in a program. Learn to find such mistakes.")),
    "predict": ("experiments", say("You know where the model is wrong. Try which setting makes it better.")),
    "bug_lab": ("your_code", say("Now look at a program of your own with the same eyes.")),
    "runs": ("experiments", say("Single runs differ by chance. Compare sets of runs that differ in one thing.")),
    "teachers": ("home", say("See the course as your students see it, and take a lesson yourself.")),
}
"""Page -> the page to go to next, and the reason."""

OWN_WAYS = ("home", "lesson", "assignment")
"""Pages whose content already says where to go next: the map, the lessons' steps, the assignment."""


def show(page: str) -> None:
    """Show the footer of a page."""
    if page not in NEXT:
        return
    if page != "tensors" and path.questions(page, language.chosen()):  # the Tensors page has them in each part
        count = len(path.questions(page, language.chosen()))
        if st.toggle(t("Test yourself ({count})", count=count), key=f"test_yourself_{page}", **choose.LINKED):
            questions.show(page)
    name, why = NEXT[page]
    title = words(navigation.page_named(name).title)
    with st.container(
        border=True, key="next_page", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(f"**{t('What next?')}** {plain(why)}", width="stretch")
        navigation.link(title, name, ":material/arrow_forward:")
