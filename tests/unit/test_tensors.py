"""The Tensors page without a framework: students' input, programs as text, and the evaluation of results."""

from __future__ import annotations

import ast
import runpy
import sys
from contextlib import redirect_stdout, suppress
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsf.charts import tensor_bits, tensor_blocks, tensor_memory, tensor_shapes
from clsf.tensors import broadcasting, literals, names, picking, sections
from clsf.tensors.equality import same, verdict
from clsf.tensors.literals import TensorError
from clsf.tensors.outcome import MAX_TEXT, Outcome, SeenValue, cut
from clsf.tensors.printing import printed
from clsf.tensors.program import ArgumentList, Dtype, Pick, ProgramCall
from clsf.tensors.with_numpy import LIBRARY, run

GRID = [[1, 2, 3], [4, 5, 6]]


def one(*steps: str, **arguments: object) -> Outcome:
    return run([ProgramCall.of(*steps, **arguments)])[0]


# Literals.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3", 3),
        (" [1, 2.5, True] ", [1, 2.5, True]),
        ("(1, [2, 3])", (1, [2, 3])),
        ("[[1, 2], [3]]", [[1, 2], [3]]),  # ragged: the libraries have their own message for it
        ("-1", -1),
        ("1+2j", 1 + 2j),
        ("['a']", ["a"]),
        ("[]", []),
    ],
)
def test_values_are_read_as_data(text, found):
    assert literals.values(text) == found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "Nothing is written"),
        ("[1, 2", "no list of numbers"),
        ("__import__('os').system('true')", "no list of numbers"),
        ("[x for x in range(9)]", "no list of numbers"),
        ("open('/etc/passwd')", "no list of numbers"),
        ("9**9**9", "no list of numbers"),
        ("[" * 40 + "]" * 40, "too deeply"),
        ("[" + "1," * 1500 + "]", "characters long"),
        ("{1: 2}", "something else"),
        ("None", "something else"),
        ("1e999", "infinity"),
        ("1" * 40, "is too large: numbers up to 18,446,744,073,709,551,616"),
        ("'" + "a" * 30 + "'", "something else"),
    ],
)
def test_what_is_no_data_gives_a_sentence(text, what):
    with pytest.raises(TensorError, match=what):
        literals.values(text)


@given(st.text(max_size=80))
def test_any_text_gives_data_or_a_sentence(text):
    for read in (literals.values, literals.shape):
        with suppress(TensorError):
            assert read(text) is not None, "neither data nor a sentence"


@pytest.mark.parametrize(("text", "shape"), [("2, 3", (2, 3)), ("(2,)", (2,)), ("[4]", (4,)), ("5", (5,)), ("", ()), ("()", ()), ("-1, 2", (-1, 2))])  # fmt: skip
def test_shapes(text, shape):
    assert literals.shape(text) == shape


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2.5", "whole numbers"), ("a, b", "no list of numbers"), ("True", "whole numbers"), ("1,1,1,1,1,1,1", "at most 6 axes"),
        ("10000, 1000", "10,000,000 elements. At most 4,096"),
    ],
)  # fmt: skip
def test_bad_shapes_give_a_sentence(text, what):
    with pytest.raises(TensorError, match=what):
        literals.shape(text)


@pytest.mark.parametrize(("numbers", "what"), [((0, 10**7, 1), "10,000,000 elements"), ((0, 5, 0), "never ends")])
def test_bad_ranges_give_a_sentence(numbers, what):
    with pytest.raises(TensorError, match=what):
        literals.steps(*numbers)


def test_ranges_are_counted_as_numpy_does():
    for start, stop, step in [(0, 12, 1), (0, 1, 0.1), (5, 0, -2), (3, 3, 1), (0, 10, 3)]:
        assert literals.steps(start, stop, step) == len(np.arange(start, stop, step))


# Programs and their text.


