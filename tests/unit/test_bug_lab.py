"""The bug lab: cases are the same for everybody, answers are checked, points counted."""

from __future__ import annotations

from datetime import date

import pytest

from clsf.cli.main import main
from clsf.errors import SpecError
from clsf.faults import FAULTS
from clsf.faults.lab import Attempt, case_of, checked, daily, playable, points


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


def test_each_playable_fault_comes_up():
    assert {case_of(f"T2-{n}").kinds[0] for n in range(len(playable("torch", 2)))} == set(playable("torch", 2))


def test_an_answer_is_right_for_the_kind_and_two_lines_around():
    case = case_of("T2-17")
    assert checked(case, set(case.kinds), case.lines[0] + 2) == (True, True)
    assert checked(case, set(case.kinds), case.lines[-1] + 3) == (True, False)
    assert checked(case, {"syntax"}, None) == (False, None)


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
    assert main(["buglab", "check", "T2-3", case.kinds[0], "--line", str(case.lines[0])]) == 0
    assert "right" in capsys.readouterr().out
    assert main(["buglab", "check", "T2-3", next(k for k in case.choices if k not in case.kinds)]) == 1
    assert main(["buglab", "check", "T2-3", "nonsense"]) == 2
    assert main(["buglab", "play", "T2-3", "--no-run"]) == 0
    assert main(["buglab", "list", "--json"]) == 0
