"""A class: who is at which step, for how long, and who may see what of it."""

import csv
import io
from types import SimpleNamespace

import pytest

from clsf.course import path
from clsf.course.progress import PART
from clsf.errors import TeachingError
from clsf.runs.store import RunStore
from clsf.teaching import classroom, guide, handout
from tests.stores import waited_for


@pytest.fixture
def reached(tmp_path):
    store = waited_for(RunStore.open(tmp_path))
    yield store.reached
    store.close()


def run(created, accuracy=0.9):
    return SimpleNamespace(created=created, validation_accuracy=accuracy, parameters=100, framework="torch", model="m")


def test_a_class_belongs_to_one_teacher(reached):
    assert classroom.open_class(reached, "teacher", " 3B ") == "3B"
    with pytest.raises(TeachingError, match="another teacher"):
        classroom.open_class(reached, "other", "3B")
    assert list(classroom.classes(reached, "teacher")) == ["3B"]
    assert classroom.classes(reached, "other") == {}
    classroom.seen(reached, "ada", "3B", "train")
    classroom.remove(reached, "other", "3B")
    assert classroom.is_open(reached, "3B")
    classroom.remove(reached, "teacher", "3B")
    assert not classroom.is_open(reached, "3B")
    assert classroom.students(reached, "3B", lambda owner: (), ()) == []


def test_who_is_where_and_stuck_for_how_long(reached):
    lessons = (path.path("en").lesson("neighbours"),)
    classroom.seen(reached, "ada", "3B", "neighbours/who", "Ada")
    classroom.seen(reached, "bob", "3B", "train")
    classroom.seen(reached, "eve", "other", "train", "Eve")
    joined = reached.get("ada", classroom.MEMBER, "3B")["joined"]
    reached.put_all(
        "ada", PART, {"neighbours/who": {"right": True, "at": joined}, "neighbours/shift": {"right": False, "at": joined + 60}}
    )
    reached.put_all("eve", PART, {"neighbours/who": {"right": True, "at": joined}})
    classroom.open_class(reached, "teacher", "3B")
    classroom.seen(reached, "teacher", "3B", "assignment")
    runs = {"bob": (run(joined + 5, 0.97), run(joined - 9999, 0.99))}
    ada, bob = classroom.students(reached, "3B", lambda owner: runs.get(owner, ()), lessons, joined + 460)
    assert (ada.name, ada.place, ada.steps, ada.right, ada.asked) == ("Ada", "neighbours/who", 2, 1, 2)
    assert ada.quiet == pytest.approx(400)
    assert ada.stuck
    assert (bob.name, bob.number, bob.best) == ("", 2, 0.97)
    board = classroom.board(reached, "3B", [ada, bob], lessons)
    assert (board.students, board.runs, board.best) == (2, 1, 0.97)
    assert ("neighbours/who", 1) in [(key, count) for key, _, count in board.steps]
    lines = list(csv.reader(io.StringIO(classroom.table([ada, bob], "Student"))))
    assert [line[0] for line in lines[1:]] == ["Ada", "Student 2"]


def test_a_place_keeps_its_time_and_a_name_stays(reached):
    classroom.seen(reached, "ada", "3B", "train", "=Ada\u0000\n x")
    first = reached.get("ada", classroom.MEMBER, "3B")
    classroom.seen(reached, "ada", "3B", "train")
    again = reached.get("ada", classroom.MEMBER, "3B")
    assert (again["since"], again["name"]) == (first["since"], "=Ada x")
    (found,) = classroom.students(reached, "3B", lambda owner: (), ())
    assert "'=Ada x" in classroom.table([found], "Student")


@pytest.mark.parametrize("language", path.LANGUAGES)
def test_the_guide_has_a_part_for_every_lesson_and_plan(language):
    found = guide.read(language)
    assert set(found) == {*guide.PLANS, *(lesson.name for lesson in path.path(language).lessons)}
    assert list(found) == list(guide.read("en"))
    assert all(len(part.text) > 80 for part in found.values())


@pytest.mark.parametrize("language", path.LANGUAGES)
def test_handouts_hold_every_question_and_no_html_of_a_lesson(language):
    for lesson in path.path(language).lessons:
        page, sheet = (
            handout.lesson_page(lesson, language, str),
            handout.worksheet(lesson, language, str, lambda block: "7", lambda block: "a < b"),
        )
        assert ("a &lt; b" in sheet) == any(step.block.program for step in lesson.tasks)
        assert "<script" not in page + sheet
        assert "](term:" not in page + sheet
        assert sheet.count("<section>") == 2 * len(lesson.tasks)
        assert sheet.count('class="key"') == 1
    assert handout.points_of("x", 1) == handout.LARGEST