def test_the_code_shown_is_the_function_with_literals_in_it():
    outcome = one("create.from_list", "create.reshape", "create.pick", values=GRID, dtype=Dtype("int16"), shape=(3, 2), index=Pick((0, (None, None, -1))))  # fmt: skip
    assert outcome.code.splitlines() == [
        "import numpy as np",
        "t = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int16)",
        "t = t.reshape((3, 2))",
        "t[0, ::-1]",
    ]
    assert outcome.value.values == [2, 1]
    assert (outcome.value.dtype, outcome.value.shape) == ("int16", (2,))


def test_long_arguments_are_assigned_above_the_code():
    values = [list(range(20))]
    assert one("create.inferred", "create.whole", values=values).code.splitlines()[1] == f"values = {values}"


def test_an_exception_is_a_result_with_its_line():
    outcome = one("create.inferred", "create.reshape", "create.whole", values=GRID, shape=(5,))
    assert outcome.raised.kind == "ValueError"
    assert outcome.code.splitlines()[outcome.raised.line] == "t = t.reshape((5,))"
    assert outcome.named("t").values == GRID


def test_a_dtype_that_numpy_has_not_is_a_result():
    outcome = one("create.from_list", "create.whole", values=GRID, dtype=Dtype("bfloat16"))
    assert outcome.raised.kind == "AttributeError"
    assert "bfloat16" in outcome.code.splitlines()[outcome.raised.line]


def test_nothing_but_number_types_is_taken_for_one():
    with pytest.raises(ValueError, match="not a number type"):
        Dtype("load")


def test_warnings_belong_to_the_result():
    outcome = one("create.from_list", "cast.cast", values=[1e30], dtype=Dtype("float32"), target=Dtype("int8"))
    assert any(text.startswith("RuntimeWarning") for text in outcome.warned)


def every_numpy_program() -> list[tuple[str, ...]]:
    functions = {"square", "cubic", "sine", "wave", "bell", "sigmoid", "tanh", "relu", "absolute"}
    found: list[tuple[str, ...]] = []
    for step in LIBRARY.steps:
        module, name = step.split(".")
        if module == "names" and name != "inputs":
            found.append(("names.inputs", step))
        elif module == "layout" and name not in ("image", "facts"):
            found.append(("layout.image", step, "layout.facts"))
        elif module == "gradients":
            if name in functions:
                found.append((step, "gradients.slope"))
        elif module in ("change", "share", "trace", "broadcast"):
            found.append((step,))
    return found


@pytest.mark.parametrize("steps", every_numpy_program(), ids="-".join)
def test_the_code_shown_does_the_same_as_a_script(steps, tmp_path):
    """Saved to a file and run by Python, the text prints and returns what the page shows."""
    arguments = {
        "values": GRID, "index": Pick((0, 1)), "value": 99, "sizes": [[2, 3], [4, 5]], "arguments": ArgumentList((([1, 2], "int32"), 2)),
        "left": (2, 1), "left_size": 2, "right": (3,), "right_size": 3, "height": 2, "width": 3, "channels": 3, "rows": 2,
        "columns": 3, "at": 1.5,
    }  # fmt: skip
    outcome = one(*steps, **arguments)
    script, output = as_script(outcome.code, tmp_path / "shown.py"), StringIO()
    if outcome.raised:
        with pytest.raises(Exception) as error, redirect_stdout(output):
            runpy.run_path(script)
        assert type(error.value).__name__ == outcome.raised.kind
        return
    with redirect_stdout(output):
        result = runpy.run_path(script)["result_"]
    assert output.getvalue() == outcome.printed
    assert without_chance(LIBRARY.look(result)) == without_chance(outcome.value)


def as_script(code: str, path) -> str:
    """Save a program, with its last value given a name."""
    last = ast.parse(code).body[-1]
    lines = code.splitlines()
    head, tail = lines[: last.lineno - 1], lines[last.lineno - 1 :]
    path.write_text("\n".join([*head, "result_ = " + "\n".join(tail)]))
    return str(path)


