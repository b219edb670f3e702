"""The link from a fault to the step of the course that teaches it."""

from __future__ import annotations

from clsf.faults.lessons import LESSONS, PAGES
from clsf.ui.shared import course, navigation
from clsf.ui.shared.text import plain, t


def show(kind: str) -> None:
    """Show the link; to the lesson of a page, where the course has no step about this kind."""
    name, step = LESSONS.get(kind, ("", ""))
    lesson = course.course().lesson(name)
    if lesson is None:
        navigation.link(t("The lesson about it"), PAGES.get(kind, "train"), ":material/school:")
        return
    query = {course.LESSON: name, course.STEP: step}
    navigation.link(t("Lesson: {title}", title=plain(lesson.title)), course.PAGE, ":material/school:", query)
