"""The benchmark's arithmetic and its output lines; nothing is measured here."""

import json
from pathlib import Path

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.bench import markdown, training
from clsf.bench.loops import BenchCase, Process
from clsf.bench.rows import Measurement, Target, enough, interval, ratios, row
from clsf.cli import bench
from clsf.cli.main import main
from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import EngineError
from clsf.plan import MAX_EPOCHS
from tests.bench import scale


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


CASE = BenchCase("torch", "mlp", "digits", 32, "adam")
SECONDS = {
    "engine": [1.0, 2.0, 1.0], "dataloader-2-workers": [4.0, 8.0, 3.0], "dataloader-0-workers": [2.0, 4.0, 1.5],
    "floor": [0.5, 1.0, 0.8], "aligned": [0.9, 1.6, 1.0], "native": [0.9, 2.0, 0.8],
}  # fmt: skip


def test_what_was_measured_of_a_case_becomes_rows():
    found = {r.name.rsplit("/", 1)[-1]: r for r in training.of(CASE, SECONDS)}
    assert found["over-dataloader-0-workers"].median == 2.0
    assert (found["over-dataloader-0-workers"].target, found["over-dataloader-0-workers"].met) == (Target(1.5, "least"), True)
    assert (found["time-over-floor"].median, found["time-over-floor"].met) == (2.0, False)
    assert found["time-engine-over-alone"].median == pytest.approx(1 / 0.9)
    assert found["time-aligned-over-native"].median == 1.0
    assert (found["step"].median, found["step"].unit) == (1000, "ms")


def test_at_batch_128_nothing_may_be_slower_than_a_textbook():
    large = BenchCase("tensorflow", "lecture-cnn", "shapes", 128, "rmsprop")
    assert training.target(large, "over-fit") == training.target(large, "over-tf-function-loop") == Target(1.05, "least")


def test_photographs_are_also_compared_with_their_products_alone():
    large = BenchCase("torch", "lecture-cnn", "shapes", 32, "rmsprop")
    found = {r.name.rsplit("/", 1)[-1]: r for r in training.of(large, SECONDS | {"products": [0.5, 1.8, 0.6]})}
    share = found[training.SHARE]
    assert (share.median, share.target, share.met) == (0.6, Target(0.85, "least"), False)
    assert f"{large.name}/{training.SHARE}" in training.names(large)
    assert not any(training.SHARE in name for name in training.names(CASE))


def test_both_frameworks_have_the_same_cases_and_students_begin_with_digits():
    mine, other = ({c.name.partition("/")[2] for c in training.cases() if c.framework == f} for f in ("tensorflow", "torch"))
    assert mine == other
    assert {"mlp/digits/rmsprop/batch-32", "lecture-cnn/digits/adam/batch-32", "lecture-cnn/shapes/rmsprop/batch-128"} <= mine
    assert all(
        case.plan("aligned").rules == "aligned" and case.plan("aligned").optimizer == case.optimizer
        for case in training.cases()
    )


class Clock:
    """A framework's process whose loops take known times."""

    def __init__(self, steps: dict[str, float]) -> None:
        self.names, self._steps = list(steps), steps

    def seconds(self, name: str, steps: int) -> float:
        return self._steps[name] * steps


def test_sides_take_turns_until_every_ratio_is_known(monkeypatch):
    monkeypatch.setattr(training, "_in_engine", lambda *_: 0.002)
    textbook = Clock({"dataloader-2-workers": 0.008, "dataloader-0-workers": 0.004})
    ours = Clock({"aligned": 0.002, "native": 0.002, "floor": 0.001})
    found = training.measured(CASE, None, [textbook, ours], 50)
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys(SECONDS, 5)
    assert training.compared(CASE, found)["over-dataloader-0-workers"] == pytest.approx([2.0] * 5)


def test_the_interval_of_a_median_narrows_with_repeats_and_holds_it():
    draw = np.random.default_rng(1)
    few, many = draw.normal(2.0, 0.2, 8), draw.normal(2.0, 0.2, 200)
    low, high = interval(few)
    assert low <= np.median(few) <= high
    assert interval(many)[1] - interval(many)[0] < (high - low) / 2
    assert interval([3.0]) == (3.0, 3.0)
    assert not enough([2.0] * 4)
    assert enough([2.0] * 5)
    assert not enough([1.0, 2.0, 3.0, 1.5, 2.5])


