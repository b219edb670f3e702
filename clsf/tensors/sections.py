"""The sections of the page: their names in the link, their titles, and what each asks the student to try."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class TensorSection:
    """A section; `task` can be checked by the page."""

    name: str
    title: Sentence
    icon: str
    task: Sentence


SECTIONS: tuple[TensorSection, ...] = (
    TensorSection(
        "create", say("Create and inspect"), ":material/grid_view:",
        say("Cut a piece of shape (2, 2) out of a tensor of rank 3."),
    ),
    TensorSection(
        "cast", say("Cast"), ":material/swap_horiz:",
        say("Find a cast after which a positive number has become negative."),
    ),
    TensorSection(
        "change", say("Change in place"), ":material/edit:",
        say("Find a pair that shares memory in NumPy and PyTorch, but not in TensorFlow."),
    ),
    TensorSection(
        "trace", say("Trace lens"), ":material/center_focus_strong:",
        say("Choose at least three different calls so that the function is traced only once."),
    ),
    TensorSection(
        "names", say("Same thing, other names"), ":material/translate:",
        say("Filter the table until only rows with a trap are left."),
    ),
    TensorSection(
        "broadcast", say("Broadcasting"), ":material/open_in_full:",
        say("Find two shapes, neither of which is the result."),
    ),
    TensorSection(
        "layout", say("Layout X-ray"), ":material/view_week:",
        say("Make an image whose memory stays as it was although its shape changed, and which is no longer contiguous."),
    ),
    TensorSection(
        "gradients", say("Gradients"), ":material/trending_up:",
        say("Find a place where the curve is flat: a slope of 0, up to 0.01."),
    ),
)  # fmt: skip

NAMES = tuple(section.name for section in SECTIONS)


def section(name: str) -> TensorSection:
    return next(each for each in SECTIONS if each.name == name)
