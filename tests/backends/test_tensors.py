"""Every program of the playground, run in each framework's own process, against known facts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from clsf.tensors import names
from clsf.tensors.dtypes import DTYPES
from clsf.tensors.equality import verdict
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ArgumentList, Dtype, Pick, ProgramCall
from clsf.tensors.with_numpy import run as run_numpy
from tests import frameworks

GRID = [[1, 2, 3], [4, 5, 6]]
LECTURE = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
CHANGE = {"values": GRID, "index": Pick((0, 1)), "value": 99}
BOTH = ("tensorflow", "torch")
ALL = ("numpy", *BOTH)


def inside(framework: str, calls: Sequence[ProgramCall]) -> list[Outcome]:
    """Run programs in this process, which is the framework's own."""
    from clsf.engine.work import resolve

    return resolve(f"clsf.backends.{framework}.tensors:run")(calls)


def run(side: str, *calls: ProgramCall) -> list[Outcome]:
    if side == "numpy":
        return run_numpy(calls)
    return frameworks.process(side).run(inside, side, calls)


def one(side: str, *steps: str, **arguments: object) -> Outcome:
    return run(side, ProgramCall.of(*steps, **arguments))[0]


# Create and inspect.


@pytest.mark.parametrize("side", ALL)
def test_the_lectures_example(side):
    calls = [ProgramCall.of("create.from_list", f"create.{what}", values=LECTURE, dtype=Dtype("int32")) for what in ("whole", "rank", "count", "itemsize")]  # fmt: skip
    whole, rank, count, size = run(side, *calls)
    assert (whole.value.dtype, whole.value.shape, whole.value.values) == ("int32", (2, 2, 3), LECTURE)
    assert (rank.value.values, count.value.values, size.value.values) == (3, 12, 4)


@pytest.mark.parametrize("side", ALL)
@pytest.mark.parametrize(
    ("axes", "shape"),
    [
        ((0, (None, None, None), 1), (2,)),
        (((0, 1, None), (None, None, None), 1), (1, 2)),
        (((None, None, None), 1), (2, 3)),
        ((0, 1, 2), ()),
    ],
)
def test_slices(side, axes, shape):
    assert one(side, "create.inferred", "create.pick", values=LECTURE, index=Pick(axes)).value.shape == shape


@pytest.mark.parametrize(("side", "error"), [("numpy", None), ("tensorflow", None), ("torch", "ValueError")])
def test_a_negative_step_is_refused_by_pytorch_alone(side, error):
    outcome = one(side, "create.inferred", "create.pick", values=[1, 2, 3], index=Pick(((None, None, -1),)))
    assert (outcome.raised.kind if outcome.raised else None) == error
    assert error or outcome.value.values == [3, 2, 1]


@pytest.mark.parametrize("side", ALL)
def test_a_ragged_list_and_a_position_too_far_are_the_librarys_own_errors(side):
    ragged = one(side, "create.inferred", "create.whole", values=[[1, 2], [3]])
    assert ragged.raised.kind == "ValueError"
    assert ragged.raised.text
    far = one(side, "create.inferred", "create.pick", values=[1, 2], index=Pick((5,)))
    assert far.raised.kind in ("IndexError", "InvalidArgumentError")
    assert far.code.splitlines()[far.raised.line] == "t[5]"


@pytest.mark.parametrize("side", ALL)
def test_equal_seeds_give_equal_numbers(side):
    arguments = {"size": (3, 4), "dtype": Dtype("float32"), "mean": 0.0, "deviation": 1.0}
    a, b, c = run(side, *(ProgramCall.of("create.normal", "create.whole", seed=seed, **arguments) for seed in (1, 1, 2)))
    assert a.value.shape == (3, 4)
    assert a.value.values == b.value.values != c.value.values


def test_random_numbers_leave_the_frameworks_own_state_alone():
    """The playground must not affect a training in the same process."""
    before, after = frameworks.process("torch").run(torch_state_around_playing)
    assert before == after


def torch_state_around_playing() -> tuple[list, list]:
    import torch

    before = torch.get_rng_state().tolist()
    inside(
        "torch",
        [ProgramCall.of("create.normal", "create.whole", size=(3,), mean=0.0, deviation=1.0, seed=1, dtype=Dtype("float32"))],
    )
    return before, torch.get_rng_state().tolist()


# Cast.


@pytest.mark.parametrize("side", ALL)
@pytest.mark.parametrize(
    ("values", "source", "target", "expected"),
    [
        ([300, -1], "int32", "uint8", [44, 255]),
        ([2.9, -2.9], "float32", "int32", [2, -2]),
        ([200], "int32", "int8", [-56]),
        ([2049], "int32", "float16", [2048.0]),
        ([16777217], "int64", "float32", [16777216.0]),
        ([0, 2], "int32", "bool", [False, True]),
    ],
)
def test_what_is_lost_in_a_cast(side, values, source, target, expected):
    outcome = one(side, "create.from_list", "cast.cast", values=values, dtype=Dtype(source), target=Dtype(target))
    assert outcome.value.values == expected
    assert outcome.value.dtype == target