def without_chance(seen: SeenValue) -> object:
    """Return a value without addresses and times, which differ from run to run."""
    if seen.parts:
        return [without_chance(part) for part in seen.parts]
    if isinstance(seen.values, int) and seen.values > 10**9:
        return "address"
    if isinstance(seen.values, float) and seen.kind == "float" and 0 < seen.values < 1:
        return "seconds"
    return seen.values if seen.values is not None else seen.text


def test_long_outputs_are_cut():
    assert len(cut("x" * 100_000)) < MAX_TEXT + 10


def test_printing_of_one_thread_is_caught_and_of_others_not(capsys):
    from threading import Thread

    with printed() as mine:
        print("mine")
        other = Thread(target=print, args=("other",))
        other.start()
        other.join()
    assert mine.getvalue() == "mine\n"
    assert capsys.readouterr().out == "other\n"
    assert sys.stdout.__class__.__name__ != "_ByThread"


def test_nothing_is_evaluated_anywhere():
    for path in [*(literals_root() / "tensors").rglob("*.py"), *(literals_root() / "ui" / "tensors").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "compile")
            )


def literals_root():
    from pathlib import Path

    return Path(literals.__file__).parents[1]


# The two modules.


def test_twin_modules_have_the_same_steps_in_the_same_order():
    """Read from the source, because importing both frameworks would kill this process."""
    root = literals_root() / "backends"
    for path in sorted((root / "tensorflow").glob("tensors_*.py")):
        mine, other = (steps_written(p) for p in (path, root / "torch" / path.name))
        common = [name for name in mine if name in other]
        assert common == [name for name in other if name in mine], path.name
        only = {path.name: (set(mine) - set(other), set(other) - set(mine))}
        assert only[path.name] in (
            (set(), set()),
            ({"variable_assign", "variable_add_in_place", "variable_right_way"}, set()),
            ({"lens_traced", "counter_signature", "counter_relaxed"}, set()),
            (set(), {"channels_last"}),
        )


def steps_written(path) -> list[str]:
    return [node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]


# Picking, broadcasting, equality.


def test_picked_cells_are_those_that_numpy_takes():
    shape, pick = (2, 2, 3), Pick((0, (None, None, None), 1))
    assert picking.picked(shape, pick) == {(0, 0, 1), (0, 1, 1)}
    assert str(pick) == "0, :, 1"
    assert picking.picked(shape, Pick((5,))) == frozenset()


@given(st.lists(st.integers(1, 4), max_size=4), st.lists(st.integers(1, 4), max_size=4))
def test_the_rule_agrees_with_numpy(left, right):
    try:
        expected = np.broadcast_shapes(tuple(left), tuple(right))
    except ValueError:
        expected = None
    assert broadcasting.result(tuple(left), tuple(right)) == expected


@pytest.mark.parametrize(
    ("left", "right", "rules"),
    [
        ((4, 1, 3), (2, 3), ["missing-right", "stretch-left", "equal"]),
        ((3,), (2, 3), ["missing-left", "equal"]),
        ((4, 3), (4,), ["missing-right", "clash"]),
        ((2, 3), (2, 1), ["equal", "stretch-right"]),
    ],
)
def test_each_axis_has_its_rule(left, right, rules):
    assert [axis.rule for axis in broadcasting.axes(left, right)] == rules


def seen(values: object, dtype: str = "float32", shape: tuple | None = ()) -> SeenValue:
    return SeenValue(str(values), "ndarray", dtype, shape, values)


