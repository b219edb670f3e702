"""Every answer of the course comes out of running its program, and is the choice that no misconception is told of."""

import pytest

from clsf.course import path
from clsf.course.finding import number_of
from clsf.course.running import JOBS, SIDES
from tests import frameworks


def answer(function: str, *values: object) -> object:
    """Call a job by name; runs in a framework's own process."""
    from clsf.engine.work import resolve

    return resolve(function)(*values)


def steps():
    course = path.path("en")
    for lesson in course.lessons:
        yield from ((f"{lesson.name}/{step.name}", step) for step in lesson.steps)
    for file in sorted((path.FOLDER / "questions" / "en").glob("*.md")):
        yield from ((f"{file.stem}/{step.name}", step) for step in path.questions(file.stem, "en"))


@pytest.mark.parametrize("side", SIDES)
def test_every_program_gives_the_right_choice(side):
    asked = [
        (name, step.block) for name, step in steps() if step.block and step.block.program and step.block.program.side == side
    ]
    framework, job = JOBS[side]
    outcomes = frameworks.process(framework).run(answer, job, [block.program.call for _, block in asked])
    wrong = {}
    for (name, block), outcome in zip(asked, outcomes, strict=True):
        truth = block.program.truth(outcome)
        if block.kind == "find":
            if number_of(truth) is None:
                wrong[name] = (truth, outcome.raised)
        elif truth != next(choice.text for choice in block.choices if not choice.why_not):
            wrong[name] = (truth, outcome.raised and outcome.raised.text)
    assert wrong == {}


def test_at_least_half_of_the_questions_are_computed():
    questions = [step.block for _, step in steps() if step.block and step.block.kind == "predict"]
    assert sum(block.program is not None for block in questions) >= len(questions) / 2
