"""Schedules: the formulas' values, worked out by hand."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsf.plan import SCHEDULES, Plan, Schedule
from clsf.schedules import preview, share, warmup_steps


@pytest.mark.parametrize(
    ("schedule", "shares"),
    [
        pytest.param(Schedule(), [1, 1, 1, 1, 1, 1, 1, 1], id="constant"),
        pytest.param(Schedule("step", factor=0.5), [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125], id="halved every epoch"),
        pytest.param(Schedule("step", factor=0.1, every=3), [1, 1, 1, 1, 1, 1, 0.1, 0.1], id="a tenth every third epoch"),
        pytest.param(Schedule("exponential", factor=0.25), [1, 0.5, 0.25, 0.125, 1 / 16, 1 / 32, 1 / 64, 1 / 128], id="exponential"),
        pytest.param(
            Schedule("cosine"), [(1 + math.cos(math.pi * n / 8)) / 2 for n in range(8)], id="cosine: 1 first, 1/2 in the middle"
        ),
        pytest.param(Schedule("cosine", floor=0.5), [0.5 + (1 + math.cos(math.pi * n / 8)) / 4 for n in range(8)], id="floor"),
        pytest.param(Schedule(warmup_epochs=2), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1], id="warm-up"),
        pytest.param(Schedule("step", 1, 0.5), [0.5, 1, 1, 1, 0.5, 0.5, 0.25, 0.25], id="the step counts from after the warm-up"),
        pytest.param(
            Schedule("cosine", 2), [0.25, 0.5, 0.75, 1, *((1 + math.cos(math.pi * n / 4)) / 2 for n in range(4))], id="both"
        ),
    ],
)  # fmt: skip
def test_the_share_of_every_step(schedule, shares):
    """Four epochs of two steps."""
    assert [share(schedule, step, 2, 4) for step in range(8)] == pytest.approx(shares, rel=1e-15)


def test_the_cosine_is_one_half_in_the_middle_and_never_below_its_floor():
    assert share(Schedule("cosine"), 50, 100, 1) == pytest.approx(0.5)
    assert share(Schedule("cosine", floor=0.2), 10_000, 100, 1) == pytest.approx(0.2), "a step too many"


def test_a_preview_is_the_learning_rate_of_every_step():
    plan = Plan("digits", epochs=2, learning_rate=0.5, schedule=Schedule("step", factor=0.1))
    assert preview(plan, 3) == pytest.approx([0.5, 0.5, 0.5, 0.05, 0.05, 0.05])


@given(
    kind=st.sampled_from(SCHEDULES), warmup=st.floats(0, 3), factor=st.floats(1e-3, 1), every=st.integers(1, 4),
    floor=st.floats(0, 1), each=st.integers(1, 40), epochs=st.integers(1, 6),
)  # fmt: skip
def test_the_learning_rate_rises_only_while_warming_up(kind, warmup, factor, every, floor, each, epochs):
    schedule = Schedule(kind, warmup, factor, every, floor)
    shares = [share(schedule, step, each, epochs) for step in range(each * epochs)]
    rising = warmup_steps(schedule, each)
    assert all(0 <= s <= 1 for s in shares)
    assert all(a < b for a, b in pairwise(shares[:rising]))
    sign = -1 if kind == "range" else 1  # a range test rises to its end
    assert all(sign * a >= sign * b - 1e-15 for a, b in pairwise(shares[rising:]))