@pytest.mark.parametrize("side", ALL)
def test_a_tenth_and_two_tenths(side):
    for dtype in (np.float16, np.float32, np.float64):
        expected = f"{float(dtype(0.1) + dtype(0.2)):.20g}"
        assert one(side, "cast.add", "cast.digits", left=0.1, right=0.2, dtype=Dtype(dtype.__name__)).value.values == expected
    assert expected.startswith("0.300000000000000044")


def test_bfloat16_is_there_in_both_frameworks_and_not_in_numpy():
    arguments = {"values": [0.1], "dtype": Dtype("bfloat16")}
    assert one("numpy", "create.from_list", "create.whole", **arguments).raised.kind == "AttributeError"
    for side in BOTH:
        assert one(side, "create.from_list", "create.whole", **arguments).value.values == [0.10009765625]


@pytest.mark.parametrize(
    ("value", "found"),
    [(1, ("int64", "int32", "int64")), (1.0, ("float64", "float32", "float32")), (True, ("bool", "bool", "bool")), ([1, 2.5], ("float64", "float32", "float32"))],
)  # fmt: skip
def test_what_is_inferred(value, found):
    assert tuple(one(side, "create.inferred", "create.whole", values=value).value.dtype for side in ALL) == found


@pytest.mark.parametrize(
    ("side", "result"), [("numpy", "float64"), ("tensorflow", "InvalidArgumentError"), ("torch", "float32")]
)
def test_int32_meets_float32(side, result):
    outcome = one(side, "cast.promote", left=Dtype("int32"), right=Dtype("float32"))
    assert result in (outcome.raised.kind if outcome.raised else outcome.value.text)


def test_promotion_tables_are_symmetric_and_tensorflow_promotes_nothing():
    for side in ALL:
        pairs = [(a, b) for a in DTYPES for b in DTYPES]
        outcomes = run(side, *(ProgramCall.of("cast.promote", left=Dtype(a), right=Dtype(b)) for a, b in pairs))
        table = {pair: o.value.text if o.ok else None for pair, o in zip(pairs, outcomes, strict=True)}
        assert all(table[a, b] == table[b, a] for a, b in pairs)
        if side == "tensorflow":
            assert not any(table[a, b] for a, b in pairs if a != b)
        if side == "torch":
            assert all(table.values())


# Change in place.


@pytest.mark.parametrize("side", ["numpy", "torch"])
def test_arrays_and_torch_tensors_are_changed_where_they_lie(side):
    value, before, after = one(side, "change.assign", **CHANGE).value.parts
    assert value.values == [[1, 99, 3], [4, 5, 6]]
    assert before.text == after.text


@pytest.mark.parametrize(
    ("step", "kind"), [("assign", "TypeError"), ("variable_assign", "TypeError"), ("variable_add_in_place", "RuntimeError")]
)
def test_tensorflow_refuses_and_says_so_itself(step, kind):
    outcome = one("tensorflow", f"change.{step}", **CHANGE)
    assert outcome.raised.kind == kind
    assert "99" in outcome.code.splitlines()[outcome.raised.line]
    assert (outcome.named("t") or outcome.named("v")).values == GRID


def test_tensorflows_own_ways():
    value, before, after = one("tensorflow", "change.right_way", **CHANGE).value.parts
    assert value.values == [[1, 99, 3], [4, 5, 6]]
    assert before.parts[0].values != after.parts[0].values  # another object
    value, before, after = one("tensorflow", "change.variable_right_way", **CHANGE).value.parts
    assert value.values == [[1, 99, 3], [4, 5, 6]]
    assert before.parts[0].values == after.parts[0].values  # the same variable


@pytest.mark.parametrize(
    ("pair", "shared"),
    [
        ("part", (True, False, True)),
        ("reshaped", (True, False, True)),
        ("transposed", (True, False, True)),
        ("picked", (False, False, False)),
        ("copied", (False, False, False)),
        ("copied_from_numpy", (False, False, False)),
    ],
)
def test_who_shares_memory(pair, shared):
    found = []
    for side in ALL:
        _, before, after = one(side, f"share.{pair}", **CHANGE | {"index": Pick((0, 0))}).value.parts
        found.append(before.values != after.values)
    assert tuple(found) == shared


def test_from_numpy_shares_and_back_again():
    for step in ("from_numpy", "to_numpy"):
        _, before, after = one("torch", f"share.{step}", **CHANGE).value.parts
        assert (before.values, after.values) == (GRID, [[1, 99, 3], [4, 5, 6]])


