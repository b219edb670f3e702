"""The benchmark's arithmetic and its lines; what it measures is measured when somebody asks for it."""

import json

import pytest

from clsf.bench import markdown, training
from clsf.bench.rows import Measurement, Target, ratios, row
from clsf.cli import bench
from clsf.cli.main import main


def test_a_row_is_the_median_with_the_spread():
    found = row("x", [3.0, 1.0, 2.0], "s", Target(2.5, "most"))
    assert (found.median, found.low, found.high, found.met) == (2.0, 1.0, 3.0, True)
    assert found.to_json() == {"name": "x", "median": 2.0, "low": 1.0, "high": 3.0, "unit": "s", "target": 2.5, "met": True}


@pytest.mark.parametrize(
    ("at", "median", "met"), [("least", 1.8, True), ("least", 1.79, False), ("most", 1.8, True), ("most", 1.81, False)]
)
def test_targets(at, median, met):
    assert Measurement("x", median, 0, 9, "ratio", Target(1.8, at)).met is met
    assert Measurement("x", median, 0, 9, "ratio").met is None


def test_ratios_are_of_what_was_measured_one_after_the_other():
    assert ratios([1.0, 2.0], [2.0, 3.0]) == [2.0, 1.5]


SAID = {
    "seconds": {"ours": [1.0, 2.0, 1.0], "fit": [2.0, 4.0, 1.5]}, "cost_of_streaming": [0.02, 0.0, 0.01], "steps": 10,
    "gigaflops": [50.0, 50.0, 50.0], "multiply_adds": 2_000_000, "images": 3_000,
}  # fmt: skip


def test_what_a_process_measured_becomes_rows():
    found = {r.name.rsplit("/", 1)[-1]: r for r in training.of("tensorflow/lecture-cnn/batch-32", SAID)}
    assert found["over-fit"].median == 2.0
    assert (found["over-fit"].low, found["over-fit"].target.value, found["over-fit"].met) == (1.5, 1.8, True)
    assert found["cost-of-streaming"].median == pytest.approx(0.01)
    # 2 operations × 3 (forward and twice backward) × 2 million × 3,000 images = 36 GFLOP in 1, 2, 1 s, of 50 GFLOP/s
    assert found["share-of-matrix-products"].median == pytest.approx(0.72)
    assert found["share-of-matrix-products"].target.value == 0.70


def test_at_batch_128_nothing_may_be_slower():
    found = {r.name: r for r in training.of("tensorflow/lenet-5/batch-128", SAID)}
    assert found["tensorflow/lenet-5/batch-128/over-fit"].target == Target(1.0, "least")


def test_every_target_is_of_a_row_that_is_measured():
    known = {
        n for f in ("tensorflow", "torch") for m in training.MODELS for b in training.BATCHES for n in training.names(f, m, b)
    }
    assert set(training.TARGETS) <= known
    assert len(known) == 3 * 2 * (5 + 4)


ROWS = [row("a/fast", [2.0], "ratio", Target(1.5, "least")), row("a/slow", [1.0], "ratio", Target(1.5, "least"))]


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.setattr(bench, "PARTS", ("clsf.bench.training",))
    monkeypatch.setattr(training, "rows", lambda wanted, repeats: iter([r for r in ROWS if wanted in r.name]))


@pytest.mark.parametrize(("only", "code"), [("fast", 0), ("slow", 1), ("a/", 1)])
def test_the_command_prints_a_line_per_row_and_fails_if_one_missed(measured, capsys, only, code):
    assert main(["bench", "--json", "--only", only]) == code
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["name"] for line in lines] == [r.name for r in ROWS if only in r.name]
    assert set(lines[0]) == {"name", "median", "low", "high", "unit", "target", "met"}


def test_the_table_for_the_readme(measured, capsys):
    main(["bench", "--markdown"])
    head, _, titles, rule, *lines = capsys.readouterr().out.splitlines()
    assert "cores" in head
    assert titles.count("|") == rule.count("|") == 3
    assert lines == ["| a | fast **2** ✓ aim ≥ 1.5 · slow **1** ✗ aim ≥ 1.5 |"]


def test_a_cell_of_the_table_has_spread_and_unit():
    rows = [row("x/cost", [0.01, 0.02, 0.04], "share", Target(0.02, "most")), row("y/z/time", [1200, 2000, 1300], "ms")]
    *_, first, second = markdown.lines(rows)
    assert first == "| x | cost **2.0%** (1.0% to 4.0%) ✓ aim ≤ 2.0% |"
    assert second == "| y/z | time **1,300** ms (1,200 to 2,000) |"


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--only", "nothing such"], "has 'nothing such' in its name"), (["--repeats", "0"], "must be at least 1")],
)
def test_bad_wishes(measured, capsys, options, said):
    assert main(["bench", *options]) == 2
    assert said in capsys.readouterr().err
