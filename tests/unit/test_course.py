"""Lessons as data: every file can be read, both languages have the same blocks, and an error names file and line."""

import re

import pytest

from clsf.course import finding, parsing, parts, path, running, tasks, workers
from clsf.course.lesson import AnswerChoice, Lesson, LessonBlock
from clsf.course.progress import PART, Progress, from_file, row, to_file
from clsf.errors import CourseError
from clsf.ui.shared import glossary, lessons
from clsf.ui.shared.navigation import PAGES
from clsf.ui.shared.sections import part

LESSON = """---
title: Neighbours
minutes: 8
stretch: 1
needs: -
able:
- say why
---
## One {#one}
Prose.

:::predict
ask: What comes out?
run: torch create.inferred create.pick values=[[1, 2], [3, 4]] index=[0, :]
read: shape
- (2,)
- (1, 2) => A position keeps no axis.
why: It goes.
:::

## Two {#two}
:::do
task: Build one.
open: model?for=digits
check: model parameters<=50000 kinds~Conv2D
:::
"""


def read(text: str) -> Lesson:
    return parsing.lesson(text, "en/03-neighbours.md", path.PAGES)


def test_a_lesson_is_read():
    lesson = read(LESSON)
    assert (lesson.name, lesson.number, lesson.minutes, lesson.able) == ("neighbours", 3, 8, ("say why",))
    one, two = lesson.steps
    assert one.prose == "Prose."
    assert [choice.text for choice in one.block.choices] == ["(2,)", "(1, 2)"]
    assert one.block.program.call == running.program(
        'torch create.inferred create.pick values=[[1,2],[3,4]] index=[0,:]', "shape"
    ).call or one.block.program.side == "torch"  # fmt: skip
    assert str(two.block.open) == "model?for=digits"
    assert two.block.check.conditions[0].wanted == 50000


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: Neighbours", "", "line 1: The title"),
        ("minutes: 8", "minutes: eight", "line 3: 'eight' must be a whole number from 1 to 99"),
        ("stretch: 1", "stretch: 7", "line 4: '7' must be a whole number from 1 to 3"),
        ("stretch: 1", "strech: 1", "line 4: Unknown field of a lesson 'strech'. Did you mean 'stretch'"),
        ("needs: -", "pages: datta", "line 5: Unknown page 'datta'. Did you mean 'data'"),
        ("## One {#one}", "## One", "line 9: A step begins"),
        (":::predict", ":::guess", "line 12: Unknown kind of block"),
        ("run: torch", "run: jax", "line 14: A program begins"),
        ("index=[0, :]", "index=[0, x]", "line 14: 'x' can't"),
        ("read: shape", "read: mind", "line 14: 'read: mind'"),
        ("- (1, 2) => A position keeps no axis.", "- (1, 2)", "line 12: Each wrong choice"),
        ("why: It goes.", "", "line 12: The block has no why"),
        ("open: model?for=digits", "open: modle", "line 24: Unknown page 'modle'. Did you mean 'model'"),
        ("parameters<=50000", "weights<=50000", "line 25: Unknown value of a check"),
        ("kinds~Conv2D", "kinds ~ Conv2D", "line 25: 'kinds' is no condition"),
        ("Prose.", "<!-- show: moon -->", "line 10: Unknown picture 'moon'"),
        ("{#two}", "{#one}", "two steps are called one"),
    ],
)
def test_an_error_names_file_and_line(old, new, said):
    with pytest.raises(CourseError, match=re.escape(said)) as caught:
        read(LESSON.replace(old, new))
    assert "en/03-neighbours.md" in str(caught.value)


def test_a_broken_file_is_said_and_leaves_the_others_working(tmp_path, caplog):
    (tmp_path / "01-good.md").write_text(LESSON)
    (tmp_path / "02-bad.md").write_text(LESSON.replace("read: shape", "read: mind"))
    (tmp_path / "03-bytes.md").write_bytes(b"\xff\xfe\x00")
    found = path.read(tmp_path)
    assert [lesson.name for lesson in found.lessons] == ["good"]
    assert len(found.broken) == 2
    assert "02-bad.md, line 14" in caplog.text


def everything():
    for language in path.LANGUAGES:
        course = path.path(language)
        yield from ((language, lesson.name, step) for lesson in course.lessons for step in lesson.steps)
        for file in sorted((path.FOLDER / "questions" / language).glob("*.md")):
            yield from ((language, file.stem, step) for step in path.questions(file.stem, language))


def test_all_lessons_can_be_read_and_need_lessons_before_them():
    for language in path.LANGUAGES:
        course = path.path(language)
        assert [str(said) for said in course.broken] == []
        numbers = [lesson.number for lesson in course.lessons]
        assert numbers == sorted(set(numbers))
        for at, lesson in enumerate(course.lessons):
            assert set(lesson.needs) <= {before.name for before in course.lessons[:at]}, lesson.name
            assert lesson.tasks, lesson.name
            assert 2 <= len(lesson.able) <= 6, lesson.name
            assert lesson.stretch in path.STRETCHES
    assert len(path.STRETCHES) == parsing.STRETCHES