def test_equality_looks_at_shape_numbers_and_dtype():
    good = Outcome("", seen([1.0, 2.0], shape=(2,)))
    assert verdict([good, Outcome("", seen([1.0, 2.0000001], shape=(2,)))]) == "equal"
    assert verdict([good, Outcome("", seen([1, 2], "int32", (2,)))]) == "dtype"
    assert verdict([good, Outcome("", seen([1.0, 3.0], shape=(2,)))]) == "different"
    assert verdict([good, Outcome("", seen([[1.0, 2.0]], shape=(1, 2)))]) == "different"
    assert not same(seen([1.0], shape=(1,)), seen([1.0, 2.0], shape=(2,)))
    assert same(seen(float("nan")), seen(float("nan")))


# The menu.


def test_there_are_at_least_forty_rows_and_every_name_is_a_step():
    assert len(names.ROWS) >= 40
    assert {row.step for row in names.ROWS} | {row.trap for row in names.ROWS if row.trap} | {"names.inputs"} == {
        step for step in LIBRARY.steps if step.startswith("names.")
    }
    assert set(names.NOTES) <= {row.name for row in names.ROWS}


def test_every_section_has_a_name_of_its_own():
    assert len(set(sections.NAMES)) == 8
    assert sections.section("cast").name == "cast"


def test_no_key_of_the_page_is_taken_by_another_page():
    from clsf.ui.shared import state
    from clsf.ui.tensors import keys

    mine, theirs = ({v for k, v in vars(module).items() if k.isupper() and isinstance(v, str)} for module in (keys, state))
    assert not mine & theirs


# Drawings.


def test_a_drawing_has_a_cell_per_element_and_marks_what_is_picked():
    html = tensor_blocks.blocks([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]], (2, 2, 3), frozenset({(0, 0, 1)}))
    assert html.count("<i ") == 12
    assert html.count("tb-on") == 1
    assert 'data-tip="t[0, 0, 1] = 2"' in html
    assert "axis 0" in html
    assert "axis 2" in html


@pytest.mark.parametrize(
    ("values", "shape"), [(3, ()), ([1, 2], (2,)), ([[1.5]], (1, 1)), ([[[[True]]]], (1, 1, 1, 1)), (1 + 2j, ())]
)
def test_ranks_0_to_4_can_be_drawn(values, shape):
    assert tensor_blocks.drawable(shape)
    assert 'role="img"' in tensor_blocks.blocks(values, shape)


def test_what_is_too_large_is_not_drawn():
    assert not tensor_blocks.drawable((64, 64))
    assert not tensor_blocks.drawable((1,) * 5)
    assert not tensor_blocks.drawable((0, 3))


def test_texts_in_drawings_are_escaped():
    assert "<script>" not in tensor_blocks.blocks(["<script>"], (1,))


def test_shapes_are_drawn_axis_by_axis():
    html = tensor_shapes.aligned((4, 1, 3), (2, 3))
    assert html.count("bc-rule") == 3
    assert "✕" in tensor_shapes.aligned((4, 3), (4,))
    assert tensor_shapes.in_words((3, 1), (4,))[0] == "Axis -1: 1 and 4, a is repeated 4 times."


def test_an_image_in_the_right_order_shows_the_image():
    image = tensor_memory.brightness(2, 2)
    order = [[[3 * (2 * r + c) + channel for c in range(2)] for r in range(2)] for channel in range(3)]
    html = tensor_memory.pixels(order, image, 4)
    assert f"rgb({image[0]},{image[1]},{image[2]})" in html
    assert html.count("px-on") == 1
    assert tensor_memory.line(range(12), 4).count("ml-on") == 1


@pytest.mark.parametrize(
    ("value", "dtype", "bits"),
    [
        (1.0, "float16", "0011110000000000"),
        (1.0, "bfloat16", "0011111110000000"),
        (-2.0, "float32", "1" + "10000000" + "0" * 23),
        (0.5, "float64", "0" + "01111111110" + "0" * 52),
    ],
)
def test_bits(value, dtype, bits):
    assert tensor_bits.bits(value, dtype) == bits
    assert 'role="img"' in tensor_bits.drawing(value, dtype)
