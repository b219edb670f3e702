"""Every answer of the course is the result of its program, and is the choice without a misconception."""

import itertools

import pytest

from clsf import FRAMEWORKS
from clsf.course import neighbours, parts, path, workers
from clsf.course.finding import number_of
from clsf.course.running import JOBS, SIDES
from tests import frameworks
from tests.inside import answer


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


def test_losses_and_steps_are_the_same_in_both_frameworks():
    """A lesson's program can be run in either framework, with the same answer."""
    blocks = [step.block for _, step in steps() if step.block and step.block.program]
    both = {
        f"learning.{name}"
        for name in ("softmax", "softmax_shifted", "softmax_sum", "loss", "loss_one_hot", "loss_after_softmax", "gradient_of_loss", "sgd", "momentum", "adam", "accuracy")
    }  # fmt: skip
    used = [block.program for block in blocks if set(block.program.call.steps) <= both]
    call = used[0].call.of("learning.gradient_of_loss", z=[3.0, 0.0, 0.0], label=1)
    calls = [program.call for program in used] + [call, call.of("learning.loss_one_hot", z=[3.0, 0.0, 0.0], label=1)]
    one, other = (frameworks.process(f).run(answer, JOBS[f][1], calls) for f in FRAMEWORKS)
    for call, a, b in zip(calls, one, other, strict=True):
        assert (a.raised, b.raised) == (None, None), call
        assert a.value.text == b.value.text, call


def test_at_least_half_of_the_questions_are_computed():
    questions = [step.block for _, step in steps() if step.block and step.block.kind == "predict"]
    assert sum(block.program is not None for block in questions) >= len(questions) / 2


BAR = 1e-12


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_averaged_gradients_are_those_of_one_big_batch(framework):
    def apart(count: int, kind: str, statistics: str = "none") -> float:
        found = frameworks.process(framework).run(answer, workers.JOB, framework, workers.Setup(count, kind, statistics), 3)
        assert max(found.copies_apart) == 0
        return max(found.apart)

    for count in (workers.WORKERS[0], workers.WORKERS[-1]):
        assert apart(count, "equal") < BAR
        assert apart(count, "weighted") < BAR
        assert apart(count, "unequal") > 1e-3
        assert apart(count, "equal", "shared") < BAR
        assert apart(count, "equal", "own") > 1e-3


def test_both_frameworks_simulate_the_same():
    for setup in (workers.Setup(3), workers.Setup(2, statistics="own"), workers.Setup(4, "unequal", "shared")):
        one, other = (frameworks.process(f).run(answer, workers.JOB, f, setup, 6) for f in FRAMEWORKS)
        assert one.losses == pytest.approx(other.losses, abs=BAR)
        assert one.one_device == pytest.approx(other.one_device, abs=BAR)


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_larger_batch_needs_a_larger_rate(framework):
    one, slow, scaled = frameworks.process(framework).run(answer, workers.RATES_JOB, framework, 4)
    assert slow.losses[-1] > one.losses[-1] + 0.5
    assert abs(scaled.losses[-1] - one.losses[-1]) < 0.2
    assert one.images[-1] == slow.images[-1] == scaled.images[-1]


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_shuffled_pixels_cost_convolutions_more_than_a_dense_network(framework):
    lost = {}
    for network in neighbours.NETWORKS:
        proper, mixed = (
            frameworks.process(framework).run(answer, neighbours.JOB, framework, network, shuffle, 0).accuracies[-1]
            for shuffle in (False, True)
        )
        lost[network] = proper - mixed
    assert abs(lost[neighbours.DENSE]) < 0.02
    assert lost[neighbours.CONVOLUTION] > 0.04


def outcomes(framework: str) -> dict:
    """Return the outcome of every combination of choices: what was printed, or what was raised."""
    found = {}
    for part in parts.PARTS.values():
        for combination in itertools.product(*(place.options for place in part.places)):
            chosen = part.chosen({place.name: o.name for place, o in zip(part.places, combination, strict=True)})
            job = parts.JOB.format(framework=framework)
            found[(part.name, *chosen.values())] = frameworks.process(framework).run(answer, job, part.name, chosen)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_combination_of_places_runs_and_its_text_is_a_program(framework):
    found = outcomes(framework)
    for name, outcome in found.items():
        compile(outcome.code, str(name), "exec")
        assert outcome.printed or outcome.raised, name
    for part in parts.PARTS.values():  # the first options are those that work
        assert found[(part.name, *(place.options[0].name for place in part.places))].ok
    assert "loss after 20 steps: 0.0" in found["layer", "weight", "times"].printed
    assert found["callback", "epoch", "print"].printed.count("epoch ") == 3
    assert found["callback", "batch", "print"].printed.count("batch ") == 9
    assert "says 0.0 by hand 0.5" in found["metric", "equal", "zero"].printed
    assert "says 0.5 by hand 0.5" in found["metric", "count", "zero"].printed
    assert "says 0.5 by hand 0.5" not in found["metric", "batches", "zero"].printed
    assert found["dataset", "right", "scaled"].printed.startswith("batches: 3")
    assert found["layer", "tensor", "times"].ok == (framework == "tensorflow")
    assert found["dataset", "long", "scaled"].ok == (framework == "tensorflow")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_text_of_a_part_does_what_was_run(framework):
    """The shown program prints what the page shows."""
    part = parts.part("metric")
    outcome = frameworks.process(framework).run(answer, parts.JOB.format(framework=framework), part.name, part.chosen({}))
    assert frameworks.process(framework).run(printed_by, outcome.code) == outcome.printed


def printed_by(code: str) -> str:
    """Return what a program prints; runs in a framework's own process."""
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "shown", "exec"), {"__name__": "shown"})  # noqa: S102  our own text
    return out.getvalue()