@pytest.mark.parametrize(
    ("aim", "expected"),
    [
        (None, True),
        (Target(1.5, "least"), True),
        (Target(2.5, "least"), True),
        (Target(2.0, "least"), False),
        (Target(2.0, "most"), False),
    ],
)
def test_an_aim_that_is_not_decided_asks_for_a_narrower_interval(aim, expected):
    values = [1.86, 1.9, 2.0, 2.1, 2.14]
    low, high = interval(values)
    assert 1.5 < low < 2.0 < high < 2.5
    assert enough(values, aim) is expected
    assert enough([1.99, 2.0, 2.0, 2.0, 2.01], aim)


def test_the_interval_holds_the_true_median_nineteen_times_in_twenty():
    draw = np.random.default_rng(2)
    held = sum(low <= 2.0 <= high for low, high in (interval(draw.normal(2.0, 0.2, 15)) for _ in range(200)))
    assert held >= 180


@pytest.mark.parametrize("case", training.cases(), ids=lambda case: case.name)
def test_every_case_can_be_trained(case):
    info, plan = catalogue.info(case.data), case.plan("aligned")
    analysis = case.spec().check(prepared_shape(info, plan.preparation), len(info.classes))  # raises where it does not fit
    assert analysis.multiply_adds > 0
    assert plan.preparation.image_size == (28 if case.model == "lenet-5" else None)  # needs more than 8×8


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_process_times_its_loops_with_its_own_settings(framework, monkeypatch):
    monkeypatch.setenv("CLSF_THREADS", "1")  # a student's program does not read it
    case = BenchCase(framework, "mlp", "digits", 32, "adam")
    other = BenchCase(framework, "tiny", "digits", 64, "rmsprop")
    with Process(framework, "ours") as own, Process(framework, "textbook") as textbook:
        for process in (own, textbook):
            process.begin(other)
            process.begin(case)
        assert own.names == ["aligned", "native", "floor"]
        assert tuple(textbook.names) == training.TEXTBOOK[framework]
        # Not PyTorch's loop with two more processes: to start them at each epoch takes most of its time on a busy machine.
        for process, loop in ((own, "aligned"), (textbook, textbook.names[-1])):
            few, many = ([process.seconds(loop, steps) for _ in range(3)] for steps in (36, 720))
            assert min(many) > 4 * min(few)
        environment = Path(f"/proc/{textbook._process.pid}/environ").read_bytes()
        assert b"CLSF_THREADS" not in environment
        assert b"GOMP_SPINCOUNT=300000" in environment
        own.begin(BenchCase(framework, "lecture-cnn", "shapes", 32, "adam"))
        products, floor = (min(own.seconds(name, 5) for _ in range(3)) for name in ("products", "floor"))
        assert products < floor  # which computes them, and more


@pytest.mark.slow
def test_our_loop_goes_on_when_the_longest_plan_is_over():
    with Process("torch", "ours") as own:
        own.begin(BenchCase("torch", "mlp", "digits", 1024, "rmsprop"))
        assert own.seconds("aligned", 2 * MAX_EPOCHS + 500) > 0  # an epoch has two batches


@pytest.mark.slow
def test_what_grows_is_measured_in_processes_that_run():
    [epoch] = [row for row in scale.rows("scale/images-1000/", 1) if row.name == "scale/images-1000/epoch"]
    assert epoch.median > 0


@pytest.mark.slow
def test_a_process_that_ends_is_told():
    lost = BenchCase("torch", "no such model", "digits", 32, "adam")
    with Process("torch", "ours") as own:
        for _ in range(2):  # also on a second call
            with pytest.raises(EngineError, match=r"torch/no such model/.* ended with 1: .*SpecError"):
                own.begin(lost)


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


def test_the_table_is_written_between_its_marks(measured, capsys, tmp_path):
    file = tmp_path / "speed.md"
    file.write_text(f"# Speed\n\n{markdown.BEGIN}\nold\n{markdown.END}\n\nmore\n")
    main(["bench", "--write", str(file)])
    text = file.read_text()
    assert text.startswith(f"# Speed\n\n{markdown.BEGIN}\n")
    assert text.endswith(f"{markdown.END}\n\nmore\n")
    assert "| a | fast **2** ✓ aim ≥ 1.5 · slow **1** ✗ aim ≥ 1.5 |" in text
    assert "processors busy before it began" in text
    assert "old" not in text
    assert "| a |" in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, "no marks"])
def test_a_file_that_has_no_place_for_the_table_is_refused_before_measuring(monkeypatch, capsys, tmp_path, text):
    def never(wanted, repeats):
        raise AssertionError("measured")
        yield

    monkeypatch.setattr(bench, "PARTS", ("clsf.bench.training",))
    monkeypatch.setattr(training, "rows", never)
    file = tmp_path / "speed.md"
    if text is not None:
        file.write_text(text)
    assert main(["bench", "--write", str(file)]) == 2
    assert str(file) in capsys.readouterr().err or text
