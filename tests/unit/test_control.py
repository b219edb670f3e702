"""Control: commands to a running loop, from any thread."""

import sys
import threading
import time

import pytest

from clsf.control import COMMANDS, Control


def state(control: Control) -> tuple[bool, bool, bool]:
    return control.stopped, control.stepping, control.waiting


@pytest.mark.parametrize(
    ("commands", "stopped", "stepping", "waiting"),
    [
        pytest.param([], False, False, False, id="free"),
        pytest.param(["pause"], False, True, True, id="paused"),
        pytest.param(["pause", "resume"], False, False, False, id="resumed"),
        pytest.param(["step"], False, True, False, id="a step pauses, but one more is taken"),
        pytest.param(["pause", "step"], False, True, False, id="a step while paused"),
        pytest.param(["pause", "stop"], True, True, False, id="a stop while paused does not wait"),
        pytest.param(["stop"], True, False, False, id="stopped"),
        pytest.param(["stop", "resume"], True, False, False, id="a stop is not taken back"),
        pytest.param(["pause", "pause", "resume"], False, False, False, id="two pauses are one"),
    ],
)
def test_what_the_commands_mean(commands, stopped, stepping, waiting):
    control = Control()
    for command in commands:
        getattr(control, command)()
    assert state(control) == (stopped, stepping, waiting)


def test_every_command_is_a_method():
    assert all(callable(getattr(Control(), command)) for command in COMMANDS)


def test_steps_asked_for_are_taken_one_by_one():
    control = Control(paused=True)
    control.step()
    control.step()
    waiting = []
    for _ in range(2):
        waiting.append(control.waiting)
        control.take_step()
    assert waiting == [False, False]
    assert control.waiting
    control.take_step()
    assert control.waiting, "a step that nobody asked for counts for nothing"
    control.step()
    assert not control.waiting


def test_a_learning_rate_is_handed_over_once_and_the_last_one_counts():
    control = Control()
    assert control.take_learning_rate() is None
    control.learning_rate(0.1)
    control.learning_rate(0.2)
    assert control.take_learning_rate() == 0.2
    assert control.take_learning_rate() is None


@pytest.mark.parametrize("command", ["resume", "step", "stop"])
def test_waiting_ends_at_once_when_another_thread_commands(command):
    control = Control(paused=True)
    assert not control.wait(0.01), "it went on by itself"
    timer = threading.Timer(0.05, getattr(control, command))
    timer.start()
    before = time.perf_counter()
    assert control.wait(10)
    assert time.perf_counter() - before < 5
    timer.join()


def test_a_new_learning_rate_does_not_end_the_waiting():
    control = Control(paused=True)
    control.learning_rate(0.1)
    assert not control.wait(0.01)


@pytest.fixture
def threads_that_interrupt_each_other():
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("threads_that_interrupt_each_other")
def test_no_step_asked_for_by_several_threads_is_lost():
    control = Control(paused=True)
    threads = [threading.Thread(target=lambda: [control.step() for _ in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = 0
    while not control.waiting:
        control.take_step()
        taken += 1
    assert taken == 1600