def test_both_languages_have_the_same_lessons_and_blocks():
    def shape(language: str) -> list:
        found = []
        for code, lesson, step in everything():
            if code == language:
                block = step.block
                found.append((lesson, step.name, step.section) + ((
                    block.kind, block.program, len(block.choices), [c.text for c in block.choices] if block.program else None,
                    [c.marked for c in block.choices], block.answer, block.within, str(block.open), block.check, block.fault,
                    bool(block.hint),
                ) if block else ()))  # fmt: skip
        return found

    english, korean = shape("en"), shape("ko")
    assert len(english) == len(korean)
    for one, other in zip(english, korean, strict=True):
        assert one == other


def test_korean_lessons_are_korean():
    for language, lesson, step in everything():
        texts = [step.title, step.prose, *((step.block.ask, step.block.why) if step.block else ())]
        if language == "en":
            assert not any(re.search("[가-힣]", text) for text in texts), (lesson, step.name)
        else:
            assert any(re.search("[가-힣]", text) for text in texts), (lesson, step.name)


def test_every_check_can_be_met_and_can_fail():
    count = 0
    for _, lesson, step in everything():
        if step.block is None or step.block.check is None:
            continue
        count += 1
        check = step.block.check
        good: dict[str, object] = {}
        for condition in check.conditions:
            good[condition.field] = {
                "=": condition.wanted, "~": (condition.wanted,), "<=": condition.wanted, ">=": condition.wanted,
                "<": _less(condition.wanted), ">": _more(condition.wanted), "!=": "something else",
            }[condition.sign]  # fmt: skip
        assert check.met([{}, good]), (lesson, step.name)
        assert not check.met([])
        for condition in check.conditions:  # each single condition is enough to fail
            assert not check.met([good | {condition.field: None}]), (lesson, step.name)
        assert str(check.missing([]))
    assert count == 0 or count % 2 == 0


def _less(value):
    return value - 1 if isinstance(value, float) else value


def _more(value):
    return value + 1 if isinstance(value, float) else value


def test_every_value_of_a_check_has_words():
    assert set(tasks.LABELS) == {field for fields in tasks.FIELDS.values() for field in fields}
    assert set(tasks.WANTED) == set(tasks.OPERATORS)
    told = {"part": "layer", "raised": 0}
    assert str(tasks.check("own_part raised=1").missing([told])) == "So far, frameworks that raise an error: 0. Wanted: 1."
    assert str(tasks.check("run gap>=0.1").missing([{"gap": 0.0512}])).endswith("by: 0.0512. Wanted: at least 0.1.")


def test_a_number_in_a_text_is_a_number():
    check = tasks.check("image data=digits label=7")
    assert check.met([{"data": "digits", "label": "7"}])
    assert not check.met([{"data": "digits", "label": "cat"}])
    assert not check.met([{"data": "digits", "label": "8"}])


def test_every_picture_is_shown_by_something():
    from clsf.course.lesson import PICTURES
    from clsf.ui.lesson import view

    assert set(view.PICTURES) == set(PICTURES)
    shown = {name for _, _, step in everything() for name in parsing.SHOW.findall(step.prose)}
    assert shown == set(PICTURES)


def test_parts_of_ones_own_take_names_and_nothing_else():
    layer = parts.part("layer")
    assert layer.chosen({}) == {"weights": "weight", "answer": "times"}
    with pytest.raises(CourseError, match="Unknown option"):
        layer.chosen({"weights": "__import__('os')"})
    with pytest.raises(CourseError, match="Unknown part"):
        parts.part("os.system")


def test_unequal_parts_of_a_batch_have_the_sum_of_equal_ones():
    for count in workers.WORKERS:
        assert len({sum(workers.Setup(count, kind).sizes) for kind in workers.PARTS}) == 1
    with pytest.raises(CourseError):
        workers.Setup(9)


def test_a_check_says_what_is_missing_of_the_nearest():
    check = tasks.check("model parameters<=50000 kinds~Conv2D")
    assert str(check.missing([{"parameters": 61706, "kinds": ("Conv2D",)}, {}])) == (
        "So far, parameters: 61,706. Wanted: at most 50,000."
    )
    assert "Nothing" in str(check.missing([]))


@pytest.mark.parametrize(("typed", "value"), [
    ("430,102", 430102), ("430 102", 430102), ("0.67", 0.67), ("0,67", 0.67), ("67%", 0.67), ("-1", -1), ("−1", -1), ("1e3", 1000),
    ("no", None), ("nan", None), ("", None),
])  # fmt: skip
def test_numbers_as_they_are_typed(typed, value):
    assert finding.number_of(typed) == value


def test_near_enough():
    assert finding.near(0.663, "0.665", 0.01)
    assert not finding.near(0.6, "0.665", 0.01)
    assert finding.near(0, "0", 0.01)


def test_progress_goes_into_a_file_and_comes_back():
    rows = {PART: {"neighbours/one": row(True, "(2,)")}, "buglab": {"T2-17": {"points": 7}}}
    name, parts = from_file(to_file(rows, "민지"))
    assert (name, parts) == ("민지", rows)


