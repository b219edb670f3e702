"""The bug lab: cases are the same for everybody, answers are checked, points counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clsf import FRAMEWORKS
from clsf.cli.main import main
from clsf.compare.programs import first_difference
from clsf.errors import SpecError
from clsf.faults import running
from clsf.faults.catalogue import FAULTS, functions
from clsf.faults.history import History, RunFacts
from clsf.faults.lab import Attempt, ProgramBench, Streak, case_of, checked, daily, playable, points
from clsf.faults.lab.cases import twins
from clsf.faults.recorded import RecordedSteps, RecordedTensor, StepRecord
from clsf.faults.running import Ran


def test_enough_faults_can_be_played():
    both = set(playable("torch")) & set(playable("tensorflow"))
    assert len(set(playable("torch")) | set(playable("tensorflow"))) >= 36
    assert len(both) >= 24


@pytest.mark.parametrize("code", ["T1-0", "T2-17", "T3-5", "T4-8", "K1-3", "K2-40", "K3-999", "K4-2", "T5-1", "K5-7"])
def test_a_case_is_whole(code):
    case = case_of(code)
    assert case == case_of(code.lower())
    assert case.lines
    assert len(case.kinds) == (2 if code[1] == "5" else 1)
    assert set(case.kinds) < set(case.choices)
    assert len(case.choices) == 5
    assert len(case.shown.splitlines()) == len(case.faulty.text.splitlines())
    assert not any(kind in case.shown for kind in case.kinds if "-" in kind), "the program doesn't say its fault"
    for kind in case.kinds:
        assert case.framework not in FAULTS[kind].not_in


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("kind", functions("start"))
def test_the_healthy_twin_has_the_same_optimizer_and_rate(kind, framework):
    """Otherwise the fix would change correct lines."""
    one, other = twins(framework, kind, 0)
    assert (one.plan.optimizer, one.plan.learning_rate) == (other.plan.optimizer, other.plan.learning_rate)
    assert one.text != other.text


def test_each_playable_fault_comes_up():
    assert {case_of(f"T2-{n}").kinds[0] for n in range(len(playable("torch", 2)))} == set(playable("torch", 2))


def test_an_answer_is_right_for_the_kind_and_its_line_or_the_one_beside_it():
    case = case_of("T2-3")
    assert checked(case, set(case.kinds), {case.right_lines[0]}) == (True, True)
    assert checked(case, set(case.kinds), {case.right_lines[0] + 1}) == (True, True)
    assert checked(case, set(case.kinds), {case.lines[-1] + 4}) == (True, False)
    assert checked(case, {"syntax"}, None) == (False, None)


def test_two_faults_need_a_line_of_each():
    case = case_of("T5-1")
    assert checked(case, set(case.kinds), set(case.right_lines)) == (True, True)
    assert checked(case, set(case.kinds), {case.right_lines[0]}) == (True, False)
    assert checked(case, {case.kinds[0]}, set(case.right_lines)) == (False, True)


@pytest.mark.parametrize("code", ["T2-3", "T3-5", "T4-8", "K3-4", "K2-40", "T5-1"])
def test_the_lines_that_are_offered_hold_the_right_ones_and_near_misses(code):
    case = case_of(code)
    rows = case.shown.splitlines()
    assert set(case.right_lines) < set(case.line_choices)
    assert 4 <= len(case.line_choices) <= 6
    assert all(rows[line - 1].strip() for line in case.line_choices)
    wrong = set(case.line_choices) - set(case.right_lines)
    assert not any(checked(case, set(case.kinds), {line, *case.right_lines[1:]})[1] for line in wrong)


def test_streaks_count_cases_in_a_row_and_days_of_the_daily_case():
    day = date(2026, 3, 2)
    streak = Streak().solved().solved(day)
    assert (streak.row, streak.best, streak.days_on(day)) == (2, 2, 1)
    streak = streak.missed().solved(day).solved(day + timedelta(days=1))
    assert (streak.row, streak.best, streak.days) == (2, 2, 2)
    assert streak.days_on(day + timedelta(days=3)) == 0
    assert Streak.from_json(streak.to_json()) == streak
    assert Streak.from_json({"row": "x", "best": -1, "day": 7}) == Streak()


def test_each_program_is_run_once_for_all_who_ask(monkeypatch):
    asked = []
    monkeypatch.setattr(running, "run", lambda scenes, seconds, told: asked.append(scenes) or [None])
    bench = ProgramBench()
    first, second = bench.ask("a", lambda: [1]), bench.ask("a", lambda: [1])
    assert first is second
    assert first.future.result(10) == (None,)
    bench.forget("a")
    assert bench.ask("a", lambda: [2]).future.result(10) == (None,)
    assert asked == [[1], [2]]
    bench.close()


def test_the_first_tensor_that_differs_is_the_proof():
    def tensors(**values):
        return {name: RecordedTensor((len(v),), 1.0, max(map(abs, v)), tuple(v)) for name, v in values.items()}

    def program(loss, kernel, gradient):
        step = StepRecord(loss, tensors(images=[1.0], logits=[2.0]), tensors(kernel=[gradient]), tensors(kernel=[kernel]))
        return Ran(History(losses=(loss,)), RunFacts(), "", "", recording=RecordedSteps(tensors(kernel=[0.0]), (step,)))

    healthy = program(2.3, 1.0, 0.5)
    assert "weights after the update: kernel" in str(first_difference(program(2.3, 2.0, 0.5), healthy).said)
    assert "gradients: kernel" in str(first_difference(program(2.3, 2.0, 0.7), healthy).said)
    assert "the loss is 2.4 in place of 2.3" in str(first_difference(program(2.4, 2.0, 0.7), healthy).said)
    assert "memory" in str(first_difference(healthy, healthy).said)


def test_probes_hints_and_wrong_answers_cost_points():
    assert points(Attempt()) == 10
    assert points(Attempt(("pixels", "labels"), 1, 1)) == 10 - 2 - 2 - 3
    assert points(Attempt(hints=2, wrong=9)) == 1


def test_the_daily_case_is_one_for_all_and_another_tomorrow():
    assert daily("torch", date(2026, 3, 2)).code == daily("torch", date(2026, 3, 2)).code
    assert daily("torch", date(2026, 3, 2)).code != daily("torch", date(2026, 3, 3)).code


@pytest.mark.parametrize("code", ["", "T9-1", "X2-1", "T2", "T2-1234", "T2--1", "../../x"])
def test_what_is_no_code_is_refused_with_an_example(code):
    with pytest.raises(SpecError, match="such as T2-17"):
        case_of(code)


def test_the_command_line_checks_an_answer(capsys):
    case = case_of("T2-3")
    assert main(["buglab", "check", "T2-3", case.kinds[0], "--line", str(case.right_lines[0])]) == 0
    assert "right" in capsys.readouterr().out
    assert main(["buglab", "check", "T2-3", next(k for k in case.choices if k not in case.kinds)]) == 1
    assert main(["buglab", "check", "T2-3", "nonsense"]) == 2
    assert main(["buglab", "play", "T2-3", "--no-run"]) == 0
    assert main(["buglab", "list", "--json"]) == 0
