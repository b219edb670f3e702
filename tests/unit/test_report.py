"""Reports: everything is in them, nothing in them is code, and the figures show the runs' numbers."""

import csv
import io
import re
import xml.etree.ElementTree as ET  # of figures that were drawn in this test
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from clsf.events import BatchesEnded, EpochEnded, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.predict import metrics
from clsf.predict.values import Evaluated
from clsf.report import Contents, html, markdown_zip
from clsf.report.svg import HEIGHT, WIDTH, Curve, curves, ticks
from clsf.runs.record import RunRecord
from clsf.ui.shared.text import catalogue

CLASSES = tuple("0123456789")
EVIL = '<script>alert(1)</script> & "quotes" | *stars* [x](http://evil.example) `code`\nsecond line'


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314


def english(said):
    return str(said)


def korean(said):
    known = catalogue("ko")
    return said.said(known.gettext, known.ngettext)


def run(framework: str, losses=(0.9, 0.4), machine="a machine"):
    record = RunRecord(
        f"run-{framework}", "group", framework, preset("tiny", 10), Plan("digits", epochs=2), 1.0, machine=machine
    )
    record.fold(
        RunStarted(framework, "graph", "cpu", 2, {framework: "9.9"}, 2, 1, 9, 3, (8, 8, 1), 1370, "a" * 16, "b" * 16, 0.5)
    )
    for epoch, loss in enumerate(losses, start=1):
        record.fold(BatchesEnded(epoch, epoch, (loss,), (0.5,), None, 0.01, 50.0, 0.2 * epoch))
        record.fold(EpochEnded(epoch, loss, 1 - loss / 2, loss + 0.05, 0.97 - loss / 2, 0.6, 0.2, 50.0))
    last = record.epochs[-1]
    record.fold(
        RunEnded(framework, "finished", len(losses), 1.25, 4321.0, last.train_loss, last.train_accuracy, last.validation_loss, last.validation_accuracy)
    )  # fmt: skip
    return record


def evaluated(wrong: int):
    labels = np.arange(100) % 10
    p = np.full((100, 10), 0.02)
    p[np.arange(100), labels] = 0.82
    p[:wrong, :] = 0.02
    p[np.arange(wrong), (labels[:wrong] + 1) % 10] = 0.82
    return Evaluated("test", metrics.cross_entropy(labels, p), 1 - wrong / 100, p, labels, np.arange(100), (32, 8, 8, 1), (),
                     metrics.confusion(labels, p), metrics.per_class(labels, p), 0.4)  # fmt: skip


def contents(**changes):
    records = [run("tensorflow"), run("torch", (1.1, 0.3))]
    made = Contents(
        records, ["TensorFlow", "PyTorch"], CLASSES, "2026-11-21", author="Kim", notes="I expected more.",
        measured={"run-tensorflow": evaluated(2), "run-torch": evaluated(5)}, looks=3,
    )  # fmt: skip
    return replace(made, **changes)


