"""The pipelines of the Data page in both frameworks: their output, and that the shown code runs unchanged."""

from __future__ import annotations

import math
from importlib import import_module

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.data.shown import program
from tests import frameworks

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 6, 5, 3), np.uint8)
LABELS = np.arange(40) % 4
COUNT = 5_000


def call(framework: str, function: str, *values: object) -> object:
    """Call a function of a pipeline in this process, which is the framework's own."""
    return getattr(import_module(f"clsf.backends.{framework}.pipeline"), function)(*values)


def run(framework: str, function: str, *values: object) -> object:
    return frameworks.process(framework).run(call, framework, function, *values)


def shuffled(framework: str, buffer: int) -> object:
    """Return the setting that replaces a buffer: DataLoader has none, it shuffles or not."""
    return buffer if framework == "tensorflow" else buffer > 1


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_first_batch_is_scaled_and_laid_out_as_the_framework_wants_it(framework):
    images, labels = run(framework, "first_batch", PIXELS, LABELS, 7, shuffled(framework, 1), 0)
    expected = PIXELS[:7].astype(np.float32) / 255
    if framework == "torch":
        expected = expected.transpose(0, 3, 1, 2)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, expected, atol=1e-7)
    np.testing.assert_array_equal(labels, LABELS[:7])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_preparing_is_subtracting_and_dividing_per_channel(framework):
    mean, deviation = [10.0, 20.0, 30.0], [2.0, 50.0, 255.0]
    found = run(framework, "prepare", PIXELS, mean, deviation)
    expected = (PIXELS - np.array(mean)) / np.array(deviation)
    np.testing.assert_allclose(
        found, expected if framework == "tensorflow" else expected.transpose(0, 3, 1, 2), rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_no_shuffle_keeps_the_order_and_a_full_one_mixes(framework):
    still = run(framework, "order", COUNT, shuffled(framework, 1), 64, 0)
    np.testing.assert_array_equal(still, np.arange(COUNT))
    mixed = run(framework, "order", COUNT, shuffled(framework, COUNT), 64, 0)
    np.testing.assert_array_equal(np.sort(mixed), np.arange(COUNT))
    assert np.abs(mixed - np.arange(COUNT)).mean() == pytest.approx(COUNT / 3, rel=0.05)


def test_a_buffer_lets_nothing_come_earlier_than_it_reaches():
    """tf.data: the k-th output was in the buffer then, so its position was below k + 200."""
    order = run("tensorflow", "order", COUNT, 200, 64, 0)
    np.testing.assert_array_equal(np.sort(order), np.arange(COUNT))
    assert (order < np.arange(COUNT) + 200).all()
    assert 100 < np.abs(order - np.arange(COUNT)).mean() < 250


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_same_seed_is_the_same_order(framework):
    one, two, other = (run(framework, "order", 500, shuffled(framework, 500), 10, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


LOGITS = [[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [5.0, -2.0, 0.5]]
TRUE = [2, 0, 1]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_both_losses_are_the_same_number(framework):
    one_hot, sparse, categorical = run(framework, "losses", LOGITS, TRUE)
    np.testing.assert_array_equal(one_hot, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    each = [math.log(sum(math.exp(z) for z in row)) - row[label] for row, label in zip(LOGITS, TRUE, strict=True)]
    assert sparse == pytest.approx(sum(each) / 3, rel=1e-6)
    assert categorical == pytest.approx(sparse, rel=1e-6)


# The shown code.

OPEN = "import numpy as np\npixels, labels = np.zeros((60, 8, 8, 3), 'uint8'), np.repeat([0, 1, 2], 20)\n"
VARY = "vary = augmentation(height=8, width=8, flip=True, shift=2, rotation=15, brightness=0.2, cutout=3)\n"
SHOWN = {
    "split": (
        ("split_in_order", "split_stratified"),
        OPEN + "first, last = split_in_order(pixels, labels, 0.2)\none, two = split_stratified(pixels, labels, 0.2, seed=0)\n",
    ),
    "augmentation": (("augmentation",), VARY),
    "order": (("order",), "positions = order(100, {}, 8, seed=0)\n"),
    "batches": (("batches", "first_batch"), OPEN + "images, numbers = first_batch(pixels, labels, 12, {}, seed=0)\n"),
    "labels": (("losses",), "one_hot, sparse, categorical = losses([[1.0, 2.0]], [1])\n"),
}
SEEN = {
    "split": "[[int(y) for _, y in part] for part in (first, last, one, two)]",
    "order": "sorted(positions.tolist())",
    "batches": "images.shape",
    "labels": "[one_hot.tolist(), round(sparse, 5), round(categorical, 5)]",
}


def execute(text: str, seen: str) -> object:
    """Run a program in its own namespace, as if copied; return the value of an expression afterwards."""
    names: dict = {}
    exec(compile(text, "shown", "exec"), names)  # noqa: S102  our own text, in a test
    return eval(seen, names)  # noqa: S307


def result(framework: str, name: str, seen: str | None = None) -> object:
    functions, lines = SHOWN[name]
    text = program(framework, functions, lines.format("100" if framework == "tensorflow" else "True"))
    return frameworks.process(framework).run(execute, text, seen or SEEN[name])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_shown_code_runs_as_it_stands(framework):
    first, last, one, two = result(framework, "split")
    assert (first, last) == ([0] * 20 + [1] * 20 + [2] * 8, [2] * 12)
    assert [one.count(k) for k in range(3)] == [16] * 3
    assert [two.count(k) for k in range(3)] == [4] * 3
    assert result(framework, "order") == list(range(100))
    assert tuple(result(framework, "batches")) == ((12, 8, 8, 3) if framework == "tensorflow" else (12, 3, 8, 8))
    loss = round(math.log(1 + math.exp(-1)), 5)
    assert result(framework, "labels") == [[[0, 1]], loss, loss]


def test_own_augmentations_of_the_frameworks_keep_the_shape():
    keras = "(tuple(vary(np.full((4, 8, 8, 3), 200.0), training=True).shape), bool((vary(np.full((4, 8, 8, 3), 200.0), training=False) == 200).numpy().all()))"
    text = "import numpy as np\n" + VARY
    shown = program("tensorflow", ("augmentation",), text)
    assert frameworks.process("tensorflow").run(execute, shown, keras) == ((4, 8, 8, 3), True)
    shown = program("torch", ("augmentation",), "import torch\n" + VARY)
    image = "vary(torch.full((3, 8, 8), 200, dtype=torch.uint8))"
    assert frameworks.process("torch").run(execute, shown, f"tuple({image}.shape)") == (3, 8, 8)
    assert frameworks.process("torch").run(execute, shown, f"int({image}.min())") == 0  # the hole


def test_the_backends_say_the_same_things_in_the_same_order():
    import ast

    from clsf.data.shown import BACKENDS

    names = [
        [node.name for node in ast.parse((BACKENDS / framework / "pipeline.py").read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
        for framework in FRAMEWORKS
    ]  # fmt: skip
    assert names[0] == names[1]