def test_progress_of_another_version_still_reads():
    text = to_file({PART: {"gone/step": {"at": 1}}}).replace('"version": 1', '"version": 99')
    _, parts = from_file(text.replace('"parts": {', '"new": [1], "parts": {"later": {"x": {"y": [1]}}, '))
    assert parts[PART] == {"gone/step": {"at": 1}}
    assert parts["later"] == {"x": {"y": [1]}}
    lesson = read(LESSON)
    assert Progress(parts[PART]).count(lesson) == (0, 2)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", b"\xff", '{"kind": "clsf progress"}', '{"kind": "clsf progress", "parts": []}']
)
def test_what_is_no_progress_says_so(content):
    with pytest.raises(CourseError):
        from_file(content)


def test_where_one_goes_on():
    lesson = read(LESSON)
    assert Progress({}).next_step(lesson) == 0
    done = Progress({"neighbours/one": row(False, "(1, 2)")})
    assert (done.next_step(lesson), done.count(lesson), done.right(lesson)) == (1, (1, 2), (0, 1))


def test_the_command_reads_files(tmp_path, capsys):
    from clsf.cli.main import main

    good, bad = tmp_path / "a.json", tmp_path / "b.json"
    good.write_text(to_file({PART: {}}, "Ada"))
    bad.write_text("no")
    assert main(["progress", str(good)]) == 0
    assert "Ada" in capsys.readouterr().out
    assert main(["progress", str(bad), str(good), str(tmp_path / "none")]) == 2
    said = capsys.readouterr()
    assert "Ada" in said.out
    assert "b.json" in said.err
    assert "none" in said.err


def test_lessons_open_pages_that_there_are():
    assert set(path.PAGES) == {page.name for page in PAGES}


def test_terms_that_lessons_link_to_are_in_the_glossary():
    english, korean = glossary.read("en"), glossary.read("ko")
    assert list(english) == list(korean)
    linked = set()
    for _, _, step in everything():
        block = step.block
        told = [block.ask, block.why, block.hint, block.sample, *(choice.why_not for choice in block.choices)] if block else []
        linked |= set(re.findall(r"\]\(term:([a-z0-9-]+)\)", " ".join([step.prose, *told])))
    assert linked <= set(english)
    titles = [term.title for term in korean.values()]
    assert len(set(titles)) == len(titles)


def test_every_fault_to_fix_is_found_and_is_gone_from_the_healthy_program():
    from clsf.course.fixing import fixed, found_kinds, planted

    for language, _, step in everything():
        if language == "en" and step.block and step.block.kind == "fix":
            case = planted(*step.block.fault)
            assert case.kinds[0] in found_kinds(case.shown)
            assert not fixed(case, case.shown)
            assert fixed(case, case.healthy.text)
            assert not fixed(case, "")
            assert not fixed(case, case.healthy.text[:400])


def test_ten_pages_ask_a_hundred_questions_and_more():
    counts = {page: len(path.questions(page, "en")) for page in path.PAGES}
    assert sum(count > 0 for count in counts.values()) >= 10
    different = {
        (lesson, step.name)
        for language, lesson, step in everything()
        if language == "en" and step.block and step.block.kind == "predict"
    }
    assert len(different) >= 100


def test_every_topic_of_the_sources_has_its_place():
    import csv

    with (path.FOLDER / "path" / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["row"]) for row in rows] == list(range(1, 293))
    for topic in rows:
        assert topic["page"] in path.PAGES, topic
        if topic["page"] == "lesson":
            for language in path.LANGUAGES:
                lesson = path.path(language).lesson(topic["lesson"])
                assert lesson is not None, topic
                assert lesson.step(topic["block"]) is not None, topic
        else:  # a section of the page's own lesson, or a note; "" is the text before the first heading
            for language in path.LANGUAGES:
                text, notes = lessons.read(topic["page"], language)
                assert notes.get(topic["block"]) or part(text, topic["block"]), topic
    noted = [topic for topic in rows if topic["block"] == "good-to-know"]
    assert len(noted) < 40, "topics that matter are taught by a step of their own"


def test_the_place_of_a_choice_tells_nothing_of_the_right_one():
    first = [step.block.mixed[0] == step.block.choices[0] for lesson in path.path("en").lessons for step in lesson.steps if step.block and step.block.choices]  # fmt: skip
    assert 0.1 < sum(first) / len(first) < 0.6
    for language in path.LANGUAGES:
        for lesson in path.path(language).lessons:
            for step in lesson.steps:
                if step.block and step.block.choices:
                    assert set(step.block.mixed) == set(step.block.choices)
                    assert len(step.block.mixed) == len(step.block.choices)


def test_numbers_to_choose_from_stand_in_their_order():
    block = LessonBlock("predict", "How many?", 1, tuple(AnswerChoice(text) for text in ("1,024", "−3", "10", "2.5")))
    assert [choice.text for choice in block.mixed] == ["−3", "2.5", "10", "1,024"]
