"""Assignments, hand-ins and the class in the dashboard."""

from __future__ import annotations

import pytest

from clsf.course.progress import PART
from clsf.teaching import classroom
from clsf.teaching.assignment import Assignment, unpacked
from clsf.ui.shared import identity
from tests.app.seen import texts

TASK = Assignment("Digits <b>week</b>", "Be *quick*.", ("neighbours", "gone"), "train", (("data", "digits"), ("epochs", "3")), ("epochs",),
                  "run data=digits validation_accuracy>=0.95")  # fmt: skip


def test_a_teacher_gets_a_link_that_opens_the_assignment(open_app):
    app = open_app("teachers")
    app.text_input(key="task_title").set_value("Week 3").run()
    app.text_input(key="task_address").set_value("http://x/train?data=digits&epochs=3&lang=ko&run=abc").run()
    app.segmented_control(key="task_goal").set_value("run").run()
    assert not app.exception
    link = next(code.value for code in app.code if "task=" in code.value)
    found = unpacked(link.partition("task=")[2].partition("&")[0])
    assert found.title == "Week 3"
    assert found.state == (("data", "digits"), ("epochs", "3"))
    assert found.goal.startswith("run data=digits validation_accuracy>=0.95")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("section", ["assignment", "class", "handouts", "guide"])
def test_every_section_opens(open_app, lang, section):
    assert not open_app("teachers", lang=lang, teachers=section).exception


def test_a_student_finds_the_task_and_is_told_of_a_lesson_that_is_gone(open_app):
    app = open_app("assignment", task=TASK.packed())
    assert not app.exception
    assert "gone" in " ".join(warning.value for warning in app.warning)
    assert "95" in texts(app)
    assert app.button(key="open_neighbours")
    assert app.button(key="open_task")


@pytest.mark.parametrize("task", ["nonsense!", "AAAA", "x" * 5000])
def test_a_damaged_link_is_a_sentence(open_app, task):
    app = open_app("assignment", task=task)
    assert not app.exception
    assert not app.title or app.title[0].value == "Assignment"


def test_the_class_sees_who_is_where_and_nobody_else_does(open_app, lab):
    teacher = open_app("teachers", teachers="class")
    teacher.text_input(key="class_name").set_value("3B")
    next(button for button in teacher.button if button.label == "Open it").click().run()
    assert not teacher.exception
    build = open_app("teachers")
    build.session_state[identity.KEY] = teacher.session_state[identity.KEY]
    build.text_input(key="task_title").set_value("Week 3")
    build.multiselect(key="task_lessons").set_value(["neighbours"]).run()
    build.selectbox(key="task_class").set_value("3B").run()
    build.button(key="task_to_class").click().run()
    assert not build.exception
    kept = classroom.classes(lab.reached, identity.owner_of(teacher.session_state[identity.KEY]))
    assert unpacked(kept["3B"]["task"]).lessons == ("neighbours",)
    student = open_app("assignment", task=TASK.packed(), **{"class": "3B"})
    student.text_input(key="handin_name").set_value("<script>Ada").run()
    assert not student.exception
    owner = identity.owner_of(student.session_state[identity.KEY])
    lab.reached.put(owner, PART, "neighbours/who", {"right": True, "answer": 0, "at": 1.0})
    found = classroom.students(lab.reached, "3B", lambda owner: (), ())
    assert [(each.name, each.place) for each in found] == [("<script>Ada", "assignment")]
    teacher.run()
    assert not teacher.exception
    assert "<script>Ada" in teacher.dataframe[0].value.to_csv()
    stranger = open_app("teachers", **{"class": "3B"})
    assert not stranger.exception
    assert "Ada" not in texts(stranger)
    assert not stranger.dataframe


def test_a_file_that_is_made_later_is_in_the_readers_language(monkeypatch):
    from clsf.ui.shared import language
    from clsf.ui.shared.text import t

    monkeypatch.setattr(language, "_chosen", lambda: "ko")
    later = language.carried(lambda: t("Student"))
    monkeypatch.setattr(language, "_chosen", lambda: "en")
    assert (later(), t("Student")) == ("학생", "Student")