def test_pytorch_wants_detach_before_numpy():
    assert one("torch", "share.to_numpy_with_gradient", values=GRID).raised.kind == "RuntimeError"
    assert one("torch", "share.to_numpy_detached", values=GRID).value.values == GRID
    assert one("tensorflow", "share.to_numpy_with_gradient", values=GRID).value.values == GRID


# Trace lens.


def printed_lines(outcome: Outcome) -> list[int]:
    """Return how many lines each call printed."""
    counts: list[int] = []
    for line in outcome.printed.splitlines():
        if line.startswith("call "):
            counts.append(0)
        else:
            counts[-1] += 1
    return counts


def test_three_calls_print_one_trace():
    sizes = [[2, 3], [4, 5], [2, 3]]
    eager, traced = run(
        "tensorflow", ProgramCall.of("trace.lens", sizes=sizes), ProgramCall.of("trace.lens_traced", sizes=sizes)
    )
    assert printed_lines(eager) == [6, 6, 6]
    assert printed_lines(traced) == [6, 0, 0]
    assert "(None, None)" in traced.printed
    assert "(None, None)" not in eager.printed
    assert [made.shape for made in traced.value.parts] == [(2, 3), (4, 5), (2, 3)]
    assert "@tf.function" in traced.code
    assert "@tf.function" not in eager.code
    assert printed_lines(one("torch", "trace.lens", sizes=sizes)) == [6, 6, 6]


THREE, OTHER, TWO, FLOAT = ([1, 2, 3], "int32"), ([4, 5, 6], "int32"), ([1, 2], "int32"), ([1.0, 2.0], "float32")


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        pytest.param((THREE, OTHER, THREE), [1, 1, 1], id="equal shapes and types"),
        pytest.param((THREE, TWO, THREE), [1, 2, 2], id="a new shape"),
        pytest.param((TWO, FLOAT, TWO), [1, 2, 2], id="a new dtype"),
        pytest.param((1, 2, 1), [1, 2, 2], id="Python numbers"),
        pytest.param(((1, "int32"), (2, "int32")), [1, 1], id="tensors instead of numbers"),
    ],
)
def test_what_is_traced_again(given, counts):
    calls, log, runs, signatures = one("tensorflow", "trace.counter", arguments=ArgumentList(given)).value.parts
    assert [call.parts[0].values for call in calls.parts] == counts
    assert log.values == counts[-1]  # the list grows while tracing only
    assert runs.values == len(given)  # the variable counts every call
    assert signatures.values.count("Input Parameters") == counts[-1]


def test_a_signature_traces_once_and_refuses_what_does_not_fit():
    given = ArgumentList((THREE, TWO, FLOAT, 3))
    calls, log, runs, _ = one("tensorflow", "trace.counter_signature", arguments=given, dtype=Dtype("int32")).value.parts
    assert log.values == 1
    assert [call.parts[2].is_error for call in calls.parts] == [False, False, True, True]
    assert runs.values == 2


def test_pytorch_runs_python_every_time():
    _, log = one("torch", "trace.counter", arguments=ArgumentList((THREE, THREE, 2))).value.parts
    assert log.values == 3


def test_first_calls_cost_more():
    calls = one("tensorflow", "trace.counter", arguments=ArgumentList((THREE, OTHER, THREE))).value.parts[0].parts
    first, *later = (call.parts[1].values for call in calls)
    assert first > 3 * min(later)  # about 30 times in practice: 30 ms against 1; one of the others may have waited for the CPU


# Same thing, other names.


@pytest.mark.parametrize("size", [(2, 3), (3, 2), (1, 4)])
def test_every_row_is_equal_in_all_three(size):
    calls = [ProgramCall.of("names.inputs", row.step, rows=size[0], columns=size[1]) for row in names.ROWS]
    outcomes = [run(side, *calls) for side in ALL]
    verdicts = {row.name: verdict(each) for row, *each in zip(names.ROWS, *outcomes, strict=True)}
    assert [name for name, found in verdicts.items() if found == "different"] == []
    assert sum(found == "equal" for found in verdicts.values()) >= 40


def test_every_trap_is_one():
    rows = [row for row in names.ROWS if row.trap]
    outcomes = [run(side, *(ProgramCall.of("names.inputs", row.trap, rows=2, columns=3) for row in rows)) for side in ALL]
    harmless = [row.name for row, *each in zip(rows, *outcomes, strict=True) if verdict(each) != "different"]
    assert harmless == ["remainder"]  # fmod is equal everywhere, but it is not mod


# Broadcasting.