def files(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_page_holds_what_was_done_and_what_came_out():
    page = html(contents(), english)
    for text in ("Kim", "2026-11-21", "I expected more.", "rmsprop", "4,321", "98.00%", "95.00%", "a machine",
                 "aaaaaaaaaaaaaaaa", "Measurements on the test set in this session: 3", "initial weights"):  # fmt: skip
        assert text in page, text
    interval = metrics.wilson(98, 100)
    assert f"{interval.low:.2%} – {interval.high:.2%}" in page
    assert "Accuracy of PyTorch minus that of TensorFlow: -3.00" in page
    assert page.count("<svg") == 2
    assert page.count('class="matrix"') == 2


def test_a_page_needs_nothing_else_and_runs_nothing():
    page = html(contents(notes=EVIL, author=EVIL[:40], records=[run("torch", machine=EVIL)], names=[EVIL]), english)
    assert not re.search(r"<script|javascript:|\son\w+=|@import|url\(", page, re.IGNORECASE)
    addresses = [a for a in re.findall(r"https?://[^\s\"'<]+", page) if a != "http://www.w3.org/2000/svg"]
    assert all("evil.example" in a for a in addresses)  # as text in a note
    assert not re.search(r"<(a|link|img|iframe|object|embed)\b", page)
    assert "&lt;script&gt;" in page


def test_a_run_that_was_never_tested_says_so():
    page = html(contents(measured={}), english)
    assert "It was not used." in page
    assert "98.00%" not in page


def test_one_run_has_no_fairness_check():
    page = html(contents(records=[run("torch")], names=["PyTorch"]), english)
    assert "What was equal" not in page
    assert "TensorFlow" not in page


def test_differences_of_a_comparison_are_named():
    other = run("torch")
    other.plan = other.plan.but(seed=5)
    page = html(contents(records=[run("tensorflow"), other]), english)
    assert re.search(r"(misleading|to be named): seed", page)


def test_the_report_is_korean_where_the_reader_is():
    page = html(contents(language="ko"), korean)
    assert '<html lang="ko">' in page
    for text in ("무엇을 했나", "테스트 세트", "혼동 행렬", "같았던 것과 달랐던 것"):
        assert text in page


def test_markdown_is_whole_and_the_same_each_time():
    made = markdown_zip(contents(notes=EVIL), english)
    assert made == markdown_zip(contents(notes=EVIL), english)
    found = files(made)
    assert set(found) == {"report.md", "epochs.csv", "loss.svg", "accuracy.svg"}
    text = found["report.md"]
    assert "![" in text
    assert "](loss.svg)" in text
    assert "\\<script\\>" in text
    assert "[x](http" not in text
    rows = list(csv.DictReader(io.StringIO(found["epochs.csv"])))
    assert [(r["framework"], r["epoch"], float(r["validation_loss"])) for r in rows] == [
        ("tensorflow", "1", 0.9500000000000001), ("tensorflow", "2", 0.45), ("torch", "1", 1.1500000000000001), ("torch", "2", 0.35),
    ]  # fmt: skip
    tables = [line for line in text.splitlines() if line.startswith("|")]
    for start, line in enumerate(tables):
        if set(line) <= set("| -"):
            assert tables[start - 1].count("|") - tables[start - 1].count("\\|") == line.count("|")


def test_a_curve_is_where_its_numbers_are():
    drawn = parsed(
        curves([Curve("a <b>", [(1, 0.0), (3, 1.0), (2, float("nan"))], "#112233")], "epoch", "share", 'an "alt"', True)
    )
    space = "{http://www.w3.org/2000/svg}"
    assert drawn.find(f"{space}title").text == 'an "alt"'
    line = drawn.findall(f"{space}polyline")[0].attrib["points"].split()
    (x0, y0), (x1, y1) = [tuple(map(float, p.split(","))) for p in line]
    assert x0 < x1 <= WIDTH
    assert 0 <= y1 < y0 <= HEIGHT  # up means more
    assert [t.text for t in drawn.findall(f"{space}text") if "%" in (t.text or "")][:2] == ["0%", "20%"]
    assert "a <b>" in [t.text for t in drawn.findall(f"{space}text")]


def test_a_figure_without_numbers_is_still_one():
    drawn = parsed(curves([Curve("a", [], "#000000"), Curve("b", [(1.0, 5.0)], "#000000", mark="square")], "x", "y", ""))
    said = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"a", "b", "x", "y"} <= set(said)
    numbers = [value for element in drawn.iter() for value in element.attrib.values()]
    assert not any("nan" in value or "inf" in value for value in numbers)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [(0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]), (1, 20, 6, [0, 5, 10, 15, 20]), (0.031, 0.052, 5, [0.03, 0.035, 0.04, 0.045, 0.05, 0.055]), (3, 3, 5, [3, 4])],
)  # fmt: skip
def test_ticks_are_round_and_enclose(low, high, most, expected):
    assert ticks(low, high, most) == pytest.approx(expected)