@pytest.mark.parametrize("side", ALL)
def test_broadcasting(side):
    good = one(side, "broadcast.add", left=(4, 1, 3), right=(2, 3))
    assert [part.values for part in good.value.parts] == [4, 2, 3]
    bad = one(side, "broadcast.add", left=(4, 3), right=(4,))
    assert bad.raised.kind in ("ValueError", "InvalidArgumentError", "RuntimeError")
    assert bad.raised.text
    _, _, total = one(side, "broadcast.numbers", left=(2, 1), left_size=2, right=(3,), right_size=3).value.parts
    assert total.values == [[10, 20, 30], [11, 21, 31]]


# Layout.


def facts(side: str, stage: str) -> list:
    return list(one(side, "layout.image", f"layout.{stage}", "layout.facts", height=2, width=2, channels=3).value.parts)


@pytest.mark.parametrize("side", ALL)
def test_layouts(side):
    line, first = list(range(12)), [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]
    assert facts(side, "same")[4].values == line
    moved = facts(side, "channels_first")
    assert moved[5].values == first
    assert moved[4].values == (first if side == "tensorflow" else line)  # a view elsewhere, a copy in TensorFlow
    assert moved[3].values is (side == "tensorflow")
    assert facts(side, "contiguous")[4].values == first
    assert facts(side, "reshaped")[5].values == line  # the wrong way: no data moved, so the picture is garbled


def test_strides():
    assert facts("torch", "same")[2].text == "(6, 3, 1)"
    assert facts("torch", "channels_first")[2].text == "(1, 6, 3)"
    assert facts("numpy", "channels_first")[2].text == "(8, 48, 24)"
    last = one("torch", "layout.image", "layout.channels_last", height=2, width=2, channels=3).value.parts
    assert last[2].text == "(12, 1, 6, 3)"
    assert last[4].values == list(range(12))


# Gradients.


@pytest.mark.parametrize("name", ["square", "cubic", "sine", "wave", "bell", "sigmoid", "tanh", "relu", "absolute"])
def test_slopes_are_equal(name):
    calls = [ProgramCall.of(f"gradients.{name}", f"gradients.{what}", at=0.7) for what in ("slope", "second")]
    numpy, tensorflow, torch = ([o.value.parts for o in run(side, *calls)] for side in ALL)
    for kind, tolerance in ((0, 1e-7), (1, 1e-5)):
        second = name in ("relu", "absolute") and kind == 1  # piecewise linear: no second derivative
        if second:
            continue
        assert tensorflow[kind][1].values == pytest.approx(torch[kind][1].values, rel=1e-12)
        assert numpy[kind][1].values == pytest.approx(torch[kind][1].values, abs=tolerance)


def test_known_slopes():
    for side in BOTH:
        value, slope = one(side, "gradients.cubic", "gradients.slope", at=2.0).value.parts
        assert (value.values, slope.values) == (2.0, 9.0)
        assert [p.values for p in one(side, "gradients.cubic", "gradients.second", at=2.0).value.parts] == [9.0, 12.0]
        assert [p.values for p in one(side, "gradients.product", "gradients.slopes", at=2.0, beside=5.0).value.parts] == [
            10.0,
            5.0,
            2.0,
        ]


def test_gradients_add_up_in_pytorch_until_forgotten():
    arguments = {"at": 1.0, "times": 3}
    assert one("torch", "gradients.square", "gradients.repeated", **arguments).value.text == "[2.0, 4.0, 6.0]"
    assert one("torch", "gradients.square", "gradients.repeated_zeroed", **arguments).value.text == "[2.0, 2.0, 2.0]"
    assert one("tensorflow", "gradients.square", "gradients.repeated", **arguments).value.text == "[2.0, 2.0, 2.0]"


@pytest.mark.parametrize("side", BOTH)
def test_a_used_up_tape_says_so_and_a_kept_one_answers_twice(side):
    assert one(side, "gradients.cubic", "gradients.used_up", at=1.5).raised.kind == "RuntimeError"
    assert one(side, "gradients.cubic", "gradients.kept", at=1.5).ok


@pytest.mark.parametrize("side", BOTH)
def test_what_is_cut_off_counts_as_a_constant(side):
    flowing, stopped = (
        one(side, "gradients.square", f"gradients.{s}", at=3.0).value.parts[1].values for s in ("flowing", "stopped")
    )
    assert (flowing, stopped) == (27.0, 9.0)  # of x * x**2: 3 x**2, against x**2


def test_who_is_not_watched_has_no_gradient():
    assert one("tensorflow", "gradients.square", "gradients.unwatched", at=3.0).value.text == "None"
    assert one("torch", "gradients.square", "gradients.unwatched", at=3.0).raised.kind == "RuntimeError"
    for side in BOTH:
        assert one(side, "gradients.square", "gradients.watched", at=3.0).value.values == 6.0
